"""Which ids a question by time is about, and that a record has every column."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.ledger.rules import CallRecord, Question, id_bounds
from ai_api.ledger.tables import call_records

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Hypothesis wants its bounds without a zone.
_FIRST, _LAST = datetime(2000, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001
moments = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
spans_ms = st.integers(1, 10**9)


def ms_of(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def test_a_record_has_exactly_the_columns_of_the_table() -> None:
    assert [field.name for field in fields(CallRecord)] == [column.name for column in call_records.columns]


@given(moments, spans_ms, st.integers(0, 999))
def test_every_call_of_the_period_lies_between_the_ids(since: datetime, span_ms: int, place: int) -> None:
    until = since + timedelta(milliseconds=span_ms)
    lower, upper = id_bounds(Question(since=since, until=until))
    inside = since + (until - since - timedelta(microseconds=1)) * place / 999
    started_ms = ms_of(inside)
    if EPOCH + timedelta(milliseconds=started_ms) < since:  # the id of a call is its whole millisecond
        started_ms += 1
    call_id = uuid7(started_ms)
    if EPOCH + timedelta(milliseconds=started_ms) < until:
        assert lower is not None
        assert upper is not None
        assert lower <= call_id < upper


@given(moments, spans_ms)
def test_the_ids_reach_only_milliseconds_beyond_the_period(since: datetime, span_ms: int) -> None:
    until = since + timedelta(milliseconds=span_ms)
    lower, upper = id_bounds(Question(since=since, until=until))
    assert uuid7(ms_of(since) - 3) < (lower or uuid7(0)) < (upper or uuid7(0)) < uuid7(ms_of(until) + 5)


def test_an_open_period_is_open() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert id_bounds(Question()) == (None, None)
    assert id_bounds(Question(since=moment))[1] is None
    assert id_bounds(Question(until=moment))[0] is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=-14))),
        datetime(1969, 12, 31, tzinfo=UTC),
        EPOCH,
        datetime.max.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=14))),
    ],
    ids=str,
)
def test_times_beyond_what_an_id_can_tell_are_no_fault(moment: datetime) -> None:
    assert id_bounds(Question(since=moment)) == (None, None)
    assert id_bounds(Question(until=moment)) == (None, None)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for until in (moment, moment - timedelta(microseconds=1)):
        with pytest.raises(Refusal) as refused:
            Question(since=moment, until=until)
        assert (refused.value.code, refused.value.param) == ("bad_period", "until")

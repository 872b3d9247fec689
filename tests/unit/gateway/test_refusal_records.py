"""Refusals as records: ten a minute for each credential and code, then one counted row; none lost, none unbounded."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.examples import HOLDER, NOW, docket

from ai_api.core.errors import Refusal
from ai_api.core.ids import time_of, unix_ms_of, uuid7
from ai_api.gateway.refusals import RECORDED_A_MINUTE_MAX, Refusals

MINUTE = timedelta(minutes=1)


def refused(refusals, at, *, code="allocation_paused", credential=1):
    call = docket(holder=replace(HOLDER, credential_id=UUID(int=credential)))
    call.call_id = uuid7(int(at.timestamp()) * 1000 + at.microsecond // 1000)
    call.__post_init__()
    return refusals.note(call, Refusal(code, "forbidden", "No.", details={"left": 0}, because="true reason"), at)


def test_a_refused_call_is_a_record_of_its_own():
    row = refused(Refusals(), NOW)
    assert row["outcome"] == "allocation_paused"
    assert row["details"] == {"left": 0, "because": "true reason"}
    assert (row["billed_cost_nanos"], row["input_tokens"], row["bookings"], row["refused_count"]) == (0, 0, [], 0)
    assert row["holdless"]


def test_three_hundred_bad_calls_are_eleven_rows():
    refusals = Refusals()
    rows = [row for _ in range(300) if (row := refused(refusals, NOW))]
    assert len(rows) == RECORDED_A_MINUTE_MAX
    assert refusals.collect(NOW + timedelta(seconds=29)) == []
    (counted,) = refusals.collect(NOW + MINUTE)
    assert counted["refused_count"] == 290
    assert counted["outcome"] == "allocation_paused"
    assert counted["call_id"] not in {row["call_id"] for row in rows}
    assert refusals.collect(NOW + 2 * MINUTE) == []


def test_each_credential_and_each_code_has_its_own_ten():
    refusals = Refusals()
    rows = [
        refused(refusals, NOW, code=code, credential=credential)
        for code in ("allocation_paused", "no_route")
        for credential in (1, 2)
        for _ in range(11)
    ]
    assert sum(row is not None for row in rows) == 40
    assert len(refusals.collect(NOW + MINUTE)) == 4


def test_nobody_known_is_no_record():
    assert Refusals().note(docket(holder=None), Refusal("credential_unknown", "unauthenticated", "No."), NOW) is None


def test_the_next_minute_has_its_own_ten():
    refusals = Refusals()
    for minute in range(3):
        assert all(refused(refusals, NOW + minute * MINUTE) for _ in range(RECORDED_A_MINUTE_MAX))
    assert refusals.collect(NOW + 3 * MINUTE) == []


def test_what_was_counted_is_written_when_the_program_ends():
    refusals = Refusals()
    for _ in range(12):
        refused(refusals, NOW)
    assert [row["refused_count"] for row in refusals.collect_all()] == [2]
    assert refusals.collect_all() == []


@pytest.mark.parametrize("ms", range(0, 1000, 37))
def test_a_counted_row_has_the_id_of_its_own_millisecond(ms):
    refusals, at = Refusals(), NOW + timedelta(milliseconds=ms)
    for _ in range(11):
        refused(refusals, at)
    (row,) = refusals.collect_all()
    assert time_of(row["call_id"]) == row["started_at"] == at
    assert row["call_id"].version == 7
    assert unix_ms_of(row["call_id"]) == unix_ms_of(uuid7(int(NOW.timestamp()) * 1000 + ms))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(["refuse", "refuse", "refuse", "collect"]),
            st.integers(1, 2),
            st.integers(1, 15),
        ),
        max_size=30,
    )
)
def test_no_refusal_is_lost_and_no_minute_has_more_than_ten_rows_of_its_own(steps):
    refusals, at = Refusals(), NOW
    asked, told, alone = Counter(), Counter(), Counter()
    for seconds, what, credential, times in steps:
        at += timedelta(seconds=seconds)
        if what == "collect":
            for row in refusals.collect(at):
                told[row["credential_id"].int] += row["refused_count"]
            continue
        for _ in range(times):
            asked[credential] += 1
            if refused(refusals, at, credential=credential):
                told[credential] += 1
                alone[credential, int(at.timestamp()) // 60] += 1
    for row in refusals.collect_all():
        told[row["credential_id"].int] += row["refused_count"]
    assert told == asked
    assert max(alone.values(), default=0) <= RECORDED_A_MINUTE_MAX

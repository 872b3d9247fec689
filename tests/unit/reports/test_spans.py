"""A report is added up out of spans that are the whole of its period, each read from what can tell it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from ai_api.reports.periods import Period, Step, cut, month_period
from ai_api.reports.rules import Asked, By
from ai_api.reports.spans import SPANS_MAX, Span, spans

SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
OCTOBER = Period(SINCE, UNTIL)
READY = frozenset(date(2026, 10, 1) + timedelta(days=number) for number in range(31))
ONE = UUID(int=1)


def begins(step: Step, zone: str, period: Period = OCTOBER) -> list[datetime]:
    return [each.since for each in cut(period, step, ZoneInfo(zone))]


def told(found: Sequence[Span]) -> list[tuple[str, str, str]]:
    return [(each.source, f"{each.period.since:%d %H:%M}", f"{each.period.until:%d %H:%M}") for each in found]


@pytest.mark.parametrize(
    ("by", "filters", "source"),
    [
        ("model", {}, "models"),
        ("provider_key", {"model": "acme/one"}, "models"),
        ("provider", {"tag_id": ONE}, "models"),
        ("outcome", {}, "models"),
        ("tag", {}, "models"),
        (None, {}, "models"),
        ("member", {}, "callers"),
        ("tag", {"member_id": ONE}, "callers"),
        ("outcome", {"credential_id": ONE}, "callers"),
        (None, {"allocation_id": ONE, "outcome": "ok"}, "callers"),
        ("model", {"member_id": ONE}, "quarters"),
        ("member", {"model": "acme/one"}, "quarters"),
        ("credential", {"provider": "acme"}, "quarters"),
    ],
)
def test_a_day_is_read_that_does_not_tell_what_is_asked(by: By | None, filters: dict[str, object], source: str) -> None:
    asked = Asked(period=OCTOBER, **filters)  # type: ignore[arg-type]
    assert told(spans(asked, by, (), READY)) == [(source, "01 00:00", "01 00:00")]


def test_a_day_that_is_not_summed_is_left_out() -> None:
    ready = READY - {date(2026, 10, 1), date(2026, 10, 9), date(2026, 10, 10)}
    assert told(spans(Asked(period=OCTOBER), "member", (), ready)) == [
        ("quarters", "01 00:00", "02 00:00"),
        ("callers", "02 00:00", "09 00:00"),
        ("quarters", "09 00:00", "11 00:00"),
        ("callers", "11 00:00", "01 00:00"),
    ]
    assert told(spans(Asked(period=OCTOBER), "member", (), frozenset())) == [("quarters", "01 00:00", "01 00:00")]


def test_the_ends_of_a_period_are_days() -> None:
    period = Period(SINCE + timedelta(hours=16), UNTIL - timedelta(hours=5, minutes=45))
    assert told(spans(Asked(period=period), "member", (), READY)) == [
        ("quarters", "01 16:00", "02 00:00"),
        ("callers", "02 00:00", "31 00:00"),
        ("quarters", "31 00:00", "31 18:15"),
    ]
    assert told(spans(Asked(period=period), "model", (), READY)) == [
        ("model_quarters", "01 16:00", "02 00:00"),
        ("models", "02 00:00", "31 00:00"),
        ("model_quarters", "31 00:00", "31 18:15"),
    ]
    hour = Period(SINCE + timedelta(hours=3), SINCE + timedelta(hours=4))
    assert told(spans(Asked(period=hour), "tag", (), READY)) == [("quarters", "01 03:00", "01 04:00")]


@pytest.mark.parametrize(
    ("step", "zone", "by", "expected"),
    [
        ("day", "UTC", "member", ["callers"]),
        ("day", "UTC", "model", ["models"]),
        ("week", "UTC", "tag", ["models"]),
        ("day", "Asia/Taipei", "member", ["quarters"]),
        ("day", "Asia/Kathmandu", "model", ["model_quarters"]),
        ("day", "Asia/Kathmandu", "tag", ["quarters"]),
        ("hour", "UTC", "model", ["model_quarters"]),
        ("hour", "UTC", "member", ["quarters"]),
        ("week", "Asia/Taipei", "member", ["callers", "quarters"] * 4 + ["callers"]),
        ("week", "Asia/Taipei", "model", ["models", "model_quarters"] * 4 + ["models"]),
    ],
)
def test_a_step_takes_calls_of_its_neighbour(step: Step, zone: str, by: By, expected: list[str]) -> None:
    at = begins(step, zone)
    found = spans(Asked(period=OCTOBER), by, at, READY)
    assert [each.source for each in found] == expected
    assert_whole(found)
    for span in found:
        if span.source in {"callers", "models"}:
            inside = [each for each in at if span.period.since < each < span.period.until]
            assert all(each.hour == each.minute == 0 for each in inside)


def test_a_statement_has_as_many_parts_as_a_year_has_weeks() -> None:
    year = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    ready = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(300))
    at = begins("week", "Asia/Taipei", year)
    for by, expected in (("member", ["quarters"]), ("model", ["model_quarters", "quarters"])):
        found = spans(Asked(period=year), by, at, ready)  # type: ignore[arg-type]
        assert [each.source for each in found] == expected
        assert_whole(found, year)
    month = spans(Asked(period=year), "member", begins("month", "Asia/Taipei", year), ready)
    assert 12 < len(month) <= SPANS_MAX
    assert_whole(month, year)


@pytest.mark.parametrize(
    ("step", "zone", "by", "expected"),
    [
        (None, "UTC", "member", [("callers", "01"), ("callers_month", "02"), ("callers", "31")]),
        (None, "Asia/Taipei", "tag", [("quarters", "30"), ("models", "01"), ("models_month", "02"), ("quarters", "31")]),
        (None, "Pacific/Kiritimati", "member", [("quarters", "30"), ("callers", "01"), ("callers_month", "02"), ("quarters", "31")]),
        (None, "Pacific/Pago_Pago", "member", [("quarters", "01"), ("callers_month", "02"), ("callers", "31"), ("quarters", "01")]),
        ("month", "UTC", "model", [("models", "01"), ("models_month", "02"), ("models", "31")]),
        ("week", "UTC", "member", [("callers", "01")]),
    ],
)  # fmt: skip
def test_a_month_of_a_zone_has_days_that_are_not_in_it(
    step: Step | None, zone: str, by: By, expected: list[tuple[str, str]]
) -> None:
    period = month_period("2026-10", ZoneInfo(zone))
    at = begins(step, zone, period) if step else ()
    found = spans(Asked(period=period), by, at, READY, {date(2026, 10, 1)})
    assert [(each.source, f"{each.period.since:%d}") for each in found] == expected
    assert_whole(found, period)
    apart = [each for each in found if each.source.endswith("_month")]
    assert all(told([each]) == [(each.source, "02 00:00", "31 00:00")] for each in apart)


def test_a_year_by_month_reads_its_days() -> None:
    year = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    ready = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    months = {date(2026, number, 1) for number in range(1, 13)} - {date(2026, 3, 1)}
    found = spans(Asked(period=year), "model", begins("month", "UTC", year), ready, months)
    assert_whole(found, year)
    assert sum(each.source == "models_month" for each in found) == 11
    assert (datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)) in {
        (each.period.since, each.period.until) for each in found if each.source == "models"
    }


def assert_whole(found: Sequence[Span], period: Period = OCTOBER) -> None:
    assert (found[0].period.since, found[-1].period.until) == (period.since, period.until)
    for before, after in pairwise(found):
        assert before.period.until == after.period.since
        assert before.source != after.source

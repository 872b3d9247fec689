"""Periods are what they are called, in any zone and on any day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.reports.periods import Named, Period, Step, cut, hours_of, month_period, named_period, period_of, zone_of

ZONES = (
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
)
NOW = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  -- made aware
ZONE = st.sampled_from(ZONES).map(ZoneInfo)
QUARTER = timedelta(minutes=15)


def local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


NAMED: list[tuple[Named, str, str]] = [
    ("today", "Thu 2026-11-19 00:00", "Fri 2026-11-20 00:00"),
    ("yesterday", "Wed 2026-11-18 00:00", "Thu 2026-11-19 00:00"),
    ("this_week", "Mon 2026-11-16 00:00", "Mon 2026-11-23 00:00"),
    ("last_week", "Mon 2026-11-09 00:00", "Mon 2026-11-16 00:00"),
    ("this_month", "Sun 2026-11-01 00:00", "Tue 2026-12-01 00:00"),
    ("last_month", "Thu 2026-10-01 00:00", "Sun 2026-11-01 00:00"),
    ("this_quarter", "Thu 2026-10-01 00:00", "Fri 2027-01-01 00:00"),
    ("last_quarter", "Wed 2026-07-01 00:00", "Thu 2026-10-01 00:00"),
    ("this_year", "Thu 2026-01-01 00:00", "Fri 2027-01-01 00:00"),
    ("last_24_hours", "Wed 2026-11-18 14:45", "Thu 2026-11-19 14:45"),
    ("last_7_days", "Thu 2026-11-12 14:45", "Thu 2026-11-19 14:45"),
    ("last_30_days", "Tue 2026-10-20 14:45", "Thu 2026-11-19 14:45"),
]


@pytest.mark.parametrize(("name", "since", "until"), NAMED)
@pytest.mark.parametrize("zone_name", ["Asia/Taipei", "Asia/Kathmandu", "UTC"])
def test_a_period_is_another_one_than_its_name_says(name: Named, since: str, until: str, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    period = named_period(name, zone, datetime(2026, 11, 19, 14, 32, 7, tzinfo=zone))
    assert (local(period.since, zone), local(period.until, zone)) == (since, until)


def test_every_name_is_tried() -> None:
    assert {name for name, _, _ in NAMED} == set(get_args(Named))


@given(now=NOW, zone=ZONE)
@example(now=datetime(2026, 1, 1, tzinfo=UTC), zone=ZoneInfo("UTC"))
@example(now=datetime(2024, 2, 29, 23, 59, tzinfo=UTC), zone=ZoneInfo("Asia/Kolkata"))
@example(now=datetime(2011, 12, 30, 9, 59, tzinfo=UTC), zone=ZoneInfo("Pacific/Apia"))
def test_a_quarter_fails_on_most_days_of_the_year(now: datetime, zone: ZoneInfo) -> None:
    """Every name, on every day: what is present holds the moment, and what is past ends where that begins."""
    for past, present in (
        ("yesterday", "today"),
        ("last_week", "this_week"),
        ("last_month", "this_month"),
        ("last_quarter", "this_quarter"),
    ):
        before, current = named_period(past, zone, now), named_period(present, zone, now)  # type: ignore[arg-type]
        assert current.since <= now < current.until
        assert before.until == current.since
        assert before.since < before.until
    year = named_period("this_year", zone, now)
    assert year.since <= named_period("this_quarter", zone, now).since
    assert year.since <= now < year.until
    for name, length in (("last_24_hours", 24), ("last_7_days", 168), ("last_30_days", 720)):
        rolling = named_period(name, zone, now)  # type: ignore[arg-type]
        assert rolling.until - rolling.since == timedelta(hours=length)
        assert now <= rolling.until < now + QUARTER


@given(now=NOW, zone=ZONE, name=st.sampled_from(get_args(Named)), step=st.sampled_from(get_args(Step)))
def test_steps_leave_a_gap_or_overlap(now: datetime, zone: ZoneInfo, name: Named, step: Step) -> None:
    period = named_period(name, zone, now)
    if (period.until - period.since) / {"quarter_hour": QUARTER, "hour": 4 * QUARTER}.get(
        step, timedelta(days=1)
    ) > 2_980:
        with pytest.raises(Refusal) as refused:
            cut(period, step, zone)
        assert refused.value.code == "too_many_steps"
        return
    steps = cut(period, step, zone)
    assert (steps[0].since, steps[-1].until) == (period.since, period.until)
    assert all(first.until == second.since for first, second in pairwise(steps))
    assert all((each.since - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER == timedelta(0) for each in steps)
    assert all(each.since < each.until for each in steps)
    for each in steps[1:]:
        here, before = each.since.astimezone(zone), (each.since - QUARTER).astimezone(zone)
        parts = {
            "quarter_hour": (here.minute // 15, here.utcoffset()),
            "hour": (here.hour, here.utcoffset()),
            "day": here.date(),
            "week": here.isocalendar()[:2],
            "month": (here.year, here.month),
        }
        earlier = {
            "quarter_hour": (before.minute // 15, before.utcoffset()),
            "hour": (before.hour, before.utcoffset()),
            "day": before.date(),
            "week": before.isocalendar()[:2],
            "month": (before.year, before.month),
        }
        assert parts[step] != earlier[step]


@pytest.mark.parametrize(
    ("zone_name", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", [1.0] * 23),
        ("Europe/Berlin", "2026-10-25", [1.0] * 25),
        ("America/New_York", "2026-11-01", [1.0] * 25),
        ("Asia/Kathmandu", "2026-03-29", [1.0] * 24),
        ("Australia/Lord_Howe", "2026-04-05", [1.0, 1.0, 0.5, *[1.0] * 22]),
        ("Australia/Lord_Howe", "2026-10-04", [1.0, 1.0, 0.5, *[1.0] * 21]),
        ("Africa/Cairo", "2026-04-24", [1.0] * 23),
        ("America/Havana", "2026-11-01", [1.0] * 25),
    ],
)
def test_a_day_of_23_or_25_hours_has_24(zone_name: str, day: str, hours: list[float]) -> None:
    zone = ZoneInfo(zone_name)
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone)
    period = named_period("today", zone, noon)
    assert [(hour.until - hour.since) / timedelta(hours=1) for hour in hours_of(period, zone)] == hours
    assert len(cut(period, "quarter_hour", zone)) == sum(hours) * 4
    assert cut(period, "day", zone) == [period]


def test_a_period_of_ones_own_is_of_whole_quarters_and_bounded() -> None:
    at = datetime(2026, 11, 19, 14, 32, tzinfo=ZoneInfo("Asia/Kathmandu"))
    assert period_of(at, at + timedelta(minutes=14)) == Period(
        datetime(2026, 11, 19, 8, 45, tzinfo=UTC), datetime(2026, 11, 19, 9, 15, tzinfo=UTC)
    )
    exact = datetime(2026, 11, 19, tzinfo=UTC)
    assert period_of(exact, exact + QUARTER) == Period(exact, exact + QUARTER)
    for since, until in (
        (exact, exact),
        (exact, exact - QUARTER),
        (exact, exact + timedelta(days=401)),
        (datetime(1999, 12, 31, tzinfo=UTC), exact),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)),
    ):
        with pytest.raises(Refusal) as refused:
            period_of(since, until)
        assert refused.value.code == "bad_period"


def test_a_month_is_named_or_refused() -> None:
    zone = ZoneInfo("Europe/Berlin")
    march = month_period("2026-03", zone)
    assert (local(march.since, zone), local(march.until, zone)) == ("Sun 2026-03-01 00:00", "Wed 2026-04-01 00:00")
    assert march.until - march.since == timedelta(days=31) - timedelta(hours=1)
    assert month_period("2026-12", zone).until == month_period("2027-01", zone).since
    for wrong in ("2026-13", "2026-00", "26-1", "2026-1", "0001-01", "9999-12", "2026-11-01", ""):
        with pytest.raises(Refusal) as refused:
            month_period(wrong, zone)
        assert (refused.value.code, refused.value.param) == ("bad_period", "month")


@pytest.mark.parametrize(
    "name", ["Nowhere/Nothing", "", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", "é" * 300]
)
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        zone_of(name)
    assert (refused.value.code, refused.value.param) == ("bad_time_zone", "zone")

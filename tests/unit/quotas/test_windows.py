"""Calendar months of any zone: no gap, no overlap, the same account on every replica."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.quotas.windows import account_id, month_window

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/Asuncion",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Casablanca",
    "Atlantic/Azores",
]
# 2000 to 2090.
moments = st.integers(946_800_000, 3_786_900_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.sampled_from(ZONES), moments)
def test_every_moment_lies_in_exactly_one_month_and_months_touch(zone, at):
    window = month_window(zone, at)
    assert window.holds(at)
    assert window.holds(window.start)
    assert not window.holds(window.end)
    following = month_window(zone, window.end)
    assert following.start == window.end
    before = month_window(zone, window.start - timedelta(microseconds=1))
    assert before.end == window.start
    assert window.start.tzinfo is UTC
    assert window.end.tzinfo is UTC


@given(st.sampled_from(ZONES), moments)
def test_a_month_is_the_month_of_the_wall_clock(zone, at):
    here = ZoneInfo(zone)
    window, local = month_window(zone, at), at.astimezone(here)
    first, last = window.start.astimezone(here), (window.end - timedelta(seconds=1)).astimezone(here)
    assert (first.year, first.month, first.day) == (local.year, local.month, 1)
    assert (last.year, last.month) == (local.year, local.month)
    assert (last.date() + timedelta(days=1)).day == 1
    assert timedelta(days=27, hours=22) <= window.end - window.start <= timedelta(days=31, hours=2)


@pytest.mark.parametrize(
    ("zone", "at", "start", "end"),
    [
        ("UTC", "2026-11-30T23:59:59", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("UTC", "2026-12-01T00:00:00", "2026-12-01T00:00", "2027-01-01T00:00"),
        # +5:30 and +5:45: the month begins on a half, and on a quarter.
        ("Asia/Kolkata", "2026-10-31T18:29:59", "2026-09-30T18:30", "2026-10-31T18:30"),
        ("Asia/Kolkata", "2026-10-31T18:30:00", "2026-10-31T18:30", "2026-11-30T18:30"),
        ("Asia/Kathmandu", "2026-10-31T18:14:59", "2026-09-30T18:15", "2026-10-31T18:15"),
        ("Asia/Kathmandu", "2026-10-31T18:15:00", "2026-10-31T18:15", "2026-11-30T18:15"),
        # The clock changes inside these months, so their two ends have different offsets.
        ("Europe/Berlin", "2026-03-29T00:59:59", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("Europe/Berlin", "2026-10-25T01:30:00", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("America/New_York", "2026-11-01T04:30:00", "2026-11-01T04:00", "2026-12-01T05:00"),
        # Midnight of the first does not exist (Asunción, 2023), or comes twice (Havana, 2026).
        ("America/Asuncion", "2023-10-01T04:00:00", "2023-10-01T04:00", "2023-11-01T03:00"),
        ("America/Asuncion", "2023-10-01T03:59:59", "2023-09-01T04:00", "2023-10-01T04:00"),
        ("America/Havana", "2026-11-01T04:00:00", "2026-11-01T04:00", "2026-12-01T05:00"),
        ("America/Havana", "2026-11-01T05:30:00", "2026-11-01T04:00", "2026-12-01T05:00"),
        # Years end at different moments, and February is sometimes longer.
        ("Pacific/Kiritimati", "2026-12-31T10:00:00", "2026-12-31T10:00", "2027-01-31T10:00"),
        ("Pacific/Pago_Pago", "2027-01-01T10:59:59", "2026-12-01T11:00", "2027-01-01T11:00"),
        ("UTC", "2028-02-29T12:00:00", "2028-02-01T00:00", "2028-03-01T00:00"),
        ("UTC", "2027-02-28T23:59:59", "2027-02-01T00:00", "2027-03-01T00:00"),
    ],
)
def test_known_months(zone, at, start, end):
    window = month_window(zone, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert window.start.isoformat() == f"{start}:00+00:00"
    assert window.end.isoformat() == f"{end}:00+00:00"


def test_a_moment_given_in_another_zone_is_the_same_moment():
    there = datetime(2026, 11, 1, 0, 30, tzinfo=ZoneInfo("Asia/Kathmandu"))
    assert month_window("UTC", there) == month_window("UTC", there.astimezone(UTC))
    assert month_window("UTC", there).start == datetime(2026, 10, 1, tzinfo=UTC)


def test_an_unknown_zone_is_refused():
    with pytest.raises(ZoneInfoNotFoundError):
        month_window("Mars/Olympus", datetime(2026, 1, 1, tzinfo=UTC))


SUBJECT = UUID("019a3c7f-8c00-7000-8000-000000000001")
START = datetime(2026, 11, 1, tzinfo=UTC)


def test_the_account_of_a_window_is_the_same_on_every_replica_and_in_every_version():
    assert account_id("allocation", SUBJECT, "total_tokens", START) == UUID("db05b9c4-db8b-d590-a8e9-e959afade03f")
    there = START.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert account_id("allocation", SUBJECT, "total_tokens", there) == account_id(
        "allocation", SUBJECT, "total_tokens", START
    )


@given(
    st.sets(
        st.tuples(
            st.sampled_from(["allocation", "member", "tag"]),
            st.uuids(),
            st.sampled_from(["total_tokens", "cost"]),
            st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        )
    )
)
def test_two_windows_never_share_an_account(keys):
    ids = {
        account_id(kind, subject, metric, datetime(day.year, day.month, day.day, tzinfo=UTC))
        for kind, subject, metric, day in keys
    }
    assert len(ids) == len(keys)


def test_neighbouring_months_and_metrics_are_different_accounts():
    ids = {
        account_id(kind, subject, metric, month_window(zone, START).start)
        for kind in ("allocation", "member")
        for subject in (SUBJECT, UUID(int=1))
        for metric in ("total_tokens", "cost")
        for zone in ("UTC", "Asia/Kolkata", "Asia/Kathmandu")
    }
    assert len(ids) == 24

"""Windows of every kind: each instant in exactly one, days of 23 and 25 hours, buckets and what they weigh, when there is room."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.thoroughness import tried

from ai_api.quotas.limit import AccountKey, Limit, account_of
from ai_api.quotas.rules import Balance, Charge, room_in_s
from ai_api.quotas.windows import STILL, WHOLE, Bucket, bucket_at, calendar_window, limit_account_id

PROPERTY = tried(ci=200, full=2_000)

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
moments = st.integers(946_800_000_000, 3_786_900_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
lengths = st.integers(1, 86_400)
instants_ms = st.integers(946_800_000_000, 3_786_900_000_000)


@PROPERTY
@given(st.sampled_from(ZONES), moments)
def test_every_instant_lies_in_exactly_one_day_and_days_touch(zone, at):
    window = calendar_window("day", zone, at)
    assert window.holds(at)
    assert window.holds(window.start)
    assert not window.holds(window.end)
    assert calendar_window("day", zone, window.end).start == window.end
    assert calendar_window("day", zone, window.start - timedelta(microseconds=1)).end == window.start
    # Every instant of it has the same date on the wall.
    here, last = ZoneInfo(zone), window.end - timedelta(microseconds=1)
    assert {each.astimezone(here).date() for each in (window.start, at, last)} == {at.astimezone(here).date()}


@pytest.mark.parametrize(
    ("zone", "at", "hours"),
    [
        ("Europe/Berlin", "2031-03-30T10:00", 23),
        ("Europe/Berlin", "2031-10-26T10:00", 25),
        ("Europe/Berlin", "2031-06-10T10:00", 24),
        ("America/New_York", "2031-03-09T16:00", 23),
        ("America/Havana", "2026-11-01T12:00", 25),
        ("Australia/Lord_Howe", "2031-04-05T20:00", 24.5),
    ],
)
def test_days_on_which_the_clock_changes(zone, at, hours):
    window = calendar_window("day", zone, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert window.end - window.start == timedelta(hours=hours)


@PROPERTY
@given(st.sampled_from(["sliding", "lifetime"]), st.sampled_from(ZONES), moments)
def test_what_has_no_calendar_is_one_span(kind, zone, at):
    assert calendar_window(kind, zone, at) == calendar_window(kind, "UTC", datetime(2000, 1, 1, tzinfo=UTC))
    assert calendar_window(kind, zone, at).holds(at)


@PROPERTY
@given(lengths, instants_ms)
def test_a_bucket_weighs_the_part_of_the_one_before_that_the_window_still_covers_and_never_less(length_s, ms):
    bucket = bucket_at(length_s, ms)
    begins_ms = bucket.number * length_s * 1000
    assert begins_ms <= ms < begins_ms + length_s * 1000
    covered = 1 - Fraction(ms - begins_ms, length_s * 1000)
    assert covered <= Fraction(bucket.previous_weight, WHOLE) < covered + Fraction(1, WHOLE)
    assert 0 < bucket.previous_weight <= WHOLE


@PROPERTY
@given(lengths, instants_ms, st.integers(1, 10**6))
def test_time_never_makes_a_bucket_heavier_or_earlier(length_s, ms, later_ms):
    one, other = bucket_at(length_s, ms), bucket_at(length_s, ms + later_ms)
    assert (one.number, -one.previous_weight) <= (other.number, -other.previous_weight)


def test_what_does_not_slide_has_one_bucket():
    assert bucket_at(None, 1_900_000_000_000) == STILL


counts = st.integers(0, 10**12)
balances = st.builds(Balance, counts, counts, counts, st.integers(5, 8))
buckets = st.builds(Bucket, st.integers(4, 9), st.integers(1, WHOLE))


@PROPERTY
@given(balances, buckets)
def test_used_is_the_two_buckets_with_the_exact_weight_rounded_up(balance, bucket):
    if bucket.number < balance.bucket:
        exact = Fraction(balance.settled + balance.previous)
    else:
        present = {0: balance.settled}.get(bucket.number - balance.bucket, 0)
        before = {0: balance.previous, 1: balance.settled}.get(bucket.number - balance.bucket, 0)
        exact = present + before * Fraction(bucket.previous_weight, WHOLE)
    assert exact <= balance.used(bucket) < exact + 1


@PROPERTY
@given(st.lists(st.tuples(st.integers(0, 29_999), st.integers(1, 50)), max_size=40), st.integers(50, 300))
def test_no_ten_seconds_take_more_than_the_limit_and_what_of_the_bucket_before_no_longer_weighed(arrivals, limit):
    """What two weighted buckets promise: no bucket over the limit, and no window over it by more than the part of the bucket
    before that no longer weighed when the last call was let in: exact where calls are spread evenly, never twice the limit."""
    balance, admitted = Balance(0, 0), []
    for at, amount in sorted(arrivals):
        bucket = bucket_at(10, at)
        seen = balance.rolled(bucket.number)
        if seen.used(bucket) + amount > limit:
            continue
        balance = Balance(seen.settled + amount, 0, seen.previous, seen.bucket)
        admitted.append((at, amount))
        within = sum(each for when, each in admitted if at - 10_000 < when <= at)
        unweighed = balance.previous * (WHOLE - bucket.previous_weight) / WHOLE
        assert balance.settled <= limit
        assert within <= limit + unweighed < 2 * limit + 1


def test_after_the_wait_there_is_room_and_just_before_it_there_is_not():
    met = Counter()

    @tried(ci=600, full=5_000)
    @given(balances, st.integers(1, 86_400), st.integers(0, 86_399_999), st.integers(0, 10**12), st.integers(1, 10**12))
    def waits(balance, length_s, into_ms, limit_amount, needed):
        met[_check_wait(balance, length_s, into_ms, limit_amount, needed)] += 1

    waits()
    assert met.keys() == {"never", "at once", "in this bucket", "in the next one"}, met


def _check_wait(balance, length_s, into_ms, limit_amount, needed):
    """Calls come in the bucket 8 or later than their account's."""
    balance = replace(balance, bucket=min(balance.bucket, 8))
    now_ms = 8 * length_s * 1000 + into_ms % (length_s * 1000)
    charge = sliding(limit_amount, length_s, bucket_at(length_s, now_ms))

    def fits(at_s):
        return balance.used(bucket_at(length_s, int(at_s * 1000))) + balance.held + needed <= limit_amount

    wait_s = room_in_s(charge, balance, needed)
    if wait_s is None:
        # Not even an empty window has room beside what is held.
        assert balance.held + needed > limit_amount
        return "never"
    # Times are whole milliseconds, and weights are rounded up to millionths.
    grain_s = 0.002 + 2e-6 * length_s + wait_s * 1e-9
    assert fits(now_ms / 1000 + wait_s + grain_s)
    assert wait_s <= 2 * length_s
    if wait_s <= grain_s:
        return "at once"
    assert not fits(now_ms / 1000 + wait_s - grain_s)
    return "in this bucket" if wait_s <= length_s - into_ms % (length_s * 1000) / 1000 else "in the next one"


def sliding(amount, length_s, bucket):
    start, end = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    limit = Limit(UUID(int=1), "global", None, "requests", "sliding", length_s, None, "subject", "reject", amount)
    account = AccountKey(UUID(int=2), "global", None, "requests", start, end)
    return Charge(account, limit, bucket, lambda _: 1, lambda room: room)


@PROPERTY
@given(
    st.sets(
        st.tuples(
            st.sampled_from(["global", "tag", "member"]),
            st.sampled_from(["requests", "cost"]),
            st.sampled_from([("sliding", 10), ("sliding", 60), ("day", None), ("month", None), ("lifetime", None)]),
            st.sampled_from([None, UUID(int=1), UUID(int=2)]),
            st.sampled_from([datetime(2031, 1, 1, tzinfo=UTC), datetime(2031, 2, 1, tzinfo=UTC)]),
        )
    )
)
def test_what_counts_something_else_has_an_account_of_its_own(keys):
    ids = {
        limit_account_id(
            subject_kind=subject,
            subject_id=None if subject == "global" else UUID(int=9),
            metric=metric,
            kind=kind,
            window_s=length,
            window_start=start,
            partition_id=partition,
        )
        for subject, metric, (kind, length), partition, start in keys
    }
    assert len(ids) == len(keys)


@pytest.mark.parametrize("partition", ["subject", "member", "credential"])
def test_a_limit_set_again_goes_on_counting_and_a_partition_is_its_own(partition):
    def account(limit_id, member, credential):
        limit = Limit(UUID(int=limit_id), "tag", UUID(int=7), "requests", "day", None, None, partition, "reject", 5)
        at = datetime(2031, 6, 10, tzinfo=UTC)
        return account_of(limit, zone="UTC", at=at, member_id=UUID(int=member), credential_id=UUID(int=credential)).id

    assert account(1, 1, 1) == account(2, 1, 1)
    assert (account(1, 1, 1) == account(1, 2, 2)) == (partition == "subject")
    assert (account(1, 1, 1) == account(1, 1, 2)) == (partition != "credential")

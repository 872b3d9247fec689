"""Ids that are times: versions, order, and the bounds that questions by time are asked with."""

import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.ids import first_id_of, time_of, unix_ms_of, uuid7

milliseconds = st.integers(0, 2**48 - 1) | st.integers(1_700_000_000_000, 1_900_000_000_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.integers(10**12, 250_000_000_000_000_000).map(lambda micros: EPOCH + timedelta(microseconds=micros))


@given(milliseconds)
def test_an_id_is_a_uuid_of_version_7_made_for_its_millisecond(ms):
    made = uuid7(ms)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert unix_ms_of(made) == ms


def test_ids_of_one_millisecond_differ_and_use_all_their_random_bits():
    made = {uuid7(1_700_000_000_000) for _ in range(2_000)}
    assert len(made) == 2_000
    free = ~((0xF << 76) | (0x3 << 62)) & ((1 << 80) - 1)
    ones, zeros = 0, 0
    for each in made:
        ones |= each.int & free
        zeros |= ~each.int & free
    assert ones == zeros == free


def test_ids_rise_with_time_and_are_of_now():
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert before <= unix_ms_of(made) <= time.time_ns() // 1_000_000
    assert uuid7(5).int < uuid7(6).int < uuid7(2**40).int


@given(moments)
def test_the_time_of_an_id_is_exact_to_the_millisecond(moment):
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert time_of(uuid7(unix_ms_of(first_id_of(moment)))) == whole
    assert time_of(first_id_of(moment)) == whole


@given(moments)
def test_the_first_id_of_a_moment_bounds_every_id_of_it_from_below(moment):
    first, ms = first_id_of(moment), unix_ms_of(first_id_of(moment))
    assert first <= uuid7(ms)
    assert first > uuid7(ms - 1)
    assert first_id_of(time_of(first)) == first


@pytest.mark.parametrize("ms", [1_795_251_600_123, 1_001, 1_700_000_000_001, 4_102_444_799_999])
def test_a_bound_is_not_a_millisecond_off_for_moments_that_no_float_holds(ms):
    assert unix_ms_of(first_id_of(EPOCH + timedelta(milliseconds=ms))) == ms


def test_a_moment_is_the_same_in_every_zone():
    there = datetime(2026, 11, 1, 5, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    assert (
        first_id_of(there)
        == first_id_of(datetime(2026, 11, 1, tzinfo=UTC))
        == UUID("01a19467-e800-0000-0000-000000000000")
    )

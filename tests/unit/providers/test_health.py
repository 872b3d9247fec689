"""Route health: who may try a route that failed, and when."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ai_api.providers.health import (
    COOL_FIRST_MS,
    COOL_MAX_MS,
    FAILURES_MAX,
    PROBE_MS,
    RETRY_AFTER_MAX_MS,
    Cooling,
    RetryBudget,
    RouteHealth,
)

NOW = 1_800_000_000_000
ROUTE, CALL, ANOTHER = uuid4(), uuid4(), uuid4()


def failing(times: int = FAILURES_MAX, code: str = "upstream_error", now_ms: int = NOW) -> RouteHealth:
    health = RouteHealth()
    for _ in range(times):
        health.failed(ROUTE, code, now_ms)
    return health


@pytest.mark.parametrize(
    "code",
    ["upstream_error", "upstream_overloaded", "upstream_unreachable", "upstream_timeout", "upstream_interrupted"],
)
def test_a_route_is_left_alone_after_three_failures_in_a_row(code):
    health = failing(FAILURES_MAX - 1, code)
    assert health.begin(ROUTE, CALL, NOW)
    health.failed(ROUTE, code, NOW)
    assert not health.begin(ROUTE, CALL, NOW + COOL_FIRST_MS - 1)
    assert health.cooling(NOW) == {ROUTE: Cooling(code, 1, NOW + COOL_FIRST_MS, told=False)}


def test_a_success_between_them_begins_the_count_anew():
    health = failing(FAILURES_MAX - 1)
    health.answered(ROUTE)
    health.failed(ROUTE, "upstream_error", NOW)
    assert health.standing(ROUTE, NOW) == "good"


@pytest.mark.parametrize("code", ["upstream_rate_limited", "upstream_auth"])
def test_who_names_a_limit_or_refuses_the_key_is_believed_at_once(code):
    assert failing(1, code).standing(ROUTE, NOW) == "cooling"


@pytest.mark.parametrize("code", ["upstream_invalid", "client_closed", "invalid_request"])
def test_what_says_nothing_of_the_route_changes_nothing(code):
    health = failing(10, code)
    assert (health.standing(ROUTE, NOW), health.changed) == ("good", {})


@pytest.mark.parametrize(("said_s", "waits_ms"), [(7, 7_000), (0.2, 1_000), (86_400, RETRY_AFTER_MAX_MS)])
@pytest.mark.parametrize("code", ["upstream_rate_limited", "upstream_overloaded"])
def test_a_time_the_provider_names_is_kept_within_reason(code, said_s, waits_ms):
    health = RouteHealth()
    health.failed(ROUTE, code, NOW, retry_after_s=said_s)
    assert health.cooling(NOW)[ROUTE] == Cooling(code, 1, NOW + waits_ms, told=True)


def test_one_call_tries_it_again_and_the_others_wait_for_what_it_finds():
    health = failing()
    later = NOW + COOL_FIRST_MS
    assert health.standing(ROUTE, later) == "half_open"
    assert health.begin(ROUTE, CALL, later)
    assert not health.begin(ROUTE, CALL, later + 1)
    health.answered(ROUTE)
    assert health.begin(ROUTE, CALL, later + 2)
    assert health.begin(ROUTE, CALL, later + 2)


def test_each_failure_of_a_route_that_is_tried_again_doubles_its_time():
    health, now_ms, waited = failing(), NOW, []
    for _ in range(9):
        until_ms = health.cooling(now_ms)[ROUTE].until_ms
        waited.append(until_ms - now_ms)
        now_ms = until_ms
        assert health.begin(ROUTE, CALL, now_ms)
        health.failed(ROUTE, "upstream_error", now_ms)
    assert waited == [min(COOL_FIRST_MS * 2**turn, COOL_MAX_MS) for turn in range(9)]


def test_those_that_were_on_their_way_do_not_prolong_it():
    health = failing(200)
    assert health.cooling(NOW)[ROUTE] == Cooling("upstream_error", 1, NOW + COOL_FIRST_MS, told=False)


def test_a_try_that_nobody_judged_does_not_keep_the_route_closed():
    health = failing()
    later = NOW + COOL_FIRST_MS
    assert health.begin(ROUTE, CALL, later)
    health.leave(ROUTE, ANOTHER)
    assert not health.begin(ROUTE, ANOTHER, later)
    health.leave(ROUTE, CALL)
    assert health.begin(ROUTE, CALL, later)
    # Nor one that was never heard of again.
    assert health.begin(ROUTE, CALL, later + PROBE_MS)


def test_of_those_left_alone_the_soonest_is_found_and_one_without_a_told_time_first():
    health = RouteHealth()
    told, soon, late = uuid4(), uuid4(), uuid4()
    health.failed(told, "upstream_rate_limited", NOW, retry_after_s=1)
    health.failed(soon, "upstream_auth", NOW)
    health.failed(late, "upstream_auth", NOW + 1)
    found = health.soonest([told, late, soon], NOW)
    assert found is not None
    assert found[0] == soon
    assert health.soonest([uuid4()], NOW) is None


def test_replicas_tell_one_another():
    one, other = failing(), RouteHealth()
    told = one.take_changes()
    assert one.take_changes() == {}
    other.heard(told)
    assert not other.begin(ROUTE, CALL, NOW)
    later = NOW + COOL_FIRST_MS
    assert other.begin(ROUTE, CALL, later)
    other.answered(ROUTE)
    assert other.take_changes() == {ROUTE: None}
    # What the database holds now is nothing.
    one.heard({})
    assert one.standing(ROUTE, NOW) == "good"


def test_what_could_not_be_told_is_told_later_and_not_over_what_came_since():
    health = failing()
    untold = health.take_changes()
    health.answered(ROUTE)
    health.not_told(untold)
    assert health.take_changes() == {ROUTE: None}


def test_what_is_not_told_yet_is_not_forgotten_for_what_others_say():
    health = failing()
    health.heard({})
    assert health.standing(ROUTE, NOW) == "cooling"
    longer = Cooling("upstream_auth", 3, NOW + COOL_MAX_MS, told=False)
    health.take_changes()
    health.heard({ROUTE: longer})
    assert health.cooling(NOW)[ROUTE] == longer


def test_a_provider_that_is_down_is_not_asked_twice_as_often():
    budget = RetryBudget()
    spent = 0
    for _ in range(10_000):
        budget.earn(NOW)
        spent += budget.spend()
    assert spent == pytest.approx(10_000 * RetryBudget.SHARE + RetryBudget.MOST, abs=2)


def test_a_small_house_may_always_try_again():
    budget = RetryBudget()
    for second in range(1_000):
        budget.earn(NOW + second * 1_000)
        assert budget.spend()

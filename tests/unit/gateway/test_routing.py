"""The order of routes: priority first, then chance by weight, and a drained route never."""

from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.examples import KEY, ROUTE

from ai_api.gateway.routing import order

SHARES = st.tuples(st.integers(0, 3), st.integers(0, 5) | st.integers(0, 10**6))


def candidates(*shares):
    """A route for each (priority, weight)."""
    return [
        (replace(ROUTE, id=UUID(int=number), priority=priority, weight=weight), KEY)
        for number, (priority, weight) in enumerate(shares)
    ]


def drawn(routes, chance):
    return [route.id.int for route, _ in order(routes, chance)]


@given(st.lists(SHARES, max_size=8), st.integers())
def test_every_route_in_service_comes_once_by_priority_and_drained_ones_never(shares, seed):
    routes = candidates(*shares)
    got = order(routes, Random(seed).random)
    assert sorted(route.id.int for route, _ in got) == [number for number, (_, weight) in enumerate(shares) if weight]
    assert [route.priority for route, _ in got] == sorted(route.priority for route, _ in got)


def test_weights_share_among_equals_and_with_nobody_else():
    chance, first = Random(1).random, Counter()
    for _ in range(4_000):
        first[drawn(candidates((1, 8), (0, 1), (0, 3)), chance)[0]] += 1
    assert first[0] == 0
    assert 900 < first[1] < 1_100
    assert 2_900 < first[2] < 3_100


def test_the_second_try_is_drawn_by_weight_too():
    chance, second = Random(1).random, Counter()
    for _ in range(4_000):
        got = drawn(candidates((0, 10**6), (0, 1), (0, 3)), chance)
        if got[0] == 0:
            second[got[1]] += 1
    assert 900 < second[1] < 1_100
    assert 2_900 < second[2] < 3_100


def test_no_route_is_no_order():
    assert order([], Random(1).random) == []
    assert order(candidates((0, 0)), Random(1).random) == []


def test_the_routes_given_stay_as_they_were():
    routes = candidates((1, 1), (0, 1))
    order(routes, Random(1).random)
    assert routes == candidates((1, 1), (0, 1))


CONVERSATIONS = [f"conversation {number}".encode() for number in range(4_000)]


def way(routes, conversation):
    return [route.id.int for route, _ in order(routes, never, conversation)]


def never():
    raise AssertionError("a conversation is not left to chance")


def test_a_conversation_always_goes_the_same_way():
    routes = candidates((0, 1), (0, 3), (1, 1), (0, 2))
    for conversation in CONVERSATIONS[:50]:
        assert way(routes, conversation) == way(list(reversed(routes)), conversation)


def test_conversations_share_routes_by_weight():
    first = Counter(way(candidates((1, 8), (0, 1), (0, 3), (0, 0)), each)[0] for each in CONVERSATIONS)
    assert set(first) == {1, 2}
    assert 900 < first[1] < 1_100


def test_a_route_that_goes_takes_only_its_own_conversations_along():
    routes = candidates((0, 1), (0, 3), (0, 2))
    for conversation in CONVERSATIONS[:500]:
        before = way(routes, conversation)
        assert way([each for each in routes if each[0].id.int != 1], conversation) == [
            each for each in before if each != 1
        ]


def test_more_weight_draws_conversations_to_that_route_and_to_no_other():
    before, after = candidates((0, 1), (0, 1), (0, 1)), candidates((0, 1), (0, 4), (0, 1))
    for conversation in CONVERSATIONS[:500]:
        was, now = way(before, conversation)[0], way(after, conversation)[0]
        assert now in {was, 1}


@given(st.lists(SHARES, max_size=8), st.binary(max_size=80))
def test_every_route_in_service_comes_once_in_any_conversation(shares, conversation):
    got = order(candidates(*shares), never, conversation)
    assert sorted(route.id.int for route, _ in got) == [number for number, (_, weight) in enumerate(shares) if weight]
    assert [route.priority for route, _ in got] == sorted(route.priority for route, _ in got)

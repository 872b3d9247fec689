"""The order of routes: priority first, then chance by weight, and a drained route never."""

from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
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


@pytest.mark.parametrize(
    ("point", "expected"), [(0.0, [0, 1]), (0.2499, [0, 1]), (0.25, [1, 0]), (0.9999999999999999, [1, 0])]
)
def test_the_point_drawn_falls_on_a_share_of_the_weight(point, expected):
    assert drawn(candidates((0, 1), (0, 3)), lambda: point) == expected


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

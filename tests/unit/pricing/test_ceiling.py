"""What a hold takes: an upper bound for every way a call can be billed, and not a nano more than that needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.pricing.strategies import prices, usages

from ai_api.pricing import (
    Ceiling,
    PriceMissingError,
    Prices,
    Reach,
    ServiceTier,
    Tier,
    affordable_output,
    ceiling,
    cost,
    prices_from_usd,
)
from ai_api.wire.usage import COUNT_MAX, Usage

CLAUDE = prices_from_usd(
    {
        "input_usd": "15",
        "cached_read_usd": "1.50",
        "cache_write_usd": "18.75",
        "cache_write_1h_usd": "30",
        "output_usd": "75",
    }
)
GEMINI_PRO = prices_from_usd(
    {
        "input_usd": "1.25",
        "cached_read_usd": "0.125",
        "output_usd": "10",
        "tiers": [{"above_input_tokens": 200_000, "input_usd": "2.50", "cached_read_usd": "0.25", "output_usd": "15"}],
        "service_tiers": {"flex": {"input_usd": "0.625", "output_usd": "5"}},
    }
)
EMBEDDING = prices_from_usd({"input_usd": "0.02"})
bounds = st.integers(min_value=0, max_value=60) | st.integers(min_value=0, max_value=10**7)


@st.composite
def bounded_calls(draw):
    input_tokens, output_tokens = draw(bounds), draw(bounds)
    return input_tokens, output_tokens, draw(usages(input_max=input_tokens, output_max=output_tokens))


@given(call=bounded_calls(), price=prices())
def test_no_call_within_its_bounds_costs_more_than_its_ceiling(call, price):
    """Any split of input and output, any long-context tier, any service tier."""
    input_tokens, output_tokens, usage = call
    most = ceiling(price, input_tokens=input_tokens, output_tokens=output_tokens)
    assert cost(usage, price) <= most.total_nanos


@given(call=bounded_calls(), price=prices(), units=st.dictionaries(st.sampled_from(["image", "second"]), bounds))
def test_units_and_searches_are_within_the_ceiling_that_names_them(call, price, units):
    input_tokens, output_tokens, usage = call
    searching = Usage(input_total=usage.input_total, output=usage.output, web_searches=4)
    most = ceiling(
        price, input_tokens=input_tokens, output_tokens=output_tokens, units=units | {"query": 5}
    ).total_nanos
    assert cost(searching, price, units=units | {"query": 1}) <= most


@given(call=bounded_calls(), price=prices())
def test_what_is_ruled_out_is_not_held_and_the_rest_still_bounds(call, price):
    input_tokens, output_tokens, usage = call
    ordinary = Usage(
        input_total=usage.input_total, cached_read=usage.cached_read, output=usage.output, reasoning=usage.reasoning
    )
    reach = Reach(service_tiers=frozenset(), cache_write=False)
    narrow = ceiling(price, input_tokens=input_tokens, output_tokens=output_tokens, reach=reach)
    wide = ceiling(price, input_tokens=input_tokens, output_tokens=output_tokens)
    assert cost(ordinary, price) <= narrow.total_nanos <= wide.total_nanos


@given(call=bounded_calls(), price=prices())
def test_a_larger_bound_never_has_a_lower_ceiling(call, price):
    input_tokens, output_tokens, usage = call
    smaller = ceiling(price, input_tokens=usage.input_total, output_tokens=usage.output)
    larger = ceiling(price, input_tokens=input_tokens, output_tokens=output_tokens)
    assert smaller.fixed_nanos <= larger.fixed_nanos
    assert smaller.output_nanos <= larger.output_nanos


@given(price=prices(), input_tokens=bounds, room_nanos=st.integers(min_value=0, max_value=10**17))
def test_the_affordable_output_is_the_largest_that_fits(price, input_tokens, room_nanos):
    most = affordable_output(price, input_tokens=input_tokens, room_nanos=room_nanos)

    def held(output_tokens):
        return ceiling(price, input_tokens=input_tokens, output_tokens=output_tokens).total_nanos

    if held(0) > room_nanos:
        assert most == 0
    else:
        assert held(most) <= room_nanos
        assert most == COUNT_MAX or held(most + 1) > room_nanos


@given(
    price=prices(),
    input_tokens=bounds,
    rooms=st.tuples(*[st.integers(min_value=-(10**6), max_value=10**15)] * 2),
)
def test_more_room_never_affords_less(price, input_tokens, rooms):
    less, more = (affordable_output(price, input_tokens=input_tokens, room_nanos=room) for room in sorted(rooms))
    assert 0 <= less <= more


def test_a_hold_is_not_priced_below_the_tier_the_call_reaches():
    below = ceiling(GEMINI_PRO, input_tokens=200_000, output_tokens=1_000)
    above = ceiling(GEMINI_PRO, input_tokens=200_001, output_tokens=1_000)
    assert below == Ceiling(fixed_nanos=200_000 * 1_250, output_nanos=1_000 * 10_000)
    assert above == Ceiling(fixed_nanos=200_001 * 2_500, output_nanos=1_000 * 15_000)


def test_a_hold_is_not_twice_what_the_call_can_reach():
    """A request that cannot write to the cache for an hour is not held at the price of one that does."""
    widest = ceiling(CLAUDE, input_tokens=100_000, output_tokens=0)
    five = ceiling(CLAUDE, input_tokens=100_000, output_tokens=0, reach=Reach(cache_write_1h=False))
    plain = ceiling(CLAUDE, input_tokens=100_000, output_tokens=0, reach=Reach(cache_write=False))
    assert [each.fixed_nanos for each in (widest, five, plain)] == [3 * 10**9, 1_875_000_000, 1_500_000_000]


def test_only_the_service_tiers_that_can_serve_are_held():
    tiered = Prices(
        input_nanos=10**6,
        output_nanos=2 * 10**6,
        service_tiers=(
            ServiceTier(name="priority", input_nanos=4 * 10**6, output_nanos=8 * 10**6),
            ServiceTier(name="flex", input_nanos=1, output_nanos=1),
        ),
    )

    def held(tiers):
        return ceiling(tiered, input_tokens=10, output_tokens=10, reach=Reach(service_tiers=tiers)).total_nanos

    assert held(None) == held(frozenset({"priority", "flex"})) == 120
    assert held(frozenset()) == held(frozenset({"flex"})) == held(frozenset({"unknown"})) == 30


def test_a_cheaper_tier_above_does_not_lower_the_hold():
    odd = Prices(
        input_nanos=10**7, output_nanos=10**7, tiers=(Tier(above_input_tokens=5, input_nanos=1, output_nanos=1),)
    )
    assert ceiling(odd, input_tokens=100, output_tokens=1).total_nanos == 1_000 + 10


def test_a_light_user_is_not_locked_out_by_rounding_or_caches():
    """100 KB prompts and 32,000 tokens at most at 15/75 USD fit into 5 USD: the output that is affordable is sent."""
    reach = Reach(cache_write=False)
    room_nanos = 5 * 10**9
    assert ceiling(CLAUDE, input_tokens=100_000, output_tokens=32_000, reach=reach).total_nanos == 3_900_000_000
    assert affordable_output(CLAUDE, input_tokens=100_000, room_nanos=room_nanos, reach=reach) == 46_666


def test_no_room_affords_nothing():
    assert affordable_output(CLAUDE, input_tokens=1_000, room_nanos=30_000_000) == 0
    assert affordable_output(CLAUDE, input_tokens=1_000, room_nanos=29_999_999) == 0
    assert affordable_output(CLAUDE, input_tokens=1_000, room_nanos=30_075_000) == 1
    assert affordable_output(CLAUDE, input_tokens=0, room_nanos=-1) == 0


def test_free_output_is_affordable_without_end():
    free = Prices(input_nanos=10, output_nanos=0)
    assert affordable_output(free, input_tokens=0, room_nanos=0) == COUNT_MAX


def test_a_ceiling_without_a_price_is_refused_and_never_zero():
    assert ceiling(EMBEDDING, input_tokens=100, output_tokens=0).total_nanos == 2_000
    for unpriced in (
        lambda: ceiling(EMBEDDING, input_tokens=100, output_tokens=1),
        lambda: affordable_output(EMBEDDING, input_tokens=100, room_nanos=10**9),
        lambda: ceiling(Prices(output_nanos=1), input_tokens=1, output_tokens=1),
        lambda: ceiling(Prices(), input_tokens=1, output_tokens=1),
        lambda: ceiling(Prices(per_image_nanos=1), input_tokens=1, output_tokens=0),
    ):
        with pytest.raises(PriceMissingError):
            unpriced()


def test_a_unit_priced_call_is_held_by_its_units():
    image = Prices(per_image_nanos=40_000_000)
    held = ceiling(image, input_tokens=500, output_tokens=500, units={"image": 4})
    assert held == Ceiling(fixed_nanos=160_000_000, output_nanos=0)
    assert affordable_output(image, input_tokens=500, room_nanos=160_000_000, units={"image": 4}) == COUNT_MAX
    assert affordable_output(image, input_tokens=500, room_nanos=159_999_999, units={"image": 4}) == 0


@pytest.mark.parametrize(("input_tokens", "output_tokens"), [(-1, 0), (0, -1)])
def test_negative_bounds_are_a_mistake(input_tokens, output_tokens):
    with pytest.raises(ValueError, match="-1"):
        ceiling(CLAUDE, input_tokens=input_tokens, output_tokens=output_tokens)

"""What calls cost: real price lists by hand, the disasters of others by name, and the laws for all prices."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.pricing.strategies import CLASSES, amounts, exact_nanos, prices, usages

from ai_api.core.money import NANOS_MAX, NANOS_PER_USD, parse_usd
from ai_api.pricing import (
    PriceMissingError,
    Prices,
    ServiceTier,
    Tier,
    cost,
    cost_or_none,
    likely,
    prices_from_usd,
)
from ai_api.wire.anthropic_usage import from_anthropic
from ai_api.wire.openai_usage import from_openai_chat
from ai_api.wire.usage import Usage

GPT_4O_MINI = prices_from_usd(
    {
        "input_usd": "0.15",
        "cached_read_usd": "0.075",
        "output_usd": "0.60",
        "service_tiers": {
            "priority": {"input_usd": "0.25", "cached_read_usd": "0.125", "output_usd": "1.00"},
            "batches": {"input_usd": "0.075", "output_usd": "0.30"},
        },
    }
)
GPT_5_1 = prices_from_usd(
    {
        "input_usd": "1.25",
        "cached_read_usd": "0.125",
        "output_usd": "10",
        "service_tiers": {
            "flex": {"input_usd": "0.625", "cached_read_usd": "0.0625", "output_usd": "5"},
            "priority": {"input_usd": "2.50", "cached_read_usd": "0.25", "output_usd": "20"},
        },
    }
)
CLAUDE = prices_from_usd(
    {
        "input_usd": "3",
        "cached_read_usd": "0.30",
        "cache_write_usd": "3.75",
        "cache_write_1h_usd": "6",
        "output_usd": "15",
    }
)
GEMINI_PRO = prices_from_usd(
    {
        "input_usd": "1.25",
        "cached_read_usd": "0.125",
        "output_usd": "10",
        "tiers": [{"above_input_tokens": 200_000, "input_usd": "2.50", "cached_read_usd": "0.25", "output_usd": "15"}],
    }
)
MISTRAL = prices_from_usd({"input_usd": "0.50", "cached_read_usd": "0.05", "output_usd": "1.50"})
EMBEDDING = prices_from_usd({"input_usd": "0.02"})
SPEECH = prices_from_usd({"per_character_usd": "0.000015"})
OCR = prices_from_usd({"per_page_usd": "0.004"})
IMAGE = prices_from_usd({"per_image_usd": "0.04"})
WHISPER = prices_from_usd({"per_second_usd": "0.0001"})
TRANSCRIBE = prices_from_usd({"input_usd": "2.50", "output_usd": "10", "per_second_usd": "0.0001"})
NOTHING = Usage(input_total=0)


def usd(text):
    return parse_usd(text)


@pytest.mark.parametrize(
    ("prices", "usage", "expected"),
    [
        (GPT_4O_MINI, Usage(input_total=100, cached_read=30, output=20, reasoning=7), "0.00002475"),
        (GPT_4O_MINI, Usage(input_total=1_000_000, output=1_000_000), "0.75"),
        (GPT_5_1, Usage(input_total=1_000, cached_read=400, output=100), "0.0018"),
        (CLAUDE, Usage(input_total=90, cached_read=30, cache_write=50, output=20), "0.0005265"),
        (CLAUDE, Usage(input_total=90, cached_read=30, cache_write=50, cache_write_1h=50, output=20), "0.000639"),
        (CLAUDE, Usage(input_total=90, cached_read=30, cache_write=50, cache_write_1h=20, output=20), "0.0005715"),
        (MISTRAL, Usage(input_total=100, cached_read=30, output=20), "0.0000665"),
        (EMBEDDING, Usage(input_total=1), "0.00000002"),
        (EMBEDDING, Usage(input_total=8_192), "0.00016384"),
    ],
)  # fmt: skip
def test_real_price_lists(prices, usage, expected):
    assert cost(usage, prices) == usd(expected)


def test_cached_tokens_are_not_billed_twice():
    """The same call, reported with the cache inside the input and outside of it, costs the same and each token once."""
    inside = from_openai_chat(
        {
            "prompt_tokens": 90,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 50},
        }
    )
    outside = from_anthropic(
        {"input_tokens": 10, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 50, "output_tokens": 20}
    )
    by_hand = 10 * 3_000 + 30 * 300 + 50 * 3_750 + 20 * 15_000
    assert cost(inside, CLAUDE) == cost(outside, CLAUDE) == by_hand


def test_cached_tokens_are_not_billed_at_full_price():
    assert cost(Usage(input_total=100, cached_read=100), GPT_4O_MINI) * 2 == cost(Usage(input_total=100), GPT_4O_MINI)


def test_cached_tokens_without_a_cached_price_cost_full_input():
    flat = Prices(input_nanos=usd("1"), output_nanos=usd("2"))
    assert cost(Usage(input_total=100, cached_read=60, cache_write=40), flat) == cost(Usage(input_total=100), flat)


def test_cache_writes_and_one_hour_writes_have_their_own_prices():
    five = cost(Usage(input_total=1_000_000, cache_write=1_000_000), CLAUDE)
    hour = cost(Usage(input_total=1_000_000, cache_write=1_000_000, cache_write_1h=1_000_000), CLAUDE)
    assert (five, hour) == (usd("3.75"), usd("6"))
    without = Prices(input_nanos=3, cache_write_nanos=375, output_nanos=15)
    assert without.rates(None, 1).cache_write_1h == 375


def test_reasoning_is_billed_once_as_part_of_output():
    dear = Prices(input_nanos=0, output_nanos=usd("8"), reasoning_nanos=usd("3"))
    assert cost(Usage(input_total=0, output=1_000_000, reasoning=400_000), dear) == usd("6")
    same = Prices(input_nanos=0, output_nanos=usd("8"))
    assert cost(Usage(input_total=0, output=1_000_000, reasoning=400_000), same) == usd("8")


def test_long_context_tier_is_not_ignored():
    """A tier applies to the whole call, output too, once the input exceeds its threshold."""
    at = cost(Usage(input_total=200_000, output=1_000), GEMINI_PRO)
    above = cost(Usage(input_total=200_001, output=1_000), GEMINI_PRO)
    assert at == 200_000 * 1_250 + 1_000 * 10_000
    assert above == 200_001 * 2_500 + 1_000 * 15_000
    cached = cost(Usage(input_total=200_001, cached_read=200_000, output=0), GEMINI_PRO)
    assert cached == 200_000 * 250 + 2_500


def test_the_highest_tier_that_is_exceeded_applies():
    steps = Prices(
        input_nanos=1_000_000,
        output_nanos=0,
        tiers=(Tier(above_input_tokens=10, input_nanos=2_000_000), Tier(above_input_tokens=20, input_nanos=3_000_000)),
    )
    assert [cost(Usage(input_total=each), steps) for each in (10, 11, 20, 21)] == [10, 22, 40, 63]


def test_a_tier_that_leaves_out_the_cached_price_charges_its_own_input():
    partly = Prices(
        input_nanos=usd("1.25"),
        cached_read_nanos=usd("0.125"),
        output_nanos=usd("10"),
        tiers=(Tier(above_input_tokens=10, input_nanos=usd("2.50")),),
    )
    rates = partly.rates(None, 11)
    assert (rates.cached_read, rates.output) == (usd("2.50"), usd("10"))


def test_served_tier_is_billed_not_requested():
    usage = Usage(input_total=1_000, cached_read=400, output=100)
    answered = {"prompt_tokens": 1_000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 400}}
    assert cost(usage, GPT_5_1) == usd("0.0018")
    assert cost(from_openai_chat(answered, service_tier="priority"), GPT_5_1) == usd("0.0036")
    assert cost(from_openai_chat(answered, service_tier="flex"), GPT_5_1) == usd("0.0009")
    assert cost(from_openai_chat(answered, service_tier="default"), GPT_5_1) == usd("0.0018")


def test_a_served_tier_without_prices_costs_the_ordinary_ones():
    usage = Usage(input_total=1_000, output=100, service_tier="ultrafast")
    assert cost(usage, GPT_5_1) == cost(Usage(input_total=1_000, output=100), GPT_5_1)


def test_a_service_tier_that_leaves_out_a_price_falls_back_among_its_own():
    """Batches of gpt-4o-mini state no cached price: their own input, not the ordinary cached one."""
    assert GPT_4O_MINI.rates("batches", 1).cached_read == usd("0.075")
    only_input = Prices(
        input_nanos=10, output_nanos=40, reasoning_nanos=30, service_tiers=(ServiceTier(name="flex", input_nanos=5),)
    )
    rates = only_input.rates("flex", 1)
    assert (rates.input, rates.cached_read, rates.output, rates.reasoning) == (5, 5, 40, 30)


def test_a_service_tier_does_not_escape_the_long_context_price():
    both = Prices(
        input_nanos=10,
        output_nanos=100,
        tiers=(Tier(above_input_tokens=5, input_nanos=20, output_nanos=150),),
        service_tiers=(
            ServiceTier(name="flex", input_nanos=5, output_nanos=50),
            ServiceTier(name="priority", input_nanos=25, output_nanos=120),
            ServiceTier(name="own", input_nanos=7, output_nanos=70, tiers=(Tier(above_input_tokens=9, input_nanos=8),)),
        ),
    )
    reached = {name: [(r.input, r.output) for r in (both.rates(name, 5), both.rates(name, 6), both.rates(name, 10))]
               for name in ("flex", "priority", "own")}  # fmt: skip
    assert reached == {
        "flex": [(5, 50), (20, 150), (20, 150)],
        "priority": [(25, 120), (25, 150), (25, 150)],
        "own": [(7, 70), (7, 70), (8, 70)],
    }


def test_rounding_does_not_make_embeddings_free():
    """At 0.02 USD per million a token costs 20 nano-USD: exact, where six decimals of a dollar would say nothing."""
    assert [cost(Usage(input_total=each), EMBEDDING) for each in (1, 3, 25, 49)] == [20, 60, 500, 980]
    assert sum(cost(Usage(input_total=8), EMBEDDING) for _ in range(1_000_000 // 8)) == usd("0.02")


def test_rounding_is_half_up_and_once_for_the_whole_call():
    tiny = Prices(input_nanos=400_000, cached_read_nanos=400_000, output_nanos=400_000)
    assert cost(Usage(input_total=1), tiny) == 0
    assert cost(Usage(input_total=1, output=1), tiny) == 1
    assert cost(Usage(input_total=2, cached_read=1, output=1), tiny) == 1
    assert cost(Usage(input_total=1), Prices(input_nanos=500_000)) == 1
    assert cost(Usage(input_total=1), Prices(input_nanos=499_999)) == 0


def test_unknown_price_is_none_and_never_zero():
    usage = Usage(input_total=100, output=20)
    assert cost_or_none(usage, None) is None
    assert cost_or_none(None, GPT_5_1) is None
    assert cost_or_none(usage, Prices()) is None
    assert cost_or_none(NOTHING, Prices()) is None
    with pytest.raises(PriceMissingError):
        cost(usage, Prices())


@pytest.mark.parametrize(
    ("usage", "missing"),
    [
        (Usage(input_total=1, output=20), "output"),
        (Usage(input_total=1, output=20, reasoning=20), "reasoning"),
    ],
)
def test_a_class_in_use_without_a_price_makes_the_call_unpriced(usage, missing):
    with pytest.raises(PriceMissingError) as refused:
        cost(usage, EMBEDDING)
    assert refused.value.what == (missing,)
    assert cost_or_none(usage, EMBEDDING) is None
    cached_only = Prices(cached_read_nanos=1_000_000)
    assert cost(Usage(input_total=5, cached_read=5), cached_only) == 5
    assert cost_or_none(Usage(input_total=5, cached_read=4), cached_only) is None


def test_what_no_tier_states_stays_unknown_in_every_tier():
    partly = Prices(
        input_nanos=10**6,
        tiers=(Tier(above_input_tokens=10, input_nanos=2 * 10**6), Tier(above_input_tokens=20, output_nanos=10**6)),
        service_tiers=(ServiceTier(name="flex", input_nanos=10**6),),
    )
    for tier in (None, "flex"):
        costs = [
            cost_or_none(Usage(input_total=each, output=1, service_tier=tier), partly) for each in (10, 11, 20, 21)
        ]
        assert costs == [None, None, None, 22]


def test_a_price_of_zero_is_free_and_known():
    assert cost_or_none(Usage(input_total=100, output=20), Prices(input_nanos=0, output_nanos=0)) == 0


@pytest.mark.parametrize(
    ("prices", "units", "expected"),
    [
        (SPEECH, {"character": 1_000_000}, "15"),
        (OCR, {"page": 3}, "0.012"),
        (IMAGE, {"image": 2}, "0.08"),
        (WHISPER, {"second": 90}, "0.009"),
    ],
)
def test_the_meter_is_the_one_the_price_has(prices, units, expected):
    """Whisper by the second, images by the piece, speech by the character: none of them by tokens they do not count."""
    assert cost(NOTHING, prices, units=units) == usd(expected)
    assert cost(Usage(input_total=50, output=10), prices, units=units) == usd(expected)


@pytest.mark.parametrize("prices", [SPEECH, OCR, IMAGE, WHISPER])
def test_a_unit_price_without_a_reported_unit_is_unpriced_and_never_zero(prices):
    assert cost_or_none(NOTHING, prices) is None
    assert cost_or_none(Usage(input_total=50, output=10), prices) is None
    assert cost_or_none(Usage(input_total=50), prices, units={"query": 1}) is None


def test_a_transcription_is_priced_by_the_meter_its_usage_reports():
    assert cost(Usage(input_total=14, output=2), TRANSCRIBE) == 14 * 2_500 + 2 * 10_000
    assert cost(NOTHING, TRANSCRIBE, units={"second": 90}) == usd("0.009")


def test_a_price_per_request_is_added_to_every_call():
    per_request = Prices(per_request_nanos=5_000_000)
    assert cost(Usage(input_total=100, output=20), per_request) == 5_000_000
    both = Prices(input_nanos=usd("1"), output_nanos=usd("1"), per_request_nanos=5_000_000)
    assert cost(Usage(input_total=100, output=20), both) == 5_000_000 + 120_000


def test_tool_call_fees_are_not_ignored():
    searching = Prices(input_nanos=usd("3"), output_nanos=usd("15"), per_query_nanos=usd("0.01"))
    without = Usage(input_total=100, output=20)
    assert cost(Usage(input_total=100, output=20, web_searches=3), searching) == cost(without, searching) + usd("0.03")
    assert cost(without, searching, units={"query": 2}) == cost(without, searching) + usd("0.02")
    rerank = Prices(per_query_nanos=usd("0.002"))
    assert cost(Usage(input_total=400), rerank, units={"query": 1}) == usd("0.002")


def test_a_unit_that_does_not_exist_is_a_mistake_and_not_free():
    with pytest.raises(ValueError, match="imgae"):
        cost(NOTHING, IMAGE, units={"imgae": 2})
    with pytest.raises(ValueError, match="image"):
        cost(NOTHING, IMAGE, units={"image": -2})


def test_counts_beyond_32_and_53_bits_are_exact():
    price = Prices(input_nanos=usd("75"), output_nanos=usd("150"))
    assert cost(Usage(input_total=2**31, output=2**33), price) == 2**31 * 75_000 + 2**33 * 150_000
    odd = Prices(input_nanos=10**15 - 1, output_nanos=10**15 - 1)
    exact = (9_007_199_255 * (10**15 - 1) + 500_000) // 10**6
    assert exact > 2**53
    assert cost(Usage(input_total=9_007_199_254, output=1), odd) == exact


def test_a_cost_that_no_column_holds_is_the_most_a_column_holds():
    """A broken provider's count must not become a row that the database refuses."""
    dearest = Prices(input_nanos=10**15, output_nanos=10**15)
    assert cost(Usage(input_total=2**53, output=2**53), dearest) == NANOS_MAX
    assert cost(NOTHING, Prices(per_image_nanos=10**15), units={"image": 10**9}) == NANOS_MAX


def test_the_likely_cost_is_the_plain_one():
    assert likely(GEMINI_PRO, input_tokens=200_001, output_tokens=100) == 200_001 * 2_500 + 100 * 15_000
    assert likely(IMAGE, input_tokens=50, output_tokens=0, units={"image": 1}) == usd("0.04")
    with pytest.raises(PriceMissingError):
        likely(EMBEDDING, input_tokens=1, output_tokens=1)


@given(usage=usages(), price=prices())
def test_the_cost_is_the_exact_fraction_rounded_once(usage, price):
    assert cost(usage, price) == min(NANOS_MAX, math.floor(exact_nanos(usage, price) + Fraction(1, 2)))


@given(usage=usages(), price=prices())
def test_the_cost_is_never_negative_and_always_a_whole_number(usage, price):
    nanos = cost(usage, price)
    assert type(nanos) is int
    assert 0 <= nanos <= NANOS_MAX


@given(
    usage=usages(input_max=10**9, output_max=10**9),
    more=st.tuples(*[st.integers(min_value=0, max_value=10**9)] * 4),
    price=st.fixed_dictionaries({f"{each}_nanos": amounts for each in CLASSES}),
)
def test_more_of_anything_never_costs_less(usage, more, price):
    flat = Prices(**price)
    plain, read, written, output = more
    grown = Usage(
        input_total=usage.input_total + plain + read + written,
        cached_read=usage.cached_read + read,
        cache_write=usage.cache_write + written,
        cache_write_1h=usage.cache_write_1h,
        output=usage.output + output,
        reasoning=usage.reasoning,
        service_tier=usage.service_tier,
    )
    assert cost(grown, flat) >= cost(usage, flat)


@given(
    below=st.integers(min_value=0, max_value=10**7),
    above=st.integers(min_value=0, max_value=10**7),
    base=st.integers(min_value=0, max_value=10**12),
    step=st.integers(min_value=0, max_value=10**12),
    threshold=st.integers(min_value=1, max_value=10**7),
)
def test_more_input_never_costs_less_across_a_dearer_tier(below, above, base, step, threshold):
    below, above = sorted((below, above))
    tiered = Prices(input_nanos=base, tiers=(Tier(above_input_tokens=threshold, input_nanos=base + step),))
    assert cost(Usage(input_total=below), tiered) <= cost(Usage(input_total=above), tiered)


@given(parts=st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=20))
def test_whole_nano_prices_add_up_over_calls(parts):
    """Where a token's price is a whole number of nanos, many calls cost what one call of all their tokens costs."""
    assert sum(cost(Usage(input_total=each), EMBEDDING) for each in parts) == cost(
        Usage(input_total=sum(parts)), EMBEDDING
    )


def test_a_million_dollars_is_an_ordinary_number():
    assert cost(Usage(input_total=10**9), Prices(input_nanos=1_000 * NANOS_PER_USD)) == 10**6 * NANOS_PER_USD

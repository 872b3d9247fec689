"""The registry's words about money as prices: nothing lost, nothing made up, nothing free by accident."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.pricing import Prices, ServiceTier, Tier, suggest_prices

PLAIN = {"input_cost_per_token": "0.00000125", "output_cost_per_token": "0.00001"}


def prices_of(**facts: Any) -> Prices:
    """The suggestion for these facts, which leaves nothing out."""
    found = suggest_prices({**PLAIN, **facts})
    assert found.prices is not None
    assert (found.by_hand, found.outside, found.unknown) == ((), {}, ())
    return found.prices


def test_tokens_are_priced_by_the_million() -> None:
    assert prices_of(
        cache_read_input_token_cost="0.000000125",
        cache_creation_input_token_cost="0.00000375",
        cache_creation_input_token_cost_above_1hr="0.000006",
        output_cost_per_reasoning_token="0.00002",
        input_cost_per_request="0.005",
    ) == Prices(
        input_nanos=1_250_000_000,
        cached_read_nanos=125_000_000,
        cache_write_nanos=3_750_000_000,
        cache_write_1h_nanos=6_000_000_000,
        output_nanos=10_000_000_000,
        reasoning_nanos=20_000_000_000,
        per_request_nanos=5_000_000,
    )


def test_tiers_and_service_tiers_are_kept_apart() -> None:
    found = prices_of(
        input_cost_per_token_above_200k_tokens="0.0000025",
        cache_creation_input_token_cost_above_1hr_above_200k_tokens="0.000012",
        input_cost_per_token_above_512k_tokens="0.000005",
        input_cost_per_token_priority="0.0000025",
        output_cost_per_token_above_200k_tokens_priority="0.00003",
        input_cost_per_token_flex="0.000000625",
    )
    assert found.tiers == (
        Tier(above_input_tokens=200_000, input_nanos=2_500_000_000, cache_write_1h_nanos=12_000_000_000),
        Tier(above_input_tokens=512_000, input_nanos=5_000_000_000),
    )
    assert found.service_tiers == (
        ServiceTier(name="flex", input_nanos=625_000_000),
        ServiceTier(
            name="priority",
            input_nanos=2_500_000_000,
            tiers=(Tier(above_input_tokens=200_000, output_nanos=30_000_000_000),),
        ),
    )


@pytest.mark.parametrize(
    ("amount", "nanos"), [("0.0000005000000004", 500_000_000), ("0.0000005000000005", 500_000_001)]
)
def test_noise_of_floats_is_rounded_half_up(amount: str, nanos: int) -> None:
    assert prices_of(input_cost_per_token=amount).input_nanos == nanos


@pytest.mark.parametrize("missing", ["input_cost_per_token", "output_cost_per_token"])
def test_an_unknown_price_is_free(missing: str) -> None:
    for amount in ("0", "0.0", None):
        facts = {name: text for name, text in PLAIN.items() if name != missing}
        found = suggest_prices(facts if amount is None else {**facts, missing: amount})
        assert found.prices is None
        assert missing in found.by_hand[0]


def test_a_cached_price_of_nothing_makes_cached_input_free() -> None:
    found = suggest_prices({**PLAIN, "cache_read_input_token_cost": "0"})
    assert found.prices == prices_of()
    assert list(found.outside) == ["cache_read_input_token_cost"]


@pytest.mark.parametrize(
    "name",
    [
        "search_context_cost_per_query",
        "input_cost_per_audio_token",
        "cache_read_input_audio_token_cost",
        "output_cost_per_image_token_batches",
        "input_cost_per_image_above_128k_tokens",
        "tiered_pricing",
        "off_peak_pricing",
        "provider_specific_entry",
        "regional_processing_uplift_multiplier_us",
    ],
)
def test_a_price_without_a_place_here_is_lost(name: str) -> None:
    found = suggest_prices({**PLAIN, name: "0.01"})
    assert (list(found.outside), found.unknown) == ([name], ())
    assert found.prices == prices_of()


@pytest.mark.parametrize(
    "name",
    [
        "input_cost_per_token_turbo",
        "input_cost_per_thought",
        "input_cost_per_token_above_2m_tokens",
        "input_cost_per_token_above_1hr",
        "xinput_cost_per_token",
        "input_cost_per_token_priority_above_200k_tokens",
    ],
)
def test_a_kind_of_price_never_seen_is_taken_for_one_that_is_known(name: str) -> None:
    found = suggest_prices({**PLAIN, name: "0.01"})
    assert (found.unknown, found.outside) == ((name,), {})


def test_two_words_for_one_price_that_differ_are_not_chosen_from() -> None:
    same = {"cache_read_input_token_cost": "0.0000001", "input_cost_per_token_cache_hit": "0.0000001"}
    assert prices_of(**same).cached_read_nanos == 100_000_000
    found = suggest_prices({**PLAIN, **same, "input_cost_per_token_cache_hit": "0.0000002"})
    assert list(found.outside) == ["input_cost_per_token_cache_hit"]


@pytest.mark.parametrize(
    "amount", ["-0.1", "NaN", "Infinity", "a lot", "", "1e30", 5, 0.1, True, None, {}, [], "1" * 5000]
)
def test_what_is_no_amount_is_a_price(amount: Any) -> None:
    found = suggest_prices({**PLAIN, "cache_read_input_token_cost": amount})
    assert list(found.outside) == ["cache_read_input_token_cost"]
    assert found.prices == prices_of()


def test_a_price_beyond_all_prices_is_for_somebody_to_say() -> None:
    found = suggest_prices({**PLAIN, "output_cost_per_token": "5"})
    assert found.prices is None
    assert "do not fit" in found.by_hand[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.decimals().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.lists(
    st.sampled_from(
        (
            "input_cost_per_token",
            "output_cost_per_token",
            "cache_read_input_token_cost",
            "input_cost_per_request",
            "cost",
            "_above_1hr",
            "_above_9k_tokens",
            "_above_200k_tokens",
            "_batches",
            "_flex",
            "_priority",
        )
    ),
    max_size=3,
).map("".join)


@given(st.dictionaries(WORDS | st.text(max_size=20), JSON | st.just("0.000001"), max_size=12))
def test_a_fact_about_money_is_lost(facts: dict[str, Any]) -> None:
    found = suggest_prices(facts)
    named = set(found.outside) | set(found.unknown)
    assert named <= facts.keys()
    if found.prices is None:
        assert found.by_hand
        return
    stated = [found.prices, *found.prices.tiers, *found.prices.service_tiers]
    stated += [tier for each in found.prices.service_tiers for tier in each.tiers]
    amounts = sum(
        getattr(each, name) is not None
        for each in stated
        for name in dir(each)
        if name.endswith("_nanos") and not name.startswith("unit")
    )
    assert amounts == len(facts) - len(named)

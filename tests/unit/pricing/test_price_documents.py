"""Prices in and out of documents: strict, lossless, and clear about which field is wrong."""

import json

import pytest
from hypothesis import given
from tests.unit.pricing.strategies import prices

from ai_api.pricing import (
    Prices,
    PricesInvalid,
    ServiceTier,
    Tier,
    prices_from_json,
    prices_from_usd,
    prices_to_json,
    prices_to_usd,
)

FULL = Prices(
    input_nanos=1_250_000_000,
    cached_read_nanos=125_000_000,
    output_nanos=10_000_000_000,
    per_request_nanos=0,
    per_page_nanos=4_000_000,
    tiers=(Tier(above_input_tokens=200_000, input_nanos=2_500_000_000, output_nanos=15_000_000_000),),
    service_tiers=(
        ServiceTier(name="flex", input_nanos=625_000_000),
        ServiceTier(
            name="priority",
            input_nanos=2_250_000_000,
            tiers=(Tier(above_input_tokens=200_000, input_nanos=4_500_000_000),),
        ),
    ),
)


def test_the_document_of_the_store():
    assert prices_to_json(FULL) == {
        "input_nanos": 1_250_000_000,
        "cached_read_nanos": 125_000_000,
        "output_nanos": 10_000_000_000,
        "per_request_nanos": 0,
        "per_page_nanos": 4_000_000,
        "tiers": [{"above_input_tokens": 200_000, "input_nanos": 2_500_000_000, "output_nanos": 15_000_000_000}],
        "service_tiers": {
            "flex": {"input_nanos": 625_000_000},
            "priority": {
                "input_nanos": 2_250_000_000,
                "tiers": [{"above_input_tokens": 200_000, "input_nanos": 4_500_000_000}],
            },
        },
    }


def test_the_document_of_the_api():
    assert prices_to_usd(FULL) == {
        "input_usd": "1.25",
        "cached_read_usd": "0.125",
        "output_usd": "10.00",
        "per_request_usd": "0.00",
        "per_page_usd": "0.004",
        "tiers": [{"above_input_tokens": 200_000, "input_usd": "2.50", "output_usd": "15.00"}],
        "service_tiers": {
            "flex": {"input_usd": "0.625"},
            "priority": {"input_usd": "2.25", "tiers": [{"above_input_tokens": 200_000, "input_usd": "4.50"}]},
        },
    }


@given(price=prices())
def test_both_documents_lose_nothing(price):
    assert prices_from_json(json.loads(json.dumps(prices_to_json(price)))) == price
    assert prices_from_usd(json.loads(json.dumps(prices_to_usd(price)))) == price
    assert hash(prices_from_json(prices_to_json(price))) == hash(price)


def test_every_unit_price_survives_a_round_trip():
    """Importing prices must not wipe the ones that are not per token."""
    units = {f"per_{each}_nanos": 7 for each in ("request", "image", "page", "second", "character", "query")}
    assert prices_to_json(prices_from_json(units)) == units


def test_null_is_the_same_as_not_stated_and_zero_is_not():
    nulls = {"input_usd": None, "output_usd": "0", "tiers": None, "service_tiers": None}
    assert prices_from_usd(nulls) == Prices(output_nanos=0)
    assert prices_from_json({}) == Prices()


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (None, None),
        ([], None),
        ({"input": 1}, "input"),
        ({"input_usd": "1"}, "input_usd"),
        ({"input_nanos": -1}, "input_nanos"),
        ({"input_nanos": 1.0}, "input_nanos"),
        ({"input_nanos": "1"}, "input_nanos"),
        ({"input_nanos": True}, "input_nanos"),
        ({"input_nanos": 10**15 + 1}, "input_nanos"),
        ({"per_pixel_nanos": 1}, "per_pixel_nanos"),
        ({"counts_tokens": True}, "counts_tokens"),
        ({"input_nanos": 1, "tiers": {}}, "tiers"),
        ({"input_nanos": 1, "tiers": [1]}, "tiers[0]"),
        ({"input_nanos": 1, "tiers": [{"above_input_tokens": 5}]}, "tiers[0]"),
        ({"input_nanos": 1, "tiers": [{"input_nanos": 5}]}, "tiers[0].above_input_tokens"),
        ({"input_nanos": 1, "tiers": [{"above_input_tokens": 0, "input_nanos": 5}]}, "tiers[0].above_input_tokens"),
        ({"input_nanos": 1, "tiers": [{"above_input_tokens": 5.5, "input_nanos": 5}]}, "tiers[0].above_input_tokens"),
        ({"input_nanos": 1, "tiers": [{"above_input_tokens": 5, "per_image_nanos": 5}]}, "tiers[0].per_image_nanos"),
        (
            {
                "input_nanos": 1,
                "tiers": [{"above_input_tokens": 5, "input_nanos": 5}, {"above_input_tokens": 5, "input_nanos": 6}],
            },
            "tiers",
        ),
        ({"tiers": [{"above_input_tokens": 5, "input_nanos": 5}]}, None),
        ({"input_nanos": 1, "service_tiers": []}, "service_tiers"),
        ({"input_nanos": 1, "service_tiers": {"flex": {}}}, "service_tiers.flex"),
        ({"input_nanos": 1, "service_tiers": {"flex": 5}}, "service_tiers.flex"),
        ({"input_nanos": 1, "service_tiers": {"Flex!": {"input_nanos": 1}}}, "service_tiers.Flex!.name"),
        ({"input_nanos": 1, "service_tiers": {"flex": {"output_nanos": -1}}}, "service_tiers.flex.output_nanos"),
        (
            {"input_nanos": 1, "service_tiers": {"flex": {"input_nanos": 1, "tiers": [{"input": 1}]}}},
            "service_tiers.flex.tiers[0].input",
        ),
        ({"input_nanos": 1, "service_tiers": {f"t{n}": {"input_nanos": 1} for n in range(17)}}, "service_tiers"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(document, path):
    with pytest.raises(PricesInvalid) as refused:
        prices_from_json(document)
    assert refused.value.param == path
    assert (refused.value.code, refused.value.kind) == ("prices_invalid", "invalid")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"input_usd": 1}, "input_usd"),
        ({"input_usd": 1.25}, "input_usd"),
        ({"input_usd": "-1"}, "input_usd"),
        ({"input_usd": "1e-6"}, "input_usd"),
        ({"input_usd": "NaN"}, "input_usd"),
        ({"input_usd": "0.0000000001"}, "input_usd"),
        ({"input_usd": "1000000.01"}, "input_usd"),
        ({"input_nanos": 1}, "input_nanos"),
        ({"input_usd": "1", "tiers": [{"above_input_tokens": 5, "output_usd": "x"}]}, "tiers[0].output_usd"),
        ({"input_usd": "1", "service_tiers": {"flex": {"input_usd": 2}}}, "service_tiers.flex.input_usd"),
    ],
)
def test_what_is_not_exact_money_is_refused_by_name(document, path):
    with pytest.raises(PricesInvalid) as refused:
        prices_from_usd(document)
    assert refused.value.param == path


def test_prices_built_by_hand_are_checked_too():
    with pytest.raises(PricesInvalid):
        Prices(input_nanos=-1)
    with pytest.raises(PricesInvalid):
        Prices(per_image_nanos=10**16)
    with pytest.raises(PricesInvalid):
        Tier(above_input_tokens=5, input_nanos=-1)
    with pytest.raises(PricesInvalid):
        ServiceTier(name="", input_nanos=1)
    with pytest.raises(PricesInvalid):
        Prices(input_nanos=1, service_tiers=(ServiceTier(name="a", input_nanos=1),) * 2)


def test_a_negative_number_of_tokens_has_no_rates():
    with pytest.raises(ValueError, match="-1"):
        FULL.rates(None, -1)

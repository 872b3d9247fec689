"""What calls cost: prices as stated, the exact cost of a usage, and the upper bound that a hold takes."""

from ai_api.pricing.cost import (
    ANYTHING,
    NO_UNITS,
    Ceiling,
    Reach,
    affordable_output,
    ceiling,
    cost,
    cost_or_none,
    likely,
)
from ai_api.pricing.document import prices_from_json, prices_from_usd, prices_to_json, prices_to_usd
from ai_api.pricing.in_force import PriceVersion, in_force
from ai_api.pricing.publish import find_all_in_force, find_in_force, load_versions, page_versions, publish
from ai_api.pricing.rules import PriceMissingError, Prices, PricesInvalid, ServiceTier, Tier
from ai_api.pricing.suggest import Suggested, suggest_prices

__all__ = [
    "ANYTHING",
    "NO_UNITS",
    "Ceiling",
    "PriceMissingError",
    "PriceVersion",
    "Prices",
    "PricesInvalid",
    "Reach",
    "ServiceTier",
    "Suggested",
    "Tier",
    "affordable_output",
    "ceiling",
    "cost",
    "cost_or_none",
    "find_all_in_force",
    "find_in_force",
    "in_force",
    "likely",
    "load_versions",
    "page_versions",
    "prices_from_json",
    "prices_from_usd",
    "prices_to_json",
    "prices_to_usd",
    "publish",
    "suggest_prices",
]

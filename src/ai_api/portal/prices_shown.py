"""Prices in answers: those of now, as every list of models shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ai_api import pricing
from ai_api.pricing import PriceVersion


class PricesInForce(BaseModel):
    """Prices of now, in decimal strings of USD: per million tokens, per request or per unit."""

    in_force_from: datetime
    prices: dict[str, Any]


def prices_in_force(version: PriceVersion | None) -> PricesInForce | None:
    """How a version is shown; None where nobody has said what a model costs."""
    if version is None:
        return None
    return PricesInForce(in_force_from=version.in_force_from, prices=pricing.prices_to_usd(version.prices))

"""Which price applies at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api.pricing.rules import Prices


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """Prices of a model from a moment on. Never changed once stored; `source` says where they came from."""

    id: UUID
    model_id: UUID
    in_force_from: datetime
    prices: Prices
    source: str
    created_at: datetime


def in_force(versions: Iterable[PriceVersion], at: datetime) -> PriceVersion | None:
    """The version of one model that applies at `at`: the latest that began by then. None when the price is unknown."""
    begun = [version for version in versions if version.in_force_from <= at]
    return max(begun, key=lambda version: version.in_force_from, default=None)

"""/api/admin/prices: price versions. They are added, never changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ai_api import catalog, pricing, setup
from ai_api.core.db import Tx
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.shapes import Listed, ListQuery, Moment, Strict
from ai_api.pricing import PriceVersion

router = APIRouter(prefix="/api/admin/prices", tags=["prices"])


class PriceShown(BaseModel):
    """Prices of a model from a moment on, in decimal strings of USD: per million tokens, per request or per unit.

    `source` is `administrator`, or the registry that they are from; `published_by` is who did, null where nobody knows.
    """

    id: UUID
    model_id: UUID
    in_force_from: datetime
    prices: dict[str, Any]
    source: str
    published_by: str | None
    created_at: datetime


class PricePublish(Strict):
    """Prices to be published, such as `{"input_usd": "1.25", "output_usd": "10"}`. `in_force_from` of null is now."""

    model_id: UUID
    in_force_from: Moment | None
    prices: dict[str, Any]


class PricesQuery(ListQuery):
    """Filters."""

    SORTS: ClassVar[tuple[str, ...]] = ("in_force_from", "-in_force_from")

    model_id: UUID | None = None


@router.get("", response_model=Listed[PriceShown])
async def list_prices(_: AdminHolder, tx: Transaction, query: Annotated[PricesQuery, Query()]) -> Listed[PriceShown]:
    """Price versions, the latest to begin first unless sorted otherwise."""
    page = await pricing.page_versions(
        tx, model_id=query.model_id, sort=query.sort or "-in_force_from", limit=query.limit, cursor=query.cursor
    )
    return Listed(items=await _shown(tx, page.items), next=page.next)


@router.post("", status_code=201, response_model=PriceShown)
async def publish_price(body: PricePublish, actor: Admin, tx: Transaction, house: HouseDep) -> PriceShown:
    """Publishes prices of a model, from now or a later moment on. The past stays as it was billed."""
    try:
        prices = pricing.prices_from_usd(body.prices)
    except pricing.PricesInvalid as error:
        raise error.under("prices") from None
    model = await catalog.get(tx, body.model_id, lock=True)
    version = await pricing.publish(tx, actor, model.id, prices, body.in_force_from, now=house.clock.now())
    (shown,) = await _shown(tx, [version])
    return shown


async def _shown(tx: Tx, versions: Sequence[PriceVersion]) -> list[PriceShown]:
    authors = await setup.price_authors(tx, [version.id for version in versions])
    return [
        PriceShown(
            id=version.id,
            model_id=version.model_id,
            in_force_from=version.in_force_from,
            prices=pricing.prices_to_usd(version.prices),
            source=version.source,
            published_by=authors.get(version.id),
            created_at=version.created_at,
        )
        for version in versions
    ]

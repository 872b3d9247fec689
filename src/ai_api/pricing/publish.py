"""Publishing prices, and reading the versions there are.

History is not rewritten: a version begins now or later, never in the past, so that a bill already made stays explained by
the prices that were in force. A version may begin before one that is already scheduled; that one then takes over in its
turn. A scheduled version is corrected by publishing another that begins a moment later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal
from ai_api.core.page import Page
from ai_api.pricing import store
from ai_api.pricing.document import prices_to_json
from ai_api.pricing.in_force import PriceVersion
from ai_api.pricing.rules import Prices

_MOMENT = timedelta(microseconds=1)
_SKEW = timedelta(seconds=2)
"""How far the clocks of two replicas may be apart: what one published just now may lie in the other's near future."""


async def publish(
    tx: Tx,
    actor: Actor,
    model_id: UUID,
    prices: Prices,
    in_force_from: datetime | None,
    *,
    now: datetime,
    source: str = "administrator",
) -> PriceVersion:
    """A new version of an existing model's prices, in force from an aware moment on; None is `now`.

    Versions published "now" at the same moment all stand, the last one published in force. Raises Refusal `prices_empty` when
    nothing is stated, `price_in_the_past`, `price_exists` when the model already has a version from exactly that moment on.
    """
    if prices == Prices():
        message = "State at least one price. A price of 0 is free; one that is not stated is unknown."
        raise Refusal("prices_empty", "invalid", message, param="prices")
    if in_force_from is None:
        latest = await store.latest_by(tx, model_id, now + _SKEW)
        begins = now if latest is None else max(now, latest + _MOMENT)
    elif in_force_from < now:
        message = (
            "Prices cannot begin in the past: calls since then are already billed. Leave the time out to begin now."
        )
        raise Refusal("price_in_the_past", "invalid", message, param="in_force_from")
    else:
        begins = in_force_from
    version = await store.add(tx, model_id, in_force_from=begins, prices=prices, source=source)
    if version is None:
        message = "This model already has prices from exactly that moment on. Choose another moment."
        raise Refusal("price_exists", "conflict", message, param="in_force_from")
    await note(
        tx,
        actor,
        action="price.publish",
        target_kind="price_version",
        target_id=version.id,
        before=None,
        after={
            "model_id": str(model_id),
            "in_force_from": begins.isoformat(),
            "prices": prices_to_json(prices),
            "source": source,
        },
    )
    await bump_world(tx)
    return version


async def find_in_force(tx: Tx, model_id: UUID, at: datetime) -> PriceVersion | None:
    """The version of a model's prices that applies at `at`; None when it has none."""
    return await store.in_force_at(tx, model_id, at)


async def find_all_in_force(tx: Tx, model_ids: Collection[UUID], at: datetime) -> dict[UUID, PriceVersion]:
    """The versions that apply at `at`, by model; nothing for one without prices. One statement."""
    return {version.model_id: version for version in await store.in_force_of(tx, model_ids, at)}


async def load_versions(tx: Tx) -> list[PriceVersion]:
    """All versions of all models, by model and moment. One statement."""
    return await store.all_versions(tx)


async def page_versions(
    tx: Tx, *, model_id: UUID | None = None, sort: str = "-in_force_from", limit: int = 50, cursor: str | None = None
) -> Page[PriceVersion]:
    """One page of price versions, by `in_force_from`. Raises Refusal `bad_sort`, `bad_cursor`."""
    return await store.page(tx, model_id=model_id, sort=sort, limit=limit, cursor=cursor)

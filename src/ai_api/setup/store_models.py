"""Every question of the list of models that is about more than one room: few rows, or the roll-ups of a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx
from ai_api.providers import Cooling

Lack = Literal["price", "route"]
"""What an active model can be without, so that its calls are refused or cost nobody knows what."""

_LACKING: Final[dict[Lack, str]] = {
    "price": """
    SELECT m.id FROM models m WHERE m.status = 'active'
        AND NOT EXISTS (SELECT 1 FROM price_versions p WHERE p.model_id = m.id AND p.in_force_from <= :now)
    """,
    # One that cools down is a route: it comes back by itself.
    "route": """
    SELECT m.id FROM models m WHERE m.status = 'active' AND NOT EXISTS (
        SELECT 1 FROM routes r JOIN provider_keys k ON k.id = r.provider_key_id
        WHERE r.model_id = m.id AND r.status = 'active' AND r.weight > 0 AND k.status = 'active')
    """,
}

# Of a model with very many routes the first few, and how many there are. Those that are never chosen come last.
_ROUTES = text("""
SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY model_id ORDER BY in_use DESC, priority, id) AS place,
        count(*) OVER (PARTITION BY model_id) AS of_model,
        min(priority) FILTER (WHERE in_use) OVER (PARTITION BY model_id) AS first_priority
    FROM (
        SELECT r.id, r.model_id, r.provider_key_id, k.name AS provider_key, r.priority,
            h.code, h.turn, h.until_ms, h.told,
            r.status = 'active' AND r.weight > 0 AND k.status = 'active' AS in_use
        FROM routes r JOIN provider_keys k ON k.id = r.provider_key_id
            LEFT JOIN route_health h ON h.route_id = r.id
        WHERE r.model_id = ANY(:ids)
    ) here
) placed WHERE place <= :most ORDER BY model_id, place
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_CALLS = text("""
SELECT model_id, sum(calls)::bigint AS calls FROM usage_quarters
WHERE quarter >= :since AND quarter < :until AND model_id = ANY(:ids) GROUP BY model_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class RouteFound:
    """A route of a model, the name of its provider key, and how many routes the model has.

    `in_use` says that calls may go this way; `is_first` that none in use is tried before it. `cooling` is its last, which
    may be over; None for one that has been found well since.
    """

    id: UUID
    model_id: UUID
    provider_key_id: UUID
    provider_key: str
    in_use: bool
    is_first: bool
    cooling: Cooling | None
    of_model: int


async def lacking(tx: Tx, lack: Lack, *, now: datetime) -> frozenset[UUID]:
    """The active models that have no price in force, or no route that is in use."""
    given: dict[str, Any] = {"now": now} if lack == "price" else {}
    return frozenset((await tx.execute(text(_LACKING[lack]), given)).scalars())


async def routes_of(tx: Tx, model_ids: Collection[UUID], *, most: int) -> list[RouteFound]:
    """At most `most` routes of each of these models, those in use first, in the order in which they are tried."""
    given = {"ids": list(model_ids), "most": most}
    return [
        RouteFound(
            id=row.id,
            model_id=row.model_id,
            provider_key_id=row.provider_key_id,
            provider_key=row.provider_key,
            in_use=row.in_use,
            is_first=row.priority == row.first_priority,
            cooling=None if row.code is None else Cooling(row.code, row.turn, row.until_ms, row.told),
            of_model=row.of_model,
        )
        for row in await tx.execute(_ROUTES, given)
    ]


async def calls_of(tx: Tx, model_ids: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, int]:
    """How many calls for each of these models began between two quarters of an hour, refused ones too."""
    rows = await tx.execute(_CALLS, {"ids": list(model_ids), "since": since, "until": until})
    return {row.model_id: row.calls for row in rows}

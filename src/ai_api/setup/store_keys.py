"""What the list of provider keys says that is about more than one room: of one page, few routes and the end of an index each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid

from ai_api.core.db import Tx

# A provider that wants fewer calls answers: neither a route that waits for it nor a test says that it cannot be reached. A new
# name or organization, and a new status, say nothing of whether the key is good.
_AT_WORK = text("""
SELECT k.id, served.models, served.routes, served.failing, served.failing_until_ms,
    asked.at AS asked_at, asked.code, changed.at AS changed_at
FROM provider_keys k
CROSS JOIN LATERAL (
    SELECT count(DISTINCT r.model_id) AS models, count(*) AS routes, count(h.route_id) AS failing,
        max(h.until_ms) AS failing_until_ms
    FROM routes r JOIN models m ON m.id = r.model_id
        LEFT JOIN route_health h ON h.route_id = r.id AND h.code <> 'upstream_rate_limited'
    WHERE r.provider_key_id = k.id AND r.status = 'active' AND r.weight > 0 AND m.status = 'active'
) served
LEFT JOIN LATERAL (
    SELECT a.at, a.after ->> 'outcome' AS code FROM audit_events a
    WHERE a.target_kind = 'provider_key' AND a.target_id = k.id AND a.action IN ('provider_key.test', 'provider_key.discover')
        AND a.after ->> 'outcome' <> 'upstream_rate_limited'
    ORDER BY a.id DESC LIMIT 1
) asked ON true
LEFT JOIN LATERAL (
    SELECT a.at FROM audit_events a
    WHERE a.target_kind = 'provider_key' AND a.target_id = k.id AND a.action = 'provider_key.change'
        AND a.before - :says_nothing IS DISTINCT FROM a.after - :says_nothing
    ORDER BY a.id DESC LIMIT 1
) changed ON true
WHERE k.id = ANY(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("says_nothing", type_=ARRAY(Text)))
_SAYS_NOTHING = ["name", "organization", "status", "flagged_code"]

_SERVED = text("""
SELECT DISTINCT r.model_id FROM routes r JOIN models m ON m.id = r.model_id
WHERE r.provider_key_id = :key_id AND r.status = 'active' AND r.weight > 0 AND m.status = 'active'
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """When an administrator last had the provider asked with a key, and how that ended: `ok`, or why not."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class KeyFound:
    """What a provider key serves, and what tells whether it works.

    `models` are active ones that a route in use leads to by it, `routes` those routes, and `failing` those of them that failed
    and have not been found well since, the last of which is left alone until `failing_until_ms` (Unix). `asked` is None where
    nobody ever did; `changed_at` is when its secret or its address last changed, None for since it was connected.
    """

    models: int
    routes: int
    failing: int
    failing_until_ms: int | None
    asked: Asked | None
    changed_at: datetime | None


async def keys_at_work(tx: Tx, key_ids: Collection[UUID]) -> dict[UUID, KeyFound]:
    """All that of these provider keys, in one statement; what is gone is left out."""
    rows = await tx.execute(_AT_WORK, {"ids": list(key_ids), "says_nothing": _SAYS_NOTHING})
    return {
        row.id: KeyFound(
            models=row.models,
            routes=row.routes,
            failing=row.failing,
            failing_until_ms=row.failing_until_ms,
            asked=None if row.asked_at is None else Asked(row.asked_at, row.code),
            changed_at=row.changed_at,
        )
        for row in rows
    }


async def served_by(tx: Tx, key_id: UUID) -> frozenset[UUID]:
    """The active models that a route in use leads to by this provider key, be it disabled or not."""
    return frozenset((await tx.execute(_SERVED, {"key_id": key_id})).scalars())

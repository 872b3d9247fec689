"""What a replica tells the others of the routes that fail under it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.providers import Cooling

# The later end of two coolings stands. A route that was deleted meanwhile is nobody's concern.
_COOLING = """
INSERT INTO route_health (route_id, code, turn, until_ms, told)
SELECT t.* FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::boolean[])
    AS t(route_id, code, turn, until_ms, told)
WHERE EXISTS (SELECT 1 FROM routes r WHERE r.id = t.route_id) ORDER BY t.route_id
ON CONFLICT (route_id) DO UPDATE SET
    code = excluded.code, turn = excluded.turn, until_ms = excluded.until_ms, told = excluded.told
    WHERE route_health.until_ms < excluded.until_ms
"""

_WELL = "DELETE FROM route_health WHERE route_id = ANY($1::uuid[])"


async def tell(hot: Hot, changes: Mapping[UUID, Cooling | None], *, timeout_s: float) -> None:
    """Tells which routes cool down, and which have been found well (None). Raises StoreUnavailable, StatementRefused."""
    well = [route_id for route_id, cooling in changes.items() if cooling is None]
    cooling = {route_id: each for route_id, each in changes.items() if each is not None}
    if cooling:
        await hot.fetch(
            _COOLING,
            list(cooling),
            [each.code for each in cooling.values()],
            [each.turn for each in cooling.values()],
            [each.until_ms for each in cooling.values()],
            [each.told for each in cooling.values()],
            timeout_s=timeout_s,
        )
    if well:
        await hot.fetch(_WELL, well, timeout_s=timeout_s)

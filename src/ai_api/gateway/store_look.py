"""What admission reads before it decides in a narrow place: balances and epochs of one moment, without a lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from ai_api.core.db import Hot, Patience
from ai_api.gateway.store_admission import Row
from ai_api.quotas.rules import Balance

# One statement, so one snapshot: a refusal is true of a moment after the call came, and so is the copy it was judged on.
_LOOK = """
SELECT q.id AS account_id, q.settled, q.held, q.previous, q.bucket, NULL::uuid AS call_id
FROM quota_accounts q WHERE q.id = ANY($1::uuid[])
UNION ALL
SELECT NULL, 0, 0, 0, 0, a.call_id
FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[]) AS a(call_id, member_id, member_epoch, world_epoch)
JOIN members m ON m.id = a.member_id AND m.id = ANY($3::uuid[])
WHERE m.epoch = a.member_epoch AND a.world_epoch = (SELECT epoch FROM world)
"""

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_LOOK, ([], [], [], [], [])),)
"""The statement, with arguments by which it does nothing."""


async def look(
    hot: Hot, account_ids: Collection[UUID], rows: Sequence[Row], *, patience: Patience
) -> tuple[dict[UUID, Balance], set[UUID]]:
    """The balances of those accounts that exist, and the calls whose copies are current. Raises StoreUnavailable."""
    found = await hot.fetch_unless_away(
        _LOOK,
        list(account_ids),
        [row.call_id for row in rows],
        [row.member_id for row in rows],
        [row.member_epoch for row in rows],
        [row.world_epoch for row in rows],
        patience=patience,
    )
    balances = {
        row["account_id"]: Balance(row["settled"], row["held"], row["previous"], row["bucket"])
        for row in found
        if row["call_id"] is None
    }
    return balances, {row["call_id"] for row in found if row["call_id"] is not None}

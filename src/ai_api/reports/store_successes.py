"""When calls by a provider key last ended well, by the roll-ups: no record of a call is read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx

LOOKED_BACK: Final = timedelta(days=90)
"""Of how long the roll-ups are looked at."""

# Days that are summed say which of them it was, and then their quarters which quarter; of the others, and of what no day tells,
# the quarters are read. A day that was written to since may be in both.
_LAST = text("""
WITH open_days AS MATERIALIZED (
    SELECT day.begins
    FROM generate_series(CAST(:since AS timestamptz), CAST(:until AS timestamptz), interval '24 hours') AS day(begins)
    WHERE NOT EXISTS (
        SELECT 1 FROM usage_days_ready r WHERE r.day = (day.begins AT TIME ZONE 'UTC')::date
            AND NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = r.day))
), found AS (
    SELECT quarters.id, quarters.at FROM open_days CROSS JOIN LATERAL (
        SELECT provider_key_id AS id, max(quarter) AS at FROM usage_quarters
        WHERE quarter >= open_days.begins AND quarter < open_days.begins + interval '24 hours' AND outcome = 'ok'
            AND provider_key_id = ANY(:ids)
        GROUP BY 1) quarters
    UNION ALL
    SELECT provider_key_id, max(quarter) FROM usage_quarters
    WHERE NOT is_told AND quarter >= :since AND outcome = 'ok' AND provider_key_id = ANY(:ids) GROUP BY 1
    UNION ALL
    SELECT provider_key_id, max(begins) FROM usage_days
    WHERE cut = 'models' AND begins >= :since AND outcome = 'ok' AND provider_key_id = ANY(:ids) GROUP BY 1
), latest AS (SELECT id, max(at) AS at FROM found GROUP BY id)
SELECT latest.id, greatest(latest.at, (
    SELECT max(q.begins) FROM usage_days q
    WHERE q.cut = 'model_quarters' AND q.begins >= latest.at AND q.begins < latest.at + interval '24 hours'
        AND q.provider_key_id = latest.id AND q.outcome = 'ok')) AS at
FROM latest
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def last_successes(tx: Tx, provider_key_ids: Collection[UUID], *, now: datetime) -> dict[UUID, datetime]:
    """The beginning of the quarter of an hour in which a call by each of these keys last began that ended well.

    One statement. A key without such a call in the last `LOOKED_BACK`, to the day of UTC, is left out.
    """
    since = (now - LOOKED_BACK).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await tx.execute(_LAST, {"ids": list(provider_key_ids), "since": since, "until": now})
    return {row.id: row.at for row in rows}

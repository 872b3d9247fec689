"""What summing up days says to Postgres: which days are due, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import text

from ai_api.core.db import Hot, Tx
from ai_api.ledger import middle_of

OPEN_FOR_H: Final = 36
"""How long after a day its calls may be open: 24 hours at most, and half a day of anything else. A trigger notes what comes 30
hours after its quarter began, which is earlier for each quarter of the day."""

# By the clock of the database, which is the trigger's too.
_DUE = f"""
SELECT days.day::date FROM (
    SELECT (min(quarter) AT TIME ZONE 'UTC')::date AS first,
        ((now() - interval '{OPEN_FOR_H} hours') AT TIME ZONE 'UTC')::date AS open
    FROM usage_quarters
) span CROSS JOIN LATERAL generate_series(first::timestamp, (open - 1)::timestamp, interval '1 day') AS days(day)
WHERE NOT EXISTS (SELECT 1 FROM usage_days_ready r WHERE r.day = days.day::date)
    OR EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = days.day::date)
ORDER BY 1 DESC LIMIT $1
"""  # noqa: S608  -- a constant of this file

_CALLERS = "member_id, credential_id, allocation_id"
_MODELS = "model_id, model, provider, provider_key_id"
_SUMMED = (
    "calls", "input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "list_cost_nanos",
    "billed_cost_nanos", "unpriced_calls", "estimated_cost_nanos",
)  # fmt: skip

# Whoever sums up the same day at the same time waits for this row, and then finds that it was changed: their part is taken back.
_READY = """
INSERT INTO usage_days_ready (day) VALUES (:day) ON CONFLICT (day) DO UPDATE SET summed_at = now(), in_month = false
"""
_FRESH = "DELETE FROM usage_days_stale WHERE day = :day"
_EMPTY = """
DELETE FROM usage_days WHERE cut IN ('callers', 'models', 'model_quarters') AND begins >= :since AND begins < :until
"""
_SUM = f"""
INSERT INTO usage_days (cut, begins, {_CALLERS}, {_MODELS}, outcome, tags, {", ".join(_SUMMED)})
SELECT CASE WHEN grouping(member_id) = 0 THEN 'callers' WHEN grouping(tags) = 0 THEN 'models' ELSE 'model_quarters' END,
    CASE WHEN grouping(quarter) = 0 THEN quarter ELSE :since END,
    {_CALLERS}, {_MODELS}, outcome, tags, {", ".join(f"sum({name})" for name in _SUMMED)}
FROM usage_quarters WHERE is_told AND quarter >= :since AND quarter < :until
GROUP BY GROUPING SETS (({_CALLERS}, outcome, tags), ({_MODELS}, outcome, tags), (quarter, {_MODELS}, outcome))
"""  # noqa: S608


# The days of a month but its first and last: all of these are in the month of any zone.
_IN_MIDDLE = "extract(day FROM r.day) > 1 AND extract(day FROM r.day + 1) > 1"
_MONTHS_DUE = f"""
SELECT date_trunc('month', r.day::timestamp)::date AS month FROM usage_days_ready r
WHERE {_IN_MIDDLE} AND NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = r.day)
GROUP BY 1 HAVING NOT bool_and(r.in_month)
    AND count(*) = extract(day FROM date_trunc('month', min(r.day)::timestamp) + interval '1 month - 1 day') - 2
ORDER BY 1 DESC LIMIT $1
"""  # noqa: S608
# Whoever sums up one of these days at the same time finds that its row was changed.
_IN_MONTH = "UPDATE usage_days_ready SET in_month = true WHERE day >= :first AND day < :after"
_EMPTY_MONTH = "DELETE FROM usage_days WHERE cut IN ('callers_month', 'models_month') AND begins = :since"
_SUM_MONTH = f"""
INSERT INTO usage_days (cut, begins, {_CALLERS}, {_MODELS}, outcome, tags, {", ".join(_SUMMED)})
SELECT cut || '_month', :since, {_CALLERS}, {_MODELS}, outcome, tags, {", ".join(f"sum({name})" for name in _SUMMED)}
FROM usage_days WHERE cut IN ('callers', 'models') AND begins >= :since AND begins < :until
GROUP BY cut, {_CALLERS}, {_MODELS}, outcome, tags
"""  # noqa: S608


async def due(hot: Hot, *, limit: int) -> Sequence[date]:
    """Days of UTC to sum up, the newest first: those that were not, and those that were written to since."""
    return [row["day"] for row in await hot.fetch(_DUE, limit)]


async def sum_up(tx: Tx, day: date) -> None:
    """Sums up a day of UTC from its quarters. `tx` has to be a repeatable read: what is committed meanwhile stays noted."""
    since = datetime.combine(day, time(), UTC)
    span = {"since": since, "until": since + timedelta(days=1)}
    await tx.execute(text(_READY), {"day": day})
    await tx.execute(text(_FRESH), {"day": day})
    await tx.execute(text(_EMPTY), span)
    await tx.execute(text(_SUM), span)


async def months_due(hot: Hot, *, limit: int) -> Sequence[date]:
    """The firsts of months to sum up, the newest first: those all whose days are summed, not all of them in the month's sums."""
    return [row["month"] for row in await hot.fetch(_MONTHS_DUE, limit)]


async def sum_up_month(tx: Tx, month: date) -> None:
    """Sums up a month, from its second day to its last but one, from these days. `tx` has to be a repeatable read."""
    first, after = middle_of(month)
    span = {"since": datetime.combine(first, time(), UTC), "until": datetime.combine(after, time(), UTC)}
    await tx.execute(text(_IN_MONTH), {"first": first, "after": after})
    await tx.execute(text(_EMPTY_MONTH), {"since": span["since"]})
    await tx.execute(text(_SUM_MONTH), span)

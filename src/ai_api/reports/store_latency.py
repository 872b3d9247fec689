"""How long calls took, by their records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import text

from ai_api.core.db import Tx
from ai_api.core.ids import first_id_of
from ai_api.reports.rules import Asked

LatencyBy = Literal["model", "provider"]

LOOKED_AT: Final = 50_000
"""At how many of the newest records one answer looks at most."""

_OF_WHOM: Final = ("member_id", "credential_id")
"""By these the newest calls are found along an index; by what follows they are picked out of those."""
_OF_WHAT: Final = ("allocation_id", "model", "provider", "provider_key_id")

# Percentiles are calls that there were (percentile_disc), not values between two of them. A record that a worker wrote for a
# dead process does not know when its call ended.
_PERCENTILES = ", ".join(
    f"percentile_disc({share}) WITHIN GROUP (ORDER BY {what}_ms) FILTER (WHERE counts) AS {what}_p{round(share * 100)}"
    for what in ("first_byte", "whole")
    for share in (0.5, 0.95, 0.99)
)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds that half, 95 % and 99 % of calls took at most; None where there are no calls to tell by."""

    p50: int | None
    p95: int | None
    p99: int | None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the answered calls of one model or provider took, `key`; of all together where `is_total`.

    `first_byte_calls` are those that were streamed, by which `first_byte` is told.
    """

    is_total: bool
    key: str | None
    calls: int
    first_byte_calls: int
    first_byte: Percentiles
    whole: Percentiles


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What was looked at: `records` of the period's newest, the oldest of them begun at `since`; whether that was all of them."""

    records: int
    since: datetime | None
    is_all: bool


async def latency(tx: Tx, asked: Asked, by: LatencyBy, *, limit: int) -> tuple[LookedAt, list[Latency]]:
    """What was looked at; and how long that took of all together, then of the `limit` with the most calls."""
    statement, given = latency_statement(asked, by, limit=limit)
    rows = (await tx.execute(text(statement), given)).all()
    total = rows[0]
    found = [
        Latency(bool(row[0]), row[1], row[2], row[3], Percentiles(*row[4:7]), Percentiles(*row[7:10])) for row in rows
    ]
    return LookedAt(total.records, total.since, total.records < LOOKED_AT), found


def latency_statement(asked: Asked, by: LatencyBy, *, limit: int) -> tuple[str, dict[str, Any]]:
    """The one statement of it, with its parameters."""
    newest, picked, given = _newest(asked)
    statement = f"""
        SELECT grouping({by}) AS is_total, {by} AS key, count(*) FILTER (WHERE counts) AS calls,
            count(first_byte_ms) FILTER (WHERE counts) AS first_byte_calls, {_PERCENTILES},
            count(*) AS records, min(started_at) AS since
        FROM (
            SELECT {by}, started_at, (outcome = 'ok' AND NOT swept{picked}) AS counts,
                (extract(epoch FROM first_byte_at - started_at) * 1000)::bigint AS first_byte_ms,
                (extract(epoch FROM finished_at - started_at) * 1000)::bigint AS whole_ms
            FROM ({newest}) newest
        ) calls GROUP BY GROUPING SETS (({by}), ())
        HAVING count(*) FILTER (WHERE counts) > 0 OR grouping({by}) = 1
        ORDER BY is_total DESC, calls DESC, key LIMIT :rows"""  # noqa: S608
    return statement, {**given, "rows": limit + 1}


def _newest(asked: Asked) -> tuple[str, str, dict[str, Any]]:
    """A query for the period's newest records, what to pick out of them, and the parameters of both."""
    period = asked.period
    given: dict[str, Any] = {
        "first_id": first_id_of(period.since),
        "last_id": first_id_of(period.until),
        "looked_at": LOOKED_AT,
    }
    whose, what = "", ""
    for name in (*_OF_WHOM, *_OF_WHAT):
        value = getattr(asked, name)
        if value is None:
            continue
        given[name] = value
        if name in _OF_WHOM:
            whose += f" AND {name} = :{name}"
        else:
            what += f" AND {name} = :{name}"
    if asked.tag_id is not None:
        given["tag_id"] = asked.tag_id
        what += " AND tags @> jsonb_build_array(CAST(:tag_id AS uuid))"
    newest = f"""
        SELECT started_at, first_byte_at, finished_at, outcome, swept, tags, {", ".join(_OF_WHAT)} FROM call_records
        WHERE call_id >= :first_id AND call_id < :last_id{whose} ORDER BY call_id DESC LIMIT :looked_at"""  # noqa: S608
    return newest, what, given

"""Every query on the roll-ups of the ledger that people ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, String, bindparam, case, cast, func, literal, null, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx
from ai_api.ledger.rules import HIDDEN
from ai_api.ledger.tables import usage_quarters

_SUMMED = (
    "calls",
    "input_tokens",
    "cached_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "billed_cost_nanos",
    "unpriced_calls",
)

# One look at the end of an index for each credential, however many calls it made.
_LAST_CALLS = text("""
SELECT c.id, last.started_at, last.client, last.outcome
FROM unnest(:ids) AS c(id) CROSS JOIN LATERAL (
    SELECT r.started_at, r.client, r.outcome FROM call_records r WHERE r.credential_id = c.id ORDER BY r.call_id DESC LIMIT 1
) last
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


# How long the newest calls of a credential took, a bounded number of them.
_DURATIONS = text("""
SELECT model, count(*) AS calls, sum(ms) AS sum_ms, min(ms) AS min_ms, max(ms) AS max_ms FROM (
    SELECT model, extract(epoch FROM finished_at - started_at) * 1000 AS ms FROM call_records
    WHERE credential_id = :credential_id AND call_id >= :first_id AND call_id < :last_id ORDER BY call_id DESC LIMIT :looked_at
) newest GROUP BY model
""").bindparams(
    bindparam("credential_id", type_=Uuid), bindparam("first_id", type_=Uuid), bindparam("last_id", type_=Uuid)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuestion:
    """Which calls of a member are summed, from `since` up to `until`, and by what. Days are those of the IANA zone `zone`."""

    member_id: UUID
    since: datetime
    until: datetime
    zone: str
    credential_ids: Collection[UUID] | None = None
    model: str | None = None
    by_day: bool = False
    by_model: bool = False
    by_credential: bool = False


@dataclass(frozen=True, slots=True)
class UsageSum:
    """A sum of calls; `day`, `model` and `credential_id` are None where it is not by them.

    `refused_calls` are those of all `calls` that did not end well. `billed_cost_nanos` are nano-USD; `unpriced_calls` are not
    in it, for nobody knew their price. A model is None too where the caller was told that there is no such model.
    """

    day: date | None
    model: str | None
    credential_id: UUID | None
    refused_calls: int
    calls: int
    input_tokens: int
    cached_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    billed_cost_nanos: int
    unpriced_calls: int


@dataclass(frozen=True, slots=True)
class Durations:
    """How long calls for a model took, in milliseconds from their start to their end."""

    model: str | None
    calls: int
    sum_ms: float
    min_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class LastCall:
    """When a credential was last used, by which program, and how that ended."""

    at: datetime
    client: str | None
    outcome: str


async def sums(tx: Tx, question: UsageQuestion, *, limit: int) -> list[UsageSum]:
    """At most `limit` sums, by day and then by cost, the largest first."""
    columns = usage_quarters.c
    told: ColumnElement[Any] = case((columns.outcome == HIDDEN, null()), else_=columns.model)
    day = cast(func.timezone(literal(question.zone, String), columns.quarter), Date)
    keys: list[ColumnElement[Any]] = [
        (day if question.by_day else cast(null(), Date)).label("day"),
        (told if question.by_model else cast(null(), String)).label("model"),
        (columns.credential_id if question.by_credential else cast(null(), Uuid)).label("credential_id"),
    ]
    refused = func.coalesce(func.sum(columns.calls).filter(columns.outcome != "ok"), 0)
    amounts = [func.sum(columns[name]).label(name) for name in _SUMMED]
    statement = select(*keys, refused.label("refused_calls"), *amounts).where(
        columns.member_id == question.member_id, columns.quarter >= question.since, columns.quarter < question.until
    )
    if question.credential_ids is not None:
        statement = statement.where(columns.credential_id.in_(question.credential_ids))
    if question.model is not None:
        statement = statement.where(told == question.model)
    statement = statement.group_by(text("1"), text("2"), text("3")).having(func.sum(columns.calls) > 0)
    order = (text("1"), text("billed_cost_nanos DESC"), text("calls DESC"), text("2"), text("3"))
    rows = await tx.execute(statement.order_by(*order).limit(limit))
    return [UsageSum(*row[:3], *(int(amount) for amount in row[3:])) for row in rows]


async def last_calls(tx: Tx, credential_ids: Collection[UUID]) -> dict[UUID, LastCall]:
    """The last call of each of these credentials that has one."""
    rows = await tx.execute(_LAST_CALLS, {"ids": list(credential_ids)})
    return {row.id: LastCall(row.started_at, row.client, row.outcome) for row in rows}


async def durations(tx: Tx, credential_id: UUID, *, first_id: UUID, last_id: UUID, looked_at: int) -> list[Durations]:
    """How long a credential's calls between two ids took, by model; of the newest `looked_at` of them."""
    given = {"credential_id": credential_id, "first_id": first_id, "last_id": last_id, "looked_at": looked_at}
    rows = await tx.execute(_DURATIONS, given)
    return [Durations(row.model, row.calls, float(row.sum_ms), float(row.min_ms), float(row.max_ms)) for row in rows]

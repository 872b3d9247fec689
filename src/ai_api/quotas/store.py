"""Every query about limits, accounts and replicas that is not on the hot path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from ai_api.core.db import Tx
from ai_api.core.ids import uuid7
from ai_api.quotas.limit import Limit, limit_of
from ai_api.quotas.tables import limits, quota_accounts, replicas

_ONE_OF_A_KIND = (
    limits.c.subject_kind,
    limits.c.allocation_id,
    limits.c.member_id,
    limits.c.credential_id,
    limits.c.tag_id,
    limits.c.provider_key_id,
    limits.c.metric,
    limits.c.window_kind,
    limits.c.window_s,
    limits.c.zone,
    limits.c.partition_by,
    limits.c.on_exceed,
)


# The two limits an allocation shows as its own fields; it may have others, of other windows.
_PLAIN_MONTH = (
    limits.c.window_kind == "month",
    limits.c.zone.is_(None),
    limits.c.partition_by == "subject",
    limits.c.on_exceed == "reject",
)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit of an allocation: tokens or nano-USD a month."""

    allocation_id: UUID
    metric: str
    amount: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a window's account says: tokens or nano-USD."""

    id: UUID
    settled: int
    held: int


@dataclass(frozen=True, slots=True)
class Replica:
    """One process that serves calls, as it last said of itself."""

    id: UUID
    beat: int
    host: str
    version: str
    started_at: datetime
    seen_at: datetime
    swept_at: datetime | None


async def put_limit(tx: Tx, *, allocation_id: UUID, metric: str, amount: int) -> None:
    """Sets the monthly limit of an allocation for one metric, whether or not it had one."""
    statement = insert(limits).values(
        id=uuid7(),
        subject_kind="allocation",
        allocation_id=allocation_id,
        metric=metric,
        window_kind="month",
        amount=amount,
    )
    changed = {"amount": statement.excluded.amount, "updated_at": func.now()}
    await tx.execute(statement.on_conflict_do_update(index_elements=_ONE_OF_A_KIND, set_=changed))


async def delete_limit(tx: Tx, *, allocation_id: UUID, metric: str) -> None:
    """Takes the monthly limit of an allocation for one metric away, if it has one."""
    await tx.execute(
        delete(limits).where(limits.c.allocation_id == allocation_id, limits.c.metric == metric, *_PLAIN_MONTH)
    )


async def limits_of(tx: Tx, allocation_ids: Sequence[UUID]) -> list[LimitRow]:
    """All monthly limits of these allocations."""
    rows = await tx.execute(
        select(limits.c.allocation_id, limits.c.metric, limits.c.amount).where(
            limits.c.allocation_id.in_(allocation_ids), *_PLAIN_MONTH
        )
    )
    return [LimitRow(row.allocation_id, row.metric, row.amount) for row in rows]


async def shared_limits(tx: Tx) -> list[Limit]:
    """The limits of the whole, of tags and of provider keys."""
    statement = select(limits).where(limits.c.subject_kind.in_(("global", "tag", "provider_key"))).order_by(limits.c.id)
    return [limit_of(row._asdict()) for row in await tx.execute(statement)]


async def accounts_of(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, AccountRow]:
    """Those of these accounts that were used already, by id."""
    rows = await tx.execute(
        select(quota_accounts.c.id, quota_accounts.c.settled, quota_accounts.c.held).where(
            quota_accounts.c.id.in_(account_ids)
        )
    )
    return {row.id: AccountRow(row.id, row.settled, row.held) for row in rows}


async def list_replicas(tx: Tx) -> list[Replica]:
    """Every replica that the database knows, those seen last first."""
    rows = await tx.execute(
        select(
            replicas.c.id,
            replicas.c.beat,
            replicas.c.host,
            replicas.c.version,
            replicas.c.started_at,
            replicas.c.seen_at,
            replicas.c.swept_at,
        ).order_by(replicas.c.seen_at.desc(), replicas.c.id.desc())
    )
    return [Replica(*row) for row in rows]

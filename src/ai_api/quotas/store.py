"""Every query about limits, accounts and replicas that is not on the hot path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from ai_api.core.db import Hot, Tx
from ai_api.core.ids import uuid7
from ai_api.quotas.limit import Limit, Metric, SubjectKind, limit_of
from ai_api.quotas.rules import Balance
from ai_api.quotas.tables import holds, limits, quota_accounts, replicas
from ai_api.quotas.terms import Subject, Terms
from ai_api.quotas.windows import WindowKind

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
class StoredLimit:
    """A limit as it is kept."""

    limit: Limit
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFilters:
    """Which limits a list shows; None does not filter."""

    subject_kind: SubjectKind | None = None
    subject_id: UUID | None = None
    metric: Metric | None = None
    window_kind: WindowKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whose limits are asked for: those of these subjects, and the whole's where `everybody`."""

    everybody: bool = False
    member_ids: Sequence[UUID] = ()
    credential_ids: Sequence[UUID] = ()
    allocation_ids: Sequence[UUID] = ()
    tag_ids: Sequence[UUID] = ()


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


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A call under way: by which credential, and by which allocation."""

    credential_id: UUID
    allocation_id: UUID


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


async def add_limit(tx: Tx, limit_id: UUID, subject: Subject, terms: Terms) -> str | None:
    """Inserts a limit. None on success, else the name of the constraint that refused it; `tx` stays usable."""
    of = {} if subject.id is None else {f"{subject.kind}_id": subject.id}
    row = {
        "id": limit_id,
        "subject_kind": subject.kind,
        "metric": terms.metric,
        "window_kind": terms.window_kind,
        "window_s": terms.window_s,
        "zone": terms.zone,
        "partition_by": terms.partition,
        "on_exceed": terms.on_exceed,
        "amount": terms.amount,
    }
    try:
        async with tx.begin_nested():
            await tx.execute(insert(limits).values(**of, **row))
    except IntegrityError as error:
        return _constraint(error)
    return None


async def change_limit(tx: Tx, limit_id: UUID, values: dict[str, Any]) -> bool:
    """Stores new values of a limit; False when there is one like that already. `tx` stays usable."""
    statement = update(limits).where(limits.c.id == limit_id).values(**values, updated_at=func.now())
    try:
        async with tx.begin_nested():
            await tx.execute(statement)
    except IntegrityError as error:
        if _constraint(error) != "uq_limits_one_of_a_kind":
            raise
        return False
    return True


async def remove_limit(tx: Tx, limit_id: UUID) -> None:
    """Deletes a limit; its accounts stay."""
    await tx.execute(delete(limits).where(limits.c.id == limit_id))


async def get_limit(tx: Tx, limit_id: UUID, *, lock: bool) -> StoredLimit | None:
    """One limit, locked if wanted until the transaction ends."""
    statement = select(limits).where(limits.c.id == limit_id)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else _stored(row)


async def limits_of_subject(tx: Tx, subject: Subject) -> list[Limit]:
    """The limits of one subject, the oldest first."""
    statement = select(limits).where(limits.c.subject_kind == subject.kind).order_by(limits.c.id)
    if subject.id is not None:
        statement = statement.where(limits.c[f"{subject.kind}_id"] == subject.id)
    return [limit_of(row._asdict()) for row in await tx.execute(statement)]


async def page_limits(
    tx: Tx, filters: LimitFilters, *, newest_first: bool, after: UUID | None, limit: int
) -> list[StoredLimit]:
    """Up to `limit` limits in the order they were set, from behind the one called `after`."""
    statement: Select[Any] = select(limits).limit(limit)
    for name in ("subject_kind", "metric", "window_kind"):
        value = getattr(filters, name)
        if value is not None:
            statement = statement.where(limits.c[name] == value)
    if filters.subject_id is not None:
        columns = ("allocation_id", "member_id", "credential_id", "tag_id", "provider_key_id")
        statement = statement.where(or_(*(limits.c[name] == filters.subject_id for name in columns)))
    order = limits.c.id.desc() if newest_first else limits.c.id
    if after is not None:
        statement = statement.where(limits.c.id < after if newest_first else limits.c.id > after)
    return [_stored(row) for row in await tx.execute(statement.order_by(order))]


async def limits_within(tx: Tx, reach: Reach) -> list[Limit]:
    """The limits of all these subjects, in one query, the oldest first."""
    conditions: list[ColumnElement[bool]] = [limits.c.subject_kind == "global"] if reach.everybody else []
    for column, ids in (
        (limits.c.member_id, reach.member_ids),
        (limits.c.credential_id, reach.credential_ids),
        (limits.c.allocation_id, reach.allocation_ids),
        (limits.c.tag_id, reach.tag_ids),
    ):
        if ids:
            conditions.append(column.in_(ids))
    if not conditions:
        return []
    rows = await tx.execute(select(limits).where(or_(*conditions)).order_by(limits.c.id))
    return [limit_of(row._asdict()) for row in rows]


async def balances_of(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Balance]:
    """Those of these accounts that were used already, by id."""
    columns = (quota_accounts.c[name] for name in ("id", "settled", "held", "previous", "bucket"))
    rows = await tx.execute(select(*columns).where(quota_accounts.c.id.in_(account_ids)))
    return {row.id: Balance(row.settled, row.held, row.previous, row.bucket) for row in rows}


async def balances_of_hot(hot: Hot, account_ids: Sequence[UUID], *, timeout_s: float) -> dict[UUID, Balance]:
    """The same on a connection of the data plane's, in one statement. Raises StoreUnavailable."""
    statement = "SELECT id, settled, held, previous, bucket FROM quota_accounts WHERE id = ANY($1::uuid[])"
    rows = await hot.fetch(statement, list(account_ids), timeout_s=timeout_s)
    return {row["id"]: Balance(row["settled"], row["held"], row["previous"], row["bucket"]) for row in rows}


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


async def open_calls(tx: Tx) -> list[HeldCall]:
    """Every call that is under way on any replica and holds something: as many as are served at once."""
    ids = (holds.c.record[name].astext.cast(Uuid) for name in ("credential_id", "allocation_id"))
    return [HeldCall(*row) for row in await tx.execute(select(*ids).where(~holds.c.parked))]


def _stored(row: Row[Any]) -> StoredLimit:
    return StoredLimit(limit_of(row._asdict()), row.created_at, row.updated_at)


def _constraint(error: IntegrityError) -> str:
    name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    if name is None:
        raise error
    return str(name)

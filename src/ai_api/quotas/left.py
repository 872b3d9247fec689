"""What is left under limits: read from their accounts, never summed from records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ai_api.core.db import Hot, Tx
from ai_api.quotas import store
from ai_api.quotas.limit import AccountKey, Limit, Metric, OnExceed, Partition, SubjectKind, account_of
from ai_api.quotas.limits import METRICS
from ai_api.quotas.rules import Balance
from ai_api.quotas.store import Reach
from ai_api.quotas.windows import WHOLE, Bucket, WindowKind, bucket_at

_NOBODY = UUID(int=0)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY = Balance(0, 0)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left under one limit, for one member or credential where each has the whole amount for itself.

    Amounts are requests, tokens, calls at a time, or nano-USD where the metric is `cost`. `limit`, `left` and `limit_id` are
    None where something is counted without a limit. `left` never falls below 0, although `used` may pass the limit: what a
    call really used is always booked. Of calls at a time those that run are `used`, and nothing is held.
    """

    limit_id: UUID | None
    scope: SubjectKind
    subject_id: UUID | None
    metric: Metric
    window_kind: WindowKind
    window_s: int | None
    zone: str | None
    window: str
    """The window in words: `per 60 s`, `per day`, `per month`, `in all`, `at a time`, `per call`."""
    partition_by: Partition
    partition_id: UUID | None
    """The member or credential this is about, where each has the whole amount; None of one that has used nothing yet."""
    on_exceed: OnExceed
    limit: int | None
    used: int
    held: int
    left: int | None
    window_start: datetime | None
    resets_at: datetime | None
    """When what was used counts no more, if nothing else is used until then. None where that never happens."""


@dataclass(frozen=True, slots=True)
class _Counter:
    """A limit and the account of one of those it is kept for; no account where nothing is counted."""

    limit: Limit
    partition_id: UUID | None
    account: AccountKey | None
    is_limited: bool = True


async def left(tx: Tx, reach: Reach, *, zone: str, at: datetime) -> list[Left]:
    """What is left at `at` under every limit within `reach`, in two queries however many there are.

    A limit that each member or credential has for itself is answered for each of those in `reach`. `zone` is the
    organization's.
    """
    return await left_under(tx, await store.limits_within(tx, reach), reach, zone=zone, at=at)


async def left_under(tx: Tx, limits: Sequence[Limit], reach: Reach, *, zone: str, at: datetime) -> list[Left]:
    """The same under limits that are known, in one query."""
    counters = list(_counters(limits, reach, zone, at))
    return _answers(counters, await store.balances_of(tx, _accounts(counters)), at)


async def left_of_allocations(
    tx: Tx, allocation_ids: Sequence[UUID], *, zone: str, at: datetime
) -> dict[UUID, tuple[Left, ...]]:
    """For each of these allocations tokens and cost, limited or not, in the calendar month of `zone` that `at` lies in.

    Two queries however many allocations there are. Every id asked for is in the answer.
    """
    if not allocation_ids:
        return {}
    limits = await store.limits_within(tx, Reach(allocation_ids=allocation_ids))
    counters = list(_months(allocation_ids, limits, zone, at))
    return _by_allocation(_answers(counters, await store.balances_of(tx, _accounts(counters)), at))


async def left_of_key(
    hot: Hot, limits: Sequence[Limit], reach: Reach, *, zone: str, at: datetime, timeout_s: float
) -> tuple[dict[UUID, tuple[Left, ...]], list[Left]]:
    """The months of the allocations in `reach`, limited or not, and what is left under all other `limits`.

    One statement on a connection of the data plane's. Raises StoreUnavailable.
    """
    months = list(_months(reach.allocation_ids, limits, zone, at))
    others = list(_counters([limit for limit in limits if not _is_plain_month(limit)], reach, zone, at))
    balances = await store.balances_of_hot(hot, _accounts([*months, *others]), timeout_s=timeout_s)
    return _by_allocation(_answers(months, balances, at)), _answers(others, balances, at)


def _counters(limits: Sequence[Limit], reach: Reach, zone: str, at: datetime) -> Iterator[_Counter]:
    for limit in limits:
        parts: Sequence[UUID | None] = {
            "subject": (None,),
            "member": reach.member_ids or (None,),
            "credential": reach.credential_ids or (None,),
        }[limit.partition]
        for part in parts:
            is_counted = limit.window_kind != "request" and (part is not None or limit.partition == "subject")
            yield _Counter(limit, part, _account(limit, part, zone, at) if is_counted else None)


def _months(allocation_ids: Sequence[UUID], limits: Sequence[Limit], zone: str, at: datetime) -> Iterator[_Counter]:
    known = {(limit.subject_id, limit.metric): limit for limit in limits if _is_plain_month(limit)}
    for allocation_id in dict.fromkeys(allocation_ids):
        for metric in METRICS:
            limit = known.get((allocation_id, metric)) or _unlimited_month(allocation_id, metric)
            yield _Counter(limit, None, _account(limit, None, zone, at), is_limited=limit.id != _NOBODY)


def _is_plain_month(limit: Limit) -> bool:
    """Whether it is one of the two limits that an allocation shows as its own fields."""
    return (
        limit.subject_kind == "allocation"
        and limit.metric in METRICS
        and (limit.window_kind, limit.zone, limit.partition, limit.on_exceed) == ("month", None, "subject", "reject")
    )


def _unlimited_month(allocation_id: UUID, metric: Metric) -> Limit:
    return Limit(_NOBODY, "allocation", allocation_id, metric, "month", None, None, "subject", "reject", 0)


def _account(limit: Limit, partition_id: UUID | None, zone: str, at: datetime) -> AccountKey:
    part = partition_id or _NOBODY
    return account_of(limit, zone=zone, at=at, member_id=part, credential_id=part)


def _accounts(counters: Sequence[_Counter]) -> list[UUID]:
    return list({counter.account.id for counter in counters if counter.account is not None})


def _answers(counters: Sequence[_Counter], balances: Mapping[UUID, Balance], at: datetime) -> list[Left]:
    return [
        _answer(counter, balances.get(counter.account.id, _EMPTY) if counter.account else _EMPTY, at)
        for counter in counters
    ]


def _answer(counter: _Counter, balance: Balance, at: datetime) -> Left:
    limit = counter.limit
    bucket = bucket_at(limit.window_s, (at - _BEGINNING) // timedelta(milliseconds=1))
    used, held = balance.used(bucket), balance.held
    if limit.metric == "concurrency":
        used, held = held, 0
    start, end = _span(counter, bucket, balance, at)
    return Left(
        limit_id=limit.id if counter.is_limited else None,
        scope=limit.subject_kind,
        subject_id=limit.subject_id,
        metric=limit.metric,
        window_kind=limit.window_kind,
        window_s=limit.window_s,
        zone=limit.zone,
        window=limit.span(),
        partition_by=limit.partition,
        partition_id=counter.partition_id,
        on_exceed=limit.on_exceed,
        limit=limit.amount if counter.is_limited else None,
        used=used,
        held=held,
        left=max(0, limit.amount - used - held) if counter.is_limited else None,
        window_start=start,
        resets_at=end,
    )


def _span(counter: _Counter, bucket: Bucket, balance: Balance, at: datetime) -> tuple[datetime | None, datetime | None]:
    limit, account = counter.limit, counter.account
    if limit.window_s is not None:
        length = timedelta(seconds=limit.window_s)
        # What the present bucket counts weighs something until the next one ends, what the one before counts until this one ends.
        in_present = balance.held > 0 or (balance.bucket >= bucket.number and balance.settled > 0)
        return at - length, at + length * (bucket.previous_weight + (WHOLE if in_present else 0)) / WHOLE
    if account is None or limit.window_kind == "lifetime":
        return None, None
    return account.window_start, account.window_end


def _by_allocation(found: Sequence[Left]) -> dict[UUID, tuple[Left, ...]]:
    by: dict[UUID, list[Left]] = {}
    for each in found:
        if each.subject_id is not None:
            by.setdefault(each.subject_id, []).append(each)
    return {allocation_id: tuple(each) for allocation_id, each in by.items()}

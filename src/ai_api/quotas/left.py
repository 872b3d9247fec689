"""What is left of an allocation's month: read from its accounts, never summed from records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.quotas import store
from ai_api.quotas.limits import METRICS, AllocationLimits, Metric, read_for_allocations
from ai_api.quotas.windows import account_id, month_window


@dataclass(frozen=True, slots=True)
class Left:
    """One metric of one allocation in the present month. Amounts are tokens, or nano-USD where the metric is `cost`.

    `limit` and `left` are None where there is no limit. `left` never falls below 0, although `used` may pass the limit:
    what a call really used is always booked.
    """

    metric: Metric
    limit: int | None
    used: int
    held: int
    left: int | None
    window_start: datetime
    resets_at: datetime


async def left_of_allocations(
    tx: Tx, allocation_ids: Sequence[UUID], *, zone: str, at: datetime
) -> dict[UUID, tuple[Left, ...]]:
    """For each of these allocations every metric, limited or not, in the calendar month of `zone` that `at` lies in.

    Two queries however many allocations there are. Every id asked for is in the answer.
    """
    if not allocation_ids:
        return {}
    window = month_window(zone, at)
    keys = {
        (allocation_id, metric): account_id("allocation", allocation_id, metric, window.start)
        for allocation_id in allocation_ids
        for metric in METRICS
    }
    accounts = await store.accounts_of(tx, list(keys.values()))
    limits = await read_for_allocations(tx, allocation_ids)

    def left(allocation_id: UUID, metric: Metric) -> Left:
        account = accounts.get(keys[allocation_id, metric])
        used, held = (account.settled, account.held) if account else (0, 0)
        limit = _limit(limits[allocation_id], metric)
        return Left(
            metric=metric,
            limit=limit,
            used=used,
            held=held,
            left=None if limit is None else max(0, limit - used - held),
            window_start=window.start,
            resets_at=window.end,
        )

    return {one: tuple(left(one, metric) for metric in METRICS) for one in dict.fromkeys(allocation_ids)}


def _limit(limits: AllocationLimits, metric: Metric) -> int | None:
    return limits.monthly_tokens if metric == "total_tokens" else limits.monthly_cost_nanos

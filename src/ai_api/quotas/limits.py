"""The limits of an allocation: how many tokens and how much money it may use in a month. `None` is unlimited, 0 is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.quotas import store
from ai_api.quotas.terms import AMOUNT_MAX

Metric = Literal["total_tokens", "cost"]
"""What a limit counts: tokens (input and output together), or nano-USD."""

METRICS: Final[tuple[Metric, ...]] = ("total_tokens", "cost")


@dataclass(frozen=True, slots=True)
class AllocationLimits:
    """The monthly limits of one allocation; None is unlimited."""

    monthly_tokens: int | None = None
    monthly_cost_nanos: int | None = None


async def set_for_allocation(tx: Tx, allocation_id: UUID, amounts: Mapping[Metric, int | None]) -> None:
    """Stores exactly the limits that are given, tokens or nano-USD; None takes one away; others stay as they are.

    The caller bumps the member's epoch. Raises Refusal `limit_out_of_range` for an amount below 0 or above `AMOUNT_MAX`.
    """
    for metric, amount in sorted(amounts.items()):
        if amount is None:
            await store.delete_limit(tx, allocation_id=allocation_id, metric=metric)
            continue
        if not 0 <= amount <= AMOUNT_MAX:
            raise Refusal(
                "limit_out_of_range",
                "invalid",
                f"A limit lies between 0 (nothing) and {AMOUNT_MAX}; leave it empty (null) for no limit.",
                param="monthly_tokens" if metric == "total_tokens" else "monthly_cost_usd",
            )
        await store.put_limit(tx, allocation_id=allocation_id, metric=metric, amount=amount)


async def read_for_allocations(tx: Tx, allocation_ids: Sequence[UUID]) -> dict[UUID, AllocationLimits]:
    """The limits of each of these allocations, all in one query; every id asked for is in the answer."""
    amounts: dict[UUID, dict[str, int]] = {allocation_id: {} for allocation_id in allocation_ids}
    for limit in await store.limits_of(tx, allocation_ids):
        amounts[limit.allocation_id][limit.metric] = limit.amount
    return {
        allocation_id: AllocationLimits(monthly_tokens=by.get("total_tokens"), monthly_cost_nanos=by.get("cost"))
        for allocation_id, by in amounts.items()
    }

"""What a batch of calls wants of each account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ai_api.quotas.rules import Wanted
from ai_api.quotas.terms import AMOUNT_MAX
from ai_api.quotas.windows import WHOLE


@dataclass(slots=True)
class Sum:
    """All that is wanted of one account: `amount` together, under the lowest `limit` that anybody knows, in the newest bucket.

    `reserve` is the room there must be before all of it is taken. Where calls lie in different buckets, the one before weighs
    whole (`previous_weight`, millionths). More than AMOUNT_MAX is AMOUNT_MAX: no limit has room for it.
    """

    account_id: UUID
    amount: int
    limit: int
    bucket: int
    previous_weight: int
    reserve: int

    def add(self, other: Wanted) -> None:
        """One more wants some."""
        # Each needs its reserve beside what those before it take; the last one's is at least the sum.
        self.reserve = min(AMOUNT_MAX, max(self.reserve, self.amount + other.reserve))
        self.amount = min(AMOUNT_MAX, self.amount + other.amount)
        self.limit = min(self.limit, other.limit)
        if other.bucket.number == self.bucket:
            self.previous_weight = max(self.previous_weight, other.bucket.previous_weight)
        else:
            self.bucket = max(self.bucket, other.bucket.number)
            self.previous_weight = WHOLE


def summed(wanted: Iterable[Wanted]) -> list[Sum]:
    """By account, in the order of ids, in which every writer locks accounts: in another one, two of them deadlock."""
    sums: dict[UUID, Sum] = {}
    for each in wanted:
        known = sums.get(each.account_id)
        if known is None:
            number, weight = each.bucket.number, each.bucket.previous_weight
            sums[each.account_id] = Sum(each.account_id, each.amount, each.limit, number, weight, each.reserve)
        else:
            known.add(each)
    return [sums[account_id] for account_id in sorted(sums)]

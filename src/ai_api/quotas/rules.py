"""What a hold is, and when it may be taken. Pure; the laws are Q1 to Q5 of the quota specification.

A call demands amounts on accounts. It gets all of them or none (Q2), where `used + held + amount ≤ limit` on each. When the
whole demand does not fit, a smaller output may: the caller then gets less, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ai_api.quotas.limit import AccountKey, Limit
from ai_api.quotas.windows import WHOLE, Bucket

__all__ = [
    "OUTPUT_TOKENS_MIN",
    "AccountKey",
    "Balance",
    "Charge",
    "Demand",
    "Denied",
    "Granted",
    "Wanted",
    "decide",
    "decide_in_order",
    "room_in_s",
    "take",
]

OUTPUT_TOKENS_MIN = 256
"""Below this many affordable output tokens a call is refused rather than shortened."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One account a call demands something of, under one limit.

    `amount_for` gives the amount for an output of so many tokens; `output_for` the largest output that fits a room, which
    may be negative when not even the input fits.
    """

    account: AccountKey
    limit: Limit
    bucket: Bucket
    amount_for: Callable[[int], int]
    output_for: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Demand:
    """All a call demands. `output_tokens` is the most it may produce; `output_tokens_min` what it must at least get."""

    charges: tuple[Charge, ...]
    output_tokens: int
    output_tokens_min: int

    def amounts(self, output_tokens: int) -> tuple[tuple[UUID, int], ...]:
        """What is held on each account for this output, once per account; limits that only warn take no hold."""
        held: dict[UUID, int] = {}
        for charge in self.charges:
            if charge.limit.rejects:
                held[charge.account.id] = charge.amount_for(output_tokens)
        return tuple(held.items())

    def wanted(self, output_tokens: int) -> tuple[Wanted, ...]:
        """The holds as admission takes them: where several limits share an account, the tightest counts."""
        rows: dict[UUID, Wanted] = {}
        for charge in self.charges:
            if not charge.limit.rejects:
                continue
            row = Wanted(charge.account.id, charge.amount_for(output_tokens), charge.limit.amount, charge.bucket)
            known = rows.get(charge.account.id)
            rows[charge.account.id] = row if known is None or row.limit < known.limit else known
        return tuple(rows.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """One hold: so much on this account, of which no more than `limit` may be used and held."""

    account_id: UUID
    amount: int
    limit: int
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class Balance:
    """The state of an account, locked. `bucket` is the number of the bucket that `settled` counts; 0 where none slides."""

    settled: int
    held: int
    previous: int = 0
    bucket: int = 0

    def rolled(self, bucket: int) -> Balance:
        """The same account seen from a later bucket."""
        if bucket <= self.bucket:
            return self
        previous = self.settled if bucket == self.bucket + 1 else 0
        return Balance(0, self.held, previous, bucket)

    def used(self, bucket: Bucket) -> int:
        """What counts as used in the window that ends in `bucket`: never less than what really was, rounded up."""
        seen = self.rolled(bucket.number)
        return seen.settled - (-seen.previous * bucket.previous_weight // WHOLE)


@dataclass(frozen=True, slots=True)
class Granted:
    """The hold fits, for an output of `output_tokens`. `used` is what each limited account counts with this hold on it."""

    output_tokens: int
    used: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Denied:
    """The hold does not fit on the charge's account. `busy` means that it would, were nothing held by calls still running."""

    charge: Charge
    balance: Balance
    needed: int
    busy: bool


def decide(demand: Demand, balances: Mapping[UUID, Balance]) -> Granted | Denied:
    """Decides one call on locked accounts; an account that does not exist yet counts as empty."""
    output = demand.output_tokens
    for charge in demand.charges:
        if not charge.limit.rejects:
            continue
        balance = balances.get(charge.account.id, Balance(0, 0))
        room = charge.limit.amount - balance.used(charge.bucket) - balance.held
        if charge.amount_for(output) > room:
            output = min(output, charge.output_for(room))
        if output < demand.output_tokens_min or charge.amount_for(output) > room:
            return _denied(charge, balance, demand)
    used = {
        wanted.account_id: _used_with(balances.get(wanted.account_id, Balance(0, 0)), wanted)
        for wanted in demand.wanted(output)
    }
    return Granted(output, used)


def take(demand: Demand, output_tokens: int, balances: dict[UUID, Balance]) -> None:
    """Books the hold of a granted call on the balances, for the calls decided after it."""
    for wanted in demand.wanted(output_tokens):
        balance = balances.get(wanted.account_id, Balance(0, 0)).rolled(wanted.bucket.number)
        balances[wanted.account_id] = replace(balance, held=balance.held + wanted.amount)


def decide_in_order(
    demands: Sequence[Demand], balances: Mapping[UUID, Balance]
) -> tuple[list[Granted | Denied], dict[UUID, Balance]]:
    """Decides calls in the order of their arrival; gives the verdicts and the balances after all of them."""
    after = dict(balances)
    verdicts: list[Granted | Denied] = []
    for demand in demands:
        verdict = decide(demand, after)
        if isinstance(verdict, Granted):
            take(demand, verdict.output_tokens, after)
        verdicts.append(verdict)
    return verdicts, after


def room_in_s(charge: Charge, balance: Balance, needed: int) -> float | None:
    """In how many seconds a sliding window has room for `needed` more, if nothing else is used; None when it never will."""
    limit, length_s = charge.limit, charge.limit.window_s
    free = limit.amount - balance.held - needed
    if length_s is None or free < 0:
        return None
    seen = balance.rolled(charge.bucket.number)
    left_s = length_s * charge.bucket.previous_weight / WHOLE
    if seen.previous and seen.settled <= free:
        # Within this bucket: the previous one has to weigh no more than what is free beside the present one.
        return max(0.0, left_s - length_s * (free - seen.settled) / seen.previous)
    if not seen.settled or seen.settled <= free:
        return left_s
    return left_s + length_s * (1 - free / seen.settled)


def _used_with(balance: Balance, wanted: Wanted) -> int:
    return balance.used(wanted.bucket) + balance.held + wanted.amount


def _denied(charge: Charge, balance: Balance, demand: Demand) -> Denied:
    needed = charge.amount_for(demand.output_tokens_min)
    fits_alone = balance.used(charge.bucket) + needed <= charge.limit.amount
    return Denied(charge=charge, balance=balance, needed=needed, busy=fits_alone)

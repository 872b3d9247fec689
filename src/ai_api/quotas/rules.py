"""What a hold is, and when it may be taken. Pure; the laws are Q1 to Q5 of the quota specification.

A call demands amounts on accounts. It gets all of them or none (Q2), where `used + held + amount ≤ limit` on each. When the
whole demand does not fit, a smaller output may: the caller then gets less, and is told. Where an answer can be extended while
it comes, and there is plenty, only what such calls usually need is held at first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ai_api.core.values import value
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

PLENTY = 4
"""A call may begin with a light hold while this many whole ones still fit."""


@value
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


@value
class Demand:
    """All a call demands. `output_tokens` is the most it may produce; `output_tokens_min` what it must at least get.

    `light_output` is what to hold at first where there is plenty, for a call whose hold grows with its answer; None for others.
    It is another number than `output_tokens_min`, unless it is all of the output.
    """

    charges: tuple[Charge, ...]
    output_tokens: int
    output_tokens_min: int
    light_output: int | None = None

    @property
    def first_output(self) -> int:
        """The output whose hold is tried first."""
        return self.output_tokens if self.light_output is None else self.light_output

    def wanted(self, output_tokens: int) -> tuple[Wanted, ...]:
        """The holds as admission takes them: where several limits share an account, the tightest counts."""
        rows: dict[UUID, Wanted] = {}
        for charge in self.charges:
            if not charge.limit.rejects:
                continue
            amount = charge.amount_for(output_tokens)
            whole = amount if output_tokens == self.output_tokens else charge.amount_for(self.output_tokens)
            # Only what an answer grows into needs room beyond the hold: a light call is one request like any other.
            reserve = PLENTY * whole if whole > amount and self.is_light(output_tokens) else amount
            row = Wanted(charge.account.id, amount, charge.limit.amount, charge.bucket, reserve)
            known = rows.get(charge.account.id)
            rows[charge.account.id] = row if known is None or row.limit < known.limit else known
        return tuple(rows.values())

    def is_light(self, output_tokens: int) -> bool:
        """Whether a hold for so much output is only the beginning of one."""
        return self.light_output is not None and output_tokens == self.light_output < self.output_tokens


@value
class Wanted:
    """One hold: so much on this account, of which no more than `limit` may be used and held.

    `reserve` is the room there must be before it is taken; more than the amount for a light hold.
    """

    account_id: UUID
    amount: int
    limit: int
    bucket: Bucket
    reserve: int


def amounts(wanted: Sequence[Wanted]) -> tuple[tuple[UUID, int], ...]:
    """These holds by account, as they are stored to be given back."""
    return tuple((each.account_id, each.amount) for each in wanted)


@value
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
        """What counts as used in the window that ends in `bucket`, rounded up.

        A call that comes late, when a later bucket is counted already, finds the one before that whole.
        """
        seen = self.rolled(bucket.number)
        weight = bucket.previous_weight if bucket.number == seen.bucket else WHOLE
        return seen.settled - (-seen.previous * weight // WHOLE)


@value
class Granted:
    """The hold fits, for an output of `output_tokens`. `used` is what each limited account counts with this hold on it."""

    output_tokens: int
    used: Mapping[UUID, int]


@value
class Denied:
    """The hold does not fit on the charge's account. `busy` means that it would, were nothing held by calls still running."""

    charge: Charge
    balance: Balance
    needed: int
    busy: bool


def decide(demand: Demand, balances: Mapping[UUID, Balance]) -> Granted | Denied:
    """Decides one call on locked accounts; an account that does not exist yet counts as empty."""
    if demand.is_light(demand.first_output) and _has_plenty(demand, balances):
        return _granted(demand, demand.first_output, balances)
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
    # All that is left, and not the beginning of more: by its length a hold is known to be light.
    return _granted(demand, output - 1 if demand.is_light(output) else output, balances)


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
    left_s = length_s * (charge.bucket.previous_weight / WHOLE + seen.bucket - charge.bucket.number)
    if seen.settled <= free:
        # Within this bucket: the previous one has to weigh no more than what is free beside the present one.
        return max(0.0, left_s - length_s * (free - seen.settled) / seen.previous) if seen.previous else 0.0
    return left_s + length_s * (1 - free / seen.settled)


def _has_plenty(demand: Demand, balances: Mapping[UUID, Balance]) -> bool:
    for wanted in demand.wanted(demand.first_output):
        balance = balances.get(wanted.account_id, Balance(0, 0))
        if balance.used(wanted.bucket) + balance.held + wanted.reserve > wanted.limit:
            return False
    return True


def _granted(demand: Demand, output_tokens: int, balances: Mapping[UUID, Balance]) -> Granted:
    used = {}
    for wanted in demand.wanted(output_tokens):
        balance = balances.get(wanted.account_id, Balance(0, 0))
        used[wanted.account_id] = balance.used(wanted.bucket) + balance.held + wanted.amount
    return Granted(output_tokens, used)


def _denied(charge: Charge, balance: Balance, demand: Demand) -> Denied:
    needed = charge.amount_for(demand.output_tokens_min)
    fits_alone = balance.used(charge.bucket) + needed <= charge.limit.amount
    return Denied(charge=charge, balance=balance, needed=needed, busy=fits_alone)

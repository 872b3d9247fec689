"""What a hold is, and when it may be taken. Pure; the laws are Q1 to Q5 of the quota specification.

A call demands amounts on accounts. It gets all of them or none (Q2), where `settled + held + amount ≤ limit` on each. When
the whole demand does not fit, a smaller output may: the caller then gets less, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

OUTPUT_TOKENS_MIN = 256
"""Below this many affordable output tokens a call is refused rather than shortened."""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account and what it counts."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    metric: str
    window_start: datetime
    window_end: datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """One account a call demands something of. Amounts are tokens or nano-USD; `limit` None is unlimited.

    `amount_for` gives the amount for an output of so many tokens; `output_for` the largest output that fits a room, which
    may be negative when not even the input fits.
    """

    account: AccountKey
    limit: int | None
    amount_for: Callable[[int], int]
    output_for: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Demand:
    """All a call demands. `output_tokens` is the most it may produce; `output_tokens_min` what it must at least get."""

    charges: tuple[Charge, ...]
    output_tokens: int
    output_tokens_min: int

    def amounts(self, output_tokens: int) -> tuple[tuple[UUID, int], ...]:
        """What is held on each limited account for this output; unlimited accounts take no hold."""
        return tuple(
            (charge.account.id, charge.amount_for(output_tokens)) for charge in self.charges if charge.limit is not None
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """The state of an account, locked."""

    settled: int
    held: int


@dataclass(frozen=True, slots=True)
class Granted:
    """The hold fits, for an output of `output_tokens`."""

    output_tokens: int


@dataclass(frozen=True, slots=True)
class Denied:
    """The hold does not fit on `account`. `busy` means that it would, were nothing held by calls still running."""

    account: AccountKey
    limit: int
    settled: int
    held: int
    needed: int
    busy: bool


def decide(demand: Demand, balances: Mapping[UUID, Balance]) -> Granted | Denied:
    """Decides one call on locked accounts; an account that does not exist yet counts as empty."""
    output = demand.output_tokens
    for charge in demand.charges:
        if charge.limit is None:
            continue
        balance = balances.get(charge.account.id, Balance(0, 0))
        room = charge.limit - balance.settled - balance.held
        if charge.amount_for(output) > room:
            output = min(output, charge.output_for(room))
        if output < demand.output_tokens_min:
            return _denied(charge, balance, demand)
    return Granted(output)


def take(demand: Demand, output_tokens: int, balances: dict[UUID, Balance]) -> None:
    """Books the hold of a granted call on the balances, for the calls decided after it."""
    for identifier, amount in demand.amounts(output_tokens):
        balance = balances.get(identifier, Balance(0, 0))
        balances[identifier] = Balance(balance.settled, balance.held + amount)


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


def _denied(charge: Charge, balance: Balance, demand: Demand) -> Denied:
    limit = charge.limit or 0
    needed = charge.amount_for(demand.output_tokens_min)
    return Denied(
        account=charge.account,
        limit=limit,
        settled=balance.settled,
        held=balance.held,
        needed=needed,
        busy=balance.settled + needed <= limit,
    )

"""The narrow lane: calls that do not all fit on their accounts, or touch one that does not exist yet.

Look, decide, take. The look is one snapshot and locks nothing, so a used-up account that is asked of a thousand times a second
costs reads and holds up nobody. What fits is then taken by the statement that takes all holds, which proves it again. Who
loses that race looks again, and after the third time decides under locked accounts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from uuid import UUID

from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_admission, store_look
from ai_api.gateway.candidate import Asked, Candidate, Outcome
from ai_api.gateway.taking import Taking
from ai_api.quotas.rules import AccountKey, Balance, Demand, Denied, Granted, decide, decide_in_order

LOOKS_MAX = 3
TIGHT_FOR_S = 1.0
TIGHT_MAX = 10_000


class Narrow:
    """Decides call by call, in the order of arrival. Remembers for a second which accounts were full."""

    def __init__(self, hot: Hot, taking: Taking, replica_id: Callable[[], UUID], *, locked_timeout_s: float) -> None:
        self._hot = hot
        self._locked_timeout_s = locked_timeout_s
        self._taking = taking
        self._replica_id = replica_id
        self._tight_until: dict[UUID, float] = {}

    def leads_here(self, candidate: Candidate) -> bool:
        """Whether a call touches an account that was full a moment ago: it need not try the wide lane first."""
        if candidate.demand is None or not self._tight_until:
            return False
        now = time.monotonic()
        return any(self._tight_until.get(each.account.id, 0.0) > now for each in candidate.demand.charges)

    async def decide(self, asked: list[Asked]) -> dict[UUID, Outcome]:
        """An outcome per call id. Whoever was granted before Postgres fell silent keeps the hold."""
        outcomes: dict[UUID, Outcome] = {}
        waiting = asked
        try:
            for _ in range(LOOKS_MAX):
                waiting = await self._look(waiting, outcomes)
                if not waiting:
                    return outcomes
            await self._under_locks(waiting, outcomes)
        except (StoreUnavailable, StatementRefused, TimeoutError):
            # They are told that the database is away, and the others what was decided on them.
            outcomes.update({each.row.call_id: "away" for each in asked if each.row.call_id not in outcomes})
        return outcomes

    async def _look(self, waiting: list[Asked], outcomes: dict[UUID, Outcome]) -> list[Asked]:
        """One round; gives those that must look again."""
        accounts = _accounts(waiting)
        rows = [each.row for each in waiting]
        balances, fresh = await self._taking.ask(
            lambda patience: store_look.look(self._hot, accounts.keys(), rows, patience=patience)
        )
        missing = [accounts[key] for key in sorted(accounts.keys() - balances.keys())]
        if missing:
            await self._taking.ask(
                lambda patience: store_admission.create_accounts(self._hot, missing, patience=patience)
            )
        fitting = []
        for each in waiting:
            if each.row.call_id not in fresh:
                outcomes[each.row.call_id] = "stale"
            elif isinstance(decision := decide(_demand(each), balances), Denied):
                self._say(each, decision, outcomes)
            else:
                fitting.append(each)
        return await self._take(fitting, balances, outcomes) if fitting else []

    async def _take(
        self, fitting: list[Asked], balances: Mapping[UUID, Balance], outcomes: dict[UUID, Outcome]
    ) -> list[Asked]:
        """Takes as many as fit beside one another; gives those that must look again."""
        decided, _ = decide_in_order([_demand(each) for each in fitting], balances)
        granted = {
            each.row.call_id: each.candidate.row_for(decision.output_tokens)
            for each, decision in zip(fitting, decided, strict=True)
            if isinstance(decision, Granted)
        }
        answers = await self._taking.take(list(granted.values()))
        for each, decision in zip(fitting, decided, strict=True):
            if isinstance(decision, Denied):
                continue
            answer = answers[each.row.call_id]
            if answer.verdict == "admitted":
                self._say(each, Granted(decision.output_tokens, answer.used), outcomes)
            elif answer.verdict == "stale":
                outcomes[each.row.call_id] = "stale"
        if all(answer.verdict == "admitted" for answer in answers.values()):
            # Only now is it true that there was no room for the others: a hold that was lost to nobody would have fitted.
            for each, decision in zip(fitting, decided, strict=True):
                if isinstance(decision, Denied):
                    self._say(each, decision, outcomes)
        return [each for each in fitting if each.row.call_id not in outcomes]

    async def _under_locks(self, waiting: list[Asked], outcomes: dict[UUID, Outcome]) -> None:
        async with (
            asyncio.timeout(2 * self._locked_timeout_s),
            self._hot.transaction(timeout_s=self._locked_timeout_s) as connection,
        ):
            balances = await store_admission.lock_accounts(connection, list(_accounts(waiting)))
            fresh = await store_admission.still_fresh(connection, [each.row for each in waiting])
            current = [each for each in waiting if each.row.call_id in fresh]
            decided, _ = decide_in_order([_demand(each) for each in current], balances)
            granted = [
                each.candidate.row_for(decision.output_tokens)
                for each, decision in zip(current, decided, strict=True)
                if isinstance(decision, Granted)
            ]
            if granted:
                await store_admission.take_holds(connection, granted, self._replica_id())
        # Committed.
        outcomes.update({each.row.call_id: "stale" for each in waiting})
        for each, decision in zip(current, decided, strict=True):
            self._say(each, decision, outcomes)

    def _say(self, each: Asked, decision: Granted | Denied, outcomes: dict[UUID, Outcome]) -> None:
        outcomes[each.row.call_id] = decision
        if isinstance(decision, Denied):
            if len(self._tight_until) >= TIGHT_MAX:
                self._tight_until.clear()
            self._tight_until[decision.charge.account.id] = time.monotonic() + TIGHT_FOR_S
            return
        for charge in _demand(each).charges:
            self._tight_until.pop(charge.account.id, None)


def _demand(each: Asked) -> Demand:
    if each.candidate.demand is None:
        raise RuntimeError("only a call that takes a hold can lack room for it")
    return each.candidate.demand


def _accounts(waiting: list[Asked]) -> dict[UUID, AccountKey]:
    return {
        charge.account.id: charge.account
        for each in waiting
        for charge in _demand(each).charges
        if charge.limit.rejects
    }

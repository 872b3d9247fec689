"""The laws, as what must hold between any two moments of a history, and the history they are held against.

Q1 held = the open holds. Q2 a hold is taken only while used + held + x ≤ limit, on all its accounts or none, and refused only
when not even the least it could do with fits. Q3 settled = the bookings on the records. Q4 a settlement is never refused. Q5 a
refused call consumes nothing. And: one record a call, whatever crashed; roll-ups = records; nothing booked twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from uuid import UUID

from ai_api.core.errors import StoreUnavailable
from ai_api.gateway.candidate import Outcome
from ai_api.gateway.docket import Docket
from ai_api.gateway.store_extend import Change, Changed
from ai_api.quotas.rules import Denied
from tests.properties.gate import Gate
from tests.properties.laws_of_books import check_q1, check_q3, check_record, check_rollups, consumes_nothing
from tests.properties.orders import Placed
from tests.properties.sight import Matched, Sight, amount_of, from_birth, price_nanos
from tests.properties.told import Fate, Grown, Told

PLENTY = 4
"""While so many whole answers are left, a call may begin with less than one."""


@dataclass
class History:
    """All calls of one run, and how often each branch was met."""

    met: Counter[str]
    calls: dict[UUID, Told] = field(default_factory=dict)

    def of(self, *fates: Fate) -> list[Told]:
        """The calls with such a fate, in the order they were made."""
        return [told for told in self.calls.values() if told.fate in fates]

    # ── at each admission ────────────────────────────────────────────────────────────────────────────────────────────

    def note(self, gate: Gate, placed: Sequence[Placed], limits: Sequence[list[Matched]]) -> None:
        """Takes calls into the history; `limits` are those that matched each when it was asked."""
        for each, matched in zip(placed, limits, strict=True):
            fate: Fate = "open"
            if each.refusal is not None:
                fate = "unknown" if isinstance(each.refusal, StoreUnavailable) else "refused"
            accounts = {limit.account_id: (limit.account_id, limit.bucket, limit.metric) for limit in matched}
            for identifier, metric in from_birth(each.order.caller, each.docket.call_id):
                accounts[identifier] = (identifier, 0, metric)
            self.calls[each.docket.call_id] = Told(each, gate, fate, list(accounts.values()), matched)

    def check_admission(
        self,
        before: Sight,
        after: Sight,
        decided: Sequence[tuple[str, Sequence[tuple[UUID, Outcome]]]],
        limits: Mapping[UUID, list[Matched]],
    ) -> None:
        """Q2 and Q5, decision by decision, in the order they were taken."""
        held = Counter({identifier: account.held for identifier, account in before.accounts.items()})
        # A call may be decided again, with its input counted or its copies read anew: the last decision counts. Where nothing
        # was heard of that one, the one before it is no refusal.
        last = {call_id: number for number, (_, batch) in enumerate(decided) for call_id, _ in batch}
        unheard = _holds_of(after, limits.keys() - last.keys())
        for number, (lane, batch) in enumerate(decided):
            for call_id, outcome in batch:
                self.met[f"{lane} lane: {outcome if isinstance(outcome, str) else type(outcome).__name__}"] += 1
                if isinstance(outcome, Denied) and outcome.busy:
                    self.met["denied while others hold"] += 1
                if last[call_id] == number:
                    if isinstance(outcome, Denied) and self.calls[call_id].fate == "refused":
                        least = _least(self.calls[call_id].docket)
                        fits = _all_fit(
                            before, limits[call_id], held + unheard, self.calls[call_id].docket, least, rounded_up=True
                        )
                        assert not fits, "refused while it fits"
                    self._check_decision(before, after, limits[call_id], held, unheard, self.calls[call_id])
        for call_id in limits.keys() - last.keys():
            # Postgres never said anything about it.
            assert call_id not in after.holds or self.calls[call_id].fate == "unknown"

    def _check_decision(
        self,
        before: Sight,
        after: Sight,
        limits: list[Matched],
        held: Counter[UUID],
        unheard: Counter[UUID],
        told: Told,
    ) -> None:
        """`unheard` is what calls hold whose admission was never answered: before this decision or after it, nobody knows."""
        docket, hold = told.docket, after.holds.get(told.docket.call_id)
        if hold is None:
            return
        assert told.fate in {"open", "unknown"}, "a refused call holds"
        rejecting = [limit for limit in limits if limit.rejects]
        assert hold.keys() == {limit.account_id for limit in rejecting}, "all of its accounts or none"
        for limit in rejecting:
            used = before.used(limit, rounded_up=False)
            assert used + held[limit.account_id] + hold[limit.account_id] <= limit.amount, "granted past a limit"
        if told.fate == "open":
            for limit in rejecting:
                assert hold[limit.account_id] == _demanded(docket, limit, docket.output_tokens), limit
            self._count_grant(before, limits, held, unheard, told)
        told.hold = hold
        for identifier, amount in hold.items():
            held[identifier] += amount

    def _count_grant(
        self, before: Sight, limits: list[Matched], held: Counter[UUID], unheard: Counter[UUID], told: Told
    ) -> None:
        docket, demand = told.docket, told.docket.demand
        assert demand is not None
        for limit in limits:
            for what, which in zip(("subject", "metric", "window", "partition", "on exceed"), limit.kind, strict=True):
                self.met[f"{what}: {which}"] += 1
            if limit.bucket > before.account(limit.account_id).bucket > 0:
                self.met["bucket rolled by admission"] += 1
        if demand.is_light(docket.output_tokens):
            self.met["granted light"] += 1
            for limit in limits:
                if limit.rejects and limit.metric in {"output_tokens", "total_tokens", "cost"}:
                    whole = _demanded(docket, limit, demand.output_tokens)
                    used = before.used(limit, rounded_up=False) + held[limit.account_id]
                    assert used + PLENTY * whole <= limit.amount, "begun light where there is no plenty"
        elif docket.output_tokens < demand.output_tokens:
            self.met["granted shortened"] += 1
            assert docket.output_tokens >= demand.output_tokens_min
            # The largest that fits: one token more does not; or two, where one more would pass for the beginning of an answer.
            more = docket.output_tokens + 1 + demand.is_light(docket.output_tokens + 1)
            assert not _all_fit(before, limits, held + unheard, docket, more, rounded_up=True), "one token more fits"
        else:
            self.met["granted whole"] += 1

    def check_changes(self, before: Sight, after: Sight, grown: Sequence[Grown]) -> None:
        """Q2 of holds that change: what grew fits, on all accounts or none, and what was refused leaves no room behind."""
        ours = {each.told.docket.call_id for each in grown}
        assert before.holds.keys() == after.holds.keys()
        assert _without(before.holds, ours) == _without(after.holds, ours)
        held_most: dict[UUID, int] = {}
        for each in grown:
            old, new = each.of(before), each.of(after)
            for limit in each.limits:
                more = new.get(limit.account_id, 0) > old.get(limit.account_id, 0)
                if limit.rejects and more:
                    # Whoever comes later may be judged by another amount: a limit counts as it was when a call began.
                    held_most[limit.account_id] = max(held_most.get(limit.account_id, 0), limit.amount)
        for each in grown:
            self._check_grown(before, after, each, held_most)
        for each in grown:
            if each.is_refused and each.of(after) and not each.told.unsure:
                assert not _has_room_for_more(before, after, each, grown), "cut while there is room"

    def _check_grown(self, before: Sight, after: Sight, each: Grown, held_most: Mapping[UUID, int]) -> None:
        told, new = each.told, each.of(after)
        if not new:
            return
        for limit in each.limits:
            if limit.account_id in held_most:
                used = before.used(limit, rounded_up=False)
                assert used + after.account(limit.account_id).held <= held_most[limit.account_id], (
                    "extended past a limit"
                )
            if each.output_tokens is not None and limit.rejects and not told.unsure:
                assert new[limit.account_id] == _demanded(told.docket, limit, each.output_tokens), (
                    "holds what the answer may come to"
                )
        told.hold = new

    def check_batches(
        self, before: Sight, batches: Sequence[Sequence[tuple[Change, Changed]]], limits: Sequence[Matched]
    ) -> None:
        """Nobody was refused who fits beside all that was given in the same batch, and what others gave back in it."""
        seen = {limit.account_id: limit for limit in limits}
        held = Counter({identifier: account.held for identifier, account in before.accounts.items()})
        holds = {call_id: dict(hold) for call_id, hold in before.holds.items()}
        for batch in batches:
            given_back: Counter[UUID] = Counter()
            for change, answer in batch:
                for wanted in change.wanted if answer.fits and answer.is_held else ():
                    more = wanted.amount - holds[change.call_id].get(wanted.account_id, 0)
                    held[wanted.account_id] += more
                    given_back[wanted.account_id] += max(0, -more)
                    holds[change.call_id][wanted.account_id] = wanted.amount
            for change, answer in batch:
                if answer.is_held and not answer.fits:
                    assert any(
                        answer.room[each.account_id] is None
                        or before.used(seen[each.account_id], rounded_up=True)
                        + held[each.account_id] + given_back[each.account_id]
                        + each.amount - holds[change.call_id].get(each.account_id, 0)
                        > each.limit
                        for each in change.wanted
                    ), "refused while it fits"  # fmt: skip

    def check_crowd(self, after: Sight, new: Sequence[Told], grown: Sequence[Grown], unsettled: set[UUID]) -> None:
        """Q2 of what happened at once, in whatever order: all accounts or none, and none past its limit at the end.

        `unsettled` are accounts of which more was used meanwhile than had been held.
        """
        touched: dict[UUID, list[Matched]] = defaultdict(list)
        for told in new:
            rejecting = [limit for limit in told.limits if limit.rejects]
            hold = after.holds.get(told.docket.call_id)
            assert hold is None or told.fate in {"open", "unknown"}, "a refused call holds"
            if hold is None:
                continue
            assert hold.keys() == {limit.account_id for limit in rejecting}, "all of its accounts or none"
            for limit in rejecting:
                assert told.fate == "unknown" or hold[limit.account_id] == _demanded(
                    told.docket, limit, told.docket.output_tokens
                )
                touched[limit.account_id].append(limit)
            told.hold = hold
        for each in grown:
            more = {key for key, held in each.of(after).items() if held > each.told.hold.get(key, 0)}
            for limit in each.limits:
                if limit.account_id in more and limit.rejects:
                    touched[limit.account_id].append(limit)
            told = each.told
            told.hold = each.of(after) or told.hold
        for account_id, limits in touched.items():
            if account_id not in unsettled:
                # Not all saw the same window, nor the same amount: the laxest of them was asked last, for all we know.
                used = min(after.used(limit, rounded_up=False) for limit in limits)
                assert used + after.account(account_id).held <= max(limit.amount for limit in limits), (
                    "together past a limit"
                )

    # ── between any two moments ──────────────────────────────────────────────────────────────────────────────────────

    def check(self, sight: Sight) -> None:
        """Every law that is about a state of the books."""
        check_q1(sight)
        check_q3(sight)
        check_rollups(sight)
        for call_id, told in self.calls.items():
            self._check_call(sight, call_id, told)
        made = {key for key, record in sight.records.items() if not record["refused_count"]}
        assert made <= self.calls.keys(), "a record of a call that nobody made"
        assert sight.holds.keys() <= self.calls.keys()

    def _check_call(self, sight: Sight, call_id: UUID, told: Told) -> None:
        record, holds = sight.records.get(call_id), call_id in sight.holds
        if told.fate == "refused":
            assert not holds
            assert record is None or consumes_nothing(record)
            return
        if told.fate == "unknown":
            assert not (record and holds)
            assert record is None or consumes_nothing(record) or record["swept"]
            return
        if told.fate == "parked":
            assert call_id in sight.unsettled
            assert call_id in sight.parked
            assert record is None
            return
        assert (record is not None) != holds, (told.fate, record, holds)
        if record is not None:
            assert told.fate == "settled" or record["swept"] or record["outcome"] == "store_unavailable", record
            check_record(record, told)
        else:
            assert told.fate == "open"


def _holds_of(sight: Sight, calls: AbstractSet[UUID]) -> Counter[UUID]:
    held: Counter[UUID] = Counter()
    for call_id in calls:
        held.update(sight.holds.get(call_id, {}))
    return held


def _least(docket: Docket) -> int:
    assert docket.demand is not None
    return docket.demand.output_tokens_min


def _demanded(docket: Docket, limit: Matched, output_tokens: int) -> int:
    assert docket.bound is not None
    if limit.metric == "concurrency":
        return 1
    read = docket.bound.input_tokens
    return amount_of(limit.metric, read, output_tokens, price_nanos(read, output_tokens))


def _all_fit(
    sight: Sight, limits: list[Matched], held: Counter[UUID], docket: Docket, output_tokens: int, *, rounded_up: bool
) -> bool:
    return all(
        sight.used(limit, rounded_up=rounded_up) + held[limit.account_id] + _demanded(docket, limit, output_tokens)
        <= limit.amount
        for limit in limits
        if limit.rejects
    )


def _has_room_for_more(before: Sight, after: Sight, each: Grown, grown: Sequence[Grown]) -> bool:
    """Whether one token more would fit beside all that is held now, and what others gave back meanwhile."""
    assert each.output_tokens is not None
    for limit in each.limits:
        if not limit.rejects:
            continue
        more = _demanded(each.told.docket, limit, each.output_tokens + 1) - each.of(after)[limit.account_id]
        given_back = sum(
            max(0, other.of(before).get(limit.account_id, 0) - other.of(after).get(limit.account_id, 0))
            for other in grown
            if other is not each
        )
        held = after.account(limit.account_id).held + given_back
        if more > 0 and after.used(limit, rounded_up=True) + held + more > limit.amount:
            return False
    return True


def _without(holds: Mapping[UUID, Mapping[UUID, int]], call_ids: set[UUID]) -> dict[UUID, Mapping[UUID, int]]:
    return {call_id: held for call_id, held in holds.items() if call_id not in call_ids}

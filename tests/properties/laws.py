"""The laws, as what must hold between any two moments of a history, and the history they are held against.

Q1 held = the open holds. Q2 a hold is taken only while used + held + x ≤ limit, on all its accounts or none, and refused only
when not even the least it could do with fits. Q3 settled = the bookings on the records. Q4 a settlement is never refused. Q5 a
refused call consumes nothing. And: one record a call, whatever crashed; roll-ups = records; nothing booked twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from ai_api.core.errors import StoreUnavailable
from ai_api.gateway.candidate import Outcome
from ai_api.gateway.docket import Docket
from ai_api.quotas.rules import Denied
from ai_api.wire.usage import Usage
from tests.properties.house import Gate
from tests.properties.orders import Placed
from tests.properties.sight import Matched, Sight, amount_of, bookings_of, from_birth, price_nanos

Fate = Literal["open", "settled", "parked", "unknown", "refused"]
_QUARTER = timedelta(minutes=15)
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
_ROLLED_UP_BY = [
    "member_id",
    "credential_id",
    "allocation_id",
    "model_id",
    "model",
    "provider",
    "provider_key_id",
    "outcome",
]


@dataclass
class Told:
    """What the history knows of one call."""

    placed: Placed
    gate: Gate
    fate: Fate
    booked_on: list[tuple[UUID, int, str]] = field(default_factory=list)
    """Accounts that count it, with bucket and metric."""
    limits: list[Matched] = field(default_factory=list)
    """Those that matched it when it was asked."""
    hold: Mapping[UUID, int] = field(default_factory=dict)
    booked_late: list[tuple[UUID, int, str]] = field(default_factory=list)
    """Accounts that count it once it is settled itself: it came upon them when its hold was gone."""
    usage: Usage | None = None
    """The truth about it, once it was settled."""
    unsure: bool = False
    """Its replica does not know what it holds: an answer was lost."""

    @property
    def docket(self) -> Docket:
        return self.placed.docket


@dataclass(frozen=True)
class Grown:
    """A call whose hold was to change, the limits that matter as its replica's clock sees them now, and what it heard.

    `output_tokens` is what its answer may come to by then, where that is known; `is_refused` that it was told to end there.
    """

    told: Told
    limits: Sequence[Matched]
    output_tokens: int | None = None
    is_refused: bool = False

    def of(self, sight: Sight) -> Mapping[UUID, int]:
        """What it holds; nothing where it is gone."""
        return sight.holds.get(self.told.docket.call_id, {})


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
        # A call may be decided again, with its input counted or its copies read anew: the last decision counts.
        last = {call_id: number for number, (_, batch) in enumerate(decided) for call_id, _ in batch}
        for number, (lane, batch) in enumerate(decided):
            for call_id, outcome in batch:
                self.met[f"{lane} lane: {outcome if isinstance(outcome, str) else type(outcome).__name__}"] += 1
                if isinstance(outcome, Denied) and outcome.busy:
                    self.met["denied while others hold"] += 1
                if last[call_id] == number:
                    if isinstance(outcome, Denied):
                        least = _least(self.calls[call_id].docket)
                        fits = _all_fit(
                            before, limits[call_id], held, self.calls[call_id].docket, least, rounded_up=True
                        )
                        assert not fits, "refused while it fits"
                    self._check_decision(before, after, limits[call_id], held, self.calls[call_id])
        for call_id in limits.keys() - last.keys():
            # Postgres never said anything about it.
            assert call_id not in after.holds or self.calls[call_id].fate == "unknown"

    def _check_decision(
        self, before: Sight, after: Sight, limits: list[Matched], held: Counter[UUID], told: Told
    ) -> None:
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
            self._count_grant(before, limits, held, told)
        told.hold = hold
        for identifier, amount in hold.items():
            held[identifier] += amount

    def _count_grant(self, before: Sight, limits: list[Matched], held: Counter[UUID], told: Told) -> None:
        docket, demand = told.docket, told.docket.demand
        assert demand is not None
        for limit in limits:
            for what, which in zip(("subject", "metric", "window", "partition", "on exceed"), limit.kind, strict=True):
                self.met[f"{what}: {which}"] += 1
            if limit.bucket > before.account(limit.account_id).bucket > 0:
                self.met["bucket rolled by admission"] += 1
        if demand.is_light(docket.output_tokens):
            self.met["granted light"] += 1
        elif docket.output_tokens < demand.output_tokens:
            self.met["granted shortened"] += 1
            assert docket.output_tokens >= demand.output_tokens_min
            # The largest that fits: one token more does not.
            assert not _all_fit(before, limits, held, docket, docket.output_tokens + 1, rounded_up=True)
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
                assert used + after.account(limit.account_id).held <= held_most[limit.account_id], "extended past a limit"
            if each.output_tokens is not None and limit.rejects and not told.unsure:
                assert new[limit.account_id] == _demanded(told.docket, limit, each.output_tokens), (
                    "holds what the answer may come to"
                )
        told.hold = new

    # ── between any two moments ──────────────────────────────────────────────────────────────────────────────────────

    def check(self, sight: Sight) -> None:
        """Every law that is about a state of the books."""
        _check_q1(sight)
        _check_q3(sight)
        _check_rollups(sight)
        for call_id, told in self.calls.items():
            self._check_call(sight, call_id, told)
        made = {key for key, record in sight.records.items() if not record["refused_count"]}
        assert made <= self.calls.keys(), "a record of a call that nobody made"
        assert sight.holds.keys() <= self.calls.keys()

    def _check_call(self, sight: Sight, call_id: UUID, told: Told) -> None:
        record, holds = sight.records.get(call_id), call_id in sight.holds
        if told.fate == "refused":
            assert not holds
            assert record is None or _consumes_nothing(record)
            return
        if told.fate == "unknown":
            assert not (record and holds)
            assert record is None or _consumes_nothing(record) or record["swept"]
            return
        if told.fate == "parked":
            assert call_id in sight.unsettled
            assert call_id in sight.parked
            assert record is None
            return
        assert (record is not None) != holds, (told.fate, record, holds)
        if record is not None:
            assert told.fate == "settled" or record["swept"] or record["outcome"] == "store_unavailable", record
            _check_record(record, told)
        else:
            assert told.fate == "open"


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


def _consumes_nothing(record: Any) -> bool:
    return record["bookings"] == [] and not record["billed_cost_nanos"] and record["outcome"] != "ok"


def _check_q1(sight: Sight) -> None:
    open_holds: Counter[UUID] = Counter()
    for amounts in sight.holds.values():
        open_holds.update(amounts)
    held = {identifier: account.held for identifier, account in sight.accounts.items() if account.held}
    assert held == {identifier: amount for identifier, amount in open_holds.items() if amount}, "Q1"


def _check_q3(sight: Sight) -> None:
    for identifier, account in sight.accounts.items():
        counts = sight.counted.get(identifier, {})
        # Of a sliding window the two buckets that still count; what is older is in the records alone.
        assert account.settled == counts.get(account.bucket, 0), "Q3"
        assert account.previous == (counts.get(account.bucket - 1, 0) if account.bucket else 0), "Q3"
        assert max(counts, default=0) <= account.bucket
        assert min(counts, default=1) > 0 or account.bucket == 0
    assert sight.counted.keys() <= sight.accounts.keys(), "Q3"


def _check_rollups(sight: Sight) -> None:
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 8)
    for record in sight.records.values():
        started_at = datetime.fromisoformat(record["started_at"])
        quarter = (_ORIGIN + (started_at - _ORIGIN) // _QUARTER * _QUARTER).isoformat()
        row = sums[quarter, *(record[name] for name in _ROLLED_UP_BY)]
        row[0] += max(1, record["refused_count"])
        tokens = ("input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
        for at, name in enumerate(tokens, start=1):
            row[at] += record[name]
        row[6] += record["billed_cost_nanos"] or 0
        row[7] += record["billed_cost_nanos"] is None
    there = {key: list(values) for key, values in sight.quarters.items() if any(values)}
    assert there == {key: values for key, values in sums.items() if any(values)}, "roll-ups"


def _check_record(record: Any, told: Told) -> None:
    read, written = record["input_tokens"], record["output_tokens"]
    priced = record["price_version_id"] is not None
    if record["outcome"] == "store_unavailable":
        assert _consumes_nothing(record)
        return
    cost = price_nanos(read, written) if priced else None
    assert record["billed_cost_nanos"] == cost, record
    _check_overrun(record, told, cost)
    if told.usage is not None:
        assert (read, written) == (told.usage.input_total, told.usage.output), "the truth is what is kept"
    expected = {
        (identifier, bucket): amount
        for identifier, bucket, metric in told.booked_on
        if (amount := amount_of(metric, read, written, cost or 0))
    }
    assert bookings_of(record) == expected, "a call is booked on each account that counts it, once"
    owner = told.placed.order.caller
    assert (record["allocation_id"], record["member_id"]) == (str(owner.allocation.id), str(owner.member.id))


def _check_overrun(record: Any, told: Told, cost: int | None) -> None:
    allocation = told.placed.order.caller.allocation.id
    money = [
        told.hold[each.account.id]
        for each in told.docket.accounts
        if each.account.metric == "cost" and each.account.subject_id == allocation and each.account.id in told.hold
    ]
    if len(money) == 1 and not record["swept"] and not told.unsure:
        assert record["overrun_nanos"] == max(0, (cost or 0) - money[0]), record

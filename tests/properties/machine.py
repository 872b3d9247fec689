"""Any order of admissions, settlements, crashes, sweeps, changes of limits and of the time, on real replicas and a real database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ai_api.core.db import bump_members, bump_world
from ai_api.core.errors import StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway.docket import Ending
from ai_api.quotas.tables import limits as limits_table
from ai_api.wire.usage import Usage
from tests.properties import sight
from tests.properties.cut_line import Cut
from tests.properties.house import Gate, House, Order, at, ending, races_lost
from tests.properties.laws import History, Told
from tests.properties.sight import Matched, Sight

T = TypeVar("T")


@dataclass
class Reader:
    """How far the answer of a provider is."""

    output_tokens_seen: int
    usage: Usage | None

# On the eve of what calendars do: a day of 23 hours, one of 25, the ends of months and of a year, in several zones.
BEGINNINGS = [
    at("2031-03-29T22:59:52Z"),
    at("2031-03-30T21:59:58Z"),
    at("2031-10-25T21:59:51Z"),
    at("2031-10-26T22:59:55Z"),
    at("2031-03-31T21:59:53Z"),
    at("2031-12-31T22:59:59Z"),
    at("2032-02-29T04:59:57Z"),
]
ZONES = [None, None, "America/New_York", "Asia/Kathmandu", "Africa/Lagos"]
WINDOWS = [("sliding", 10), ("sliding", 10), ("sliding", 60), ("day", None), ("month", None), ("lifetime", None), ("request", None)]
AMOUNTS = {
    "requests": [0, 1, 2, 3, 5],
    "input_tokens": [0, 90, 200, 500, 1_500],
    "output_tokens": [0, 200, 600, 2_500, 9_000],
    "total_tokens": [0, 300, 900, 3_000, 12_000],
    "cost": [0, 600_000, 1_500_000, 5_000_000, 20_000_000],
    "concurrency": [0, 1, 2, 3, 4],
}
JUMPS = [1, 400, 1_500, 5_000, 9_990, 10_000, 25_000, 61_000, 3_600_000 * 7, 3_600_000 * 30]
POISON = ["its kind of count is none", "its outcome is no text\x00"]

limits = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(["global", "tag", "member", "allocation", "credential", "provider_key"]),
        "metric": st.sampled_from(list(AMOUNTS)),
        "window": st.sampled_from(WINDOWS),
        "zone": st.sampled_from(ZONES),
        "partition": st.sampled_from(["subject", "member", "credential"]),
        "rejects": st.sampled_from([True, True, True, False]),
        "level": st.integers(1, 4),
    }
)
some = st.integers(0, 30)
orders = st.builds(
    dict,
    caller=st.sampled_from([0, 0, 1, 2, 3]),
    prompt_chars=st.sampled_from([1, 60, 300]),
    output_tokens=st.sampled_from([None, None, 1, 100, 256, 700, 2_048, 5_000]),
    choices=st.sampled_from([1, 1, 2]),
    stream=st.booleans(),
    after_ms=st.sampled_from([0, 0, 1, 700]),
)
admission_cuts: st.SearchStrategy[tuple[Cut, ...]] = st.sampled_from(
    [()] * 14
    + [("admit not asked",), ("admit not answered",), ("admit not answered", "which not answered"), ("slow not answered",)]
)


class AnyOrder(RuleBasedStateMachine):
    """One run. The house, the loop and the count of what was met are the test's, and outlive it."""

    house: ClassVar[House]
    runner: ClassVar[asyncio.Runner]
    met: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.history = History(self.met)
        self.spans: dict[object, UUID] = {}
        self.broken = False
        self.books = self.checked = sight.EMPTY

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self.runner.run(work)
        except BaseException:
            self.broken = True
            raise

    @initialize(beginning=st.sampled_from(BEGINNINGS), limits=st.lists(limits, min_size=2, max_size=5))
    def begin(self, beginning: datetime, limits: list[dict[str, Any]]) -> None:
        self.run(self.house.begin(beginning))
        for limit in limits:
            self._set(**limit)

    @invariant()
    def laws_hold(self) -> None:
        if self.checked is not self.books:
            self.history.check(self.books)
            self.checked = self.books

    async def _look(self) -> Sight:
        """The books as they are after what was just done."""
        self.books = await sight.look(self.house.connection)
        return self.books

    # ── limits and rights ────────────────────────────────────────────────────────────────────────────────────────────

    @rule(limit=limits)
    def a_limit_is_set(self, limit: dict[str, Any]) -> None:
        self._set(**limit)

    def _set(self, *, subject: str, metric: str, window: Any, zone: Any, partition: str, rejects: bool, level: int, amount: int | None = None) -> None:
        kind, window_s = window
        if metric == "concurrency" or (kind == "request" and metric == "requests"):
            kind, window_s = "lifetime", None
        values = {
            "id": uuid7(),
            "subject_kind": subject,
            "metric": metric,
            "window_kind": kind,
            "window_s": window_s,
            "zone": zone if kind in {"day", "month"} else None,
            "partition_by": "subject" if kind == "request" else partition,
            "on_exceed": "reject" if rejects else "warn",
            "amount": AMOUNTS[metric][level] if amount is None else amount,
        }
        subject_id = {
            "tag": self.house.tag_id,
            "member": self.house.callers[0].member.id,
            "allocation": self.house.callers[0].allocation.id,
            "credential": self.house.callers[0].credential.credential.id,
            "provider_key": self.house.callers[0].model.key.id,
        }.get(subject)
        if subject_id is not None:
            values[f"{subject}_id"] = subject_id
        self.run(self._write(limits_table.insert().values(values), subject))

    @rule(which=some, change=st.sampled_from(["raise", "lower", "zero", "remove", "turn"]))
    def a_limit_changes(self, which: int, change: str) -> None:
        row = self.run(self._a_limit(which))
        if row is None:
            return
        here = limits_table.c.id == row["id"]
        levels = AMOUNTS[row["metric"]]
        now = next(level for level, amount in enumerate([*levels, row["amount"]]) if amount >= row["amount"])
        statement: Any = limits_table.delete().where(here)
        if change in {"raise", "lower", "zero"}:
            level = {"raise": min(now + 1, 4), "lower": max(now - 1, 1), "zero": 0}[change]
            statement = limits_table.update().where(here).values(amount=levels[level])
        elif change == "turn":
            other = "warn" if row["on_exceed"] == "reject" else "reject"
            statement = limits_table.update().where(here).values(on_exceed=other)
        self.run(self._write(statement, row["subject_kind"]))
        self.met[f"limit changed: {change}"] += 1

    async def _a_limit(self, which: int) -> Any:
        rows = await self.house.connection.fetch("SELECT * FROM limits ORDER BY id")
        return rows[which % len(rows)] if rows else None

    async def _write(self, statement: Any, subject: str) -> None:
        """A write as the portal does it: with the epoch of whom it concerns. One of a kind that is there already stays."""
        async with self.house.org.database.transaction() as tx:
            nested = await tx.begin_nested()
            try:
                await tx.execute(statement)
            except Exception as error:
                if "uq_limits_one_of_a_kind" not in str(error):
                    raise
                await nested.rollback()
                return
            if subject in {"global", "tag", "provider_key"}:
                await bump_world(tx)
            else:
                await bump_members(tx, [self.house.callers[0].member.id])

    @rule(action=st.sampled_from(["pause", "resume", "resume"]))
    def an_allocation_is_paused_or_resumed(self, action: str) -> None:
        values = "state = 'paused', paused_by = 'admin'" if action == "pause" else "state = 'active', paused_by = NULL"

        async def write() -> None:
            async with self.house.connection.transaction():
                allocation, member = self.house.callers[0].allocation.id, self.house.callers[0].member.id
                await self.house.connection.execute(f"UPDATE allocations SET {values} WHERE id = $1", allocation)
                await self.house.connection.execute("UPDATE members SET epoch = epoch + 1 WHERE id = $1", member)

        self.run(write())
        self.met[f"allocation: {action}"] += 1

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(jump_ms=st.sampled_from(JUMPS))
    def time_passes(self, jump_ms: int) -> None:
        self.house.clock.ms += jump_ms

    @rule(short_ms=st.sampled_from([-1, 0, 1, -700]))
    def time_passes_to_the_next_bucket(self, short_ms: int) -> None:
        clock = self.house.clock
        clock.ms = max(clock.ms, (clock.ms // 10_000 + 1) * 10_000 + short_ms)

    # ── admission ────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(gate=st.integers(0, 3), wanted=st.lists(orders, min_size=1, max_size=5), cuts=admission_cuts, locks=st.booleans())
    def calls_arrive(self, gate: int, wanted: list[dict[str, Any]], cuts: tuple[Cut, ...], locks: bool) -> None:
        self.run(self._admit(self._gate(gate), wanted, cuts, locks))

    async def _admit(self, gate: Gate, wanted: list[dict[str, Any]], cuts: tuple[Cut, ...], locks: bool) -> None:
        house, line = self.house, gate.line
        before = self.books
        gate.decided.clear()
        line.cuts.update(cuts)
        orders_ = [Order(**{**each, "caller": house.callers[each["caller"]]}) for each in wanted]
        with races_lost(gate) if locks else nullcontext():
            placed = await house.place(gate, orders_)
        cut = [each for each in cuts if not line.cuts[each]]
        self.met["decided under locks"] += locks and any(lane == "narrow" for lane, _ in gate.decided)
        line.cuts.clear()
        after = await self._look()
        limits = [await sight.matching(house.connection, each.order.caller, each.docket.call_id) for each in placed]
        self.history.note(gate, placed, limits)
        by_call = {each.docket.call_id: matched for each, matched in zip(placed, limits, strict=True)}
        self.history.check_admission(before, after, gate.decided, by_call)
        for each in placed:
            self._count_admission(before, after, by_call[each.docket.call_id], self.history.calls[each.docket.call_id], cut)

    def _count_admission(self, before: Sight, after: Sight, limits: list[Matched], told: Told, cut: list[Cut]) -> None:
        refusal, held = told.placed.refusal, told.docket.call_id in after.holds
        if isinstance(refusal, StoreUnavailable):
            self.met["unknown commit: held, not known" if held else "unknown commit: not held"] += 1
        elif refusal is not None:
            self.met[f"refused: {refusal.code}"] += 1
        elif cut == ["admit not answered"] and held:
            self.met["unknown commit: found held"] += 1
        for limit in limits:
            if limit.bucket == 0 and limit.kind[2] in {"day", "month"}:
                before_it = self.spans.get(limit.kind, limit.account_id)
                self.met[f"{limit.kind[2]} rolled"] += before_it != limit.account_id
                self.spans[limit.kind] = limit.account_id
            if limit.bucket and before.account(limit.account_id).bucket > limit.bucket:
                self.met["came late for its bucket"] += 1
            if not limit.rejects and before.used(limit, rounded_up=False) >= limit.amount and refusal is None:
                self.met["past a limit that warns"] += 1

    def _gate(self, number: int) -> Gate:
        return self.house.gates[number % len(self.house.gates)]

    # ── settlement ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _open(self) -> list[Told]:
        return [told for told in self.history.of("open") if told.gate in self.house.gates]

    @precondition(lambda self: self._open())
    @rule(
        which=some,
        count=st.integers(1, 4),
        used=st.sampled_from(["nothing", "little", "all", "more"]),
        cuts=st.sampled_from([(), (), (), ("settle not answered",), ("correct not answered",)]),
    )
    def calls_end(self, which: int, count: int, used: str, cuts: tuple[Cut, ...]) -> None:
        found = self._open()
        first = found[which % len(found)]
        beside = [told for told in found if told.gate is first.gate][:count]
        self.run(self._settle(first.gate, list(dict.fromkeys([id(first), *map(id, beside)])), used, cuts))

    async def _settle(self, gate: Gate, chosen: list[int], used: str, cuts: tuple[Cut, ...]) -> None:
        ended = [told for told in self.history.of("open") if id(told) in chosen]
        before = self.books
        gate.line.cuts.update(cuts)
        endings = []
        for told in ended:
            said = _ending_of(told, used)
            told.usage, told.fate = said.usage, "settled"
            told.booked_on = list(dict.fromkeys([*told.booked_on, *told.booked_late]))
            endings.append((told.docket, said))
        await self.house.settle(gate, endings)
        self.met["settled again after a lost answer"] += sum(not gate.line.cuts[cut] for cut in cuts)
        gate.line.cuts.clear()
        after = await self._look()
        for told in ended:
            self._count_settlement(before, after, told, used)

    def _count_settlement(self, before: Sight, after: Sight, told: Told, used: str) -> None:
        call_id = told.docket.call_id
        record = after.records[call_id]
        corrected = call_id in before.records
        self.met["late settlement corrects" if corrected else f"settled: {used}"] += 1
        assert bool(record["details"].get("corrected")) == corrected
        self.met["overrun booked"] += record["overrun_nanos"] > 0
        for identifier, bucket, _ in told.booked_on:
            now = before.account(identifier).bucket
            if bucket and (identifier, bucket) in sight.bookings_of(record) and not corrected:
                if now < bucket:
                    self.met["bucket rolled by settlement"] += now > 0
                else:
                    where = {0: "present bucket", 1: "previous bucket"}.get(now - bucket, "no bucket any more")
                    self.met[f"booked in {where}"] += 1

    @precondition(lambda self: self.history.of("settled"))
    @rule(which=some)
    def a_call_is_settled_again(self, which: int) -> None:
        settled = [told for told in self.history.of("settled") if told.gate in self.house.gates]
        if not settled:
            return
        told = settled[which % len(settled)]
        before = self.books
        self.run(self.house.settle(told.gate, [(told.docket, ending(7, 7))]))
        # A second settlement of the same call changes nothing, whatever it says.
        assert self.run(self._look()) == before
        corrected = before.records[told.docket.call_id]["details"].get("corrected")
        self.met["settled twice: corrected before" if corrected else "settled twice"] += 1

    @precondition(lambda self: self._open())
    @rule(which=some, poison=st.sampled_from(POISON), beside=st.booleans())
    def postgres_refuses_a_record(self, which: int, poison: str, beside: bool) -> None:
        found = self._open()
        bad = found[which % len(found)]
        others = [told for told in found if told.gate is bad.gate and told is not bad][: 3 if beside else 0]
        self.run(self._poisoned(bad, others, poison))

    async def _poisoned(self, bad: Told, others: list[Told], poison: str) -> None:
        if bad.docket.call_id in self.books.records:
            return
        usage = Usage(input_total=5, output=5)
        refused = Ending("ok", usage, "made up") if poison == POISON[0] else Ending("ok\x00", usage, "provider")
        endings = [(bad.docket, refused)]
        bad.fate = "parked"
        for told in others:
            said = _ending_of(told, "little")
            told.usage, told.fate = said.usage, "settled"
            endings.append((told.docket, said))
        await self.house.settle(bad.gate, endings)
        await self._look()
        self.met[f"parked: {poison.replace(chr(0), '')}"] += 1
        self.met["settled beside a parked one"] += bool(others)

    # ── holds that change ────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self._open())
    @rule(which=some, share=st.sampled_from([0.2, 0.5, 0.9, 1.5]), says_input=st.sampled_from([None, None, 30, 9_000]))
    def an_answer_grows(self, which: int, share: float, says_input: int | None) -> None:
        found = [told for told in self._open() if told.placed.call is not None and told.placed.call.growing is not None]
        if found:
            self.run(self._grow(found[which % len(found)], share, says_input))

    async def _grow(self, told: Told, share: float, says_input: int | None) -> None:
        call = told.placed.call
        assert call is not None
        growing: Any = call.growing
        before = self.books
        refused_before, output_before = growing._refusal, growing._output
        seen = Reader(int(growing._output * share), None if says_input is None else Usage(says_input))
        growing.notice(seen)
        await told.gate.app.holds.drain()
        after = await self._look()
        now_ms = told.gate.clock.unix_ms()
        self.history.check_change(before, after, told, [each.seen_at(now_ms) for each in told.limits], growing._output)
        if growing._output > output_before:
            self.met["hold extended"] += 1
        if growing._refusal is not None and refused_before is None:
            self.met["extension refused: cut at what is held"] += 1
        self.met["answer cut where the limit is"] += call.refusal is not None
        if says_input == 30 and told.docket.call_id in after.holds and before.holds != after.holds:
            self.met["surplus of the input given back"] += 1

    @precondition(lambda self: self._open())
    @rule(which=some)
    def a_try_asks_for_room_at_its_provider_key(self, which: int) -> None:
        found = self._open()
        self.run(self._try(found[which % len(found)]))

    async def _try(self, told: Told) -> None:
        docket, app = told.docket, told.gate.app
        assert docket.permission is not None
        before = self.books
        fits = await app.calls._tries._key_holds.take(docket, docket.permission.routes[0][1])
        after = await self._look()
        held = docket.call_id in after.holds
        keys = [Matched(each.account.id, each.limit.metric, each.limit.amount, each.limit.rejects, ("",) * 5, each.bucket.number,
                        length_ms=(each.limit.window_s or 0) * 1000) for each in docket.key_charges]  # fmt: skip
        now_ms = told.gate.clock.unix_ms()
        self.history.check_change(before, after, told, [each.seen_at(now_ms) for each in keys], None)
        if not fits:
            assert before.holds == after.holds
        elif docket.key_accounts:
            counted = [(each.account.id, each.bucket, each.account.metric) for each in docket.key_accounts]
            if held:
                told.booked_on = list(dict.fromkeys([*told.booked_on, *counted]))
            else:
                told.booked_late = counted
        if keys or not fits:
            self.met[f"provider key: {'room' if fits else 'no room'}"] += 1

    # ── crashes, sweeps, watches ─────────────────────────────────────────────────────────────────────────────────────

    @rule(gate=st.integers(0, 3))
    def a_replica_crashes(self, gate: int) -> None:
        crashed = self._gate(gate)
        self.met["crash with open calls"] += any(told.gate is crashed for told in self.history.of("open"))
        self.run(self.house.crash(crashed))
        self.house.gates.append(self.run(self.house.gate(ahead_ms=crashed.clock._ahead_ms)))

    @rule(gate=st.integers(0, 3))
    def a_replica_is_cut_off(self, gate: int) -> None:
        self._gate(gate).beating = False

    @rule()
    def the_sweep_looks(self) -> None:
        self.run(self._sweep())

    async def _sweep(self) -> None:
        before = self.books
        progress = {
            row["call_id"] for row in await self.house.connection.fetch("SELECT call_id FROM holds WHERE progress IS NOT NULL")
        }
        swept = await self.house.sweep_dead()
        after = await self._look()
        new = after.records.keys() - before.records.keys()
        assert len(new) == swept
        for call_id in new:
            record = after.records[call_id]
            assert record["swept"]
            how = "progress" if call_id in progress else ("likely output" if record["output_tokens"] else "nothing known")
            self.met[f"swept with {how}"] += 1
        self.met["sweep passes a parked hold by"] += bool(new and after.parked)

    @rule(gate=st.integers(0, 3), tokens=st.sampled_from([0, 3, 900]), clearing=st.booleans())
    def a_watch_looks(self, gate: int, tokens: int, clearing: bool) -> None:
        self.run(self._watch(self._gate(gate), tokens, clearing))

    async def _watch(self, gate: Gate, tokens: int, clearing: bool) -> None:
        before, identity = self.books, gate.replica_id
        for call in gate.app.calls.open_calls.values():
            call.output_tokens_seen += tokens
        await self.house.look(gate, progress=True, clearing=clearing)
        after = await self._look()
        self.met["leak given back"] += len(
            [1 for key in after.records.keys() - before.records.keys() if after.records[key]["outcome"] == "store_unavailable"]
        )
        if gate.replica_id != identity:
            self.met["found itself swept"] += 1
            gate.beating = True
        for told in self._open():
            call = told.placed.call
            if told.gate is gate and call is not None and call.refusal is not None:
                self.met["stopped by the watch"] += 1

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def teardown(self) -> None:
        # A run that broke a law has nothing to say about its end.
        self.runner.run(self.house.end() if self.broken else self._come_to_rest())

    async def _come_to_rest(self) -> None:
        """Everything dies, everything is swept: there is one record for each call, and nothing is held but what is parked."""
        for gate in self.house.gates:
            gate.beating = False
        await self.house.sweep_dead()
        books = await self._look()
        self.history.check(books)
        assert books.holds.keys() == books.parked
        for told in self.history.of("open", "settled"):
            assert told.docket.call_id in books.records
        await self.house.end()


def _ending_of(told: Told, used: str) -> Ending:
    bound = told.docket.bound
    assert bound is not None
    read, written = bound.input_tokens, told.docket.output_tokens
    amounts = {"nothing": (0, 0), "little": (min(read, 9), 5), "all": (read, written), "more": (read + 300, written + 4_000)}
    return ending(*amounts[used])

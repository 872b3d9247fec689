"""Steps by which calls end and are settled."""

from __future__ import annotations

from ai_api.gateway.docket import Docket, Ending
from ai_api.wire.usage import Usage
from tests.properties import sight
from tests.properties.cut_line import Cut
from tests.properties.gate import Gate
from tests.properties.orders import ending
from tests.properties.run import Run, either, some, step
from tests.properties.sight import Sight
from tests.properties.told import Told

POISON = ["its kind of count is none", "its outcome is no text\x00"]


class Endings(Run):
    """Calls end with less or more than was held, twice, after a sweep, or with a record that Postgres refuses."""

    @step(
        weight=5,
        which=some,
        count=range(1, 5),
        used=["nothing", "little", "all", "more"],
        cuts=[(), (), (), ("settle not answered",), ("correct not answered",)],
    )
    def calls_end(self, which: int, count: int, used: str, cuts: tuple[Cut, ...]) -> None:
        found = self._open()
        if not found:
            return
        first = found[which % len(found)]
        beside = [told for told in found if told.gate is first.gate][:count]
        self.run(self._settle(first.gate, list(dict.fromkeys([id(first), *map(id, beside)])), used, cuts))

    async def _settle(self, gate: Gate, chosen: list[int], used: str, cuts: tuple[Cut, ...]) -> None:
        ended = [told for told in self.history.of("open") if id(told) in chosen]
        before = self.books
        gate.line.cuts.update(cuts)
        endings = [end_of(told, used) for told in ended]
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

    @step(weight=1, which=some)
    def a_call_is_settled_again(self, which: int) -> None:
        settled = [told for told in self.history.of("settled") if told.gate in self.house.gates]
        if not settled:
            return
        told = settled[which % len(settled)]
        before = self.books
        corrected = before.records[told.docket.call_id]["details"].get("corrected")
        self.run(self.house.settle(told.gate, [(told.docket, ending(7, 7))]))
        if corrected:
            # As if two had found it open to correction at once.
            self.run(self.house.correct(told.gate, told.docket, ending(7, 7)))
        # A second settlement of the same call changes nothing, whatever it says.
        assert self.run(self._look()) == before
        self.met["settled twice: corrected before" if corrected else "settled twice"] += 1

    @step(weight=1, which=some, poison=POISON, beside=either)
    def postgres_refuses_a_record(self, which: int, poison: str, beside: bool) -> None:
        found = self._open()
        if not found:
            return
        bad = found[which % len(found)]
        others = [told for told in found if told.gate is bad.gate and told is not bad][: 3 if beside else 0]
        self.run(self._poisoned(bad, others, poison))

    async def _poisoned(self, bad: Told, others: list[Told], poison: str) -> None:
        if bad.docket.call_id in self.books.records:
            return
        usage = Usage(input_total=5, output=5)
        refused = Ending("ok", usage, "made up") if poison == POISON[0] else Ending("ok\x00", usage, "provider")
        bad.fate = "parked"
        await self.house.settle(bad.gate, [(bad.docket, refused), *(end_of(told, "little") for told in others)])
        await self._look()
        self.met[f"parked: {poison.replace(chr(0), '')}"] += 1
        self.met["settled beside a parked one"] += bool(others)


def end_of(told: Told, used: str) -> tuple[Docket, Ending]:
    """How a call ends that used so much; the history knows it from now on."""
    bound = told.docket.bound
    assert bound is not None
    read, written = bound.input_tokens, told.docket.output_tokens
    amounts = {
        "nothing": (0, 0),
        "little": (min(read, 9), 5),
        "all": (read, written),
        "more": (read + 300, written + 4_000),
    }
    said = ending(*amounts[used])
    told.usage, told.fate = said.usage, "settled"
    told.booked_on = list(dict.fromkeys([*told.booked_on, *told.booked_late]))
    return told.docket, said

"""Steps by which replicas die, are cut off, and are looked after."""

from __future__ import annotations

import json

from tests.properties.gate import Gate
from tests.properties.run import Run, either, step


class Fates(Run):
    """Replicas crash or fall silent, the sweep takes what they held, their watches look."""

    @step(weight=1, gate=range(4))
    def a_replica_crashes(self, gate: int) -> None:
        crashed = self._gate(gate)
        self.met["crash with open calls"] += any(told.gate is crashed for told in self.history.of("open"))
        self.run(self.house.crash(crashed))
        self.run(self.house.replace(crashed))

    @step(weight=1, gate=range(4))
    def a_replica_is_cut_off(self, gate: int) -> None:
        self._gate(gate).beating = False

    @step(weight=2)
    def the_sweep_looks(self) -> None:
        self.run(self._sweep())

    async def _sweep(self) -> None:
        before = self.books
        rows = await self.house.connection.fetch("SELECT call_id, replica_id, progress FROM holds")
        progress = {row["call_id"]: json.loads(row["progress"]) for row in rows if row["progress"] is not None}
        held_by = {row["call_id"]: row["replica_id"] for row in rows}
        alive = {gate.replica_id for gate in self.house.gates if gate.beating}
        swept = await self.house.sweep_dead()
        after = await self._look()
        new = after.records.keys() - before.records.keys()
        assert len(new) == swept
        for call_id in new:
            record = after.records[call_id]
            assert record["swept"]
            assert held_by[call_id] not in alive, "who beats is not swept"
            if call_id in progress:
                assert record["output_tokens"] == progress[call_id]["output_tokens"]
            how = (
                "progress" if call_id in progress else ("likely output" if record["output_tokens"] else "nothing known")
            )
            self.met[f"swept with {how}"] += 1
        self.met["sweep passes a parked hold by"] += bool(new and after.parked)

    @step(weight=2, gate=range(4), tokens=[0, 3, 900], clearing=either)
    def a_watch_looks(self, gate: int, tokens: int, clearing: bool) -> None:
        self.run(self._watch(self._gate(gate), tokens, clearing))

    async def _watch(self, gate: Gate, tokens: int, clearing: bool) -> None:
        before, identity = self.books, gate.replica_id
        for call in gate.gateway.calls.open_calls.values():
            call.output_tokens_seen += tokens
        await self.house.look(gate, progress=True, clearing=clearing)
        after = await self._look()
        written = [after.records[key]["outcome"] for key in after.records.keys() - before.records.keys()]
        self.met["leak given back"] += written.count("store_unavailable")
        if gate.replica_id != identity:
            self.met["found itself swept"] += 1
            gate.beating = True
        for told in self._open():
            stopped = told.placed.call is not None and told.placed.call.refusal is not None
            self.met["stopped by the watch"] += stopped and told.gate is gate

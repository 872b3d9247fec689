"""Several replicas of the gateway's own modules over one real database, with a clock that is set by hand.

Nothing of admission, settlement, watch or sweep is modelled here: dockets are made, carried and ended by the product.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

from ai_api.app import gateway as composition
from ai_api.app.gateway import Gateway
from ai_api.app.ground import Ground, Pools
from ai_api.app.tasks import Tasks
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway import record, store_settlement, store_watch
from ai_api.gateway.docket import Docket, Ending
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.settle import Settlement
from ai_api.gateway.sweep import READINGS_MIN, Sweep
from ai_api.gateway.world import Worlds
from ai_api.observability.redact import Redactor
from ai_api.settings import Settings, load_settings
from ai_api.wire import json_body
from tests.properties.cut_line import CutLine
from tests.properties.gate import Gate, HandClock, Nobody, take_turns
from tests.properties.orders import Counter, Order, Placed, ask_of
from tests.support.organization import KEYS_TEXT, Caller, Organization

ZONE = "Europe/Berlin"
SILENT_S = 5.0
_STILL_THERE = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1::int[])"
_TABLES = ("holds", "call_records", "usage_quarters", "quota_accounts", "limits", "unsettled", "replicas")
_WITHOUT_TRIGGERS = {"session_replication_role": "replica"}
"""Nobody may delete a record, but a superuser who says so."""
# Whoever has a copy of anything finds it stale.
_STALE = """
UPDATE world SET epoch = (random() * 1e15)::bigint;
UPDATE members SET epoch = (random() * 1e15)::bigint;
"""
_EMPTY = "\n".join(
    [
        "BEGIN;",
        *(f"DELETE FROM {table};" for table in _TABLES),
        "UPDATE allocations SET state = 'active', paused_by = NULL;",
        _STALE,
        "COMMIT;",
    ]
)
_VACUUM = f"VACUUM {', '.join(_TABLES)}"
VACUUM_EVERY = 25
"""Runs; what was taken out of a table stays in the way of who reads all of it."""


@dataclass
class House:
    """The organization, its replicas and the sweep. Everything runs in one event loop."""

    dsn: str
    org: Organization
    callers: list[Caller]
    tag_id: UUID
    connection: asyncpg.Connection
    superuser: asyncpg.Connection
    """Empties the books; triggers do not see it."""
    settings: Settings
    lines: list[CutLine] = field(default_factory=list)
    """Open, and in nobody's use."""
    opened: list[CutLine] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)
    gates: list[Gate] = field(default_factory=list)
    sweep: Sweep = field(init=False)
    sweep_line: CutLine = field(init=False)
    monotonic_s: float = 0.0
    runs: int = 0

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @classmethod
    async def build(cls, dsn: str, *, superuser_dsn: str) -> House:
        """Two members (the first has a tag and two credentials), a priced model for each, one without a price."""
        org = Organization(dsn, "http://127.0.0.1:9")
        first = await org.caller(context_tokens=8_192, output_tokens_max=2_048)
        second = Caller(first.member, first.model, first.allocation, await org.credential(first.member))
        third = await org.caller(model=first.model)
        unpriced = await org.model(prices=None)
        fourth = Caller(third.member, unpriced, await org.allocation(third.member, unpriced), third.credential)
        connection = await asyncpg.connect(dsn)
        superuser = await asyncpg.connect(superuser_dsn, server_settings=_WITHOUT_TRIGGERS)
        tag_id = uuid4()
        await connection.execute("INSERT INTO tags (id, name) VALUES ($1, 'team')", tag_id)
        await connection.execute("INSERT INTO member_tags (member_id, tag_id) VALUES ($1, $2)", first.member.id, tag_id)
        await connection.execute("UPDATE price_versions SET in_force_from = '2020-01-01T00:00:00Z'")
        settings = load_settings({}, database_url=dsn, encryption_keys=KEYS_TEXT, organization_zone=ZONE)
        return cls(dsn, org, [first, second, third, fourth], tag_id, connection, superuser, settings)

    async def close(self) -> None:
        for gate in self.gates:
            await gate.gateway.settlement.drain(1)
        for line in self.opened:
            await line.close()
        await self.connection.close()
        await self.superuser.close()
        await self.org.close()

    async def begin(self, at: datetime, *, replicas: int = 2) -> None:
        """Empties the books, sets the clock, and starts replicas that know nothing yet. The second one's clock is late."""
        self.clock.ms = int(at.timestamp() * 1000)
        await self.superuser.execute(_EMPTY)
        self.runs += 1
        if self.runs % VACUUM_EVERY == 0:
            await self.superuser.execute(_VACUUM)
        self.gates.clear()
        for number in range(replicas):
            self.gates.append(await self.gate(ahead_ms=-1_500 * number))
        self.sweep_line = await self._line()
        worlds = Worlds(self.org.database, zone=ZONE)
        await worlds.reload()
        settlement = Settlement(self.sweep_line, lambda what, call_id, reason: None)
        self.sweep = Sweep(self.sweep_line, worlds, settlement, lambda: self.monotonic_s, silent_s=SILENT_S)

    async def end(self) -> None:
        """Gives the lines of all replicas back, for the next beginning."""
        for gate in self.gates:
            await gate.gateway.settlement.drain(5)
            self.lines.append(gate.line)
        self.lines.append(self.sweep_line)
        self.gates.clear()

    async def gate(self, *, ahead_ms: int = 0) -> Gate:
        """A replica that has just started, put together as in production."""
        line, clock, shared = await self._line(), HandClock(self.clock, ahead_ms=ahead_ms), self.org.database
        ground = Ground(
            clock=clock,
            pools=Pools(database=shared, reports=shared, hot=line, watch=line, world=shared),
            egress=Egress(),
            redactor=Redactor(),
            tasks=Tasks(),
            log=structlog.get_logger("ai_api"),
        )
        with pytest.MonkeyPatch.context() as parts:
            parts.setattr(composition, "TokenCounter", lambda **_: Counter())
            gateway = Gateway(self.settings, ground, Nobody())
        gate = Gate(gateway, line, clock)
        take_turns(gate)
        await gateway.watch.start()
        return gate

    async def _line(self) -> CutLine:
        if self.lines:
            line = self.lines.pop()
            line.cuts.clear()
            line.changes.clear()
            return line
        line = CutLine(self.dsn)
        await line.open()
        self.opened.append(line)
        return line

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def place(self, gate: Gate, orders: Sequence[Order]) -> list[Placed]:
        """Asks for several calls at once, in this order, and does with each what the gateway does with it."""
        placed = self.dockets(gate, orders)
        await asyncio.gather(*(self.carry(gate, each) for each in placed))
        return placed

    def dockets(self, gate: Gate, orders: Sequence[Order]) -> list[Placed]:
        """The calls as the doors hand them over, one after another."""
        placed = []
        for order in orders:
            self.clock.ms += order.after_ms
            placed.append(Placed(order, Docket(uuid7(gate.clock.unix_ms()), ask_of(order))))
        return placed

    async def carry(self, gate: Gate, placed: Placed) -> None:
        """Asks for one call."""
        try:
            await gate.gateway.calls._entrance.admit(placed.docket)
        except Refusal as refusal:
            placed.refusal = refusal
            if not isinstance(refusal, StoreUnavailable):
                written = gate.gateway.refusals.note(placed.docket, refusal, gate.clock.now())
                if written is not None:
                    await gate.gateway.settlement.submit(written)
            return
        task = asyncio.current_task()
        assert task is not None
        placed.call = OpenCall(placed.docket, task)
        if placed.order.stream:
            placed.call.growing = gate.gateway.holds.of(placed.call)
        gate.gateway.calls.open_calls[placed.docket.call_id] = placed.call

    async def settle(self, gate: Gate, endings: Sequence[tuple[Docket, Ending]]) -> None:
        """Ends several calls at once and waits until Postgres has all of them."""
        settling = []
        for docket, ending in endings:
            settling.append(gate.gateway.settlement.submit(record.of(docket, ending, gate.clock.now())))
            gate.gateway.calls.open_calls.pop(docket.call_id, None)
        await asyncio.gather(*settling)

    async def correct(self, gate: Gate, docket: Docket, ending: Ending) -> None:
        """Corrects a swept record without asking first whether it still may be."""
        record_json = json_body.encode([record.of(docket, ending, gate.clock.now())]).decode()
        await store_settlement.correct(gate.line, record_json, timeout_s=20)

    async def crash(self, gate: Gate, asking: Sequence[asyncio.Task[None]] = ()) -> None:
        """Ends a replica without a word: its connections break, what it had in memory and what it was `asking` is gone.

        What Postgres was told already it does, or not: when this returns it is one or the other.
        """
        self.gates.remove(gate)
        self.opened.remove(gate.line)
        ended = gate.line.break_off()
        gateway = gate.gateway
        for batches in (
            gateway.admission._wide,
            gateway.admission._narrow,
            gateway.settlement._batches,
            gateway.holds.changes._batches,
        ):
            batches.abandon()
        for task in (*asking, *gateway.holds._tasks):
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await gateway.holds.drain()
        # A process of Postgres ends when it has done all it was told: one that looks idle may not have read it yet.
        while await self.connection.fetchval(_STILL_THERE, ended):
            await asyncio.sleep(0.002)

    async def replace(self, crashed: Gate) -> None:
        """Starts a replica in the place of one that is gone, on the same machine: its clock is as wrong."""
        self.gates.append(await self.gate(ahead_ms=crashed.clock._ahead_ms))

    async def sweep_dead(self) -> int:
        """Lets every replica but those that are cut off beat between so many looks as a dead one is given."""
        swept = 0
        for _ in range(READINGS_MIN + 1):
            beating = [gate for gate in self.gates if gate.beating]
            await asyncio.gather(*(store_watch.beat(gate.line, gate.replica_id, [], timeout_s=5) for gate in beating))
            swept += await self.sweep.look()
            self.monotonic_s += SILENT_S / READINGS_MIN + 0.01
        return swept

    async def look(self, gate: Gate, *, progress: bool = False, clearing: bool = False) -> None:
        """One look of a replica's watch; holds are old enough to be cleared where `clearing` says so."""
        watch = gate.gateway.watch
        watch._next_progress = 0.0 if progress else time.monotonic() + 1e6
        watch._next_clearing = 0.0 if clearing else time.monotonic() + 1e6
        if clearing:
            await self.connection.execute("UPDATE holds SET created_at = created_at - interval '11 seconds'")
        await watch._look()
        await watch._keep_house()
        await gate.gateway.settlement._batches.drain()

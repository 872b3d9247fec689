"""A right is taken back under fire: two replicas, twenty changes at a time, each under callers who never stop calling.

No call that is sent once the change is known may be admitted, on either replica. What was open ends inside of its stream within
a second, with the code of the change, and nothing else ends. Who is given the right back calls again at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
import traceback
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import STREAMS, error_of, has_success_end, told
from tests.races.changes import CHANGES, Change, Standing, stand
from tests.races.listener import Listener
from tests.races.times import percentile
from tests.support import upstream
from tests.support.books import Books
from tests.support.gateway import CHAT, Address, GatewayProcess, gateway_process
from tests.support.organization import Caller, Organization
from tests.support.upstream.raw import RawAnswer

AT_A_TIME = 20
OF_EACH, OF_EACH_FULL = 50, 500
END_S_MAX, CALL_S = 1.0, 0.1
"""Within a second, where half of all short calls are answered within a tenth; a machine that is slower has longer for both."""
HAMMER_EVERY_S = 0.5
REST_S = 20.0
PATIENCE_S = 20.0
BYSTANDERS = 4

LONG: dict[str, Any] = {"chunk_delay_ms": 150, "chunks": 400}
FINITE: dict[str, Any] = {"chunk_delay_ms": 150, "chunks": 9}
"""For those that must come to their own end: more than a second."""
BUSY = frozenset({"overloaded", "store_unavailable"})
"""What a call is told on a machine that has too much to do: not an admission, and not what we are after."""
ASKED_AGAIN_S = 0.05


@dataclass
class Tally:
    """What became of the changes of one kind."""

    changes: int = 0
    sent_after: int = 0
    busy: int = 0
    admitted_after: list[str] = field(default_factory=list)
    to_end_s: list[float] = field(default_factory=list)


@dataclass
class Race:
    """One run: the replicas, and what is found."""

    replicas: tuple[GatewayProcess, GatewayProcess]
    books: Books
    chance: random.Random
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    after_ids: dict[UUID, str] = field(default_factory=dict)
    """Calls that were sent once a change was known, and the change."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """What the record of each stream must say, by request id."""
    faults: list[str] = field(default_factory=list)
    broken: bool = False
    """A change could not be played to its end."""
    calls_s: list[float] = field(default_factory=list)
    """How long short calls took: what the machine is like."""


@dataclass
class Shot:
    """A short call and what it was told."""

    sent_at: float
    took_s: float
    status: int
    code: str | None
    call_id: UUID | None


async def shoot(replica: Address, path: str, body: bytes, headers: dict[str, str]) -> Shot:
    """One short call."""
    sent_at = time.monotonic()
    answer = await replica.ask(None, path, body, headers=headers, timeout_s=PATIENCE_S)
    code = None if answer.status == 200 else str(error_of(answer)["code"])
    call_id = answer.headers.get("x-ai-api-call-id")
    return Shot(sent_at, time.monotonic() - sent_at, answer.status, code, UUID(call_id) if call_id else None)


class Attack:
    """One change of one member's standing, from the calls before it to the calls after its reversal."""

    def __init__(self, race: Race, name: str, change: Change, standing: Standing, number: int) -> None:
        self._race = race
        self._name = name
        self._change = change
        self._standing = standing
        self._number = number
        self._headers = standing.headers
        self._body = encode({"model": standing.model.slug, "messages": [{"role": "user", "content": "hello"}]})
        self._shots: list[Shot] = []
        self._listeners: list[Listener] = []
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Plays it, and writes what it finds into the race."""
        if self._change.prepare is not None:
            await self._change.prepare(self._standing)
        async with contextlib.AsyncExitStack() as connections:
            self._listeners = [await connections.enter_async_context(Listener(at.url)) for at in self._race.replicas]
            await asyncio.gather(*(self._begin(index) for index in range(len(self._listeners))))
            async with asyncio.TaskGroup() as beside:
                for replica in self._race.replicas:
                    beside.create_task(self._keep_firing(replica))
                ended = [beside.create_task(self._listen(listener)) for listener in self._listeners]
                await asyncio.sleep(self._race.chance.random() * 0.4)
                begun = time.monotonic()
                await self._change.do(self._standing)
                known = time.monotonic()
                self._shots += await asyncio.gather(*(self._shoot(replica) for replica in self._race.replicas))
                ends = [await each for each in ended]
                self._over.set()
        self._judge_shots(known)
        for index, (answer, at) in enumerate(ends):
            self._judge_stream(index, answer, at, begun, known)
        await self._change.undo(self._standing)
        await self._expect_admitted()
        self._tally.changes += 1

    @property
    def _tally(self) -> Tally:
        return self._race.tallies[self._name]

    def _request_id(self, index: int, attempt: int = 0) -> str:
        return f"{self._name.replace(' ', '-')}.{self._number}.{index}.{attempt}"

    async def _begin(self, index: int) -> None:
        """Opens a stream on its replica: chat on one, responses on the other. Until it is open, if it has to be asked twice."""
        shape = STREAMS[(self._number + index) % len(STREAMS)]
        goes_on = self._change.outcome is None
        prompt = told(**(FINITE if goes_on else LONG))
        content = (
            {"input": prompt} if shape.operation == "responses" else {"messages": [{"role": "user", "content": prompt}]}
        )
        body = encode({"model": self._standing.model.slug, "stream": True, **content})
        async with asyncio.timeout(PATIENCE_S):
            for attempt in itertools.count():
                request_id = self._request_id(index, attempt)
                headers = {**self._headers, "x-request-id": request_id}
                await self._listeners[index].begin(shape.path, headers=headers, body=body)
                if self._listeners[index].status == 200:
                    break
                refused = await self._listeners[index].rest()
                assert error_of(refused)["code"] in BUSY, refused
                await asyncio.sleep(ASKED_AGAIN_S)
        self._race.outcomes[request_id] = self._change.outcome or "ok"

    async def _listen(self, listener: Listener) -> tuple[RawAnswer, float]:
        answer = await listener.rest(timeout_s=PATIENCE_S)
        return answer, time.monotonic()

    async def _shoot(self, replica: Address) -> Shot:
        return await shoot(replica, CHAT, self._body, self._headers)

    async def _keep_firing(self, replica: Address) -> None:
        while not self._over.is_set():
            self._shots.append(await self._shoot(replica))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), HAMMER_EVERY_S * self._race.chance.uniform(0.5, 1.5))

    def _judge_shots(self, known: float) -> None:
        self._race.calls_s += [shot.took_s for shot in self._shots if shot.status == 200]
        for shot in self._shots:
            if shot.sent_at < known:
                continue
            self._tally.sent_after += 1
            if shot.call_id is not None:
                self._race.after_ids[shot.call_id] = self._name
            if shot.status == 200:
                self._tally.admitted_after.append(str(shot.call_id))
            elif shot.code in BUSY:
                self._tally.busy += 1
            elif shot.status != self._change.status or shot.code not in self._change.shown:
                self._race.faults.append(f"{self._name}: a call after it was told {shot.status} {shot.code}")

    def _judge_stream(self, index: int, answer: RawAnswer, at: float, begun: float, known: float) -> None:
        where = self._request_id(index)
        if answer.ending != "whole":
            self._race.faults.append(f"{where}: the stream ended by {answer.ending}")
        elif self._change.outcome is None:
            if not has_success_end(answer):
                self._race.faults.append(f"{where}: ended by a change that is for new calls")
            return
        elif at < begun:
            self._race.faults.append(f"{where}: ended before its change")
        elif has_success_end(answer):
            self._race.faults.append(f"{where}: came to a good end")
        else:
            # What a responses stream fails with is one of the words its clients know; the record has ours.
            told_code = str(error_of(answer)["code"])
            expected = {"server_error"} if b"response.failed" in answer.body else self._words_of_the_stream()
            if told_code not in expected:
                self._race.faults.append(f"{where}: ended with {told_code}")
        self._tally.to_end_s.append(at - known)

    def _words_of_the_stream(self) -> frozenset[str]:
        return frozenset({self._change.outcome}) if self._change.status == 503 else self._change.shown  # type: ignore[arg-type]  # ends

    async def _expect_admitted(self) -> None:
        headers = self._standing.headers
        for replica in self._race.replicas:
            shot = await shoot(replica, CHAT, self._body, headers)
            while shot.code in BUSY:
                await asyncio.sleep(ASKED_AGAIN_S)
                shot = await shoot(replica, CHAT, self._body, headers)
            if shot.status != 200:
                self._race.faults.append(f"{self._name}: given back, and told {shot.status} {shot.code}")


async def stand_by(race: Race, caller: Caller, number: int, stop: asyncio.Event) -> int:
    """Streams of somebody whom nothing concerns, one after the other; each must come to its end. How many there were."""
    count = 0
    shape = STREAMS[number % len(STREAMS)]
    while not stop.is_set():
        replica = race.replicas[number // len(STREAMS) % len(race.replicas)]
        answer = await replica.ask(caller, shape.path, shape.body(caller, told(**FINITE)), timeout_s=PATIENCE_S)
        if answer.status == 503 and error_of(answer)["code"] in BUSY:
            await asyncio.sleep(ASKED_AGAIN_S)
            continue
        count += 1
        if answer.status != 200 or answer.ending != "whole" or not has_success_end(answer):
            race.faults.append(f"a bystander's stream ended: {answer.status} {answer.ending} {answer.body[-300:]!r}")
    return count


@contextlib.asynccontextmanager
async def two_replicas(database: str, folder: Path) -> AsyncIterator[tuple[GatewayProcess, GatewayProcess]]:
    """Two processes on one database."""
    async with (
        gateway_process(database, log=folder / "one.log") as one,
        gateway_process(database, log=folder / "other.log") as other,
    ):
        yield one, other


async def played(race: Race, standings: list[Standing], of_each: int) -> None:
    """All changes in one drawn order, at each standing one after the other."""
    order = [name for name in CHANGES for _ in range(of_each)]
    race.chance.shuffle(order)
    numbers = iter(range(len(order)))

    async def take_turns(standing: Standing) -> None:
        for number in numbers:
            name = order[number]
            try:
                await Attack(race, name, CHANGES[name], standing, number).run()
            except Exception:
                # Told with the other faults, whatever it was; nobody plays on after it.
                race.faults.append(f"{name}.{number}: {traceback.format_exc()}")
                race.broken = True
            if race.broken:
                return

    async with asyncio.TaskGroup() as turns:
        for standing in standings:
            turns.create_task(take_turns(standing))


async def audited(race: Race) -> None:
    """What the records say of it, once nothing is open any more."""
    async with asyncio.timeout(REST_S):
        while await race.books.holds():
            await asyncio.sleep(0.1)
    said = {
        row["request_id"]: (row["outcome"], row["usage_source"])
        for row in await race.books.fetch(
            "SELECT request_id, outcome, usage_source FROM call_records WHERE refused_count = 0"
        )
    }
    for request_id, outcome in race.outcomes.items():
        expected = (outcome, "provider" if outcome == "ok" else "estimated")
        if said.get(request_id) != expected:
            race.faults.append(f"{request_id}: the record says {said.get(request_id)} and not {expected}")
    sent_on = "SELECT call_id FROM call_records WHERE call_id = ANY($1::uuid[]) AND attempts <> '[]'"
    for row in await race.books.fetch(sent_on, list(race.after_ids)):
        race.tallies[race.after_ids[row["call_id"]]].admitted_after.append(str(row["call_id"]))


def table(race: Race) -> str:
    """What was found, a line per kind; times in milliseconds."""
    lines = [f"{'change':24}{'times':>6}{'sent after':>12}{'admitted':>10}{'busy':>6}{'p50':>7}{'p99':>7}{'max':>7}"]
    for name in CHANGES:
        tally = race.tallies[name]
        line = f"{name:24}{tally.changes:6}{tally.sent_after:12}{len(tally.admitted_after):10}{tally.busy:6}"
        for share in (0.5, 0.99, 1.0) if tally.to_end_s else ():
            line += f"{percentile(tally.to_end_s, share) * 1000:7.0f}"
        lines.append(line)
    lines.append(f"{len(race.calls_s)} short calls, half of them within {percentile(race.calls_s, 0.5) * 1000:.0f} ms")
    return "\n".join(lines)


async def test_a_right_taken_back_is_good_for_one_more_call(
    database: str, tmp_path: Path, full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    chance: Any = random.Random()
    async with upstream.running(quiet=True) as sim, two_replicas(database, tmp_path) as replicas:
        org = Organization(database, sim.url)
        race = Race(replicas, Books(database), chance)
        standings = [await stand(org, number) for number in range(AT_A_TIME)]
        innocent = await org.caller(usd="1000")
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as beside:
            bystanders = [beside.create_task(stand_by(race, innocent, number, stop)) for number in range(BYSTANDERS)]
            await played(race, standings, OF_EACH_FULL if full else OF_EACH)
            stop.set()
        stood_by = sum(each.result() for each in bystanders)
        await org.close()
        await audited(race)
        with capsys.disabled():
            print(f"\n{table(race)}\n{stood_by} streams of a bystander; {time.monotonic() - began:.0f} s in all")
        await race.books.assert_at_rest()
    assert not race.faults, "\n".join(race.faults)
    assert {name: tally.admitted_after for name, tally in race.tallies.items() if tally.admitted_after} == {}
    ends = [each for tally in race.tallies.values() for each in tally.to_end_s]
    assert percentile(ends, 0.99) < END_S_MAX * max(1.0, percentile(race.calls_s, 0.5) / CALL_S)

"""Calls that come whether or not those before were answered, as they do from many people. Nothing here gives up or slows down.

An answer is timed from the moment its call was due: what the client was late by is in its time. A refusal is timed from the moment
its request was sent: how soon no is said is the gateway's affair. What lies between the two is said separately.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import httptools

from tests.load.answers import Question, WrongAnswer
from tests.load.client import Target

Ending = Literal["good", "refused", "wrong", "cut", "no connection", "silence"]
CONNECTIONS_MAX = 9_000
REFUSALS = frozenset({429, 503})


@dataclass(slots=True)
class Arrival:
    """One call. Times are `time.perf_counter`'s; `sent_s` is when its request was written, 0 when it never was."""

    due_s: float
    sent_s: float = 0.0
    ended_s: float = 0.0
    ending: Ending = "silence"
    status: int = 0
    retry_after: bool = False
    note: str = ""

    @property
    def took_s(self) -> float:
        """From when it was due to the end of its answer."""
        return self.ended_s - self.due_s

    @property
    def answered_within_s(self) -> float:
        """From when its request was sent to the end of its answer."""
        return self.ended_s - self.sent_s

    @property
    def late_s(self) -> float:
        """How much later than it was due it was sent."""
        return self.sent_s - self.due_s


class Arrivals:
    """Calls to one target at random moments of a rate that may change."""

    def __init__(self, target: Target, question: Question, *, length: int, seed: int = 1) -> None:
        self.all: list[Arrival] = []
        self.open = 0
        self._target = target
        self._question = question
        self._length = length
        self._chance = random.Random(seed)
        self._idle: list[_Connection] = []
        self._connections = 0
        self._connecting: set[asyncio.Task[None]] = set()

    async def come(self, rate: float, seconds: float) -> list[Arrival]:
        """So many a second for so long. Gives those that came; they may be open still."""
        first = len(self.all)
        due = time.perf_counter()
        until = due + seconds
        while (due := due + self._chance.expovariate(rate)) < until:
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self._start(Arrival(due))
        await asyncio.sleep(max(0.0, until - time.perf_counter()))
        return self.all[first:]

    async def rest(self, within_s: float) -> None:
        """Waits until all have ended; what has not by then stays `silence`."""
        until = time.perf_counter() + within_s
        while self.open and time.perf_counter() < until:
            await asyncio.sleep(0.05)
        for arrival in self.all:
            if not arrival.ended_s:
                arrival.ended_s = time.perf_counter()

    def close(self) -> None:
        """Drops what is idle. Connections of open calls are dropped with their process."""
        for connection in self._idle:
            connection.drop()
        for task in self._connecting:
            task.cancel()

    def _start(self, arrival: Arrival) -> None:
        self.all.append(arrival)
        self.open += 1
        if self._idle:
            self._idle.pop().ask(arrival)
        elif self._connections >= CONNECTIONS_MAX:
            self._ended(arrival, "no connection", note="the client has no more connections")
        else:
            self._connections += 1
            task = asyncio.get_running_loop().create_task(self._connect(arrival))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    async def _connect(self, arrival: Arrival) -> None:
        request = self._target.requests[len(self.all) % len(self._target.requests)]
        connection = _Connection(request, self._answered, self._cut, self._gone)
        try:
            await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", self._target.port)
        except OSError as error:
            self._connections -= 1
            self._ended(arrival, "no connection", note=error.strerror or type(error).__name__)
        else:
            connection.ask(arrival)

    def _answered(self, connection: _Connection, arrival: Arrival, body: bytes) -> None:
        if arrival.status == 200:
            try:
                self._question.check(200, body, length=self._length)
                self._ended(arrival, "good")
            except WrongAnswer as wrong:
                self._ended(arrival, "wrong", note=str(wrong))
        else:
            note = body[:120].decode(errors="replace")
            self._ended(arrival, "refused" if arrival.status in REFUSALS else "wrong", note=note)
        if connection.alive:
            self._idle.append(connection)

    def _cut(self, arrival: Arrival, note: str) -> None:
        self._ended(arrival, "cut", note=note)

    def _gone(self, connection: _Connection) -> None:
        self._connections -= 1
        if connection in self._idle:
            self._idle.remove(connection)

    def _ended(self, arrival: Arrival, ending: Ending, *, note: str = "") -> None:
        arrival.ended_s = time.perf_counter()
        arrival.ending, arrival.note = ending, note
        self.open -= 1


class _Connection(asyncio.Protocol):
    """One kept connection, until the server wants it closed."""

    def __init__(
        self,
        request: bytes,
        answered: Callable[[_Connection, Arrival, bytes], None],
        cut: Callable[[Arrival, str], None],
        gone: Callable[[_Connection], None],
    ) -> None:
        self.alive = False
        self._request = request
        self._answered = answered
        self._cut = cut
        self._gone = gone
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._arrival: Arrival | None = None
        self._transport: asyncio.Transport | None = None

    def ask(self, arrival: Arrival) -> None:
        """Sends the request for this arrival."""
        self._arrival = arrival
        self._pieces = []
        if self._transport is None or not self.alive:
            self._end_cut("closed before it was used")
            return
        arrival.sent_s = time.perf_counter()
        self._transport.write(self._request)

    def drop(self) -> None:
        """Ends the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's transports do not derive from asyncio's
        self.alive = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        self._gone(self)
        if self._arrival is not None:
            self._end_cut(str(exc or "end of file"))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.drop()
            self._end_cut(f"not HTTP: {error}")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._arrival is not None and name.lower() == b"retry-after":
            self._arrival.retry_after = True
        if name.lower() == b"connection" and value.lower() == b"close":
            self.alive = False

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        arrival, self._arrival = self._arrival, None
        if arrival is not None:
            arrival.status = self._parser.get_status_code()
            self._answered(self, arrival, b"".join(self._pieces))

    def _end_cut(self, note: str) -> None:
        arrival, self._arrival = self._arrival, None
        if arrival is not None:
            self._cut(arrival, note)

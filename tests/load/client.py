"""The load generator: raw sockets and a parser in C, because whoever measures must be cheaper than what is measured.

Two ways to load. `full` keeps so many calls open and starts the next when one ends: it finds how many fit into a second.
`steady` starts calls at random moments of a given rate, whatever became of those before: it finds how long they take.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httptools

from tests.load.answers import Question, WrongAnswer

REST_S = 60.0
CONNECTIONS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Target:
    """A server under load. `requests` are the same call from different callers; connections take them in turn."""

    name: str
    port: int
    requests: Sequence[bytes]


@dataclass(slots=True)
class Tally:
    """What came back. `latencies_s` are those of the measured time only; `answered` counts every answer."""

    answered: int = 0
    latencies_s: list[float] = field(default_factory=list)
    lasted_s: float = 0.0

    def quantile_ms(self, share: float) -> float:
        """The latency in milliseconds that `share` of the calls stayed below."""
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Load:
    """Connections to one target that ask one question over and over."""

    def __init__(self, target: Target, question: Question, *, length: int) -> None:
        """`length` is that of a whole answer's body in bytes."""
        self.tally = Tally()
        self._target = target
        self._question = question
        self._length = length
        self._measuring = False
        self._failure: Exception | None = None
        self._failed = asyncio.Event()
        self._connections: list[_Connection] = []
        self._idle: list[_Connection] = []
        self._again = False

    async def full(self, connections: int, *, warm_up_s: float, seconds: float, mark: Callable[[], None]) -> Tally:
        """So many calls open at any time. `mark` is called when the measured time begins and when it ends.

        Raises WrongAnswer, and TimeoutError when the last calls do not end.
        """
        self._again = True
        for connection in [await self._connect() for _ in range(connections)]:
            connection.ask()
        await self._measure(warm_up_s, seconds, mark)
        self._again = False
        await self._rest()
        return self.tally

    async def steady(self, rate: float, *, warm_up_s: float, seconds: float, mark: Callable[[], None]) -> Tally:
        """`rate` calls a second at random moments, the same ones for every target. Raises as `full` does."""
        loop = asyncio.get_running_loop()
        chance = random.Random(1)
        starting = loop.create_task(self._start_at_random(rate, chance, loop.time() + warm_up_s + seconds))
        try:
            await self._measure(warm_up_s, seconds, mark)
            await starting
        finally:
            starting.cancel()
        await self._rest()
        return self.tally

    async def open(self, calls: int, *, per_s: float) -> None:
        """Starts so many calls, so many of them a second, each on a connection of its own, and waits for none. Raises WrongAnswer."""
        for _ in range(calls):
            (await self._connect()).ask()
            await self._wait(1 / per_s)

    async def rest(self, within_s: float = REST_S) -> Tally:
        """Waits until no call is open. Raises WrongAnswer, TimeoutError."""
        await self._rest(within_s)
        return self.tally

    def close(self) -> None:
        """Drops the connections."""
        for connection in self._connections:
            connection.close()

    async def _start_at_random(self, rate: float, chance: random.Random, until: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while due < until:
            if due > (now := loop.time()):
                await asyncio.sleep(due - now)
            if not self._idle and len(self._connections) >= CONNECTIONS_MAX:
                raise WrongAnswer(f"{self._target.name} cannot keep up with {rate:,.0f} calls/s")
            (self._idle.pop() if self._idle else await self._connect()).ask()
            due += chance.expovariate(rate)

    async def _measure(self, warm_up_s: float, seconds: float, mark: Callable[[], None]) -> None:
        await self._wait(warm_up_s)
        self._measuring = True
        mark()
        began = time.perf_counter()
        await self._wait(seconds)
        self._measuring = False
        self.tally.lasted_s = time.perf_counter() - began
        mark()

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._failed.wait(), seconds)
        except TimeoutError:
            return
        assert self._failure is not None
        raise self._failure

    async def _rest(self, within_s: float = REST_S) -> None:
        async with asyncio.timeout(within_s):
            while any(connection.busy for connection in self._connections):
                await self._wait(0.01)
        if self._failure is not None:
            raise self._failure

    async def _connect(self) -> _Connection:
        request = self._target.requests[len(self._connections) % len(self._target.requests)]
        connection = _Connection(request, self._answered, self._fail)
        self._connections.append(connection)
        await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", self._target.port)
        return connection

    def _answered(self, connection: _Connection, status: int, body: bytes, latency_s: float) -> None:
        try:
            self._question.check(status, body, length=self._length)
        except WrongAnswer as wrong:
            self._fail(wrong)
            return
        self.tally.answered += 1
        if self._measuring:
            self.tally.latencies_s.append(latency_s)
        if self._again:
            connection.ask()
        else:
            self._idle.append(connection)

    def _fail(self, failure: Exception) -> None:
        self._again = False
        self._failure = self._failure or failure
        self._failed.set()


async def ask_once(target: Target, *, caller: int = 0) -> tuple[int, bytes]:
    """Status and body of one answer to one of the callers. Raises WrongAnswer when the connection breaks, TimeoutError."""
    future: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
    connection = _Connection(
        target.requests[caller], lambda _, status, body, __: future.set_result((status, body)), future.set_exception
    )
    await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", target.port)
    connection.ask()
    try:
        async with asyncio.timeout(REST_S):
            return await future
    finally:
        connection.close()


class _Connection(asyncio.Protocol):
    """One kept connection with one call at a time on it."""

    __slots__ = ("_answered", "_began", "_failed", "_parser", "_pieces", "_request", "_transport", "busy")

    def __init__(
        self,
        request: bytes,
        answered: Callable[[_Connection, int, bytes, float], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.busy = False
        self._request = request
        self._answered = answered
        self._failed = failed
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def ask(self) -> None:
        """Sends the request; the answer is told."""
        assert self._transport is not None
        self.busy = True
        self._pieces = []
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def close(self) -> None:
        """Drops the connection without a word."""
        self._failed = _nobody_cares
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's transports do not derive from asyncio's

    def connection_lost(self, exc: Exception | None) -> None:
        if self.busy:
            self._failed(WrongAnswer(f"the connection closed in the middle of an answer: {exc or 'end of file'}"))
        self.busy = False

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._failed(WrongAnswer(f"not HTTP: {error}"))

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        latency_s = time.perf_counter() - self._began
        self.busy = False
        self._answered(self, self._parser.get_status_code(), b"".join(self._pieces), latency_s)


def _nobody_cares(_failure: Exception) -> None:
    return None

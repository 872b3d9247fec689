"""What the simulator saw: an append-only log of the calls it answered, and counters."""

import asyncio
import os
import time
from collections import deque
from pathlib import Path
from typing import Literal

import msgspec

What = Literal["started", "finished", "aborted", "cut", "refused"]


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer's usage reports; `input` includes both cache classes, `output` includes reasoning."""

    input: int
    cached: int
    cache_write: int
    output: int
    reasoning: int


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `call` numbers the requests of this process; `chunks` is the content chunks written so far.

    `tokens` is None where the answer reports none or did not get that far.
    """

    what: What
    call: int
    x_request_id: str
    dialect: str
    model: str
    stream: bool
    status: int | None
    tokens: Tokens | None
    chunks: int
    monotonic_ns: int
    wall_ns: int


class Counters(msgspec.Struct, kw_only=True):
    """How many calls ended how. `open` is being answered now, `open_peak` the most at one time."""

    started: int = 0
    finished: int = 0
    aborted: int = 0
    cut: int = 0
    refused: int = 0
    open: int = 0
    open_peak: int = 0


class Witness:
    """Writes each event with one system call, so that a line is either whole in the file or absent."""

    def __init__(self, *, log: Path | None, keep: int, quiet: bool) -> None:
        """Append to `log` (None: no file) and keep the last `keep` events in memory; quiet does neither."""
        self.counters = Counters()
        self.events: deque[Event] = deque(maxlen=keep)
        self._quiet = quiet
        self._encoder = msgspec.json.Encoder()
        self._file = None
        if log is not None and not quiet:
            self._file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def note(
        self,
        what: What,
        *,
        call: int,
        x_request_id: str,
        dialect: str,
        model: str,
        stream: bool,
        status: int | None = None,
        tokens: Tokens | None = None,
        chunks: int = 0,
    ) -> None:
        """Count an event and, unless quiet, log it; the line is with the operating system when this returns."""
        counters = self.counters
        setattr(counters, what, getattr(counters, what) + 1)
        if self._quiet:
            return
        event = Event(
            what=what,
            call=call,
            x_request_id=x_request_id,
            dialect=dialect,
            model=model,
            stream=stream,
            status=status,
            tokens=tokens,
            chunks=chunks,
            monotonic_ns=time.monotonic_ns(),
            wall_ns=time.time_ns(),
        )
        self.events.append(event)
        if self._file is not None:
            os.write(self._file, self._encoder.encode(event) + b"\n")

    def opened(self) -> None:
        """Count a request that is being answered from now on."""
        counters = self.counters
        counters.open += 1
        counters.open_peak = max(counters.open_peak, counters.open)

    def closed(self) -> None:
        """Count a request as no longer being answered."""
        self.counters.open -= 1

    def of(self, x_request_id: str) -> list[Event]:
        """The events of one request id, or of all tries `<id>.<n>` made under it."""
        return [event for event in self.events if same_call(event.x_request_id, x_request_id)]

    async def wait_for(self, what: What, *, x_request_id: str | None = None, timeout_s: float = 5.0) -> Event:
        """Wait until such an event is there and give the first one. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while True:
                for event in self.events if x_request_id is None else self.of(x_request_id):
                    if event.what == what:
                        return event
                await asyncio.sleep(0.002)

    def forget(self) -> None:
        """Empty the memory and set the counters back; the file and the count of open requests stay."""
        self.events.clear()
        self.counters = Counters(open=self.counters.open, open_peak=self.counters.open)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def same_call(seen: str, asked: str) -> bool:
    """Whether a request id is the one asked for or one of its tries: a gateway numbers them `<id>.<n>`."""
    return seen == asked or (seen.startswith(asked) and seen[len(asked) : len(asked) + 1] == ".")


def read_log(path: Path) -> list[Event]:
    """The events of a log file in order; a last line that is still being written is left out."""
    lines = path.read_bytes().split(b"\n")
    return [msgspec.json.decode(line, type=Event) for line in lines[:-1]]

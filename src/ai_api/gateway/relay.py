"""The relay: one path for whole and streamed answers, from an open upstream answer to the ending of the call.

What a client may take for the end is not sent here: it is handed back, and sent once the call is settled.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ai_api.core.errors import Kind, Refusal
from ai_api.core.values import value
from ai_api.gateway.docket import Ending, StreamPosition
from ai_api.gateway.open_call import CallEnded, OpenCall, Out
from ai_api.providers.port import Numbered, StreamFailure, StreamReader, UpstreamAnswer, WholeAnswer
from ai_api.wire.operations import writes_tokens
from ai_api.wire.sse import KEEP_ALIVE
from ai_api.wire.usage import Usage

SILENCE_S = 15.0
DRAIN_S = 1.0

_KINDS: dict[str, Kind] = {
    "upstream_timeout": "upstream_timeout",
    "upstream_rate_limited": "limited",
    "upstream_overloaded": "unavailable",
    "upstream_invalid": "invalid",
    "input_too_long": "invalid",
}


@value
class Relayed:
    """How the relay ended, and the last bytes of a good answer, not sent yet."""

    ending: Ending
    tail: bytes


def refusal_for(code: str, message: str, *, retry_after_s: float | None = None) -> Refusal:
    """What a client is told of a fault upstream."""
    return Refusal(code, _KINDS.get(code, "upstream"), message, retry_after_s=retry_after_s)


async def whole(call: OpenCall, answer: UpstreamAnswer) -> Relayed:
    """Reads a whole answer; nothing of it is sent yet."""
    try:
        got = await call.wait(answer.whole())
    except CallEnded:
        answer.close()
        return Relayed(abandoned(call), b"")
    except StreamFailure as failure:
        answer.close()
        return Relayed(_failed(call, failure, output_tokens=0), b"")
    docket = call.docket
    docket.kept_id = got.kept_id
    return Relayed(_finished(call, got), got.body if docket.echo is None else docket.echo.whole(got.body))


async def stream(
    call: OpenCall, answer: UpstreamAnswer, out: Out, head: list[tuple[bytes, bytes]], now: Callable[[], datetime]
) -> Relayed:
    """Sends a stream as it comes, frame by frame, until its end or the call's."""
    reader = answer.reader
    if reader is None:
        raise TypeError("a streamed call needs a stream's reader")
    line = _Line(call, out, head, now)
    try:
        await _pass_on(call, answer, reader, line)
    except CallEnded:
        if call.client_gone and reader.finish_reason is not None:
            await _drain(answer)
        answer.close()
        if not reader.finished:
            return Relayed(abandoned(call, answer), b"")
    except StreamFailure as failure:
        answer.close()
        with contextlib.suppress(CallEnded):
            await call.wait(line.send(_shown(call, failure.before)))
        return Relayed(_failed(call, failure, output_tokens=reader.output_tokens_seen, usage=reader.usage), b"")
    finally:
        line.close()
        # Asking it of any other reader takes longer than all else that is done here.
        is_numbered = call.docket.ask.envelope.operation == "responses"
        call.docket.stream_position = _position(call, reader) if is_numbered else None
        if is_numbered and isinstance(reader, Numbered):
            call.docket.kept_id = reader.kept_id
    answer.finish()
    await line.start()
    got = WholeAnswer(b"", reader.usage, reader.finish_reason)
    return Relayed(_finished(call, got, output_tokens=reader.output_tokens_seen), _shown(call, reader.tail))


async def _pass_on(call: OpenCall, answer: UpstreamAnswer, reader: StreamReader, line: _Line) -> None:
    """Sends what comes until the reader has seen the end. Raises CallEnded, StreamFailure."""
    while not reader.finished:
        try:
            data = await call.wait(answer.read())
        except StopAsyncIteration:
            return
        call.output_tokens_seen = reader.output_tokens_seen
        if call.growing is not None:
            call.growing.notice(reader)
        await call.wait(line.send(_shown(call, data)))


def _shown(call: OpenCall, frames: bytes) -> bytes:
    echo = call.docket.echo
    return frames if echo is None else echo.frames(frames)


class _Line:
    """The way to the client of one stream: the head at the first byte, a comment when it was silent for long."""

    def __init__(self, call: OpenCall, out: Out, head: list[tuple[bytes, bytes]], now: Callable[[], datetime]) -> None:
        self.started = False
        self._call = call
        self._out = out
        self._head = head
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._timer = self._loop.call_later(SILENCE_S, self._tick)
        self._comment: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Sends the head, unless it was sent."""
        if self.started:
            return
        self.started = True
        self._call.docket.first_byte_at = self._now()
        await self._out.start(200, self._head)

    async def send(self, data: bytes) -> None:
        """Sends whole frames; nothing of none."""
        if not data:
            return
        await self.start()
        self._sent_at = self._loop.time()
        await self._out.send(data)

    def close(self) -> None:
        """Sends nothing more of its own."""
        self._timer.cancel()
        if self._comment is not None:
            self._comment.cancel()

    def _tick(self) -> None:
        due = self._sent_at + SILENCE_S
        if self._loop.time() >= due:
            # Only ever between whole frames: the relay sends nothing else.
            self._comment = self._loop.create_task(self.send(KEEP_ALIVE))
            due = self._loop.time() + SILENCE_S
        self._timer = self._loop.call_at(due, self._tick)


async def _drain(answer: UpstreamAnswer) -> None:
    """Reads on for the usage that follows a finish, with nobody left to send it to."""
    reader = answer.reader
    try:
        async with asyncio.timeout(DRAIN_S):
            while reader is not None and not reader.finished:
                await answer.read()
    except (StopAsyncIteration, StreamFailure, TimeoutError):
        return


def _position(call: OpenCall, reader: StreamReader) -> StreamPosition | None:
    if isinstance(reader, Numbered):
        own_id = call.docket.echo.response_id if call.docket.echo is not None else None
        return StreamPosition(own_id or reader.response_id, reader.sequence_number)
    return None


def _finished(call: OpenCall, got: WholeAnswer, *, output_tokens: int | None = None) -> Ending:
    # A response can end by saying that it failed; the client reads that in its own dialect, and no success is recorded.
    failed = call.docket.ask.envelope.operation == "responses" and got.finish_reason == "failed"
    outcome = "upstream_error" if failed else "ok"
    if got.usage is not None and got.usage.input_known and got.usage.output_known:
        return Ending(outcome, got.usage, "provider", got.finish_reason)
    if output_tokens is None:
        is_text = not failed and writes_tokens(call.docket.ask.envelope.operation)
        output_tokens = -(-len(got.body) // 4) if is_text else 0
    return Ending(outcome, _completed(call, got.usage, output_tokens), "estimated", got.finish_reason)


def abandoned(call: OpenCall, answer: UpstreamAnswer | None = None) -> Ending:
    """The ending of a call that was ended from outside: what came is booked, by our own estimate."""
    reader = answer.reader if answer is not None else None
    outcome = call.refusal.code if call.refusal is not None else "client_closed"
    attempts = call.docket.attempts
    if not attempts or attempts[-1].code not in {"ok", "unfinished"}:
        # Nobody was asked yet, or whoever was has said no.
        return Ending(outcome, refusal=call.refusal)
    seen = reader.output_tokens_seen if reader is not None else 0
    usage = _completed(call, reader.usage if reader is not None else None, seen)
    return Ending(outcome, usage, "estimated", refusal=call.refusal)


def _failed(call: OpenCall, failure: StreamFailure, *, output_tokens: int, usage: Usage | None = None) -> Ending:
    refusal = refusal_for(failure.code, failure.message)
    return Ending(failure.code, _completed(call, usage, output_tokens), "estimated", refusal=refusal)


def _completed(call: OpenCall, said: Usage | None, output_tokens: int) -> Usage:
    """What the provider said of its usage so far, completed by our own estimate."""
    estimate = call.docket.input_tokens_estimate
    if said is None:
        return Usage(input_total=estimate, output=output_tokens)
    return replace(
        said,
        input_total=said.input_total if said.input_known else max(estimate, said.input_total),
        output=max(said.output, output_tokens),
        input_known=True,
        output_known=True,
    )

"""Plays one answer on its connection, in its own time and with whatever was told to go wrong."""

import asyncio
from dataclasses import dataclass

import msgspec

from tests.support.upstream import reply
from tests.support.upstream.answer import Answer
from tests.support.upstream.connection import Connection
from tests.support.upstream.request import Request
from tests.support.upstream.steps import Step, body_steps, index_of, stream_steps
from tests.support.upstream.wire import Wire
from tests.support.upstream.witness import Tokens, What, Witness

# How long a client gets to read what came before a reset, which would take it away again.
SETTLE_S = 0.02


@dataclass(slots=True)
class Call:
    """One request that is being answered, with what the witness says about it. `number` counts this process's."""

    number: int
    request: Request
    answer: Answer
    azure: bool
    key: str
    witness: Witness
    status: int | None = None
    chunks: int = 0
    tokens: Tokens | None = None

    def note(self, what: What) -> None:
        """Tell the witness."""
        ask = self.answer.ask
        self.witness.note(
            what,
            call=self.number,
            x_request_id=self.request.x_request_id,
            dialect=ask.dialect,
            model=ask.model,
            stream=ask.stream,
            status=self.status,
            tokens=self.tokens,
            chunks=self.chunks,
        )

    def end(self, what: What) -> None:
        """Tell the witness how it ended."""
        self.note(what)
        self.witness.closed()


async def play(connection: Connection, call: Call) -> None:
    """Answer a call and note how it ended; cancelled when the client leaves, which is noted by whoever cancels."""
    behaviour = call.answer.behaviour
    await _wait(behaviour.delay_ms)
    if behaviour.hang_at == "headers":
        await _for_ever()
    if behaviour.cut_at == "headers":
        _cut(connection, call)
    elif behaviour.refuses or _fails_whole(call.answer):
        _refuse(connection, call)
    else:
        await _answer(connection, call)


async def _answer(connection: Connection, call: Call) -> None:
    answer, behaviour = call.answer, call.answer.behaviour
    writer = reply.WRITERS[answer.ask.dialect]
    body = b""
    if behaviour.raw_body is not None:
        body = behaviour.raw_body.encode()
        steps = [Step("content", body)]
    elif answer.ask.stream:
        steps = stream_steps(answer, writer.stream(answer))
    else:
        body = answer.style.encode(writer.whole(answer))
        steps = body_steps(behaviour, body, slices=len(answer.pieces))
    wire = Wire(connection, behaviour, length_known=not answer.ask.stream)
    call.status = 200
    connection.write(_head(call, chunked=wire.chunked, body_bytes=len(body)))
    await _wait(behaviour.first_chunk_delay_ms)
    if not await _write(steps, wire=wire, call=call):
        await wire.flush()
        await asyncio.sleep(SETTLE_S)
        _cut(connection, call)
        return
    await wire.end()
    call.end("finished")
    connection.done(keep_alive=call.request.keep_alive and behaviour.framing != "close")


async def _write(steps: list[Step], *, wire: Wire, call: Call) -> bool:
    """Write step after step; False when the connection is to be cut where the writing stopped."""
    behaviour = call.answer.behaviour
    hang_at = None if behaviour.hang_at is None else _within(index_of(behaviour.hang_at, steps), steps, call)
    cut_at = None if behaviour.cut_at is None else _within(index_of(behaviour.cut_at, steps), steps, call)
    ending = False
    for index, step in enumerate([*steps, Step("terminal", b"")]):
        if index == hang_at:
            await wire.flush()
            await _for_ever()
        if index == cut_at:
            if behaviour.cut_in_frame and step.data:
                await wire.send(step.data[: max(1, len(step.data) // 2)])
            return False
        if index == len(steps):
            break
        if step.kind == "content" and call.chunks:
            await _wait(behaviour.chunk_delay_ms)
        elif step.kind in {"usage", "terminal"} and not ending:
            ending = True
            await _wait(behaviour.end_delay_ms)
        await wire.send(step.data)
        call.chunks += step.kind == "content"
        if step.states_usage:
            call.tokens = call.answer.reported
    return True


def _within(index: int, steps: list[Step], call: Call) -> int:
    """A whole answer has nothing after its content: what is to happen at its end happens before its last slice."""
    return index if call.answer.ask.stream else min(index, len(steps) - 1)


def _head(call: Call, *, chunked: bool, body_bytes: int) -> bytes:
    answer, behaviour = call.answer, call.answer.behaviour
    content_type = behaviour.content_type or (
        reply.EVENTS_TYPE if answer.ask.stream and not answer.ask.as_list else reply.JSON_TYPE
    )
    headers = reply.answer_headers(answer.ask.dialect, answer.ident, content_type=content_type)
    if behaviour.content_encoding is not None:
        headers["content-encoding"] = behaviour.content_encoding
    if chunked:
        headers["transfer-encoding"] = "chunked"
    elif behaviour.framing != "close":
        headers["content-length"] = str(body_bytes)
    if behaviour.framing == "close" or not call.request.keep_alive:
        headers["connection"] = "close"
    return reply.head(200, headers | behaviour.headers)


def _fails_whole(answer: Answer) -> bool:
    """A whole answer has no place for an error but its status; only responses can say that they failed."""
    failing = answer.finish == "failed" and answer.ask.dialect != "responses"
    return not answer.ask.stream and (answer.behaviour.error_at is not None or failing)


def _refuse(connection: Connection, call: Call) -> None:
    """An error or a redirect instead of an answer."""
    behaviour, ask = call.answer.behaviour, call.answer.ask
    status = behaviour.status or (500 if behaviour.redirect is None else 307)
    ident = call.answer.ident
    headers = reply.answer_headers(ask.dialect, ident, content_type=behaviour.content_type or reply.JSON_TYPE)
    if behaviour.redirect is not None:
        headers["location"] = behaviour.redirect
    if behaviour.retry_after is not None:
        headers["retry-after"] = str(behaviour.retry_after)
    if behaviour.raw_body is not None:
        body = behaviour.raw_body.encode()
    else:
        error = behaviour.error
        if behaviour.echo_key:
            error = msgspec.structs.replace(error, message=f"The key {call.key} is not accepted here.")
        body = reply.error_body(ask.dialect, error, status, ident=ident, azure=call.azure)
    headers["content-length"] = str(len(body))
    if not call.request.keep_alive:
        headers["connection"] = "close"
    call.status = status
    call.end("refused")
    connection.write(reply.head(status, headers | behaviour.headers) + body)
    connection.done(keep_alive=call.request.keep_alive)


def _cut(connection: Connection, call: Call) -> None:
    call.end("cut")
    connection.cut(call.answer.behaviour.cut_how)


async def _wait(milliseconds: float) -> None:
    if milliseconds > 0:
        await asyncio.sleep(milliseconds / 1000)


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()

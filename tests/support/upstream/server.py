"""The simulator itself: listens, decides what each request gets, and is asked afterwards what it saw."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.support.upstream import chat, control, generate, messages, reply, routes
from tests.support.upstream.answer import DEFAULT_CHUNKS, ECHO_CHARACTERS, compose, plain_tokens
from tests.support.upstream.ask import Ask, Dialect, InvalidAskError, read_ask, read_count
from tests.support.upstream.behaviour import PLAIN, BadDirectiveError, Behaviour, ErrorText
from tests.support.upstream.choose import Choices, split_directive
from tests.support.upstream.connection import Connection
from tests.support.upstream.kept import Kept
from tests.support.upstream.play import Call, play
from tests.support.upstream.quick import Templates
from tests.support.upstream.request import Request, Requests
from tests.support.upstream.routes import Route
from tests.support.upstream.witness import Counters, Witness

MODELS = ("sim-large", "sim-small", "sim-mini")
KEEP = 10_000
_MODEL_OBJECTS = {"messages": messages.model_object, "generate": generate.model_object}
KEEP_BYTES = 256 * 1024 * 1024

Check = Callable[[Dialect, Any], list[str]]
"""Says what a provider would not understand of a decoded body; nothing where it is sound."""


class Simulator:
    """A provider on loopback. Use `running()`; `url` has no `/v1`: clients of OpenAI add it, Anthropic's do not."""

    def __init__(
        self,
        *,
        log: Path | None = None,
        quiet: bool = False,
        keep: int = KEEP,
        models: tuple[str, ...] = MODELS,
        check: Check | None = None,
    ) -> None:
        """`log` is appended to; `quiet` witnesses nothing but counters; `keep` requests and events are remembered.

        What `check` finds wrong with a body is refused with 400, as a strict provider does.
        """
        self.witness = Witness(log=log, keep=keep, quiet=quiet)
        self.requests = Requests(keep=keep, keep_bytes=KEEP_BYTES)
        self.choices = Choices()
        self.kept = Kept()
        self.models = models
        self.url = ""
        self.port = 0
        self._check = check
        self._templates = Templates()
        self._connections: set[Connection] = set()
        self._calls: dict[Connection, Call] = {}
        self._number = 0
        self._ident_stem = os.urandom(6).hex()
        self._server: asyncio.Server | None = None

    @property
    def counters(self) -> Counters:
        """How many calls ended how."""
        return self.witness.counters

    def behave(
        self,
        behaviour: Behaviour | None,
        *,
        key: str | None = None,
        model: str | None = None,
        times: int | None = None,
    ) -> None:
        """Set what a key, a model or everyone gets from now on, or for the next `times` calls; None takes it away."""
        self.choices.put(behaviour, key=key, model=model, times=times)

    def forget(self) -> None:
        """Forget standing behaviours, requests, events and counters; the log file stays."""
        self.choices.clear()
        self.kept.clear()
        self.requests.forget()
        self.witness.forget()

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; `url` and `port` are known when this returns."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._answer, self._gone, self._connections), host, port, backlog=4096
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """Stop listening, cut what is being answered, drop open connections, close the log."""
        if self._server is not None:
            self._server.close()
        tasks = [connection.task for connection in self._connections if connection.task is not None]
        for connection in list(self._connections):
            if call := self._calls.pop(connection, None):
                call.end("cut")
            connection.abort()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._connections:
            await asyncio.sleep(0)
        self.witness.close()

    # What connections call

    def _answer(self, connection: Connection, request: Request) -> None:
        if request.path.startswith(control.PREFIX):
            _send(connection, request, *control.answer(self, request))
            return
        self.requests.add(request)
        if (about := self.kept.about(request)) is not None:
            key = request.header("api-key") or request.bearer
            _send(connection, request, *self.kept.answer(key, request.method, *about))
            return
        route = routes.find(request)
        if route is None:
            words = ErrorText(message=f"{request.method} {request.path} is nothing this provider has.")
            self._refuse(connection, request, routes.NOWHERE, status=404, error=words)
            return
        key = routes.key_of(request, route)
        if not key:
            words = ErrorText(message="The request carries no API key.")
            self._refuse(connection, request, route, status=401, error=words)
            return
        try:
            self._operate(connection, request, route, key)
        except (InvalidAskError, BadDirectiveError, msgspec.DecodeError) as error:
            param = error.param if isinstance(error, InvalidAskError) else None
            words = ErrorText(message=str(error), param=param)
            self._refuse(connection, request, route, status=400, error=words)

    def _operate(self, connection: Connection, request: Request, route: Route, key: str) -> None:
        if route.operation == "models":
            self._list_models(connection, request, route)
            return
        if route.dialect == "messages" and request.header("anthropic-version") is None:
            raise InvalidAskError("anthropic-version: this header is required.")
        body = msgspec.json.decode(request.body)
        if route.operation == "count_tokens":
            name = "totalTokens" if route.dialect == "generate" else "input_tokens"
            _send(connection, request, 200, {name: read_count(route.dialect, body)})
            return
        if self._check is not None and (wrong := self._check(route.dialect, body)):
            raise InvalidAskError("; ".join(wrong))
        ask = read_ask(route.dialect, body, model=route.model)
        if route.stream is not None:
            ask.stream, ask.as_list = route.stream, route.as_list
        self._generate(connection, request, route, key, ask)

    def _generate(self, connection: Connection, request: Request, route: Route, key: str, ask: Ask) -> None:
        if ask.continues is not None and not self.kept.has(key, ask.continues):
            message = f"Previous response with id '{ask.continues}' not found."
            raise InvalidAskError(message, "previous_response_id")
        said, behaviour = split_directive(ask.prompt)
        if behaviour is None:
            behaviour = self.choices.pick(key=key, model=ask.model)
        behaviour = behaviour.at_turn(ask.tool_rounds)
        self._number += 1
        number, ident, created_s = self._number, f"{self._ident_stem}{self._number:012x}", int(time.time())
        echo = " ".join(said[: 2 * ECHO_CHARACTERS].split())[:ECHO_CHARACTERS]
        self.witness.opened()
        if behaviour is PLAIN and request.keep_alive and not ask.keeps:
            ready = self._templates.render(ask, ident=ident, created_s=created_s, echo=echo)
            if ready is not None:
                self._write_ready(connection, request, ask, number, ready)
                return
        answer = compose(ask, behaviour, ident=ident, created_s=created_s, echo=echo)
        if ask.keeps:
            self.kept.keep(key, answer)
        call = Call(number, request, answer, route.azure, key, self.witness)
        if not behaviour.refuses:
            call.note("started")
        self._calls[connection] = call
        connection.task = asyncio.get_running_loop().create_task(play(connection, call))
        connection.task.add_done_callback(lambda task: self._played(connection, call, task))

    def _write_ready(self, connection: Connection, request: Request, ask: Ask, number: int, ready: bytes) -> None:
        """Start and finish a plain call at once: there is nothing to wait for."""
        said: dict[str, Any] = {
            "call": number,
            "x_request_id": request.x_request_id,
            "dialect": ask.dialect,
            "model": ask.model,
            "stream": ask.stream,
        }
        self.witness.note("started", **said)
        connection.write(ready)
        states_usage = not ask.stream or ask.dialect != "chat" or ask.include_usage
        tokens = plain_tokens(ask) if states_usage else None
        chunks = DEFAULT_CHUNKS if ask.stream else 1
        self.witness.note("finished", **said, status=200, tokens=tokens, chunks=chunks)
        self.witness.closed()
        connection.done(keep_alive=True)

    def _gone(self, connection: Connection) -> None:
        call = self._calls.pop(connection, None)
        if call is None:
            return
        if connection.task is not None:
            connection.task.cancel()
        call.end("aborted")

    def _played(self, connection: Connection, call: Call, task: "asyncio.Task[None]") -> None:
        # By now the connection may be answering its next request, which is not ours to forget.
        if self._calls.get(connection) is call:
            del self._calls[connection]
        if task.cancelled() or (error := task.exception()) is None:
            return
        # A mistake in the simulator must not look like a fault it was asked for.
        asyncio.get_running_loop().call_exception_handler(
            {"message": "the simulator failed while it answered", "exception": error, "task": task}
        )
        call.end("cut")
        connection.abort()

    # What is not a call

    def _list_models(self, connection: Connection, request: Request, route: Route) -> None:
        shape = _MODEL_OBJECTS.get(route.dialect, chat.model_object)
        if route.model is not None:
            if route.model in self.models:
                _send(connection, request, 200, shape(route.model))
            else:
                words = ErrorText(message=f"There is no model {route.model}.")
                self._refuse(connection, request, route, status=404, error=words)
            return
        data = [shape(model) for model in self.models]
        if route.dialect == "generate":
            _send(connection, request, 200, {"models": data})
        elif route.dialect == "messages":
            page = {"data": data, "has_more": False, "first_id": self.models[0], "last_id": self.models[-1]}
            _send(connection, request, 200, page)
        else:
            _send(connection, request, 200, {"object": "list", "data": data})

    def _refuse(self, connection: Connection, request: Request, route: Route, *, status: int, error: ErrorText) -> None:
        """Refuse what no behaviour was asked for: a bad path, no key, a bad body."""
        self._number += 1
        self.witness.note(
            "refused",
            call=self._number,
            x_request_id=request.x_request_id,
            dialect=route.dialect,
            model=route.model or "",
            stream=False,
            status=status,
        )
        ident = f"{self._ident_stem}{self._number:012x}"
        body = reply.error_body(route.dialect, error, status, ident=ident, azure=route.azure)
        headers = reply.answer_headers(route.dialect, ident, content_type=reply.JSON_TYPE)
        _send_bytes(connection, request, status, headers, body)


@contextlib.asynccontextmanager
async def running(
    *,
    log: Path | None = None,
    quiet: bool = False,
    keep: int = KEEP,
    host: str = "127.0.0.1",
    port: int = 0,
    models: tuple[str, ...] = MODELS,
    check: Check | None = None,
) -> AsyncIterator[Simulator]:
    """A simulator on this event loop for as long as the block lasts. Raises OSError when the port is taken."""
    simulator = Simulator(log=log, quiet=quiet, keep=keep, models=models, check=check)
    await simulator.start(host=host, port=port)
    try:
        yield simulator
    finally:
        await simulator.stop()


def _send(connection: Connection, request: Request, status: int, payload: Any) -> None:
    _send_bytes(connection, request, status, {"content-type": reply.JSON_TYPE}, msgspec.json.encode(payload))


def _send_bytes(connection: Connection, request: Request, status: int, headers: dict[str, str], body: bytes) -> None:
    headers = headers | {"content-length": str(len(body))}
    if not request.keep_alive:
        headers["connection"] = "close"
    connection.write(reply.head(status, headers) + (b"" if request.method == "HEAD" else body))
    connection.done(keep_alive=request.keep_alive)

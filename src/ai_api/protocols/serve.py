"""The one handler all calls share: secret, body, envelope, then the walk; and a watcher for the client's leaving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ai_api.core.errors import Refusal
from ai_api.credentials.secret import hash_of, looks_valid
from ai_api.gateway.call import Calls
from ai_api.gateway.docket import Ask
from ai_api.gateway.idempotency import Idempotency
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.preflight import unknown
from ai_api.gateway.tell import Tell
from ai_api.protocols import body, idempotency_key, secret
from ai_api.wire import json_body, openai_errors
from ai_api.wire.input_size import InputSize
from ai_api.wire.openai_envelope import Envelope

ReadEnvelope = Callable[[json_body.JsonBody], Envelope]

# A body this large that nobody will read is not worth waiting for.
_LEFT_UNREAD_BYTES_MAX = 65_536

_FORWARDED = ("openai-beta",)
_NOBODY = Envelope(
    operation="chat",
    model=None,
    stream=False,
    wants_usage=False,
    output_tokens_max=None,
    output_field=None,
    choices=1,
    service_tier=None,
    input_size=InputSize(),
)


@dataclass(frozen=True, slots=True)
class DataPlane:
    """What the doors share."""

    calls: Calls
    tell: Tell
    body_bytes_max: int
    idempotency: Idempotency | None = None
    """None where keys are not taken."""


class CallAnswer(Response):
    """A call as a response: everything happens while it is sent."""

    def __init__(self, plane: DataPlane, dialect: str, read_envelope: ReadEnvelope) -> None:
        # Not Response's own: there is no body to render before the call is made.
        self.status_code = 200
        self.background = None
        self._plane = plane
        self._dialect = dialect
        self._read_envelope = read_envelope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request in `scope`."""
        out = AsgiOut(send)
        try:
            ask = await self._ask(scope, receive)
        except Refusal as refusal:
            self._plane.tell.counters.refusals[refusal.code] += 1
            await answer_refusal(out, refusal, close=_leaves_body_unread(scope, refusal))
            return
        except body.ClientLeft:
            return
        watcher = _Watcher(receive)
        try:
            if ask.idempotency_key is None or self._plane.idempotency is None:
                await self._plane.calls.carry(ask, out, watcher.watch)
            else:
                await self._plane.idempotency.carry(ask, out, watcher.watch)
        finally:
            watcher.close()

    async def _ask(self, scope: Scope, receive: Receive) -> Ask:
        headers = Headers(scope=scope)
        secret_hash = credential_of(headers)
        if headers.get("content-encoding", "identity") != "identity":
            raise Refusal("bad_request", "invalid", "Send the body without a content-encoding.")
        keys = headers.getlist(idempotency_key.HEADER)
        key = idempotency_key.check(keys, is_offered=self._plane.idempotency is not None) if keys else None
        data = await body.read(receive, announced_bytes=_announced(headers), limit_bytes=self._plane.body_bytes_max)
        try:
            parsed = json_body.read(data)
        except json_body.BadBody as error:
            raise Refusal("bad_request", "invalid", str(error)) from None
        return Ask(
            envelope=self._read_envelope(parsed),
            body=parsed,
            secret_hash=secret_hash,
            dialect=self._dialect,
            request_id=scope["state"]["request_id"],
            client=client_family(headers.get("user-agent")),
            received_at=scope["state"]["received_at"],
            headers=tuple((name, value) for name in _FORWARDED if (value := headers.get(name)) is not None),
            idempotency_key=idempotency_key.of(key, scope["path"], data) if key is not None else None,
        )


class AsgiOut:
    """An answer over ASGI."""

    __slots__ = ("_send",)

    def __init__(self, send: Send) -> None:
        self._send = send

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Sends the head."""
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, data: bytes) -> None:
        """Sends a piece; waits while the client reads slowly."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self, data: bytes) -> None:
        """Sends the last piece."""
        await self._send({"type": "http.response.body", "body": data, "more_body": False})


class _Watcher:
    """Waits for the client to leave, from the moment its request is whole: the only signal of it that is always there."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._call: OpenCall | None = None
        self._task: asyncio.Task[None] | None = asyncio.get_running_loop().create_task(self._wait())

    def watch(self, call: OpenCall) -> None:
        """The client's leaving ends `call`, at once if it has left already."""
        self._call = call
        if self._gone:
            call.hang_up()

    def close(self) -> None:
        """Stops waiting."""
        # Let go of, or task, its cancellation's traceback and this object hold one another until the collector comes.
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._call is not None:
            self._call.hang_up()


def credential_of(headers: Headers) -> bytes:
    """The hash of a request's secret. Raises Refusal, without a look-up, when there is none or it cannot be one."""
    found = secret.find(headers)
    if found is None:
        raise Refusal(
            "credential_missing",
            "unauthenticated",
            "No credential was sent. Send it as 'Authorization: Bearer <credential>' or 'x-api-key: <credential>'.",
        )
    if not looks_valid(found):
        raise unknown()
    return hash_of(found)


def plain_ask(scope: Scope, operation: str) -> Ask:
    """An ask for a request that is not a call and has no body. Raises Refusal."""
    headers = Headers(scope=scope)
    return Ask(
        envelope=_NOBODY,
        body=json_body.JsonBody({}, {}, 0),
        secret_hash=credential_of(headers),
        dialect=operation,
        request_id=scope["state"]["request_id"],
        client=client_family(headers.get("user-agent")),
        received_at=time.perf_counter(),
    )


async def answer_refusal(out: AsgiOut, refusal: Refusal, *, close: bool = False) -> None:
    """Sends a refusal that was made before there was a call."""
    rendered = openai_errors.render(refusal)
    head = [*rendered.headers, (b"content-length", str(len(rendered.body)).encode())]
    if close:
        head.append((b"connection", b"close"))
    await out.start(rendered.status, head)
    await out.finish(rendered.body)


def client_family(user_agent: str | None) -> str | None:
    """Which program calls: the first word of its user agent, without what identifies a machine."""
    if not user_agent:
        return None
    return user_agent.split(" ", 1)[0][:64]


def _announced(headers: Headers) -> int | None:
    value = headers.get("content-length")
    return int(value) if value is not None and value.isdecimal() else None


def _leaves_body_unread(scope: Scope, refusal: Refusal) -> bool:
    if refusal.kind not in {"unauthenticated", "too_large"}:
        return False
    announced = _announced(Headers(scope=scope))
    return announced is None or announced > _LEFT_UNREAD_BYTES_MAX

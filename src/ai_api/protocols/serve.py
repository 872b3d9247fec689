"""The one handler all calls share: secret, body, envelope, then the walk; and a watcher for the client's leaving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ai_api.core.clock import Clock
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.credentials.secret import hash_of, looks_valid
from ai_api.gateway.call import Calls
from ai_api.gateway.count_input import InputCounts
from ai_api.gateway.credential_checks import check_credential, check_source, unknown
from ai_api.gateway.docket import Ask, Docket
from ai_api.gateway.idempotency import Idempotency
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.people import Holder, People
from ai_api.gateway.tell import Tell
from ai_api.protocols import body, conversation, idempotency_key, secret
from ai_api.protocols.asgi_out import AsgiOut, ClosingOut, answer_refusal
from ai_api.protocols.header_fields import all_of, first_of_each
from ai_api.protocols.intake import Intake, Stay
from ai_api.protocols.porch import source_of
from ai_api.wire import json_body
from ai_api.wire.envelope import Envelope
from ai_api.wire.input_size import InputSize

ReadEnvelope = Callable[[json_body.JsonBody], Envelope]

# A body this large is not read for who may not call; one that nobody will read is not worth waiting for.
_LARGE_BYTES = 65_536

# The headers of a caller that go to a provider of the same dialect.
_FORWARDED = {"openai": ("openai-beta",), "anthropic": ("anthropic-beta", "anthropic-version"), "gemini": ()}
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
    counts: InputCounts
    tell: Tell
    people: People
    intake: Intake
    clock: Clock
    idempotency: Idempotency | None = None
    """None where keys are not taken."""


class Stopped(Exception):
    """A credential that is known may not call, whatever its body says."""

    def __init__(self, docket: Docket, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.docket = docket
        self.refusal = refusal


class CallAnswer(Response):
    """A call as a response: everything happens while it is sent."""

    def __init__(self, plane: DataPlane, dialect: str, operation: str, read_envelope: ReadEnvelope) -> None:
        # Not Response's own: there is no body to render before the call is made.
        self.status_code = 200
        self.background = None
        self._plane = plane
        self.dialect = dialect
        self._operation = operation
        self._read_envelope = read_envelope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request in `scope`."""
        with Stay(self._plane.intake) as stay:
            await self._answer(scope, receive, AsgiOut(send), stay)

    async def _answer(self, scope: Scope, receive: Receive, out: AsgiOut, stay: Stay) -> None:
        try:
            ask = await self._ask(scope, receive, stay)
        except Refusal as refusal:
            self._plane.tell.turned_away(scope["state"]["request_id"], refusal)
            await answer_refusal(
                out, refusal, dialect=self.dialect, close=not stay.read_whole and _is_let_go(scope, refusal)
            )
            return
        except Stopped as stopped:
            await self._refuse(stopped, out)
            return
        except body.ClientLeft:
            return
        await self._carry(ask, receive, out)

    async def _carry(self, ask: Ask, receive: Receive, out: AsgiOut) -> None:
        """Answers what was asked."""
        watcher = _Watcher(receive)
        try:
            if ask.idempotency_key is None or self._plane.idempotency is None:
                await self._plane.calls.carry(ask, out, watcher.watch)
            else:
                await self._plane.idempotency.carry(ask, out, watcher.watch)
        finally:
            watcher.close()

    async def _refuse(self, stopped: Stopped, out: AsgiOut) -> None:
        """Answers whose credential may not call; its body is not read."""
        await self._plane.calls.refuse(stopped.docket, stopped.refusal, ClosingOut(out))

    async def _ask(self, scope: Scope, receive: Receive, stay: Stay) -> Ask:
        stay.enter()
        headers = first_of_each(scope)
        secret_hash = credential_of(headers, known=self._plane.people)
        announced = _announced(scope)
        await self._identify(secret_hash, headers, scope, is_large=_is_large(announced))
        if headers.get("content-encoding", "identity") != "identity":
            raise Refusal("bad_request", "invalid", "Send the body without a content-encoding.")
        key = None
        if idempotency_key.HEADER in headers:
            keys = all_of(scope, idempotency_key.HEADER)
            key = idempotency_key.check(keys, is_offered=self._plane.idempotency is not None)
        data = await stay.read(receive, secret_hash, self._operation, announced_bytes=announced)
        parsed = stay.parse(data)
        return Ask(
            envelope=self._read_envelope(parsed),
            body=parsed,
            secret_hash=secret_hash,
            dialect=self.dialect,
            request_id=scope["state"]["request_id"],
            client=client_family(headers.get("user-agent")),
            received_at=scope["state"]["received_at"],
            headers=tuple(
                (name, ",".join(all_of(scope, name))) for name in _FORWARDED[self.dialect] if name in headers
            ),
            idempotency_key=idempotency_key.of(key, scope["path"], data) if key is not None else None,
            conversation=conversation.of(parsed.document, headers),
            body_needed=stay.body_needed,
            body_grows=stay.body_grows,
            source=partial(source_of, scope),
        )

    async def _identify(self, secret_hash: bytes, headers: Mapping[str, str], scope: Scope, *, is_large: bool) -> None:
        """Looks the credential up before its body is read. Raises Refusal, Stopped.

        Only a large body is worth a proof of its own that the credential may not call: the others are judged with theirs.
        """
        plane = self._plane
        holder = await plane.people.find(secret_hash)
        if holder is None:
            raise unknown()
        check_public_id(holder, headers)
        if not is_large:
            return
        try:
            check_source(check_credential(holder, plane.clock.now()), partial(source_of, scope))
        except Refusal:
            ask = plain_ask(scope, self.dialect)
            try:
                await plane.calls.permit(ask)
            except Refusal as refusal:
                raise Stopped(Docket(uuid7(plane.clock.unix_ms()), ask, holder=holder), refusal) from None


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


def credential_of(headers: Mapping[str, str], *, known: Container[bytes] = ()) -> bytes:
    """The hash of a request's secret. Raises Refusal, without a look-up, when there is none or it cannot be one.

    The secrets whose hash is `known` have the form of one.
    """
    found = secret.find(headers)
    if found is None:
        raise Refusal(
            "credential_missing",
            "unauthenticated",
            "No credential was sent. Send it as 'Authorization: Bearer <credential>' or 'x-api-key: <credential>'.",
        )
    secret_hash = hash_of(found)
    if secret_hash not in known and not looks_valid(found):
        raise unknown()
    return secret_hash


def check_public_id(holder: Holder, headers: Mapping[str, str]) -> None:
    """Raises Refusal where the request names another credential than the one whose secret it has."""
    named = secret.public_id(headers)
    if named is not None and named != holder.public_id:
        raise unknown()


def plain_ask(scope: Scope, dialect: str) -> Ask:
    """An ask for a request that is not a call and has no body. Raises Refusal."""
    headers = first_of_each(scope)
    return Ask(
        envelope=_NOBODY,
        body=json_body.JsonBody({}, {}, 0),
        secret_hash=credential_of(headers),
        dialect=dialect,
        request_id=scope["state"]["request_id"],
        client=client_family(headers.get("user-agent")),
        received_at=time.perf_counter(),
        source=partial(source_of, scope),
    )


def client_family(user_agent: str | None) -> str | None:
    """Which program calls: the first word of its user agent, without what identifies a machine."""
    if not user_agent:
        return None
    return user_agent.split(" ", 1)[0][:64]


def _announced(scope: Scope) -> int | None:
    """The length of a request's body; None where it says none, which means that it is chunked, or that there is none."""
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(value) if value.isdigit() else None


def _is_let_go(scope: Scope, refusal: Refusal) -> bool:
    """Whether the connection of a refused request closes: its body will not be read, or another replica has room."""
    return refusal.kind in {"unavailable", "too_slow"} or _is_large(_announced(scope))


def _is_large(announced_bytes: int | None) -> bool:
    return announced_bytes is None or announced_bytes > _LARGE_BYTES

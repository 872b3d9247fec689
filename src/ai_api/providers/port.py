"""The port every way to a provider goes through: one method in, client-ready bytes and usage out.

    Upstream.open(call) ── lane.request ──► transport ──► lane.stream / lane.whole ──► relay

A *lane* is pure: it turns a call into an HTTP request, and the provider's answer into bytes in the caller's dialect. The
transport, deadlines and faults are the same for all lanes. Two real implementations of `Upstream` exist: HTTP, and the
fake that tests hand to `create_app`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from ai_api.core.values import value
from ai_api.wire.envelope import Operation
from ai_api.wire.failures import StreamFailure
from ai_api.wire.usage import Usage

__all__ = [
    "Deadlines",
    "Lane",
    "LaneRequest",
    "Numbered",
    "OpenKey",
    "Operation",
    "ReadWhole",
    "StreamFailure",
    "StreamReader",
    "Upstream",
    "UpstreamAnswer",
    "UpstreamCall",
    "UpstreamError",
    "WholeAnswer",
    "Wiring",
]


@value
class Deadlines:
    """How long each part of a call may take, in seconds."""

    connect_s: float
    first_byte_s: float
    idle_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where and how a provider key is called: derived once, when the key is saved; stored with it.

    `urls` maps an operation to a URL; `{model}` in it stands for the upstream model's name, percent-encoded, and `{name}` for
    what of it comes after its publisher's. `auth_header` carries `auth_prefix` + secret, or what `scheme` says is made of the
    secret: "header" (the secret itself), "aws" or "google". `lanes` maps an operation to the lane that serves it: "native" or
    "anthropic". `keeps` are the operations whose answers the provider keeps for who wants that. `usage_unasked`: it tells the
    usage of a chat's stream by itself, and refuses to be asked for it. `reasoning`: what becomes of the `reasoning_content` of
    earlier answers in a chat of ours: "no" (it refuses the member, or may), "taken", or "needed" with every answer that called
    tools.
    """

    urls: Mapping[str, str]
    lanes: Mapping[str, str]
    models_url: str | None
    auth_header: str
    auth_prefix: str
    headers: Mapping[str, str]
    keeps: Sequence[str] = ()
    scheme: str = "header"
    usage_unasked: bool = False
    reasoning: str = "no"


@value
class OpenKey:
    """A provider key at the moment of a call, its secret unsealed. Never logged, never kept."""

    id: UUID
    provider: str
    wiring: Wiring
    secret: str | None = field(repr=False)
    private_network: bool


@value
class UpstreamCall:
    """One try of one call.

    `fields` are the body's top-level members in order, each value as the bytes that came; `document` is the same, decoded.
    `output_tokens_max` is set only where the gateway must send another bound than the caller's. `shown_model` is the name
    the caller used. `wants_usage` says whether the caller asked for the usage chunk of a chat stream. `lane` is the name of
    the lane that serves it.
    """

    operation: Operation
    lane: str
    stream: bool
    fields: Mapping[str, bytes | memoryview]
    document: Mapping[str, Any]
    upstream_model: str
    shown_model: str
    output_tokens_max: int | None
    wants_usage: bool
    key: OpenKey
    headers: Mapping[str, str]
    request_id: str
    deadlines: Deadlines


@value
class LaneRequest:
    """What goes to the provider."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@value
class WholeAnswer:
    """A whole answer in the caller's dialect, and what it says of itself.

    `usage` is None when the provider gave none. `kept_id` is the answer's id where the provider says that it keeps it.
    """

    body: bytes
    usage: Usage | None
    finish_reason: str | None
    kept_id: str | None = None


ReadWhole = Callable[[bytes], WholeAnswer]
"""Translates the body of a whole answer. Raises StreamFailure when it is not the provider's dialect."""


class StreamReader(Protocol):
    """Reads one provider stream. Bytes in as they come, whole client-ready frames out."""

    @property
    def usage(self) -> Usage | None:
        """What the provider said of its usage so far."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """Why the model ended, once it is known."""
        ...

    @property
    def finished(self) -> bool:
        """Whether the provider said, in its dialect, that the answer is complete."""
        ...

    @property
    def tail(self) -> bytes:
        """The frames by which a client may take the answer for complete; held back until the call is settled."""
        ...

    @property
    def output_tokens_seen(self) -> int:
        """An estimate of the output so far, for calls that end without the provider's count."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        ...

    def end(self) -> None:
        """The provider closed its stream. Raises StreamFailure unless `finished`."""
        ...


@runtime_checkable
class Numbered(Protocol):
    """A reader of a stream whose last event has to repeat its id, and go on counting its events, and that may be kept."""

    @property
    def kept_id(self) -> str | None:
        """The id of the answer where the provider says that it keeps it."""
        ...

    @property
    def response_id(self) -> str | None:
        """The id the stream gave itself."""
        ...

    @property
    def sequence_number(self) -> int:
        """The number of the last event; -1 before the first."""
        ...


class Lane(Protocol):
    """A pure pair of translations between the caller's dialect and the provider's."""

    @property
    def loaded(self) -> threading.Event | None:
        """Set once the lane can be used; None for a lane that always can."""
        ...

    def ensure_loaded(self) -> None:
        """Loads what the lane needs, blocking; does nothing when it is loaded. Never on the event loop's thread."""
        ...

    def request(self, call: UpstreamCall) -> LaneRequest:
        """What to send. Raises Refusal (kind invalid) for what this provider cannot be asked."""
        ...

    def stream(self, call: UpstreamCall) -> StreamReader:
        """A reader for a 200 answer of a streamed call."""
        ...

    def whole(self, call: UpstreamCall) -> ReadWhole:
        """What reads a 200 answer of a whole call. It keeps nothing of the call's body that it does not need."""
        ...


@dataclass(slots=True)
class UpstreamError(Exception):
    """The provider, or the way to it, failed before the first byte reached the client.

    `code` is the outcome, `sent` whether the request may have been read, `message` safe to show (only for `upstream_invalid`
    the provider's own, scrubbed). `foreign_reasoning`: the conversation holds reasoning that another organization has sealed.
    """

    code: str
    message: str
    status: int | None = None
    retry_after_s: float | None = None
    sent: bool = False
    upstream_request_id: str | None = None
    foreign_reasoning: bool = False


class UpstreamAnswer(Protocol):
    """An open answer: its headers came, with status 200."""

    status: int
    upstream_request_id: str | None

    @property
    def reader(self) -> StreamReader | None:
        """The stream's reader; None for a whole answer."""
        ...

    async def read(self) -> bytes:
        """The next client-ready bytes of a stream, empty while nothing is ready.

        Raises StopAsyncIteration at the end, StreamFailure.
        """
        ...

    async def whole(self) -> WholeAnswer:
        """The whole answer. Raises StreamFailure."""
        ...

    def finish(self) -> None:
        """The answer said all it has to say: its connection may serve another call."""
        ...

    def close(self) -> None:
        """Hangs up on the provider. Safe to call twice."""
        ...


class Upstream(Protocol):
    """Calls providers."""

    async def exchange(self, key: OpenKey, method: str, url: str, *, request_id: str, deadlines: Deadlines) -> bytes:
        """Asks for something that is no call, without a body: the body of its 200 answer. Raises UpstreamError."""
        ...

    async def open(self, call: UpstreamCall) -> UpstreamAnswer:
        """Sends one try and waits for its headers. Raises UpstreamError, or Refusal for what cannot be asked."""
        ...

    async def close(self) -> None:
        """Closes idle connections."""
        ...

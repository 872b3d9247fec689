"""The plain answer, made ready once: the same bytes the slow path writes, filled in instead of built."""

import re
from dataclasses import dataclass, field

import msgspec

from tests.support.upstream import reply
from tests.support.upstream.answer import DEFAULT_CHUNKS, compose
from tests.support.upstream.ask import Ask, Dialect
from tests.support.upstream.behaviour import PLAIN
from tests.support.upstream.steps import stream_steps

TEMPLATES_MAX = 256

# Stand-ins no other part of a plain answer contains; id and time are as long as what replaces them.
_IDENT = b"~ident~~~~~~~~~~~~~~~~~~"
_CREATED_S = 7_777_777_777
_ECHO = b"~echo~"
_INPUT = 888_888_000_008
_TOTAL = _INPUT + DEFAULT_CHUNKS
_CREATED = b"%d" % _CREATED_S
_SLOT = re.compile(b"(%b|%b|%b|%d|%d)" % (_IDENT, _CREATED, _ECHO, _INPUT, _TOTAL))


@dataclass(frozen=True, slots=True)
class _Slotted:
    """Bytes whose length depends on the call: literals at even places, slots at odd ones."""

    parts: list[bytes]

    def fill(self, slots: dict[bytes, bytes]) -> bytes:
        return b"".join([slots[part] if index % 2 else part for index, part in enumerate(self.parts)])


@dataclass(frozen=True, slots=True)
class _Ready:
    """An answer's head, and its body as runs of framed bytes between frames of varying length."""

    head: bytes
    runs: list[bytes | _Slotted]
    chunked: bool


@dataclass(slots=True)
class Templates:
    """Answers made ready, one for each dialect, model and way of asking; bounded."""

    _ready: dict[tuple[Dialect, str, str, bool, bool, bool], _Ready] = field(default_factory=dict)

    def render(self, ask: Ask, *, ident: str, created_s: int, echo: str) -> bytes | None:
        """The whole response, head and framing included; None when this ask needs an answer of its own."""
        if ask.n != 1 or ask.echo or (ask.output_max is not None and ask.output_max < DEFAULT_CHUNKS):
            return None
        shape = (ask.dialect, ask.model, ask.service_tier, ask.stream, ask.include_usage, ask.as_list)
        ready = self._ready.get(shape)
        if ready is None:
            if len(self._ready) >= TEMPLATES_MAX:
                self._ready.clear()
            ready = self._ready[shape] = _prepare(ask)
        ident_bytes, created = ident.encode(), b"%d" % created_s
        slots = {
            _IDENT: ident_bytes,
            _CREATED: created,
            _ECHO: msgspec.json.encode(echo)[1:-1],
            b"%d" % _INPUT: b"%d" % ask.input_tokens,
            b"%d" % _TOTAL: b"%d" % (ask.input_tokens + DEFAULT_CHUNKS),
        }
        body = []
        for run in ready.runs:
            if isinstance(run, bytes):
                body.append(run.replace(_IDENT, ident_bytes).replace(_CREATED, created))
            else:
                filled = run.fill(slots)
                body.append(_chunk(filled) if ready.chunked else b"content-length: %d\r\n\r\n" % len(filled) + filled)
        return ready.head.replace(_IDENT, ident_bytes) + b"".join(body)


def _prepare(ask: Ask) -> _Ready:
    """Write the answer once with stand-ins and cut it at the slots."""
    example = Ask(
        ask.dialect,
        ask.model,
        stream=ask.stream,
        input_tokens=_INPUT,
        include_usage=ask.include_usage,
        service_tier=ask.service_tier,
        as_list=ask.as_list,
    )
    answer = compose(example, PLAIN, ident=_IDENT.decode(), created_s=_CREATED_S, echo=_ECHO.decode())
    writer = reply.WRITERS[ask.dialect]
    kind = reply.EVENTS_TYPE if ask.stream and not ask.as_list else reply.JSON_TYPE
    headers = reply.answer_headers(ask.dialect, _IDENT.decode(), content_type=kind)
    if not ask.stream:
        body = answer.style.encode(writer.whole(answer))
        return _Ready(reply.head(200, headers)[:-2], [_Slotted(_SLOT.split(body))], chunked=False)
    head = reply.head(200, headers | {"transfer-encoding": "chunked"})
    runs: list[bytes | _Slotted] = []
    for step in stream_steps(answer, writer.stream(answer)):
        parts = _SLOT.split(step.data)
        if set(parts[1::2]) - {_IDENT, _CREATED}:
            runs.append(_Slotted(parts))
        elif runs and isinstance(runs[-1], bytes):
            runs[-1] += _chunk(step.data)
        else:
            runs.append(_chunk(step.data))
    return _Ready(head, [*runs, b"0\r\n\r\n"], chunked=True)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)

"""What will be said and reported in one answer, before any dialect gives it its shape."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tests.support.upstream.ask import Ask
from tests.support.upstream.behaviour import Behaviour, ErrorText, Finish, ToolCall
from tests.support.upstream.witness import Tokens

DEFAULT_CHUNKS = 50
ECHO_CHARACTERS = 60
ARGUMENT_CHARACTERS = 16
BYTES_A_TOKEN = 4
FILLER = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "jetty")


@dataclass(frozen=True, slots=True)
class FrameStyle:
    """How JSON and server-sent events are spelled."""

    newline: bytes = b"\n"
    spaced: bool = False
    novel: bool = False
    comments: bool = False

    def encode(self, payload: dict[str, Any]) -> bytes:
        """One JSON object as bytes; a novel style adds a member that no client knows."""
        if self.novel:
            payload = payload | {"sim_novel": {"depth": [1, {"of": "this"}]}}
        return json.dumps(payload).encode() if self.spaced else msgspec.json.encode(payload)

    def frame(self, payload: dict[str, Any], event: str | None = None) -> bytes:
        """One server-sent event."""
        return self.raw_frame(self.encode(payload), event)

    def raw_frame(self, data: bytes, event: str | None = None) -> bytes:
        """One server-sent event around bytes that are data already."""
        newline = self.newline
        named = b"event: " + event.encode() + newline if event else b""
        return named + b"data: " + data + newline + newline

    def comment(self) -> bytes:
        """A line that is no event."""
        return b": still here" + self.newline + self.newline


@dataclass(slots=True)
class Stream:
    """The frames of a streamed answer in groups; only those of `content` are counted by a behaviour's k.

    `usage_in` names the group whose last frame states the usage; None where none does.
    """

    opening: list[bytes]
    content: list[bytes]
    finish: list[bytes]
    usage: list[bytes]
    terminal: list[bytes]
    usage_in: Literal["finish", "usage", "terminal"] | None


@dataclass(slots=True)
class Answer:
    """Everything a dialect needs to write an answer.

    `ident` is 24 characters, unique for each answer; `pieces` are the text's chunks; `reported` is what the usage says
    (None: nothing is said); `created_s` is in whole seconds since 1970.
    """

    ask: Ask
    behaviour: Behaviour
    ident: str
    created_s: int
    pieces: list[str]
    tool_calls: tuple[ToolCall, ...]
    finish: Finish
    reported: Tokens | None
    style: FrameStyle

    @property
    def text(self) -> str:
        """The whole text, which the pieces add up to."""
        return "".join(self.pieces)

    @property
    def model(self) -> str:
        """The name the answer carries: the one asked for, unless the behaviour gives another."""
        return self.behaviour.answer_model or self.ask.model

    @property
    def service_tier(self) -> str:
        """The tier the answer says it was served by."""
        return self.behaviour.service_tier or self.ask.service_tier

    @property
    def error(self) -> ErrorText:
        """The words of an error inside the answer."""
        return self.behaviour.error

    def call_id(self, index: int) -> str:
        """The id of a tool call: the behaviour's own, else one made of the answer's."""
        return self.tool_calls[index].id or f"{self.ident}{index:02d}"


def compose(ask: Ask, behaviour: Behaviour, *, ident: str, created_s: int, echo: str) -> Answer:
    """Decide text, finish and numbers of an answer; the same ask and behaviour always give the same."""
    pieces, text_tokens = _pieces(ask, behaviour, echo)
    finish: Finish = behaviour.finish or "stop"
    if ask.output_max is not None and text_tokens > ask.output_max and not behaviour.tool_calls:
        pieces = _shortened(pieces, text_tokens, ask.output_max)
        text_tokens, finish = ask.output_max, behaviour.finish or "length"
    return Answer(
        ask=ask,
        behaviour=behaviour,
        ident=ident,
        created_s=created_s,
        pieces=pieces,
        tool_calls=behaviour.tool_calls,
        finish=finish,
        reported=_reported(ask, behaviour, 0 if ask.dialect in {"embeddings", "embed"} else text_tokens),
        style=FrameStyle(
            newline=b"\r\n" if behaviour.line_end == "crlf" else b"\n",
            spaced=behaviour.json_style == "spaced",
            novel=behaviour.unknown,
            comments=behaviour.comments,
        ),
    )


def plain_tokens(ask: Ask) -> Tokens:
    """What the plain answer to an ask reports."""
    return Tokens(input=ask.input_tokens, cached=0, cache_write=0, output=DEFAULT_CHUNKS, reasoning=0)


def argument_pieces(call: ToolCall) -> list[str]:
    """A tool call's arguments as they are streamed; at least one piece."""
    text = call.argument_text()
    return [text[i : i + ARGUMENT_CHARACTERS] for i in range(0, len(text), ARGUMENT_CHARACTERS)] or [""]


def words(text: str) -> list[str]:
    """A text as pieces of one word each, the blanks kept with the word they precede."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _pieces(ask: Ask, behaviour: Behaviour, echo: str) -> tuple[list[str], int]:
    """The text in pieces, and its tokens: one a piece, or one for each four bytes where bytes were asked for."""
    if behaviour.text is not None:
        pieces = words(behaviour.text) if behaviour.chunks is None else list(_cut(behaviour.text, behaviour.chunks))
        return pieces, len(pieces)
    if behaviour.tool_calls:
        return [], 0
    if behaviour.answer_bytes is not None or behaviour.chunk_bytes is not None:
        count = behaviour.chunks or DEFAULT_CHUNKS
        size = behaviour.answer_bytes or count * (behaviour.chunk_bytes or 1)
        text = (" ".join(FILLER) + " ") * (size // 60 + 1)
        if behaviour.chunk_bytes is not None:
            count = -(-size // behaviour.chunk_bytes)
        return list(_cut(text[:size], count)), max(1, size // BYTES_A_TOKEN)
    count = behaviour.chunks or DEFAULT_CHUNKS
    return [f"Echo: {echo}", *(" " + FILLER[i % len(FILLER)] for i in range(count - 1))], count


def _cut(text: str, count: int) -> Iterator[str]:
    size = max(1, -(-len(text) // count))
    for start in range(0, max(1, len(text)), size):
        yield text[start : start + size]


def _shortened(pieces: list[str], tokens: int, tokens_max: int) -> list[str]:
    if tokens == len(pieces):
        return pieces[:tokens_max]
    left, kept = tokens_max * BYTES_A_TOKEN, []
    for piece in pieces:
        kept.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    return kept


def _reported(ask: Ask, behaviour: Behaviour, text_tokens: int) -> Tokens | None:
    if behaviour.usage_missing or behaviour.usage_raw is not None:
        return None
    if given := behaviour.usage:
        counted = Tokens(
            input=ask.input_tokens if given.input is None else given.input,
            cached=given.cached,
            cache_write=given.cache_write,
            output=text_tokens if given.output is None else given.output,
            reasoning=given.reasoning,
        )
        return (
            counted
            if counted.input >= given.cached + given.cache_write
            else msgspec.structs.replace(counted, input=given.cached + given.cache_write)
        )
    reasoning = len(words(behaviour.thinking)) if behaviour.thinking else 0
    tools = sum(len(argument_pieces(call)) for call in behaviour.tool_calls)
    output = (text_tokens + tools) * ask.n + reasoning
    return Tokens(input=ask.input_tokens, cached=0, cache_write=0, output=output, reasoning=reasoning)

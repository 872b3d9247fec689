"""What is tried of each combination, as data: what is asked, how the provider answers, and what must then be true."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.asked import Asked, Fault, Refused, Told, Tool, Turn, Used, asking, said
from tests.conformance.received import Received
from tests.support.upstream import Behaviour, ErrorText, ToolCall, Usage

USED = Used(input=100, cached=0, output=27, reasoning=0)
ANSWER = "Hello you, Genève \U0001f326 included."


def told(**members: Any) -> Behaviour:
    """A provider's answer that counts as USED."""
    return Behaviour(**{"usage": Usage(input=USED.input, output=USED.output), **members})


@dataclass(frozen=True)
class Step:
    """One call. `follow` makes its request out of the answer before it, where there is one.

    `expected` says whether the answer is what it has to be; `received` says whether the provider got what was asked; `fails` is whose
    fault it is where there is no answer, and `cause` is what happened, in words for the table.
    """

    behaviour: Behaviour
    received: Callable[[Received], bool] = lambda _: True
    asked: Asked | None = None
    follow: Callable[[Told], Asked] | None = None
    expected: Callable[[Told], bool] = lambda told: told.text == ANSWER and told.stop == "end"
    used: Used = USED
    fails: Fault | None = None
    cause: str = ""
    refused: Callable[[Refused], bool] = lambda _: True


@dataclass(frozen=True)
class Feature:
    """Something a caller can want."""

    name: str
    steps: tuple[Step, ...] = field(hash=False)


def _png() -> bytes:
    """A picture of 8 by 8 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes(range(row, row + 24)) for row in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PNG = _png()
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Its name."}, "days": {"type": "integer"}},
    "required": ["city"],
}
CLOSED = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "warm": {"type": "boolean"}},
    "required": ["city", "warm"],
    "additionalProperties": False,
}
WEATHER = Tool("weather", "The weather of a city.", SCHEMA)
CLOCK = Tool("clock", "What time it is.", {"type": "object", "properties": {"zone": {"type": "string"}}})
OSLO, ZONE = {"city": "Genève", "days": 2}, {"zone": "CET"}
_ASKS_TOOLS = asking("How is it there?", tools=(WEATHER, CLOCK))
_RESULTS = ("Rain all day.", "It is noon.")


def _answered(told: Told) -> Asked:
    """The conversation with the calls of an answer, and their results."""
    results = tuple(zip(told.calls, _RESULTS, strict=False))
    turns = (*_ASKS_TOOLS.turns, Turn("model", calls=told.calls), Turn("user", results=results))
    return Asked(turns, tools=_ASKS_TOOLS.tools)


def _calls(*wanted: tuple[str, dict[str, Any]]) -> tuple[Step, Step]:
    """The model calls these, and answers to their results."""
    calls = tuple(ToolCall(name=name, arguments=arguments) for name, arguments in wanted)

    def called(told: Told) -> bool:
        ids = {call.call_id for call in told.calls}
        shown = [(call.name, call.arguments) for call in told.calls]
        return shown == list(wanted) and len(ids) == len(wanted) and told.stop == "tools"

    def declared(got: Received) -> bool:
        return got.tools == [(tool.name, tool.description, tool.schema) for tool in _ASKS_TOOLS.tools]

    def results_fit(got: Received) -> bool:
        ids = [call_id for call_id, _, _ in got.calls]
        shown = [(name, arguments) for _, name, arguments in got.calls]
        fitting = [call_id for call_id, _ in got.results] == ids and len(set(ids)) == len(wanted)
        told = all(result in text for result, (_, text) in zip(_RESULTS, got.results, strict=False))
        return declared(got) and shown == list(wanted) and fitting and told

    asks = Step(told(tool_calls=calls), declared, asked=_ASKS_TOOLS, expected=called)
    return asks, Step(told(text=ANSWER), results_fit, follow=_answered)


_TALK = (said("I live in Oslo."), Turn("model", "Noted: Oslo."), said("Where do I live?"))
_CACHED = Used(input=900, cached=600, output=40, reasoning=0)
_THOUGHT = Used(input=100, cached=0, output=60, reasoning=33)
_SHORT = Used(input=100, cached=0, output=7, reasoning=0)
_FORM = json.dumps({"city": "Oslo", "warm": False})
_REFUSAL = "The picture of your aunt is too large."

FEATURES = (
    Feature(
        "text", (Step(told(text=ANSWER), lambda got: got.turns == [("user", "Hello there.")], asking("Hello there.")),)
    ),
    Feature(
        "system",
        (
            Step(
                told(text=ANSWER),
                lambda got: got.system == ["Be brief.\nBe kind."] and got.turns == [("user", "Hello.")],
                asking("Hello.", system="Be brief.\nBe kind."),
            ),
        ),
    ),
    Feature(
        "several turns",
        (Step(told(text=ANSWER), lambda got: got.turns == [(t.role, t.text) for t in _TALK], Asked(_TALK)),),
    ),
    Feature("tools", _calls(("weather", OSLO))),
    Feature("parallel tools", _calls(("weather", OSLO), ("clock", ZONE))),
    Feature(
        "image",
        (
            Step(
                told(text=ANSWER),
                lambda got: got.images == [("image/png", PNG)] and got.turns == [("user", "What is it?")],
                Asked((Turn("user", "What is it?", PNG),)),
            ),
        ),
    ),
    Feature(
        "structured output",
        (
            Step(
                told(text=_FORM),
                lambda got: got.schema == CLOSED,
                asking("Which city?", schema=CLOSED),
                expected=lambda told: (told.text, told.stop) == (_FORM, "end"),
            ),
        ),
    ),
    Feature(
        "reasoning",
        (
            Step(
                Behaviour(
                    text=ANSWER, thinking="Two cities, I think.", usage=Usage(input=100, output=60, reasoning=33)
                ),
                lambda got: got.thinks_hard,
                asking("Think.", effort="high", output_max=32_000),
                expected=lambda told: (told.text, told.thought) == (ANSWER, "Two cities, I think."),
                used=_THOUGHT,
            ),
        ),
    ),
    Feature(
        "stop",
        (
            Step(
                told(text=ANSWER, stopped_by="###"),
                lambda got: got.stop == ["END", "###"],
                asking("Hello.", stop=("END", "###")),
            ),
        ),
    ),
    Feature(
        "max tokens",
        (
            Step(
                Behaviour(usage=Usage(input=100, output=7)),
                lambda got: got.output_max == 7,
                asking("Hello.", output_max=7),
                expected=lambda told: told.stop == "length" and len(told.text.split()) == 8,
                used=_SHORT,
            ),
        ),
    ),
    Feature(
        "cached usage",
        (Step(told(text=ANSWER, usage=Usage(input=900, cached=600, output=40)), asked=asking("Hello."), used=_CACHED),),
    ),
    Feature(
        "error",
        (
            Step(
                Behaviour(status=400, error=ErrorText(message=_REFUSAL)),
                asked=asking("Hello."),
                fails="invalid",
                cause="the provider refuses the request (400)",
                refused=lambda seen: seen.status == 400 and _REFUSAL in seen.words,
            ),
            Step(
                Behaviour(status=500, error=ErrorText(message="stack trace of ours")),
                asked=asking("Hello."),
                fails="failed",
                cause="the provider fails (500)",
                refused=lambda seen: (seen.status or 0) >= 500 and "trace" not in seen.words,
            ),
        ),
    ),
    Feature(
        "cut",
        (
            Step(
                Behaviour(cut_at=4),
                asked=asking("Hello."),
                fails="failed",
                cause="the provider's connection is cut in the answer",
                refused=lambda seen: "The provider's answer was cut off." in seen.words,
            ),
        ),
    ),
)
"""In the order of the table's columns."""

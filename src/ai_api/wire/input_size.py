"""How much a model is given to read by a request: the bytes of all text, and what there is beside text. Pure, no tokenizer.

Text is whatever a model may read as text, the names and schemas of tools included; in doubt it counts. What stands in the body
as base64 is no text: it counts as an image or a recording. Where the body does not tell how much there is (a file of many
pages, something found by the provider, a kind of content that is not known here), `unbounded` says why.

A body is walked once, and only as far as its parts are small: everything else is measured by writing it as JSON, in C.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ai_api.core import values
from ai_api.wire import gemini_input
from ai_api.wire.input_kinds import (
    BEYOND_THE_BODY,
    FILE_PARTS,
    IMAGE_PARTS,
    KIND_FIELDS,
    MESSAGE_PARTS,
    OPAQUE,
    STEERING,
    TEXT_ITEMS,
    TEXT_PARTS,
    WORD_CHARS,
    is_defined_by_provider,
    may_be_image,
    only_clears,
    runs_at_provider,
)
from ai_api.wire.json_body import encode
from ai_api.wire.recordings import seconds_of
from ai_api.wire.utf8 import bytes_read

VISITS_MAX = 60_000
"""How many messages, parts and fields are looked at; a body with more of them is not bounded by its bytes."""

KEPT_DEFINITION_BYTES = 2_048
"""What stands for the definition of a tool that the provider keeps: more than the largest, with what explains it (Anthropic,
"Tool use", pricing: 735 tokens for a computer and 499 of system prompt).
"""


@values.value
class InputSize:
    """What a request gives a model to read.

    `text_bytes` is all readable text in UTF-8, `tools_bytes` the part of it that defines tools; `opaque_bytes` is text that only
    the provider can open, or may read more than once; `tokens` are given as tokens, exactly so many. `inputs` are read one by
    one, each within the model's context. `messages` counts messages, items, parts, tools and tool calls: what a provider wraps in
    tokens of its own. `images_low` are those of `images` asked for in low detail. `unbounded` says why the body does not bound
    the input, None where it does.
    """

    text_bytes: int = 0
    opaque_bytes: int = 0
    messages: int = 0
    tools_bytes: int = 0
    images: int = 0
    images_low: int = 0
    audio_items: int = 0
    audio_seconds: int = 0
    files: int = 0
    unbounded: str | None = None
    tokens: int = 0
    inputs: int = 1


def measure(operation: str, document: Mapping[str, Any]) -> InputSize:
    """The size of a parsed body's input."""
    reading = _read(operation, document)
    tools_bytes = sum(map(bytes_read, reading.tool_texts))
    return InputSize(
        text_bytes=tools_bytes + sum(map(bytes_read, reading.texts)),
        opaque_bytes=reading.opaque_bytes,
        messages=reading.messages,
        tools_bytes=tools_bytes,
        images=reading.images,
        images_low=reading.images_low,
        audio_items=reading.audio_items,
        audio_seconds=math.ceil(reading.audio_s),
        files=reading.files,
        unbounded=reading.unbounded,
        inputs=reading.inputs,
    )


def texts(operation: str, document: Mapping[str, Any]) -> list[str]:
    """The texts whose bytes `measure` adds up, for whoever counts their tokens."""
    reading = _read(operation, document)
    return [*reading.tool_texts, *reading.texts]


class _TooManyPartsError(Exception):
    """The body has more parts than are looked at."""


@dataclass(slots=True)
class _Reading:
    """What has been found so far. `of_messages` says that the request is of Anthropic's dialect."""

    of_messages: bool = False
    texts: list[str] = field(default_factory=list)
    tool_texts: list[str] = field(default_factory=list)
    opaque_bytes: int = 0
    messages: int = 0
    inputs: int = 1
    images: int = 0
    images_low: int = 0
    audio_items: int = 0
    audio_s: float = 0.0
    files: int = 0
    unbounded: str | None = None
    visits: int = 0

    def visit(self, count: int) -> None:
        """Raises _TooManyPartsError where it would take too long to look at everything."""
        self.visits += count
        if self.visits > VISITS_MAX:
            raise _TooManyPartsError

    def json(self, value: object) -> None:
        """Counts a value of no known shape, as its JSON."""
        self.texts.append(encode(value).decode())

    def give_up(self, why: str) -> None:
        """The body does not bound the input; the first reason is kept."""
        if self.unbounded is None:
            self.unbounded = why

    def tools(self, found: list[Any]) -> None:
        """Counts definitions of tools."""
        self._look_at_tools(found)
        self.tool_texts.append(encode(found).decode())

    def _look_at_tools(self, found: list[Any]) -> None:
        self.visit(len(found))
        self.messages += len(found)
        for tool in found:
            if runs_at_provider(tool):
                self.give_up("a tool the provider runs")
            elif is_defined_by_provider(tool):
                self.opaque_bytes += KEPT_DEFINITION_BYTES
            elif isinstance(tool, dict) and isinstance(tool.get("tools"), list):
                self._look_at_tools(tool["tools"])

    def parts(self, value: object) -> None:
        """Counts the content of a message or item: text, one part, or a list of both."""
        if isinstance(value, str):
            self.texts.append(value)
        elif isinstance(value, dict):
            self.part(value)
        elif isinstance(value, list):
            self.visit(len(value))
            for each in value:
                if isinstance(each, dict):
                    self.part(each)
                elif isinstance(each, str):
                    self.messages += 1
                    self.texts.append(each)
                elif each is not None:
                    self.json(each)

    def part(self, part: dict[str, Any]) -> None:
        """Counts one part of a content."""
        self.messages += 1
        kind = part.get("type")
        if kind is None:
            kind = next((name for name in KIND_FIELDS if name in part), None)
        if (
            kind is None
            or not isinstance(kind, str)
            or kind in TEXT_PARTS
            or (self.of_messages and kind in MESSAGE_PARTS)
        ):
            self.fields(part)
        elif self.of_messages and kind == "document":
            self._document(part)
        elif kind in IMAGE_PARTS:
            self._image(part)
        elif kind == "input_audio":
            self._recording(part)
        elif kind in FILE_PARTS:
            self.files += 1
            self.give_up("a file")
        else:
            self.give_up("content of a kind not known")

    def fields(self, found: dict[str, Any]) -> None:
        """Counts the fields of a message, an item or a part of text."""
        self.visit(len(found))
        for name, value in found.items():
            if len(name) > WORD_CHARS:
                self.texts.append(name)
            if isinstance(value, str):
                if name in OPAQUE:
                    self.opaque_bytes += bytes_read(value)
                elif name not in {"type", "role", "status"} or len(value) > WORD_CHARS:
                    self.texts.append(value)
            elif value is not None and not isinstance(value, bool):
                self._field(name, value)

    def _field(self, name: str, value: object) -> None:
        if name in {"content", "output", "outputs", "summary", "images", "reasoning_details"}:
            self.parts(value)
        elif name == "tool_calls" and isinstance(value, list):
            self._tool_calls(value)
        elif name == "tools" and isinstance(value, list):
            self.tools(value)
        elif name == "audio":
            # What the model said before is named by an id.
            self.give_up("a recording the provider keeps")
        else:
            self.json(value)

    def _tool_calls(self, calls: list[Any]) -> None:
        self.visit(len(calls))
        for call in calls:
            self.messages += 1
            if isinstance(call, dict) and isinstance(call.get("function"), dict):
                self.fields({name: value for name, value in call.items() if name != "function"})
                self.fields(call["function"])
            else:
                self.json(call)

    def _document(self, part: dict[str, Any]) -> None:
        source, citations = part.get("source"), part.get("citations")
        if isinstance(citations, dict) and citations.get("enabled"):
            # It is cut into numbered pieces, which is more to read than it has bytes.
            self.files += 1
            self.give_up("a document that is cited from")
        elif isinstance(source, dict) and source.get("type") == "text" and isinstance(source.get("data"), str):
            self.texts.append(source["data"])
            self.fields({name: value for name, value in part.items() if name != "source"})
        elif isinstance(source, dict) and source.get("type") == "content":
            self.parts(source.get("content"))
            self.fields({name: value for name, value in part.items() if name != "source"})
        else:
            self.files += 1
            self.give_up("a file")

    def _image(self, part: dict[str, Any]) -> None:
        place = part.get("image_url") or part.get("source")
        url = place.get("url") if isinstance(place, dict) else place
        media_type = place.get("media_type") if isinstance(place, dict) else None
        is_other = isinstance(media_type, str) and not media_type.startswith("image/")
        if is_other or (isinstance(url, str) and not may_be_image(url)):
            self.files += 1
            self.give_up("a file")
            return
        self.images += 1
        detail = part.get("detail") or (place.get("detail") if isinstance(place, dict) else None)
        if detail == "low":
            self.images_low += 1

    def _recording(self, part: dict[str, Any]) -> None:
        self.audio_items += 1
        held = part.get("input_audio")
        data = held.get("data") if isinstance(held, dict) else part.get("data")
        if isinstance(data, str) and not data.startswith(("http:", "https:")):
            self.audio_s += seconds_of(data)
        else:
            self.give_up("a recording that is not in the body")


def _read(operation: str, document: Mapping[str, Any]) -> _Reading:
    reading = _Reading(of_messages=operation == "messages")
    try:
        if operation == "generate":
            gemini_input.read(reading, document)
            return reading
        if operation == "embed":
            gemini_input.read_embedded(reading, document)
            return reading
        for name in ("tools", "functions"):
            if isinstance(found := document.get(name), list) and found:
                reading.tools(found)
        reading.visit(len(document))
        for name, value in document.items():
            if value is not None and name not in STEERING:
                _read_field(reading, operation, name, value)
    except _TooManyPartsError:
        reading.give_up("more parts than are looked at")
    return reading


def _read_field(reading: _Reading, operation: str, name: str, value: Any) -> None:
    if name in {"tools", "functions"} and isinstance(value, list):
        return
    if operation in {"chat", "messages"} and name == "messages" and isinstance(value, list):
        _read_messages(reading, value)
    elif operation == "messages" and name == "system":
        reading.messages += 1
        reading.parts(value)
    elif operation == "messages" and name == "context_management" and only_clears(value):
        return
    elif operation == "responses" and name == "input":
        if isinstance(value, list):
            _read_items(reading, value)
        else:
            reading.messages += 1
            reading.parts(value)
    elif name == "instructions" and isinstance(value, str):
        reading.messages += 1
        reading.texts.append(value)
    else:
        if name in BEYOND_THE_BODY:
            reading.give_up(name)
        reading.json({name: value})


def _read_messages(reading: _Reading, messages: Iterable[Any]) -> None:
    for message in messages:
        reading.messages += 1
        reading.visit(1)
        if isinstance(message, dict):
            reading.fields(message)
        else:
            reading.json(message)


def _read_items(reading: _Reading, items: Iterable[Any]) -> None:
    for item in items:
        reading.messages += 1
        reading.visit(1)
        if not isinstance(item, dict):
            reading.json(item)
            continue
        kind = item.get("type", "message")
        if kind == "image_generation_call":
            reading.images += 1
            reading.fields({name: value for name, value in item.items() if name != "result"})
        elif kind == "item_reference":
            reading.give_up("an item the provider keeps")
        elif isinstance(kind, str) and kind not in TEXT_ITEMS:
            reading.give_up("an item of a kind not known")
        else:
            reading.fields(item)

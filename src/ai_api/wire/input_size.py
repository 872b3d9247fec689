"""How much a model is given to read by a request: the bytes of all text, and what there is beside text. Pure, no tokenizer.

Text is whatever a model may read as text, the names and schemas of tools included; in doubt it counts. What stands in the body
as base64 is no text: it counts as an image or a recording. Where the body does not tell how much there is (a file of many
pages, something found by the provider, a kind of content that is not known here), `unbounded` says why.

A body is walked once, and only as far as its parts are small: everything else is measured by writing it as JSON, in C.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ai_api.core import values
from ai_api.wire import gemini_input
from ai_api.wire.input_kinds import BEYOND_THE_BODY, STEERING, TEXT_ITEMS, only_clears
from ai_api.wire.input_reading import Reading, TooManyPartsError
from ai_api.wire.utf8 import bytes_read


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


def _read(operation: str, document: Mapping[str, Any]) -> Reading:
    reading = Reading(of_messages=operation == "messages")
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
    except TooManyPartsError:
        reading.give_up("more parts than are looked at")
    return reading


def _read_field(reading: Reading, operation: str, name: str, value: Any) -> None:
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


def _read_messages(reading: Reading, messages: Iterable[Any]) -> None:
    for message in messages:
        reading.messages += 1
        reading.visit(1)
        if isinstance(message, dict):
            reading.fields(message)
        else:
            reading.json(message)


def _read_items(reading: Reading, items: Iterable[Any]) -> None:
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

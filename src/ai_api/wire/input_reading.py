"""What has been found of a request's input so far, part by part, and when to stop looking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ai_api.wire.input_kinds import (
    FILE_PARTS,
    IMAGE_PARTS,
    KIND_FIELDS,
    MESSAGE_PARTS,
    OPAQUE,
    TEXT_PARTS,
    WORD_CHARS,
    is_defined_by_provider,
    may_be_image,
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


class TooManyPartsError(Exception):
    """The body has more parts than are looked at."""


@dataclass(slots=True)
class Reading:
    """What has been found so far, to be added to. `of_messages` says that the request is of Anthropic's dialect."""

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
        """Raises TooManyPartsError where it would take too long to look at everything."""
        self.visits += count
        if self.visits > VISITS_MAX:
            raise TooManyPartsError

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

"""The output items of a response while they are written, each with the events that open, fill and close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from ai_api.wire.call_seals import packed
from ai_api.wire.json_body import decode, encode
from ai_api.wire.responses_over_chat_tools import Tool

Status = Literal["in_progress", "completed", "incomplete"]
Spoken = Literal["output_text", "refusal"]
_DELTAS: Final[Mapping[Spoken, bytes]] = {
    "output_text": b"response.output_text.delta",
    "refusal": b"response.refusal.delta",
}
_ID_CHARS: Final = 48
"""Of the answer's id in an item's: OpenAI takes items back whose ids are at most 64 letters, digits, `_` and `-`."""


class Events:
    """Numbers the events of a stream, and keeps the count of its items."""

    def __init__(self, answer_id: str) -> None:
        self.number = -1
        self.items = 0
        self._answer_id = answer_id.replace(".", "_")[-_ID_CHARS:]

    def place(self, prefix: str) -> Place:
        """The next item's."""
        place = Place(self.items, f"{prefix}_{self._answer_id}_{self.items}")
        self.items += 1
        return place

    def event(self, kind: str, members: Mapping[str, Any]) -> bytes:
        """One event, numbered."""
        self.number += 1
        data = encode({"type": kind, "sequence_number": self.number, **members})
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)

    def delta(self, kind: bytes, place: bytes, text: str) -> bytes:
        """A piece of something: the event there is most of. `place` are its other members, as JSON without braces."""
        self.number += 1
        return b'event: %b\ndata: {"type":"%b","sequence_number":%d,%b,"delta":%b}\n\n' % (
            kind,
            kind,
            self.number,
            place,
            encode(text),
        )

    def response(self, kind: str, response: bytes) -> bytes:
        """An event about the response itself, which is JSON already."""
        self.number += 1
        return b'event: %b\ndata: {"type":"%b","sequence_number":%d,"response":%b}\n\n' % (
            kind.encode(),
            kind.encode(),
            self.number,
            response,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in the output, and its id."""

    index: int
    id: str

    def named(self) -> dict[str, Any]:
        """As events about a part of the item say it."""
        return {"item_id": self.id, "output_index": self.index}


def _inside(members: Mapping[str, Any]) -> bytes:
    """Members as JSON, without the braces around them."""
    return encode(members)[1:-1]


class Item(Protocol):
    """An output item."""

    def shape(self, status: Status) -> dict[str, Any]:
        """The item as it stands in the output."""
        ...

    def close(self, status: Status) -> bytes:
        """The events by which it is complete."""
        ...


class Thoughts:
    """What the provider showed of the model's thoughts, as a summary."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._place = events.place("rs")
        self._said_at = _inside({**self._place.named(), "summary_index": 0})
        self._pieces: list[str] = []

    def open(self) -> bytes:
        """The events that open it."""
        part = {**self._place.named(), "summary_index": 0, "part": {"type": "summary_text", "text": ""}}
        begun = {"type": "reasoning", "id": self._place.id, "summary": []}
        return self._events.event(
            "response.output_item.added", {"output_index": self._place.index, "item": begun}
        ) + self._events.event("response.reasoning_summary_part.added", part)

    def say(self, text: str) -> bytes:
        """A piece of it."""
        self._pieces.append(text)
        return self._events.delta(b"response.reasoning_summary_text.delta", self._said_at, text)

    def shape(self, status: Status) -> dict[str, Any]:
        """The item as it stands in the output."""
        return {
            "type": "reasoning",
            "id": self._place.id,
            "summary": [{"type": "summary_text", "text": "".join(self._pieces)}],
            "status": status,
        }

    def close(self, status: Status) -> bytes:
        """The events by which it is complete."""
        item = self.shape(status)
        part = item["summary"][0]
        at = {**self._place.named(), "summary_index": 0}
        return b"".join(
            (
                self._events.event("response.reasoning_summary_text.done", {**at, "text": part["text"]}),
                self._events.event("response.reasoning_summary_part.done", {**at, "part": part}),
                self._events.event("response.output_item.done", {"output_index": self._place.index, "item": item}),
            )
        )


@dataclass(slots=True)
class _Part:
    """A part of a message: text, or a refusal."""

    kind: Spoken
    pieces: list[str] = field(default_factory=list)

    def shape(self) -> dict[str, Any]:
        text = "".join(self.pieces)
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


class Message:
    """What the model said: one part, and one more each time it goes over from text to a refusal or back."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._place = events.place("msg")
        self._parts: list[_Part] = []
        self._said_at = b""

    def open(self) -> bytes:
        """The event that opens it."""
        return self._events.event(
            "response.output_item.added", {"output_index": self._place.index, "item": self.shape("in_progress")}
        )

    def say(self, kind: Spoken, text: str) -> bytes:
        """A piece of it."""
        out = b""
        if not self._parts or self._parts[-1].kind != kind:
            out = self._close_part()
            self._parts.append(_Part(kind))
            self._said_at = _inside({**self._at(), **_extra(kind)})
            out += self._events.event("response.content_part.added", {**self._at(), "part": self._parts[-1].shape()})
        self._parts[-1].pieces.append(text)
        return out + self._events.delta(_DELTAS[kind], self._said_at, text)

    def shape(self, status: Status) -> dict[str, Any]:
        """The item as it stands in the output."""
        return {
            "type": "message",
            "id": self._place.id,
            "status": status,
            "role": "assistant",
            "content": [part.shape() for part in self._parts],
        }

    def close(self, status: Status) -> bytes:
        """The events by which it is complete."""
        done = self._close_part()
        members = {"output_index": self._place.index, "item": self.shape(status)}
        return done + self._events.event("response.output_item.done", members)

    def _close_part(self) -> bytes:
        if not self._parts:
            return b""
        part = self._parts[-1]
        shape, member = part.shape(), "refusal" if part.kind == "refusal" else "text"
        said = {**self._at(), member: shape[member], **_extra(part.kind)}
        return self._events.event(f"response.{part.kind}.done", said) + self._events.event(
            "response.content_part.done", {**self._at(), "part": shape}
        )

    def _at(self) -> dict[str, Any]:
        return {**self._place.named(), "content_index": len(self._parts) - 1}


class Call:
    """A call of one of the caller's tools, by the caller's name for it."""

    def __init__(self, events: Events, tool: Tool, call_id: str, seal: str = "") -> None:
        """`call_id` is the provider's, empty where it gave none; `seal` is what it wants back with the call."""
        self._events = events
        self._tool = tool
        self._is_custom = tool.kind == "custom"
        self._place = events.place("ctc" if self._is_custom else "fc")
        self._said_at = _inside(self._place.named())
        self._call_id = packed(call_id or f"call_{self._place.id.partition('_')[2]}", seal)
        self._pieces: list[str] = []

    def open(self) -> bytes:
        """The event that opens it."""
        return self._events.event(
            "response.output_item.added", {"output_index": self._place.index, "item": self._item("in_progress", "")}
        )

    def say(self, arguments: str) -> bytes:
        """A piece of the arguments. The text for a custom tool is shown once it is whole: until then it is JSON."""
        self._pieces.append(arguments)
        if self._is_custom:
            return b""
        return self._events.delta(b"response.function_call_arguments.delta", self._said_at, arguments)

    def shape(self, status: Status) -> dict[str, Any]:
        """The item as it stands in the output."""
        return self._item(status, self._said())

    def close(self, status: Status) -> bytes:
        """The events by which it is complete."""
        out, name = b"", self._tool.name
        if self._is_custom:
            text = self._said()
            if text:
                out = self._events.delta(b"response.custom_tool_call_input.delta", self._said_at, text)
            out += self._events.event("response.custom_tool_call_input.done", {**self._place.named(), "input": text})
        else:
            if not any(self._pieces):
                # Clients read what they gathered as JSON.
                out = self.say("{}")
            members = {**self._place.named(), "name": name, "arguments": self._said()}
            out += self._events.event("response.function_call_arguments.done", members)
        done = {"output_index": self._place.index, "item": self.shape(status)}
        return out + self._events.event("response.output_item.done", done)

    def _said(self) -> str:
        said = "".join(self._pieces)
        return _input_of(said) if self._is_custom else said

    def _item(self, status: Status, said: str) -> dict[str, Any]:
        tool = self._tool
        return {
            "type": "custom_tool_call" if self._is_custom else "function_call",
            "id": self._place.id,
            "status": status,
            "call_id": self._call_id,
            **({} if tool.namespace is None else {"namespace": tool.namespace}),
            "name": tool.name,
            "input" if self._is_custom else "arguments": said,
        }


def _extra(kind: Spoken) -> dict[str, Any]:
    return {"logprobs": []} if kind == "output_text" else {}


def _input_of(arguments: str) -> str:
    """The text for a custom tool out of a function's arguments; the arguments as they are where they have another shape."""
    try:
        found = decode(arguments.encode())
    except ValueError:
        return arguments
    if isinstance(found, dict) and isinstance(found.get("input"), str):
        text: str = found["input"]
        return text
    return found if isinstance(found, str) else arguments

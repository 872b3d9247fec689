"""A chat's answer as a response: from the chunks of a stream, and whole.

Both go the same way: what a whole message says is said as one piece. Thoughts and words are one item after another. Calls
stay open side by side until the end, as a chat may go back and forth between them, each with its place in the output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ai_api.wire.call_seals import seal_of
from ai_api.wire.chat_answer_parts import list_in, object_in, text_in, unreadable
from ai_api.wire.failures import StreamFailure
from ai_api.wire.json_body import encode
from ai_api.wire.over_chat import Shown
from ai_api.wire.responses_over_chat_echo import response_id, tier_of, usage_of
from ai_api.wire.responses_over_chat_output import Call, Events, Item, Message, Status, Thoughts
from ai_api.wire.responses_over_chat_tools import Tool
from ai_api.wire.usage import Usage

ANSWER_CHARS_MAX: Final = 64 * 1024 * 1024
"""An answer is repeated at its end, so it is kept; one that is longer than any whole answer may be is broken off."""

_INCOMPLETE: Final[Mapping[str, str]] = {"length": "max_output_tokens", "content_filter": "content_filter"}
_FAILED: Final = "error"
"""The finish reason by which some servers say that the answer could not be finished."""


@dataclass(slots=True)
class _Calling:
    """A call as the chat tells it: nothing can be shown of it before its name is known."""

    told_id: str
    call_id: str
    seal: str = ""
    call: Call | None = None
    early: list[str] = field(default_factory=list)


class ResponseWriter:
    """Writes one response. `response_id` and `sequence_number` are for whoever has to break it off."""

    def __init__(self, shown: Shown, echo: bytes, tools: Mapping[str, Tool], *, tier: str | None = None) -> None:
        """`echo` is the request's part in the response, `tools` the caller's by a chat's names, `tier` the one asked for."""
        self.response_id = response_id(shown)
        self._events = Events(shown.answer_id)
        self._echo = echo
        self._tools = tools
        self._tier = tier
        self._items: list[Item] = []
        self._closed = 0
        self._speaking: Thoughts | Message | None = None
        self._calls: list[_Calling] = []
        self._by_index: dict[int, _Calling] = {}
        self._call_ids: set[str] = set()
        self._chars = 0

    @property
    def sequence_number(self) -> int:
        """The number of the last event; -1 before the first."""
        return self._events.number

    def chunk(self, chunk: Mapping[str, Any]) -> bytes:
        """The events that a chunk makes. Raises StreamFailure for one that cannot be read, or tells of an error."""
        _refuse_error(chunk)
        self._tier = tier_of(chunk.get("service_tier")) or self._tier
        out = [self._begin()]
        for choice in map(object_in, list_in(chunk.get("choices"))):
            # One answer was asked for; another choice is none of it.
            if choice.get("index", 0) == 0:
                out += self._say(object_in(choice.get("delta")))
        return b"".join(out)

    def finish(self, finish_reason: str | None, usage: Usage | None) -> bytes:
        """Closes what is open, and says that the response is complete, or why it is not. Raises StreamFailure."""
        _refuse_failed(finish_reason)
        out = [self._begin(), *self._close_all(finish_reason)]
        kind = "response.incomplete" if finish_reason in _INCOMPLETE else "response.completed"
        out.append(self._events.response(kind, self._response(finish_reason, usage)))
        return b"".join(out)

    def whole(self, answer: Mapping[str, Any], usage: Usage | None) -> bytes:
        """The response out of a whole chat answer. Raises StreamFailure."""
        _refuse_error(answer)
        choices = list_in(answer.get("choices"))
        if not choices:
            raise unreadable()
        self._tier = tier_of(answer.get("service_tier")) or self._tier
        choice = object_in(choices[0])
        message, finish_reason = choice.get("message"), choice.get("finish_reason")
        if not isinstance(message, dict) or not isinstance(finish_reason, str | None):
            raise unreadable()
        calls = [{**object_in(call), "index": number} for number, call in enumerate(list_in(message.get("tool_calls")))]
        _refuse_failed(finish_reason)
        # The events are for streams; a whole answer is where they lead to.
        for _ in self._say({**message, "tool_calls": calls}):
            pass
        for _ in self._close_all(finish_reason):
            pass
        return self._response(finish_reason, usage)

    def _begin(self) -> bytes:
        if self._events.number >= 0:
            return b""
        begun = self._object("in_progress", {"output": [], "usage": None})
        return self._events.response("response.created", begun) + self._events.response("response.in_progress", begun)

    def _say(self, delta: Mapping[str, Any]) -> Iterator[bytes]:
        for kind, text in _spoken(delta):
            if text:
                self._keep(text)
                yield self._speak(kind, text)
        for called in list_in(delta.get("tool_calls")):
            yield from self._call(object_in(called))

    def _speak(self, kind: Literal["thought", "output_text", "refusal"], text: str) -> bytes:
        out = b""
        speaking = self._speaking
        if kind == "thought":
            if not isinstance(speaking, Thoughts):
                out = self._stop_speaking()
                speaking = self._speaking = Thoughts(self._events)
                self._items.append(speaking)
                out += speaking.open()
            return out + speaking.say(text)
        if not isinstance(speaking, Message):
            out = self._stop_speaking()
            speaking = self._speaking = Message(self._events)
            self._items.append(speaking)
            out += speaking.open()
        return out + speaking.say(kind, text)

    def _stop_speaking(self) -> bytes:
        speaking, self._speaking = self._speaking, None
        return speaking.close("completed") if speaking is not None else b""

    def _call(self, told: Mapping[str, Any]) -> Iterator[bytes]:
        function = object_in(told.get("function"))
        name, call_id = text_in(function.get("name")), text_in(told.get("id"))
        calling = self._calling(told.get("index"), call_id, name)
        calling.seal = calling.seal or seal_of(told)
        arguments = text_in(function.get("arguments"))
        self._keep(arguments)
        if arguments:
            calling.early.append(arguments)
        if calling.call is None and name:
            yield self._stop_speaking()
            tool = self._tools.get(name) or Tool("function", name, None)
            calling.call = Call(self._events, tool, calling.call_id, calling.seal)
            self._items.append(calling.call)
            yield calling.call.open()
        if calling.call is not None and calling.early:
            pieces, calling.early = calling.early, []
            yield calling.call.say("".join(pieces))

    def _calling(self, index: object, told_id: str, name: str) -> _Calling:
        """The call that is spoken of: by its index, but some servers give none, or the same to all."""
        last = self._calls[-1] if self._calls else None
        found = self._by_index.get(index) if type(index) is int else last
        if found is not None and found.call is not None and name and told_id and told_id != found.told_id:
            found = None
        if found is None:
            found = _Calling(told_id, "")
            self._calls.append(found)
            if type(index) is int:
                self._by_index[index] = found
        found.told_id = found.told_id or told_id
        if not found.call_id and told_id not in self._call_ids:
            # One that names two calls could not say whose output it is.
            found.call_id = told_id
            self._call_ids.add(told_id)
        return found

    def _close_all(self, finish_reason: str | None) -> Iterator[bytes]:
        if any(calling.call is None for calling in self._calls):
            raise unreadable()
        last: Status = "incomplete" if finish_reason in _INCOMPLETE else "completed"
        speaking, self._speaking = self._speaking, None
        is_open = [item for item in self._items if isinstance(item, Call) or item is speaking]
        for item in is_open:
            yield item.close(last if item is self._items[-1] else "completed")

    def _response(self, finish_reason: str | None, usage: Usage | None) -> bytes:
        reason = _INCOMPLETE.get(finish_reason or "")
        status: Status = "incomplete" if reason else "completed"
        items = [
            item.shape(status if number == len(self._items) else "completed")
            for number, item in enumerate(self._items, start=1)
        ]
        return self._object(
            status,
            {
                "incomplete_details": {"reason": reason} if reason else None,
                "output": items,
                "usage": usage_of(usage),
            },
        )

    def _object(self, status: Status, members: Mapping[str, Any]) -> bytes:
        rest = {"status": status, "service_tier": self._tier, "error": None, "incomplete_details": None, **members}
        return self._echo + b"," + encode(rest)[1:]

    def _keep(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > ANSWER_CHARS_MAX:
            raise StreamFailure("upstream_interrupted", "The provider's answer does not end.")


def _spoken(delta: Mapping[str, Any]) -> Iterator[tuple[Literal["thought", "output_text", "refusal"], str]]:
    # Servers that show thoughts call them by one name or the other; some by both.
    thought = text_in(delta.get("reasoning_content")) or text_in(delta.get("reasoning"))
    if thought:
        yield "thought", thought
    content = delta.get("content")
    if isinstance(content, list):
        yield from _parts(content)
    elif text := text_in(content):
        yield "output_text", text
    refusal = text_in(delta.get("refusal"))
    if refusal:
        yield "refusal", refusal


def _parts(content: list[Any]) -> Iterator[tuple[Literal["thought", "output_text"], str]]:
    """Content in parts, as Mistral's models that think write it."""
    for part in map(object_in, content):
        match part.get("type"):
            case "text":
                yield "output_text", text_in(part.get("text"))
            case "thinking":
                yield "thought", "".join(text_in(object_in(each).get("text")) for each in list_in(part.get("thinking")))
            case _:
                raise unreadable()


def _refuse_error(told: Mapping[str, Any]) -> None:
    if told.get("error") is not None:
        raise StreamFailure("upstream_error", "The provider reported an error in its answer.")


def _refuse_failed(finish_reason: str | None) -> None:
    if finish_reason == _FAILED:
        raise StreamFailure("upstream_error", "The provider could not finish its answer.")

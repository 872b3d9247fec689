"""A chat's answer as Gemini's: chunks of a stream, and whole.

Gemini has no event that ends a stream: a client takes the chunk with a `finishReason` for the end, so that one is written
by `finish` alone. Calls of functions are shown when all of their arguments have come, since Gemini's are objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ai_api.wire.chat_answer_parts import list_in, object_in, unreadable
from ai_api.wire.failures import StreamFailure
from ai_api.wire.generate_over_chat_config import CANDIDATES_MAX
from ai_api.wire.generate_over_chat_seals import signature_of
from ai_api.wire.json_body import decode, encode
from ai_api.wire.over_chat import Shown
from ai_api.wire.usage import Usage

_FINISH: Final[Mapping[str, str]] = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "function_call": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
}
_OTHER_FINISH: Final = "OTHER"

KEPT_BYTES_MAX: Final = 1_048_576
"""How much of the arguments of a candidate's calls is kept at most, until they can be shown."""

CALLS_MAX: Final = 1_000
"""How many calls a candidate may have."""


@dataclass(slots=True)
class _Call:
    """A call of a function while its arguments come."""

    call_id: str | None = None
    name: str | None = None
    arguments: bytearray = field(default_factory=bytearray)
    signature: str | None = None


@dataclass(slots=True)
class _Candidate:
    """One of the answers while it comes: its calls that were not shown yet, and why it ended."""

    calls: list[_Call] = field(default_factory=list)
    # The call that a piece with this index belongs to.
    by_index: dict[int, _Call] = field(default_factory=dict)
    finish_reason: str | None = None
    kept_bytes: int = 0

    def gather(self, delta: dict[str, Any], position: int) -> None:
        """Adds a piece of a call; `position` is its place among the calls of its chunk. Raises StreamFailure."""
        function = object_in(delta.get("function"))
        index, call_id, name = delta.get("index"), delta.get("id"), function.get("name")
        if type(index) is not int:
            index = position
        call = self.by_index.get(index)
        # Servers that number every call 0 tell them apart by id.
        if call is None or (name and call_id and call_id != call.call_id):
            call = self.by_index[index] = _Call()
            self.calls.append(call)
        if isinstance(call_id, str) and call_id:
            call.call_id = call_id
        if isinstance(name, str) and name:
            call.name = name
        call.signature = call.signature or signature_of(delta)
        piece = _arguments(function.get("arguments")).encode()
        call.arguments += piece
        self.kept_bytes += len(piece)
        if self.kept_bytes > KEPT_BYTES_MAX or len(self.calls) > CALLS_MAX:
            raise StreamFailure("upstream_interrupted", "The provider's answer has calls without an end.")


class GenerateWriter:
    """Writes one answer: the frames of a stream, or a whole."""

    def __init__(self, shown: Shown, *, with_thoughts: bool, names: Mapping[str, str]) -> None:
        """`with_thoughts` shows what the model thought; `names` are the caller's names of functions, by the chat's."""
        self._about = {"modelVersion": shown.model, "responseId": shown.answer_id}
        self._with_thoughts = with_thoughts
        self._names = names
        self._candidates: dict[int, _Candidate] = {}

    def chunk(self, chunk: Mapping[str, Any]) -> bytes:
        """The frame that a chunk makes; empty where it says nothing new. Raises StreamFailure."""
        shown = []
        for index, choice in _choices(chunk):
            candidate = self._candidates.setdefault(index, _Candidate())
            delta = object_in(choice.get("delta"))
            parts = self._said(delta)
            for position, call in enumerate(list_in(delta.get("tool_calls"))):
                candidate.gather(object_in(call), position)
            reason = choice.get("finish_reason")
            if isinstance(reason, str):
                candidate.finish_reason = reason
                parts += self._called(candidate)
            if parts:
                shown.append(_candidate(index, parts))
        return self._frame({"candidates": shown}) if shown else b""

    def finish(self, finish_reason: str | None, usage: Usage | None) -> bytes:
        """The last frame. Raises StreamFailure where a call that nothing had ended turns out not to be one."""
        candidates = self._candidates or {0: _Candidate()}
        ends = []
        for index, candidate in sorted(candidates.items()):
            # The SDKs read the text of the last chunk, too, and would find none.
            parts = self._called(candidate) or [{"text": ""}]
            ends.append(_candidate(index, parts, candidate.finish_reason or finish_reason or ""))
        return self._frame({"candidates": ends} | _usage_metadata(usage))

    def whole(self, answer: Mapping[str, Any], usage: Usage | None) -> bytes:
        """The whole answer. Raises StreamFailure."""
        candidates = []
        for index, choice in _choices(answer):
            message = object_in(choice.get("message"))
            parts = self._said(message)
            calls = _Candidate()
            for position, call in enumerate(list_in(message.get("tool_calls"))):
                # Not by the `index` that some servers give in whole answers, too: here each is one.
                calls.gather({**object_in(call), "index": position}, position)
            parts += self._called(calls)
            reason = choice.get("finish_reason")
            candidates.append(_candidate(index, parts or [{"text": ""}], reason if isinstance(reason, str) else ""))
        if not candidates:
            raise unreadable()
        return encode({"candidates": candidates} | _usage_metadata(usage) | self._about)

    def _said(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The parts for the words of a message, or a delta of one."""
        parts: list[dict[str, Any]] = []
        thought = message.get("reasoning_content") or message.get("reasoning")
        if self._with_thoughts and isinstance(thought, str) and thought:
            parts.append({"text": thought, "thought": True})
        # What a model says where it refuses is text as well.
        said = (_words(message.get("content")), _words(message.get("refusal")))
        return parts + [{"text": words} for words in said if words]

    def _called(self, candidate: _Candidate) -> list[dict[str, Any]]:
        """The parts for the calls that came, each once."""
        calls, candidate.calls = candidate.calls, []
        candidate.by_index.clear()
        return [self._call(call) for call in calls]

    def _call(self, call: _Call) -> dict[str, Any]:
        if not call.name:
            raise unreadable()
        try:
            arguments = decode(bytes(call.arguments)) if call.arguments.strip() else {}
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            raise StreamFailure("upstream_error", "The model called a function with arguments that are no JSON object.")
        called: dict[str, Any] = {"name": self._names.get(call.name, call.name), "args": arguments}
        part = {"functionCall": {"id": call.call_id, **called} if call.call_id else called}
        return {**part, "thoughtSignature": call.signature} if call.signature else part

    def _frame(self, said: Mapping[str, Any]) -> bytes:
        return b"data: " + encode({**said, **self._about}) + b"\n\n"


def _candidate(index: int, parts: list[dict[str, Any]], finish_reason: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"content": {"parts": parts, "role": "model"}}
    if finish_reason is not None:
        made["finishReason"] = _FINISH.get(finish_reason, _OTHER_FINISH)
    return {**made, "index": index}


def _usage_metadata(usage: Usage | None) -> dict[str, Any]:
    """Google's counts: the prompt with what was cached of it, the candidates without what was thought.

    Nothing where the provider gave no count of a side: no number is better than a wrong one.
    """
    if usage is None or not usage.input_known or not usage.output_known:
        return {}
    counts = {"promptTokenCount": usage.input_total, "candidatesTokenCount": usage.output - usage.reasoning}
    if usage.cached_read:
        counts["cachedContentTokenCount"] = usage.cached_read
    if usage.reasoning:
        counts["thoughtsTokenCount"] = usage.reasoning
    return {"usageMetadata": {**counts, "totalTokenCount": usage.input_total + usage.output}}


def _arguments(piece: object) -> str:
    """A piece of a call's arguments; some servers give the object itself. Raises StreamFailure."""
    if isinstance(piece, dict):
        return encode(piece).decode()
    if piece is not None and not isinstance(piece, str):
        raise unreadable()
    return piece or ""


def _choices(answer: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for position, choice in enumerate(list_in(answer.get("choices"))):
        read = object_in(choice)
        index = read.get("index")
        if type(index) is not int:
            index = position
        if not 0 <= index < CANDIDATES_MAX:
            raise unreadable()
        found.append((index, read))
    return found


def _words(said: object) -> str:
    """A text, also of the servers that say it in parts. Raises StreamFailure."""
    if said is None or isinstance(said, str):
        return said or ""
    parts = (object_in(part).get("text") for part in list_in(said))
    return "".join(part for part in parts if isinstance(part, str))

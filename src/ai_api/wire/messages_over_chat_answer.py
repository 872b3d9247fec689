"""A chat's answer as a message: from the chunks of a stream, and whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ai_api.wire.call_seals import packed
from ai_api.wire.failures import StreamFailure
from ai_api.wire.json_body import decode, encode
from ai_api.wire.messages_over_chat_blocks import BlockWriter, event
from ai_api.wire.messages_over_chat_ids import generated
from ai_api.wire.messages_over_chat_said import Called, Said, choice_of, malformed, pieces, refuses
from ai_api.wire.over_chat import Shown
from ai_api.wire.usage import Usage

_STOP_REASONS: Final[Mapping[str, str]] = {"length": "max_tokens", "content_filter": "refusal"}
# Where servers say which of the stop sequences it was; OpenAI does not say it.
_STOPPED_BY: Final = ("stop_reason", "matched_stop")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a request its answer depends on. `call_names` are the caller's names of tools by a chat's, where they differ."""

    call_names: Mapping[str, str]
    stop_sequences: frozenset[str]
    shows_thinking: bool


class MessageWriter:
    """Writes one message."""

    def __init__(self, shown: Shown, wanted: Wanted) -> None:
        self._shown = shown
        self._wanted = wanted
        self._blocks = BlockWriter(shown, wanted.call_names)
        self._has_started = False
        self._refused = False
        self._stopped_by: str | None = None

    def chunk(self, chunk: Mapping[str, Any]) -> bytes:
        """The events of a chunk. Raises StreamFailure, with those of them that are good."""
        out = [self._start()]
        try:
            choice = choice_of(chunk)
            if choice is not None:
                delta = choice.get("delta") or {}
                if not isinstance(delta, dict):
                    raise malformed()
                self._notice(choice, delta)
                for piece in pieces(delta):
                    if self._is_wanted(piece):
                        out.append(self._blocks.add(piece))  # noqa: PERF401  -- those before a failure are needed
        except StreamFailure as failure:
            failure.before = b"".join(out)
            raise
        return b"".join(out)

    def finish(self, finish_reason: str | None, usage: Usage | None) -> bytes:
        """The end of the last block and of the message. Raises StreamFailure where a tool call never got a name."""
        closed = self._start() + self._blocks.close()
        end = {"delta": self._end(finish_reason, calls=self._blocks.calls), "usage": usage_shape(usage)}
        return closed + event("message_delta", end) + event("message_stop", {})

    def whole(self, answer: Mapping[str, Any], usage: Usage | None) -> bytes:
        """The whole message. Raises StreamFailure where the answer is none, or calls a tool with what is no object."""
        choice = choice_of(answer)
        said = choice.get("message") if choice is not None else None
        if choice is None or not isinstance(said, dict):
            raise malformed()
        self._notice(choice, said)
        content = self._content(said)
        reason = choice.get("finish_reason")
        calls = sum(block["type"] == "tool_use" for block in content)
        end = self._end(reason if isinstance(reason, str) else None, calls=calls)
        return encode({**self._head(), "content": content, **end, "usage": usage_shape(usage)})

    def _content(self, said: Mapping[str, Any]) -> list[dict[str, Any]]:
        content: list[dict[str, Any]] = []
        calls = 0
        for piece in filter(self._is_wanted, pieces(said)):
            if isinstance(piece, Called):
                calls += 1
                content.append(self._tool_use(piece, calls))
            elif content and content[-1]["type"] == piece.kind:
                content[-1][piece.kind] += piece.text
            else:
                # What another model thought has no signature of Anthropic's.
                sealed = {"signature": ""} if piece.kind == "thinking" else {}
                content.append({"type": piece.kind, piece.kind: piece.text, **sealed})
        return content

    def _tool_use(self, call: Called, number: int) -> dict[str, Any]:
        if not call.name:
            raise malformed()
        try:
            given = decode(call.arguments.encode()) if call.arguments.strip() else {}
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise StreamFailure("upstream_error", "The model called a tool with arguments that are not a JSON object.")
        return {
            "type": "tool_use",
            "id": packed(call.call_id or generated(self._shown, number), call.thought),
            "name": self._wanted.call_names.get(call.name, call.name),
            "input": given,
        }

    def _start(self) -> bytes:
        if self._has_started:
            return b""
        self._has_started = True
        message = {
            **self._head(),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_shape(None),
        }
        return event("message_start", {"message": message})

    def _head(self) -> dict[str, Any]:
        return {
            "id": f"msg_{self._shown.answer_id}",
            "type": "message",
            "role": "assistant",
            "model": self._shown.model,
        }

    def _is_wanted(self, piece: Said | Called) -> bool:
        return isinstance(piece, Called) or piece.kind != "thinking" or self._wanted.shows_thinking

    def _notice(self, choice: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        self._refused = self._refused or refuses(said)
        for name in _STOPPED_BY:
            told = choice.get(name)
            if isinstance(told, str) and told in self._wanted.stop_sequences:
                self._stopped_by = told

    def _end(self, finish_reason: str | None, *, calls: int) -> dict[str, Any]:
        """Why the message ended. What a message holds decides over the word for it: servers differ in that."""
        reason = _STOP_REASONS.get(finish_reason or "")
        if reason is None and self._refused:
            reason = "refusal"
        if reason is None and calls:
            reason = "tool_use"
        if reason is None and self._stopped_by is not None:
            return {"stop_reason": "stop_sequence", "stop_sequence": self._stopped_by}
        return {"stop_reason": reason or "end_turn", "stop_sequence": None}


def usage_shape(usage: Usage | None) -> dict[str, Any]:
    """A usage as messages have it: the input without what was read from and written to a cache.

    The dialect has no way to say that a count is not known: it is 0 then.
    """
    told = usage or Usage(input_total=0)
    shape: dict[str, Any] = {
        "input_tokens": told.input_total - told.cached_read - told.cache_write,
        "cache_creation_input_tokens": told.cache_write,
        "cache_read_input_tokens": told.cached_read,
        "output_tokens": told.output,
    }
    if told.reasoning:
        shape["output_tokens_details"] = {"thinking_tokens": told.reasoning}
    return shape

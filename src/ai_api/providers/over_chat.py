"""The lane for callers whose dialect the provider does not speak: over chat completions, which every provider's lane does."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ai_api.core.clock import Clock
from ai_api.providers.lanes import over_chat
from ai_api.providers.port import Lane, LaneRequest, Operation, ReadWhole, StreamReader, UpstreamCall, WholeAnswer
from ai_api.wire import json_body
from ai_api.wire.failures import StreamFailure
from ai_api.wire.generate_over_chat import GenerateOverChat
from ai_api.wire.messages_over_chat import MessagesOverChat
from ai_api.wire.over_chat import AnswerWriter, OverChat, Shown
from ai_api.wire.responses_over_chat import ResponsesOverChat
from ai_api.wire.sse import data_of, split
from ai_api.wire.usage import Usage

_DIALECTS: Mapping[Operation, OverChat] = {
    "generate": GenerateOverChat(),
    "messages": MessagesOverChat(),
    "responses": ResponsesOverChat(),
}


def every_lane(lanes: Mapping[str, Lane], clock: Clock) -> dict[str, Lane]:
    """These lanes of chats, and each dialect over each of them, by name."""
    return {
        **lanes,
        **{
            over_chat(operation, name): OverChatLane(dialect, lane, clock)
            for operation, dialect in _DIALECTS.items()
            for name, lane in lanes.items()
        },
    }


class OverChatLane:
    """A dialect over a chat lane. `loaded` is the chat lane's."""

    def __init__(self, dialect: OverChat, chat: Lane, clock: Clock) -> None:
        self._dialect = dialect
        self._chat = chat
        self._clock = clock

    @property
    def loaded(self) -> threading.Event | None:
        """As the chat lane's."""
        return self._chat.loaded

    def ensure_loaded(self) -> None:
        """As the chat lane's."""
        self._chat.ensure_loaded()

    def request(self, call: UpstreamCall) -> LaneRequest:
        """What to send. Raises Refusal for what a chat, or this provider, cannot be asked."""
        return self._chat.request(self._as_chat(call))

    def stream(self, call: UpstreamCall) -> StreamReader:
        """A reader that writes the caller's frames."""
        reader = self._chat.stream(replace(call, operation="chat", wants_usage=True))
        return OverChatReader(reader, self._dialect.writer(call.document, self._shown(call)))

    def whole(self, call: UpstreamCall) -> ReadWhole:
        """What reads a whole answer, and writes the caller's."""
        read = self._chat.whole(replace(call, operation="chat"))
        writer = self._dialect.writer(call.document, self._shown(call))

        def whole(body: bytes) -> WholeAnswer:
            got = read(body)
            return replace(got, body=writer.whole(_object(got.body), got.usage))

        return whole

    def _as_chat(self, call: UpstreamCall) -> UpstreamCall:
        document = self._dialect.to_chat(call.document)
        # A bound has two names in chats: which one a provider takes is for its lane to say, as for bounds of our own.
        given = [document.pop(name, None) for name in ("max_completion_tokens", "max_tokens")]
        bounds = (bound for bound in (call.output_tokens_max, *given) if bound is not None)
        document["messages"] = [_with_reasoning(each, call.key.wiring.reasoning) for each in document["messages"]]
        fields = {"model": json_body.encode(call.upstream_model)}
        if call.stream:
            document["stream"] = True
        fields |= {name: json_body.encode(value) for name, value in document.items()}
        # The caller's own headers speak of a dialect that this provider does not.
        return replace(
            call,
            operation="chat",
            fields=fields,
            document=document,
            output_tokens_max=next(bounds, None),
            wants_usage=False,
            headers={},
        )

    def _shown(self, call: UpstreamCall) -> Shown:
        return Shown(call.shown_model, self._clock.unix_ms() // 1_000, call.request_id.replace("-", ""))


def _with_reasoning(message: dict[str, Any], wanted: str) -> dict[str, Any]:
    """A message with the reasoning of its answer as its provider wants it back: for some an unknown member, which they refuse."""
    if wanted == "no":
        return {name: value for name, value in message.items() if name != "reasoning_content"}
    if wanted == "needed" and "tool_calls" in message:
        # Also where there was none: a thinking model's provider takes no call of a tool without it.
        return {"reasoning_content": "", **message}
    return message


class OverChatReader:
    """Reads a provider's stream through its chat reader, and writes the caller's."""

    def __init__(self, chat: StreamReader, writer: AnswerWriter) -> None:
        self.tail = b""
        self._chat = chat
        self._writer = writer

    @property
    def usage(self) -> Usage | None:
        """What the provider said of its usage so far."""
        return self._chat.usage

    @property
    def finish_reason(self) -> str | None:
        """Why the model ended, in a chat's words."""
        return self._chat.finish_reason

    @property
    def finished(self) -> bool:
        """Whether the provider said that the answer is complete, and it could be written to its end."""
        return bool(self.tail)

    @property
    def output_tokens_seen(self) -> int:
        """An estimate of the output so far."""
        return self._chat.output_tokens_seen

    @property
    def response_id(self) -> str | None:
        """The id the stream gave itself, where its dialect's end has to repeat it."""
        found: str | None = getattr(self._writer, "response_id", None)
        return found

    @property
    def kept_id(self) -> None:
        """Nobody keeps an answer that was made of another."""
        return None

    @property
    def sequence_number(self) -> int:
        """The number of the last event, where the dialect counts them."""
        return int(getattr(self._writer, "sequence_number", -1))

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        if self.tail:
            return b""
        try:
            read = self._chat.feed(data)
        except StreamFailure as failure:
            failure.before = self._written(failure.before)
            raise
        now = self._written(read)
        if not self._chat.finished:
            return now
        try:
            now += self._written(self._chat.tail)
            now += self._writer.finish(self._chat.finish_reason, self._chat.usage)
        except StreamFailure as failure:
            failure.before = now + failure.before
            raise
        self.tail = now
        return b""

    def end(self) -> None:
        """The provider closed its stream. Raises StreamFailure unless it was complete."""
        self._chat.end()
        if not self.finished:
            raise StreamFailure("upstream_interrupted", "The provider's answer has no end that can be shown.")

    def _written(self, frames: bytes) -> bytes:
        """The caller's frames for a chat's. Raises StreamFailure, with those before what cannot be written."""
        chunks = (data.strip() for frame in split(frames) if (data := data_of(frame)))
        written: list[bytes] = []
        try:
            for data in chunks:
                if data != b"[DONE]":
                    written.append(self._writer.chunk(_object(data)))  # noqa: PERF401  -- those before a failure are needed
        except StreamFailure as failure:
            failure.before = b"".join((*written, failure.before))
            raise
        return b"".join(written)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = json_body.decode(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StreamFailure("upstream_interrupted", "The provider sent something that cannot be read.")
    return found

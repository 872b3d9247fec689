"""An Anthropic message as an OpenAI chat answer, streamed and whole.

Text, tool calls and thinking are carried over; thinking becomes `reasoning_content`. Signatures, citations and the blocks
of tools the provider runs itself have no place in a chat answer; nor have events and blocks nobody knows yet, which the
dialect tells its readers to expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_api.wire import chat_writer
from ai_api.wire.anthropic_stream import AnthropicEvents, chat_finish, malformed, read_object
from ai_api.wire.anthropic_usage import from_anthropic
from ai_api.wire.chat_writer import ChatMessage, ChunkWriter
from ai_api.wire.frames import unended
from ai_api.wire.json_body import encode
from ai_api.wire.usage import Usage, UsageStream

_BYTES_PER_TOKEN = 4
_OF_A_BLOCK = frozenset({"content_block_start", "content_block_delta", "content_block_stop"})
_KNOWN = _OF_A_BLOCK | {"message_start", "message_delta", "message_stop"}


@dataclass(frozen=True, slots=True)
class ShownAs:
    """What the answer says of itself. `created_s` is a Unix time; `fallback_id` serves where the provider gave no id."""

    model: str
    created_s: int
    fallback_id: str
    wants_usage: bool

    def answer_id(self, message: Mapping[str, Any]) -> str:
        """The answer's id, made of the provider's."""
        given = message.get("id")
        return "chatcmpl-" + (given.removeprefix("msg_") if isinstance(given, str) and given else self.fallback_id)


@dataclass(slots=True)
class _ToolBlock:
    """A tool call while it is streamed: its place among the calls, and whether any of its arguments came."""

    position: int
    input: Mapping[str, Any]
    argued: bool = False


class AnthropicToChat:
    """Reads a stream of messages and writes the chunks of a chat stream."""

    def __init__(self, shown_as: ShownAs) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self.finished = False
        self.tail = b""
        self._shown_as = shown_as
        self._events = AnthropicEvents()
        self._usage = UsageStream(from_anthropic)
        self._writer: ChunkWriter | None = None
        # Block index → the tool call it is; None for every other kind of block.
        self._blocks: dict[int, _ToolBlock | None] = {}
        self._tools_seen = 0
        self._text_bytes = 0
        self._text_events = 0

    @property
    def output_tokens_seen(self) -> int:
        """At least one token an event that said something, at most what its bytes can hold."""
        return max(self._text_events, -(-self._text_bytes // _BYTES_PER_TOKEN))

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure; what the same bytes held before the fault is then not shown."""
        if self.tail:
            return b""
        out: list[bytes] = []
        for event in self._events.feed(data):
            out.append(self._translate(event))
            if self.finished:
                # Nothing that follows the end can take it back.
                break
        return b"".join(out)

    def end(self) -> None:
        """The provider closed. Raises StreamFailure unless its end was seen."""
        if not self.finished:
            raise unended()

    def _translate(self, event: Mapping[str, Any]) -> bytes:
        kind = event["type"]
        if kind not in _KNOWN:
            return b""
        if kind == "message_start":
            return self._message_start(event)
        writer = self._writer
        if writer is None:
            raise malformed()
        if kind in _OF_A_BLOCK:
            return self._block(kind, event, writer)
        if kind == "message_delta":
            self._message_delta(event)
        else:
            self._message_stop(writer)
        return b""

    def _block(self, kind: str, event: Mapping[str, Any], writer: ChunkWriter) -> bytes:
        index = event.get("index")
        if not isinstance(index, int):
            raise malformed()
        if kind == "content_block_start":
            return self._block_start(index, _object(event, "content_block"), writer)
        if index not in self._blocks:
            raise malformed()
        if kind == "content_block_delta":
            return self._block_delta(self._blocks[index], _object(event, "delta"), writer)
        return self._block_stop(self._blocks[index], writer)

    def _message_start(self, event: Mapping[str, Any]) -> bytes:
        message = event.get("message")
        if not isinstance(message, dict) or self._writer is not None:
            raise malformed()
        shown_as = self._shown_as
        self._writer = ChunkWriter(
            answer_id=shown_as.answer_id(message),
            created_s=shown_as.created_s,
            model=shown_as.model,
            with_usage=shown_as.wants_usage,
        )
        told = message.get("usage")
        if isinstance(told, dict):
            # The output is a placeholder here. Left out, a stream that is cut has no output count, not a wrong one.
            self._told({name: value for name, value in told.items() if name != "output_tokens"})
        return self._writer.delta({"role": "assistant", "content": ""})

    def _block_start(self, index: int, block: Mapping[str, Any], writer: ChunkWriter) -> bytes:
        self._blocks[index] = None
        match block.get("type"):
            case "text":
                return self._text(writer, "content", block.get("text", ""))
            case "thinking":
                return self._text(writer, "reasoning_content", block.get("thinking", ""))
            case "tool_use":
                call_id, name, given = block.get("id"), block.get("name"), block.get("input")
                if not isinstance(call_id, str) or not isinstance(name, str):
                    raise malformed()
                tool = _ToolBlock(self._tools_seen, given if isinstance(given, dict) else {})
                self._blocks[index] = tool
                self._tools_seen += 1
                self._count(len(name))
                call = {"index": tool.position, **chat_writer.tool_call(call_id, name, "")}
                return writer.delta({"tool_calls": [call]})
        return b""

    def _block_delta(self, tool: _ToolBlock | None, delta: Mapping[str, Any], writer: ChunkWriter) -> bytes:
        match delta.get("type"):
            case "text_delta":
                return self._text(writer, "content", delta.get("text"))
            case "thinking_delta":
                return self._text(writer, "reasoning_content", delta.get("thinking"))
            case "input_json_delta":
                return self._arguments(writer, tool, delta.get("partial_json"))
        return b""

    def _block_stop(self, tool: _ToolBlock | None, writer: ChunkWriter) -> bytes:
        if tool is None or tool.argued:
            return b""
        # A tool without arguments streams none, yet clients parse what they gathered as JSON.
        return self._arguments(writer, tool, encode(tool.input).decode())

    def _message_delta(self, event: Mapping[str, Any]) -> None:
        reason = _object(event, "delta").get("stop_reason")
        if isinstance(reason, str):
            self.finish_reason = chat_finish(reason)
        self._told(event.get("usage"))

    def _message_stop(self, writer: ChunkWriter) -> None:
        if self.finish_reason is None:
            raise malformed()
        self.finished = True
        self.tail = writer.finish(self.finish_reason, self.usage)

    def _text(self, writer: ChunkWriter, name: str, text: object) -> bytes:
        if not isinstance(text, str):
            raise malformed()
        if not text:
            return b""
        encoded = encode(text)
        self._count(len(encoded) - 2)
        return writer.text(name, encoded)

    def _arguments(self, writer: ChunkWriter, tool: _ToolBlock | None, piece: object) -> bytes:
        if not isinstance(piece, str):
            raise malformed()
        if tool is None or not piece:
            return b""
        tool.argued = True
        self._count(len(piece))
        return writer.delta({"tool_calls": [{"index": tool.position, "function": {"arguments": piece}}]})

    def _told(self, usage: object) -> None:
        self._usage.add(usage)
        self.usage = self._usage.total()

    def _count(self, size: int) -> None:
        self._text_events += 1
        self._text_bytes += size


def read_whole_message(body: bytes, shown_as: ShownAs) -> tuple[bytes, Usage | None, str | None]:
    """A whole message as a whole chat answer, its usage, its finish reason. Raises StreamFailure."""
    found = read_object(body)
    blocks, reason, told = found.get("content"), found.get("stop_reason"), found.get("usage")
    if found["type"] != "message" or not isinstance(blocks, list) or not isinstance(reason, str):
        raise malformed()
    message = ChatMessage()
    for block in blocks:
        if not isinstance(block, dict):
            raise malformed()
        _gather(message, block)
    usage = from_anthropic(told) if isinstance(told, dict) else None
    finish = chat_finish(reason)
    answer = chat_writer.whole(
        message,
        answer_id=shown_as.answer_id(found),
        created_s=shown_as.created_s,
        model=shown_as.model,
        finish_reason=finish,
        usage=usage,
    )
    return answer, usage, finish


def _gather(message: ChatMessage, block: Mapping[str, Any]) -> None:
    match block:
        case {"type": "text", "text": str(text)}:
            message.texts.append(text)
        case {"type": "thinking", "thinking": str(thought)}:
            if thought:
                message.thoughts.append(thought)
        case {"type": "tool_use", "id": str(call_id), "name": str(name), "input": dict(given)}:
            message.tool_calls.append(chat_writer.tool_call(call_id, name, encode(given).decode()))
        case {"type": "text" | "thinking" | "tool_use"}:
            raise malformed()
        case _:
            return


def _object(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = event.get(name)
    if not isinstance(found, dict):
        raise malformed()
    return found

"""Chat completions as OpenAI writes them: chunk by chunk, and whole. For lanes whose provider speaks something else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ai_api.wire.json_body import encode
from ai_api.wire.usage import Usage

DONE = b"data: [DONE]\n\n"


class ChunkWriter:
    """Writes the chunks of one answer: all with the same id, time and model."""

    __slots__ = ("_end", "_head", "_with_usage")

    def __init__(self, *, answer_id: str, created_s: int, model: str, with_usage: bool) -> None:
        """`created_s` is a Unix time. With `with_usage`, chunks say `usage: null` until the one that has it, as OpenAI's do."""
        self._head = (
            b'data: {"id":'
            + encode(answer_id)
            + b',"object":"chat.completion.chunk","created":'
            + encode(created_s)
            + b',"model":'
            + encode(model)
            + b',"choices":['
        )
        self._with_usage = with_usage
        self._end = b'],"usage":null}\n\n' if with_usage else b"]}\n\n"

    def text(self, name: str, encoded: bytes) -> bytes:
        """A piece of `content` or `reasoning_content`; `encoded` is the piece as a JSON string."""
        return b'%b{"index":0,"delta":{"%b":%b},"finish_reason":null}%b' % (
            self._head,
            name.encode(),
            encoded,
            self._end,
        )

    def delta(self, delta: dict[str, Any]) -> bytes:
        """A chunk with any other delta."""
        return b'%b{"index":0,"delta":%b,"finish_reason":null}%b' % (self._head, encode(delta), self._end)

    def finish(self, reason: str, usage: Usage | None) -> bytes:
        """Everything by which a client takes the answer for complete: finish, usage where it was wanted, `[DONE]`."""
        out = b'%b{"index":0,"delta":{},"finish_reason":%b}%b' % (self._head, encode(reason), self._end)
        shape = chat_usage(usage) if self._with_usage else None
        if shape is not None:
            out += self._head + b'],"usage":' + encode(shape) + b"}\n\n"
        return out + DONE


@dataclass(slots=True)
class ChatMessage:
    """An assistant's message while it is gathered. `tool_calls` are in OpenAI's shape."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)

    def shape(self) -> dict[str, Any]:
        """The message as a chat answer has it."""
        # Clients read `content` as text unless there are tool calls, so it is null only beside those.
        text = "".join(self.texts)
        message: dict[str, Any] = {"role": "assistant", "content": None if self.tool_calls and not text else text}
        if self.thoughts:
            message["reasoning_content"] = "".join(self.thoughts)
        if self.tool_calls:
            message["tool_calls"] = self.tool_calls
        return message


def tool_call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    """A tool call in OpenAI's shape; `arguments` is JSON in a string."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def whole(
    message: ChatMessage, *, answer_id: str, created_s: int, model: str, finish_reason: str, usage: Usage | None
) -> bytes:
    """A whole chat answer. `created_s` is a Unix time."""
    answer: dict[str, Any] = {
        "id": answer_id,
        "object": "chat.completion",
        "created": created_s,
        "model": model,
        "choices": [{"index": 0, "message": message.shape(), "finish_reason": finish_reason}],
    }
    shape = chat_usage(usage)
    if shape is not None:
        answer["usage"] = shape
    return encode(answer)


def chat_usage(usage: Usage | None) -> dict[str, Any] | None:
    """A usage in chat completions' shape: the prompt includes what was cached, the completion what was reasoned.

    None where the provider gave no count of a side: no number is better than a wrong one. `cache_write_tokens` is there
    only where something was written (OpenAI's own answers know no such count), the reasoning only where it was told.
    """
    if usage is None or not usage.input_known or not usage.output_known:
        return None
    shape: dict[str, Any] = {
        "prompt_tokens": usage.input_total,
        "completion_tokens": usage.output,
        "total_tokens": usage.input_total + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached_read},
    }
    if usage.cache_write:
        shape["prompt_tokens_details"]["cache_write_tokens"] = usage.cache_write
    if usage.reasoning:
        shape["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning}
    return shape

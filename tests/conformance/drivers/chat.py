"""Chat completions by OpenAI's SDK.

Its collecting helper raises for an answer that came to its bound, so chunks are put together here, as its users do.
"""

from __future__ import annotations

import base64
import json
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

import openai
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.conformance.asked import Asked, Call, Refused, Stop, Told, Turn, Used, Way
from tests.conformance.drivers.port import TIMEOUT_S

_STOPS: dict[str, Stop] = {"stop": "end", "length": "length", "tool_calls": "tools"}


class ChatDriver:
    """The dialect `chat`."""

    package = "openai"
    raises = MappingProxyType(
        {"invalid": frozenset({"BadRequestError"}), "failed": frozenset({"InternalServerError", "APIError"})}
    )

    def client(self, url: str, secret: str) -> AbstractAsyncContextManager[openai.AsyncOpenAI]:
        """A client."""
        return openai_client(url, secret)

    async def ask(self, client: openai.AsyncOpenAI, model: str, asked: Asked, way: Way) -> Told:
        """Asks, and reads the answer."""
        request = {"model": model, "messages": _messages(asked), **_settings(asked)}
        if way == "whole":
            return _told(await client.chat.completions.create(**request))
        options = {"include_usage": True}
        stream = await client.chat.completions.create(**request, stream=True, stream_options=options)
        return _told(_collected([chunk async for chunk in stream]))

    def refused(self, error: Exception) -> Refused:
        """What an SDK's exception says."""
        return openai_refused(error)


def openai_client(url: str, secret: str) -> openai.AsyncOpenAI:
    """OpenAI's client of a gateway."""
    return openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=secret, max_retries=0, timeout=TIMEOUT_S)


def openai_refused(error: Exception) -> Refused:
    """What an exception of OpenAI's SDK says. Raises any other."""
    name = type(error).__name__
    if isinstance(error, openai.APIStatusError):
        return Refused(
            "invalid" if isinstance(error, openai.BadRequestError) else "failed",
            name,
            error.status_code,
            error.message,
        )
    if isinstance(error, openai.APIError):
        return Refused("failed", name, None, error.message)
    raise error


def _settings(asked: Asked) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if asked.tools:
        made["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
            }
            for tool in asked.tools
        ]
    if asked.schema is not None:
        form = {"name": "answer", "schema": asked.schema, "strict": True}
        made["response_format"] = {"type": "json_schema", "json_schema": form}
    if asked.effort is not None:
        made["reasoning_effort"] = asked.effort
    if asked.stop:
        made["stop"] = list(asked.stop)
    if asked.output_max is not None:
        made["max_completion_tokens"] = asked.output_max
    return made


def _messages(asked: Asked) -> list[dict[str, Any]]:
    first = [] if asked.system is None else [{"role": "system", "content": asked.system}]
    return first + [message for turn in asked.turns for message in _turn(turn)]


def _turn(turn: Turn) -> list[dict[str, Any]]:
    if turn.results:
        return [{"role": "tool", "tool_call_id": call.call_id, "content": result} for call, result in turn.results]
    if turn.role == "model":
        message: dict[str, Any] = {"role": "assistant", "content": turn.text}
        if turn.calls:
            message["tool_calls"] = [call.seal for call in turn.calls]
        return [message]
    if turn.png is None:
        return [{"role": "user", "content": turn.text}]
    url = f"data:image/png;base64,{base64.b64encode(turn.png).decode()}"
    parts = [{"type": "text", "text": turn.text}, {"type": "image_url", "image_url": {"url": url}}]
    return [{"role": "user", "content": parts}]


def _collected(chunks: list[ChatCompletionChunk]) -> ChatCompletion:
    """The whole answer that the chunks of a stream say."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    calls: dict[int, dict[str, Any]] = {}
    choices = [choice for chunk in chunks for choice in chunk.choices]
    for choice in choices:
        said = choice.delta.model_dump(exclude_none=True)
        for name in {"content", "reasoning_content"} & said.keys():
            message[name] = (message.get(name) or "") + said[name]
        for piece in said.get("tool_calls", ()):
            call = calls.setdefault(piece.pop("index"), {"function": {"name": "", "arguments": ""}})
            for name, text in piece.pop("function", {}).items():
                call["function"][name] += text
            call |= piece
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    [reason] = [choice.finish_reason for choice in choices if choice.finish_reason]
    [usage] = [chunk.usage for chunk in chunks if chunk.usage]
    whole = {
        "id": chunks[0].id,
        "object": "chat.completion",
        "created": chunks[0].created,
        "model": chunks[-1].model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": usage.model_dump(),
    }
    return ChatCompletion.model_validate(whole)


def _told(completion: ChatCompletion) -> Told:
    [choice] = completion.choices
    usage = completion.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    thought = (choice.message.model_extra or {}).get("reasoning_content") or ""
    return Told(
        text=choice.message.content or "",
        thought=thought,
        calls=tuple(_call(call) for call in choice.message.tool_calls or ()),
        stop=_STOPS[choice.finish_reason],
        used=Used(
            usage.prompt_tokens,
            (usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens) or 0,
            usage.completion_tokens,
            (usage.completion_tokens_details and usage.completion_tokens_details.reasoning_tokens) or 0,
        ),
        model=completion.model,
    )


def _call(call: Any) -> Call:
    assert (call.type, call.id != "") == ("function", True)
    # Appended to the conversation as it came, as the SDK's users do.
    return Call(call.function.name, json.loads(call.function.arguments), call.id, call.model_dump(exclude_none=True))

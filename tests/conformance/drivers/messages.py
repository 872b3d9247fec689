"""Messages by Anthropic's SDK, streams by its collecting helper."""

from __future__ import annotations

import base64
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

import anthropic
from anthropic.types import Message

from tests.conformance.asked import Asked, Call, Refused, Stop, Told, Turn, Used, Way
from tests.conformance.drivers.port import TIMEOUT_S

OUTPUT_MAX = 1_000
"""This dialect takes no request without a bound."""

_STOPS: dict[str, Stop] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "tool_use": "tools",
}


class MessagesDriver:
    """The dialect `messages`."""

    package = "anthropic"
    raises = MappingProxyType(
        {"invalid": frozenset({"BadRequestError"}), "failed": frozenset({"InternalServerError", "APIStatusError"})}
    )

    def client(self, url: str, secret: str) -> AbstractAsyncContextManager[anthropic.AsyncAnthropic]:
        """A client."""
        return anthropic.AsyncAnthropic(base_url=url, api_key=secret, max_retries=0, timeout=TIMEOUT_S)

    async def ask(self, client: anthropic.AsyncAnthropic, model: str, asked: Asked, way: Way) -> Told:
        """Asks, and reads the answer."""
        request = {"model": model, "messages": [_turn(turn) for turn in asked.turns], **_settings(asked)}
        if way == "whole":
            return _told(await client.messages.create(**request))
        async with client.messages.stream(**request) as stream:
            pieces = [text async for text in stream.text_stream]
            told = _told(await stream.get_final_message())
        assert "".join(pieces) == told.text
        return told

    def refused(self, error: Exception) -> Refused:
        """What an SDK's exception says."""
        name = type(error).__name__
        if isinstance(error, anthropic.APIStatusError):
            is_invalid = isinstance(error, anthropic.BadRequestError)
            return Refused("invalid" if is_invalid else "failed", name, error.status_code, error.message)
        if isinstance(error, anthropic.APIError):
            return Refused("failed", name, None, error.message)
        raise error


def _settings(asked: Asked) -> dict[str, Any]:
    made: dict[str, Any] = {"max_tokens": asked.output_max or OUTPUT_MAX}
    config: dict[str, Any] = {}
    if asked.system is not None:
        made["system"] = asked.system
    if asked.tools:
        made["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.schema} for tool in asked.tools
        ]
    if asked.schema is not None:
        config["format"] = {"type": "json_schema", "schema": asked.schema}
    if asked.effort is not None:
        made["thinking"] = {"type": "adaptive"}
        config["effort"] = asked.effort
    if asked.stop:
        made["stop_sequences"] = list(asked.stop)
    return made | ({"output_config": config} if config else {})


def _turn(turn: Turn) -> dict[str, Any]:
    role = "assistant" if turn.role == "model" else "user"
    if turn.results:
        results = [
            {"type": "tool_result", "tool_use_id": call.call_id, "content": result} for call, result in turn.results
        ]
        return {"role": role, "content": results}
    if turn.calls:
        return {"role": role, "content": [call.seal for call in turn.calls]}
    if turn.png is None:
        return {"role": role, "content": turn.text}
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(turn.png).decode()}
    return {"role": role, "content": [{"type": "text", "text": turn.text}, {"type": "image", "source": source}]}


def _told(message: Message) -> Told:
    usage = message.usage
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    details = usage.output_tokens_details
    assert message.stop_reason is not None
    return Told(
        text="".join(block.text for block in message.content if block.type == "text"),
        thought="".join(block.thinking for block in message.content if block.type == "thinking"),
        calls=tuple(_call(block) for block in message.content if block.type == "tool_use"),
        stop=_STOPS[message.stop_reason],
        used=Used(
            usage.input_tokens + cached + written,
            cached,
            usage.output_tokens,
            details.thinking_tokens if details is not None else 0,
        ),
        model=message.model,
        stopped_by=message.stop_sequence,
    )


def _call(block: Any) -> Call:
    assert block.id
    # Appended to the conversation as it came, as the SDK's users do.
    back = block.model_dump(exclude_none=True, include={"type", "id", "name", "input"})
    return Call(block.name, block.input, block.id, back)

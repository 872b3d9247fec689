"""Responses by OpenAI's SDK; of a stream, what its deltas add up to has to be what its last event says."""

from __future__ import annotations

import base64
import json
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

import openai
from openai.types.responses import Response

from tests.conformance.asked import Asked, Call, Refused, Stop, Told, Turn, Used, Way
from tests.conformance.drivers.chat import openai_client, openai_refused


class CutResponseError(Exception):
    """A stream whose last event says that the response failed, or that has no last event."""


class ResponsesDriver:
    """The dialect `responses`."""

    package = "openai"
    raises = MappingProxyType(
        {"invalid": frozenset({"BadRequestError"}), "failed": frozenset({"InternalServerError", "response.failed"})}
    )

    def client(self, url: str, secret: str) -> AbstractAsyncContextManager[openai.AsyncOpenAI]:
        """A client."""
        return openai_client(url, secret)

    async def ask(self, client: openai.AsyncOpenAI, model: str, asked: Asked, way: Way) -> Told:
        """Asks, and reads the answer."""
        request = {"model": model, "input": _items(asked), "store": False, **_settings(asked)}
        if way == "whole":
            return _told(await client.responses.create(**request))
        pieces: dict[str, list[str]] = {"text": [], "arguments": [], "thought": []}
        final = None
        async for event in await client.responses.create(**request, stream=True):
            match event.type:
                case "response.output_text.delta":
                    pieces["text"].append(event.delta)
                case "response.function_call_arguments.delta":
                    pieces["arguments"].append(event.delta)
                case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                    pieces["thought"].append(event.delta)
                case "response.completed" | "response.incomplete":
                    final = event.response
                case "response.failed":
                    raise CutResponseError(event.response.error.message if event.response.error else "")
        if final is None:
            raise CutResponseError("no last event")
        told = _told(final)
        assert ("".join(pieces["text"]), "".join(pieces["thought"])) == (told.text, told.thought)
        calls = [item.arguments for item in final.output if item.type == "function_call"]
        assert "".join(pieces["arguments"]) == "".join(calls)
        return told

    def refused(self, error: Exception) -> Refused:
        """What an SDK's exception says."""
        if isinstance(error, CutResponseError):
            return Refused("failed", "response.failed", None, str(error))
        return openai_refused(error)


def _settings(asked: Asked) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if asked.system is not None:
        made["instructions"] = asked.system
    if asked.tools:
        made["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.schema,
                "strict": False,
            }
            for tool in asked.tools
        ]
    if asked.schema is not None:
        form = {"type": "json_schema", "name": "answer", "schema": asked.schema, "strict": True}
        made["text"] = {"format": form}
    if asked.effort is not None:
        made["reasoning"] = {"effort": asked.effort, "summary": "auto"}
    if asked.stop:
        # The dialect has no such field; this is how its users try.
        made["extra_body"] = {"stop": list(asked.stop)}
    if asked.output_max is not None:
        made["max_output_tokens"] = asked.output_max
    return made


def _items(asked: Asked) -> list[dict[str, Any]]:
    return [item for turn in asked.turns for item in _turn(turn)]


def _turn(turn: Turn) -> list[dict[str, Any]]:
    if turn.results:
        return [
            {"type": "function_call_output", "call_id": call.call_id, "output": result} for call, result in turn.results
        ]
    if turn.calls:
        return [call.seal for call in turn.calls]
    if turn.role == "model":
        return [{"role": "assistant", "content": turn.text}]
    if turn.png is None:
        return [{"role": "user", "content": turn.text}]
    url = f"data:image/png;base64,{base64.b64encode(turn.png).decode()}"
    parts = [
        {"type": "input_text", "text": turn.text},
        {"type": "input_image", "image_url": url, "detail": "auto"},
    ]
    return [{"role": "user", "content": parts}]


def _told(response: Response) -> Told:
    usage = response.usage
    assert usage is not None
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    calls = tuple(_call(item) for item in response.output if item.type == "function_call")
    thoughts = [
        part.text
        for item in response.output
        if item.type == "reasoning"
        for part in (*(item.summary or ()), *(item.content or ()))
    ]
    return Told(
        text=response.output_text,
        thought="".join(thoughts),
        calls=calls,
        stop=_stop(response, has_calls=bool(calls)),
        used=Used(
            usage.input_tokens,
            usage.input_tokens_details.cached_tokens,
            usage.output_tokens,
            usage.output_tokens_details.reasoning_tokens,
        ),
        model=response.model,
    )


def _stop(response: Response, *, has_calls: bool) -> Stop:
    if response.status == "incomplete":
        assert response.incomplete_details is not None
        assert response.incomplete_details.reason == "max_output_tokens"
        return "length"
    assert response.status == "completed"
    return "tools" if has_calls else "end"


def _call(item: Any) -> Call:
    assert item.call_id
    # Appended to the input as it came, as the SDK's users do.
    return Call(item.name, json.loads(item.arguments), item.call_id, item.model_dump(exclude_none=True))

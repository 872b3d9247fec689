"""Gemini's dialect by Google's SDK; the chunks of a stream are put together as its users do."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

from tests.conformance.asked import Asked, Call, Refused, Stop, Told, Turn, Used, Way
from tests.support.google_sdk import AsyncModels, errors, models_at, types

_STOPS: dict[str, Stop] = {"STOP": "end", "MAX_TOKENS": "length"}


class GeminiDriver:
    """The dialect `gemini`."""

    package = "google-genai"
    raises = MappingProxyType({"invalid": frozenset({"ClientError"}), "failed": frozenset({"ServerError"})})

    def client(self, url: str, secret: str) -> AbstractAsyncContextManager[AsyncModels]:
        """A client."""
        return models_at(url, secret)

    async def ask(self, client: AsyncModels, model: str, asked: Asked, way: Way) -> Told:
        """Asks, and reads the answer."""
        request: dict[str, Any] = {
            "model": model,
            "contents": [_turn(turn) for turn in asked.turns],
            "config": _config(asked),
        }
        if way == "whole":
            return _told([await client.generate_content(**request)])
        return _told([chunk async for chunk in await client.generate_content_stream(**request)])

    def refused(self, error: Exception) -> Refused:
        """What an SDK's exception says."""
        if not isinstance(error, errors.APIError):
            raise error
        # An error in a stream carries its status inside.
        is_client = isinstance(error, errors.ClientError)
        kind = "invalid" if is_client and error.code == 400 else "failed"
        return Refused(kind, type(error).__name__, error.code, error.message or "")


def _config(asked: Asked) -> types.GenerateContentConfig:
    made: dict[str, Any] = {}
    if asked.system is not None:
        made["system_instruction"] = asked.system
    if asked.tools:
        functions = [
            types.FunctionDeclaration(
                name=tool.name, description=tool.description, parameters=types.Schema.model_validate(tool.schema)
            )
            for tool in asked.tools
        ]
        made["tools"] = [types.Tool(function_declarations=functions)]
    if asked.schema is not None:
        made |= {"response_mime_type": "application/json", "response_json_schema": asked.schema}
    if asked.effort is not None:
        made["thinking_config"] = types.ThinkingConfig(
            thinking_level=types.ThinkingLevel(asked.effort.upper()), include_thoughts=True
        )
    if asked.stop:
        made["stop_sequences"] = list(asked.stop)
    if asked.output_max is not None:
        made["max_output_tokens"] = asked.output_max
    return types.GenerateContentConfig(**made)


def _turn(turn: Turn) -> types.Content:
    if turn.results:
        parts = [
            types.Part(
                function_response=types.FunctionResponse(id=call.call_id, name=call.name, response={"result": result})
            )
            for call, result in turn.results
        ]
        return types.Content(role="user", parts=parts)
    if turn.calls:
        return types.Content(role="model", parts=[call.seal for call in turn.calls])
    parts = [types.Part(text=turn.text)]
    if turn.png is not None:
        parts.append(types.Part.from_bytes(data=turn.png, mime_type="image/png"))
    return types.Content(role=turn.role, parts=parts)


def _told(chunks: list[types.GenerateContentResponse]) -> Told:
    candidates = [candidate for chunk in chunks for candidate in chunk.candidates or ()]
    ends = [candidate.finish_reason.value for candidate in candidates if candidate.finish_reason]
    [end] = ends
    parts = [part for each in candidates if each.content for part in each.content.parts or ()]
    calls = tuple(_call(part) for part in parts if part.function_call)
    usage = chunks[-1].usage_metadata
    assert usage is not None
    thought = usage.thoughts_token_count or 0
    output = (usage.candidates_token_count or 0) + thought
    assert usage.total_token_count == (usage.prompt_token_count or 0) + output
    stop = _STOPS[end]
    return Told(
        text="".join(part.text for part in parts if part.text and not part.thought),
        thought="".join(part.text for part in parts if part.text and part.thought),
        calls=calls,
        # This dialect has no word of its own for an answer that calls.
        stop="tools" if calls and stop == "end" else stop,
        used=Used(usage.prompt_token_count or 0, usage.cached_content_token_count or 0, output, thought),
        model=chunks[-1].model_version or "",
    )


def _call(part: types.Part) -> Call:
    called = part.function_call
    assert called is not None
    assert called.name
    # Appended to the conversation as it came, its seal included, as the SDK's users do.
    return Call(called.name, called.args or {}, called.id or "", part)

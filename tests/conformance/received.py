"""What the provider received, read into the same whatever its dialect; and what its official types say of the body."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pydantic
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming as ChatWhole
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming as ChatStreamed
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming as ResponseWhole
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming as ResponseStreamed

from ai_api.wire.gemini_names import camel
from tests.support.google_sdk import types
from tests.support.sdk_shapes import misfits
from tests.support.upstream.ask import Dialect

HIGH_BUDGET_TOKENS = 4_096
"""From this budget of thinking on, a model was asked to think hard."""

_DECLARED: dict[Dialect, tuple[Any, Any]] = {
    "chat": (ChatWhole, ChatStreamed),
    "responses": (ResponseWhole, ResponseStreamed),
    "messages": (MessageCreateParamsNonStreaming, MessageCreateParamsStreaming),
}
_OF_GEMINI: dict[str, Any] = {
    "contents": list[types.Content],
    "systemInstruction": types.Content,
    "tools": list[types.Tool],
    "toolConfig": types.ToolConfig,
    "generationConfig": types.GenerationConfig,
    "safetySettings": list[types.SafetySetting],
}


def wrong(dialect: Dialect, body: Any) -> list[str]:
    """Where a body does not fit the official library's types of its dialect."""
    if not isinstance(body, dict):
        return ["body: not an object"]
    if dialect == "generate":
        return [problem for name, value in body.items() for problem in _wrong_in_gemini(name, value)]
    if dialect == "chat" and str(body.get("model")).startswith("gemini"):
        body = _without_seals(body)
    whole, streamed = _DECLARED[dialect]
    return misfits(streamed if body.get("stream") else whole, body)


def _without_seals(body: dict[str, Any]) -> dict[str, Any]:
    """Google's chats take one member that OpenAI's types do not know: `extra_content` of a call."""
    messages = [
        {
            **message,
            "tool_calls": [{name: each for name, each in call.items() if name != "extra_content"} for call in calls],
        }
        if (calls := message.get("tool_calls"))
        else message
        for message in body.get("messages", ())
    ]
    return {**body, "messages": messages}


def _wrong_in_gemini(name: str, value: Any) -> list[str]:
    if name not in _OF_GEMINI:
        return [f"body.{name} is not declared"]
    try:
        _adapter(name).validate_json(json.dumps(value))
    except pydantic.ValidationError as error:
        return [f"body.{name}.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return []


@functools.cache
def _adapter(name: str) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(_OF_GEMINI[name])


@dataclass
class Received:
    """A request as its provider reads it. `calls` and `results` are by id; `budget` is in tokens of thinking."""

    model: str = ""
    system: list[str] = field(default_factory=list)
    turns: list[tuple[str, str]] = field(default_factory=list)
    images: list[tuple[str, bytes]] = field(default_factory=list)
    tools: list[tuple[str, str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)
    seals: list[str] = field(default_factory=list)
    stop: list[str] = field(default_factory=list)
    output_max: int | None = None
    effort: str | None = None
    budget: int | None = None
    schema: Any = None

    @property
    def thinks_hard(self) -> bool:
        """Whether the model was asked to think hard, by a word or a budget."""
        return self.effort == "high" or (self.budget or 0) >= HIGH_BUDGET_TOKENS


def read(dialect: Dialect, body: dict[str, Any], target: str) -> Received:
    """Reads a body that fits its types; `target` is the path it was sent to."""
    if dialect == "chat":
        return _chat(body)
    if dialect == "responses":
        return _responses(body)
    if dialect == "messages":
        return _messages(body)
    return _generate(body, target)


def _chat(body: dict[str, Any]) -> Received:
    got = Received(
        model=body["model"],
        stop=_listed(body.get("stop")),
        output_max=body.get("max_completion_tokens", body.get("max_tokens")),
        effort=body.get("reasoning_effort"),
        schema=((body.get("response_format") or {}).get("json_schema") or {}).get("schema"),
    )
    got.tools = [_tool(tool["function"], "parameters") for tool in body.get("tools", ())]
    for message in body["messages"]:
        _chat_message(got, message)
    return got


def _chat_message(got: Received, message: dict[str, Any]) -> None:
    role, content = message["role"], message.get("content")
    text = _text(content)
    if role in ("system", "developer"):
        got.system.append(text)
    elif role == "tool":
        got.results.append((message["tool_call_id"], text))
    else:
        if text:
            got.turns.append(("user" if role == "user" else "model", text))
        for call in message.get("tool_calls") or ():
            got.calls.append((call["id"], call["function"]["name"], json.loads(call["function"]["arguments"])))
            seal = ((call.get("extra_content") or {}).get("google") or {}).get("thought_signature")
            got.seals += [seal] if seal else []
        got.images += [_of_url(part["image_url"]["url"]) for part in _parts(content, "image_url")]


def _responses(body: dict[str, Any]) -> Received:
    got = Received(
        model=body["model"],
        system=[body["instructions"]] if body.get("instructions") else [],
        stop=_listed(body.get("stop")),
        output_max=body.get("max_output_tokens"),
        effort=(body.get("reasoning") or {}).get("effort"),
        schema=((body.get("text") or {}).get("format") or {}).get("schema"),
    )
    got.tools = [_tool(tool, "parameters") for tool in body.get("tools", ())]
    items = [{"role": "user", "content": body["input"]}] if isinstance(body["input"], str) else body["input"]
    for item in items:
        match item.get("type", "message"):
            case "message" if item["role"] in ("system", "developer"):
                got.system.append(_text(item["content"]))
            case "message":
                got.turns.append(("user" if item["role"] == "user" else "model", _text(item["content"])))
                got.images += [_of_url(part["image_url"]) for part in _parts(item["content"], "input_image")]
            case "function_call":
                got.calls.append((item["call_id"], item["name"], json.loads(item["arguments"])))
            case "function_call_output":
                got.results.append((item["call_id"], _text(item["output"])))
    return got


def _messages(body: dict[str, Any]) -> Received:
    config, thinking = body.get("output_config") or {}, body.get("thinking") or {}
    got = Received(
        model=body["model"],
        system=[_text(body["system"])] if "system" in body else [],
        stop=_listed(body.get("stop_sequences")),
        output_max=body["max_tokens"],
        effort=config.get("effort"),
        budget=thinking.get("budget_tokens"),
        schema=(config.get("format") or {}).get("schema"),
    )
    got.tools = [_tool(tool, "input_schema") for tool in body.get("tools", ())]
    for message in body["messages"]:
        text = _text(message["content"])
        if text:
            got.turns.append(("user" if message["role"] == "user" else "model", text))
        for part in _parts(message["content"], "image"):
            got.images.append((part["source"]["media_type"], base64.b64decode(part["source"]["data"])))
        for part in _parts(message["content"], "tool_use"):
            got.calls.append((part["id"], part["name"], part["input"]))
        for part in _parts(message["content"], "tool_result"):
            got.results.append((part["tool_use_id"], _text(part["content"])))
    return got


def _generate(body: dict[str, Any], target: str) -> Received:
    body = _camelled(body)
    config = body.get("generationConfig") or {}
    thinking = config.get("thinkingConfig") or {}
    system = [part["text"] for part in (body.get("systemInstruction") or {}).get("parts", ())]
    got = Received(
        model=target.rpartition("/")[2].partition(":")[0],
        system=["".join(system)] if system else [],
        stop=_listed(config.get("stopSequences")),
        output_max=config.get("maxOutputTokens"),
        effort=thinking.get("thinkingLevel", "").lower() or None,
        budget=thinking.get("thinkingBudget"),
        schema=config.get("responseJsonSchema", _lowered(config.get("responseSchema"))),
    )
    for tool in body.get("tools", ()):
        for function in tool["functionDeclarations"]:
            named = "parametersJsonSchema" if "parametersJsonSchema" in function else "parameters"
            got.tools.append(_tool(function, named))
    for content in body["contents"]:
        _gemini_content(got, content)
    return got


def _gemini_content(got: Received, content: dict[str, Any]) -> None:
    parts = content["parts"]
    text = "".join(part["text"] for part in parts if "text" in part and not part.get("thought"))
    if text:
        got.turns.append(("model" if content["role"] == "model" else "user", text))
    for part in parts:
        if "inlineData" in part:
            blob = part["inlineData"]
            got.images.append((blob["mimeType"], base64.urlsafe_b64decode(_url_safe(blob["data"]))))
        if "functionCall" in part:
            call = part["functionCall"]
            got.calls.append((call.get("id", ""), call["name"], call.get("args", {})))
            got.seals += [part["thoughtSignature"]] if "thoughtSignature" in part else []
        if "functionResponse" in part:
            result = part["functionResponse"]
            got.results.append((result.get("id", ""), json.dumps(result["response"])))


def _tool(tool: dict[str, Any], named: str) -> tuple[str, str, Any]:
    return tool["name"], tool.get("description", ""), _lowered(tool.get(named))


def _camelled(value: Any) -> Any:
    """Google takes both spellings of a name, and its SDK sends both. No name of ours that is data has an underscore."""
    if isinstance(value, list):
        return [_camelled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {camel(name): _camelled(member) for name, member in value.items()}


def _lowered(schema: Any) -> Any:
    """A schema with its types in JSON schema's spelling: Google's own are in capitals."""
    if isinstance(schema, list):
        return [_lowered(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else _lowered(value)
        for name, value in schema.items()
    }


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(_texts(content or ()))


def _texts(parts: Any) -> Iterator[str]:
    return (part["text"] for part in parts if part["type"] in ("text", "input_text", "output_text"))


def _parts(content: Any, kind: str) -> list[dict[str, Any]]:
    return [part for part in content if part["type"] == kind] if isinstance(content, list) else []


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _of_url(url: str) -> tuple[str, bytes]:
    head, _, data = url.partition(";base64,")
    return head.removeprefix("data:"), base64.b64decode(data)


def _url_safe(data: str) -> str:
    return data.replace("+", "-").replace("/", "_")

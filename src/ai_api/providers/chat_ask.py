"""What of a chat body can be asked of Anthropic: an allow-list by name, every value looked at.

    given and known here          understood, and goes on
    given, asks for nothing       accepted (`n: 1`, `logprobs: false`, …)
    given, anything else          refused by its name, so that nothing is dropped in silence

Fields that would steer the translating library (`api_base`, `extra_headers`, `mock_response`, …) are unknown names like any
other, here and inside messages, tools and options.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ai_api.providers.chat_messages import cache_control, read_messages
from ai_api.providers.chat_schema import read_schema
from ai_api.providers.chat_shape import bad, items, kind, members, text, unsupported

# Values by which a client says nothing but the default. Compared with ==, so 0 is also 0.0.
_NEUTRAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "n": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "store": (False,),
    "modalities": (["text"],),
    "verbosity": ("medium",),
}
_HONOURED: Final = frozenset(
    {
        "messages",
        "model",
        "stream",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "stop",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "reasoning_effort",
        "service_tier",
        "user",
        "safety_identifier",
        "metadata",
    }
)
_ADVICE: Final[Mapping[str, str]] = {
    "n": "Ask for one answer at a time.",
    "functions": "Use tools.",
    "function_call": "Use tool_choice.",
}
_EFFORTS: Final = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})
_TOOL_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}", re.ASCII)
# Anthropic refuses identifiers that say who somebody is.
_TELLING_IDENTITY: Final = re.compile(r"[^@\s]+@[^@\s]+|\+?[\d\s()-]{7,}")
_IDENTITY_CHARS_MAX: Final = 256


@dataclass(slots=True)
class ChatAsk:
    """A chat body, understood. `params` and `messages` have OpenAI's shapes and hold nothing that was not looked at."""

    messages: list[dict[str, Any]]
    params: dict[str, Any] = field(default_factory=dict)
    strict_tools: frozenset[int] = frozenset()
    output_schema: dict[str, Any] | None = None
    standard_tier: bool = False


def read_ask(document: Mapping[str, Any], *, output_tokens_max: int | None, output_tokens_default: int) -> ChatAsk:
    """Reads a chat body.

    The output is bounded by `output_tokens_max`, else by what the body says, else by `output_tokens_default`: Anthropic
    takes no call without a bound. Raises Refusal (`unsupported_parameter`, `bad_request`) naming the field.
    """
    given = {name: value for name, value in document.items() if value is not None}
    for name, value in given.items():
        if name not in _HONOURED and value not in _NEUTRAL.get(name, ()):
            raise unsupported(name[:64], _ADVICE.get(name, "Leave it out."))
    ask = ChatAsk(read_messages(given.get("messages")))
    ask.params["max_tokens"] = output_tokens_max or _output_tokens(given) or output_tokens_default
    if "stream_options" in given:
        options = members(given["stream_options"], "stream_options", ("include_usage", "include_obfuscation"))
        if options.get("include_obfuscation", False) is not False:
            raise unsupported("stream_options.include_obfuscation")
    _read_sampling(ask, given)
    _read_tools(ask, given)
    if "response_format" in given:
        ask.output_schema = _output_schema(given["response_format"])
    if "service_tier" in given:
        if given["service_tier"] not in ("auto", "default"):
            raise unsupported("service_tier", "Use auto or default, or leave it out.")
        ask.standard_tier = given["service_tier"] == "default"
    identity = _identity(given)
    if identity is not None:
        ask.params["user"] = identity
    return ask


def _output_tokens(given: Mapping[str, Any]) -> int | None:
    bounds = {name: given[name] for name in ("max_completion_tokens", "max_tokens") if name in given}
    for name, bound in bounds.items():
        if type(bound) is not int or bound < 1:
            raise bad(name, "must be a whole number of at least 1.")
    if len(set(bounds.values())) > 1:
        raise bad("max_tokens", "and max_completion_tokens differ. Give one of them.")
    return next(iter(bounds.values()), None)


def _read_sampling(ask: ChatAsk, given: Mapping[str, Any]) -> None:
    for name in ("temperature", "top_p"):
        if name in given:
            if type(given[name]) not in (int, float):
                raise bad(name, "must be a number.")
            ask.params[name] = given[name]
    if given.get("stop"):
        stop = [given["stop"]] if isinstance(given["stop"], str) else items(given["stop"], "stop")
        ask.params["stop"] = [text(sequence, f"stop[{number}]") for number, sequence in enumerate(stop)]
    if "reasoning_effort" in given:
        if given["reasoning_effort"] not in tuple(_EFFORTS):
            raise bad("reasoning_effort", "must be none, minimal, low, medium, high or xhigh.")
        ask.params["reasoning_effort"] = given["reasoning_effort"]


def _read_tools(ask: ChatAsk, given: Mapping[str, Any]) -> None:
    if "tools" in given:
        tools, strict = [], set()
        for number, tool in enumerate(items(given["tools"], "tools")):
            read, is_strict = _tool(tool, f"tools[{number}]")
            tools.append(read)
            if is_strict:
                strict.add(number)
        ask.params["tools"] = tools
        ask.strict_tools = frozenset(strict)
    if "tool_choice" in given:
        ask.params["tool_choice"] = _tool_choice(given["tool_choice"])
    if "parallel_tool_calls" in given:
        if not isinstance(given["parallel_tool_calls"], bool):
            raise bad("parallel_tool_calls", "must be true or false.")
        ask.params["parallel_tool_calls"] = given["parallel_tool_calls"]


def _tool(tool: object, path: str) -> tuple[dict[str, Any], bool]:
    if kind(tool, path) != "function":
        raise unsupported(f"{path}.type", "Only function tools exist.")
    given = members(tool, path, ("type", "function", "cache_control"))
    function = members(given.get("function"), f"{path}.function", ("name", "description", "parameters", "strict"))
    name = text(function.get("name"), f"{path}.function.name")
    if _TOOL_NAME.fullmatch(name) is None:
        raise bad(f"{path}.function.name", "must be 1 to 128 letters, digits, underscores and hyphens.")
    made: dict[str, Any] = {"name": name}
    if "description" in function:
        if not isinstance(function["description"], str):
            raise bad(f"{path}.function.description", "must be a string.")
        made["description"] = function["description"]
    if "parameters" in function:
        made["parameters"] = read_schema(function["parameters"], f"{path}.function.parameters")
    strict = function.get("strict", False)
    if not isinstance(strict, bool):
        raise bad(f"{path}.function.strict", "must be true or false.")
    read: dict[str, Any] = {"type": "function", "function": made}
    if "cache_control" in given:
        read["cache_control"] = cache_control(given["cache_control"], f"{path}.cache_control")
    return read, strict


def _tool_choice(choice: object) -> Any:
    if choice in ("none", "auto", "required"):
        return choice
    if isinstance(choice, str):
        raise bad("tool_choice", "must be none, auto, required, or an object that names a function.")
    if kind(choice, "tool_choice") != "function":
        raise unsupported("tool_choice.type", "Name one function, or use none, auto or required.")
    given = members(choice, "tool_choice", ("type", "function"))
    function = members(given.get("function"), "tool_choice.function", ("name",))
    return {"type": "function", "function": {"name": text(function.get("name"), "tool_choice.function.name")}}


def _output_schema(response_format: object) -> dict[str, Any] | None:
    """The JSON schema an answer must have; None for plain text."""
    match kind(response_format, "response_format"):
        case "text":
            members(response_format, "response_format", ("type",))
            return None
        case "json_schema":
            given = members(response_format, "response_format", ("type", "json_schema"))
        case _:
            raise unsupported("response_format.type", "Use json_schema: JSON without a schema cannot be promised.")
    path = "response_format.json_schema"
    asked = members(given.get("json_schema"), path, ("name", "schema", "strict", "description"))
    # Every schema is kept to the letter by this provider, strict or not.
    schema = read_schema(asked.get("schema"), f"{path}.schema")
    if "description" in asked and "description" not in schema:
        schema = {"description": text(asked["description"], f"{path}.description"), **schema}
    return schema


def _identity(given: Mapping[str, Any]) -> str | None:
    """Who the call is made for, as Anthropic takes it: an opaque name. Addresses and numbers are hashed."""
    metadata = members(given.get("metadata", {}), "metadata", ("user_id",))
    said = {
        path: text(value, path)
        for path, value in (
            ("user", given.get("user")),
            ("safety_identifier", given.get("safety_identifier")),
            ("metadata.user_id", metadata.get("user_id")),
        )
        if value is not None and value != ""
    }
    if len(set(said.values())) > 1:
        raise bad(
            next(iter(said)), f"and {list(said)[-1]} differ, and this model's provider takes one. Give one of them."
        )
    identity = next(iter(said.values()), None)
    if identity is None:
        return None
    if _TELLING_IDENTITY.fullmatch(identity) or len(identity) > _IDENTITY_CHARS_MAX:
        return hashlib.sha256(identity.encode()).hexdigest()
    return identity

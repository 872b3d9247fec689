"""Tools of a messages request as a chat's functions: definitions, choice, and names that fit a chat."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.json_body import encode
from ai_api.wire.messages_over_chat_shape import cannot, flag, kind, members
from ai_api.wire.strict import filled, listed

NAME_CHARS_MAX: Final = 64
"""The longest name of a function that a chat takes. Those of messages have up to 128 letters."""

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}", re.ASCII)
_DIGEST_CHARS: Final = 8
# `cache_control` and `eager_input_streaming` tune how Anthropic serves a tool, not what it is.
_MEMBERS: Final = (
    "type",
    "name",
    "description",
    "input_schema",
    "strict",
    "input_examples",
    "defer_loading",
    "allowed_callers",
    "cache_control",
    "eager_input_streaming",
)
_MODES: Final[Mapping[str, str]] = {"auto": "auto", "any": "required", "none": "none"}


def chat_name(name: object, path: str) -> str:
    """A tool's name in a chat: itself, or, where it is too long, its beginning and a digest. Raises Refusal."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise bad(f"{path} must be 1 to 128 letters, digits, underscores and hyphens.", path)
    if len(name) <= NAME_CHARS_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_CHARS]
    return f"{name[: NAME_CHARS_MAX - _DIGEST_CHARS - 1]}_{digest}"


def shortened(tools: object) -> dict[str, str]:
    """The names a chat has for tools whose own are too long, and those. `tools` has been read before."""
    names = [tool["name"] for tool in tools] if isinstance(tools, list) else []
    return {chat_name(name, "name"): name for name in names if len(name) > NAME_CHARS_MAX}


def read_tools(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields `tools`, `tool_choice` and `parallel_tool_calls` of a chat, as far as they are asked for. Raises Refusal."""
    functions: dict[str, dict[str, Any]] = {}
    for number, tool in enumerate(listed(given.get("tools", []), "tools")):
        path = f"tools[{number}]"
        function = _function(tool, path)
        if function["name"] in functions:
            raise bad(f"{path}.name is given twice.", f"{path}.name")
        functions[function["name"]] = function
    chosen = _choice(given["tool_choice"], functions) if "tool_choice" in given else {}
    if not functions:
        return {}
    return {"tools": [{"type": "function", "function": function} for function in functions.values()], **chosen}


def _function(tool: object, path: str) -> dict[str, Any]:
    if isinstance(tool, dict) and tool.get("type") is not None and kind(tool, path) != "custom":
        raise cannot(f"{path}.type", "Anthropic's own tools are served by its models; define a tool of your own.")
    given = members(tool, path, _MEMBERS)
    if flag(given, "defer_loading", path):
        raise cannot(f"{path}.defer_loading")
    if given.get("allowed_callers", ["direct"]) != ["direct"]:
        raise cannot(f"{path}.allowed_callers")
    schema = given.get("input_schema")
    if not isinstance(schema, dict):
        raise bad(f"{path}.input_schema must be a JSON schema.", f"{path}.input_schema")
    function: dict[str, Any] = {"name": chat_name(given.get("name"), f"{path}.name"), "parameters": schema}
    description = _description(given, path)
    if description:
        function["description"] = description
    if flag(given, "strict", path):
        function["strict"] = True
    return function


def _description(given: Mapping[str, Any], path: str) -> str:
    """What a model reads of a tool, its examples among it: a chat has no place of their own for them."""
    said = given.get("description", "")
    if not isinstance(said, str):
        raise bad(f"{path}.description must be a string.", f"{path}.description")
    examples = listed(given.get("input_examples", []), f"{path}.input_examples")
    if not examples:
        return said
    shown = "\n".join(encode(example).decode() for example in examples)
    return f"{said}\n\nExamples of its input:\n{shown}".lstrip()


def _choice(choice: object, functions: Mapping[str, object]) -> dict[str, Any]:
    mode = kind(choice, "tool_choice")
    if mode not in (*_MODES, "tool"):
        raise bad("tool_choice.type must be auto, any, tool or none.", "tool_choice.type")
    given = members(choice, "tool_choice", ("type", "name", "disable_parallel_tool_use"))
    if mode in {"any", "tool"} and not functions:
        raise bad("tool_choice needs tools to choose from.", "tool_choice")
    if mode == "tool":
        filled(given.get("name"), "tool_choice.name")
        name = chat_name(given["name"], "tool_choice.name")
        if name not in functions:
            raise bad("tool_choice.name is not one of the tools.", "tool_choice.name")
        chosen: dict[str, Any] = {"tool_choice": {"type": "function", "function": {"name": name}}}
    elif "name" in given:
        raise bad("tool_choice.name goes with the type tool.", "tool_choice.name")
    else:
        chosen = {"tool_choice": _MODES[mode]}
    if flag(given, "disable_parallel_tool_use", "tool_choice"):
        chosen["parallel_tool_calls"] = False
    return chosen

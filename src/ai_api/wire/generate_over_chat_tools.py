"""Gemini's function declarations, and how they may be called, as a chat's tools and tool choice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.generate_over_chat_fields import either, many, members, refuse_both, unsupported, word
from ai_api.wire.generate_over_chat_schema import given_schema, json_schema
from ai_api.wire.json_body import encode
from ai_api.wire.strict import filled

_DECLARATION: Final = (
    "name",
    "description",
    "parameters",
    "parametersJsonSchema",
    "response",
    "responseJsonSchema",
    "behavior",
)
_CHOICES: Final = {"MODE_UNSPECIFIED": "auto", "AUTO": "auto", "VALIDATED": "auto", "ANY": "required", "NONE": "none"}
_PROVIDER_TOOLS: Final = "Tools that Google runs exist with its own models; this one can be given functionDeclarations."
_MAY_NAME: Final = frozenset({"ANY", "VALIDATED"})
_KEPT_CHARS: Final = 55
"""What is kept of a name that has to be changed; an underscore and eight digits follow, which makes the 64 of a chat's."""

_chat_name: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_not_in_names: Final = re.compile(r"[^a-zA-Z0-9_-]", re.ASCII)


def chat_name(name: str) -> str:
    """The name a function has in a chat: its own, unless a chat does not take that (dots, colons, more than 64 characters).

    The same name always becomes the same, so that declarations, history and choice agree without anything being kept.
    """
    if _chat_name.fullmatch(name) is not None:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{_not_in_names.sub('_', name)[:_KEPT_CHARS]}_{mark}"


def names_changed(document: Mapping[str, Any]) -> dict[str, str]:
    """The caller's names of functions that have another one in the chat, by that one. For a document that was translated."""
    return {chat_name(name): name for name in _names(document) if chat_name(name) != name}


def read_tools(tools: object, tool_config: object) -> dict[str, Any]:
    """The fields of a chat that say which functions there are and how they may be called. Raises Refusal."""
    declared: list[dict[str, Any]] = []
    for tool, path in many(tools, "tools") if tools not in (None, []) else ():
        given = members(tool, path, ("functionDeclarations",), _PROVIDER_TOOLS)
        if given.get("functionDeclarations", []) != []:
            listed = many(given["functionDeclarations"], f"{path}.functionDeclarations")
            declared += [_function(declaration, at) for declaration, at in listed]
    choice, allowed = _choice(tool_config)
    _check_choice(declared, choice, allowed)
    if not declared:
        return {}
    if choice == "required" and len(set(allowed)) == 1:
        return {"tools": _tools(declared), "tool_choice": {"type": "function", "function": {"name": allowed[0]}}}
    # No word of a chat's that every server knows names several, so the others are not shown.
    shown = [function for function in declared if function["name"] in allowed] if allowed else declared
    said: dict[str, Any] = {"tools": _tools(shown)}
    if choice is not None:
        said["tool_choice"] = choice
    return said


def _tools(functions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "function", "function": function} for function in functions]


def _function(value: object, path: str) -> dict[str, Any]:
    given = members(value, path, _DECLARATION)
    made: dict[str, Any] = {"name": chat_name(filled(given.get("name"), f"{path}.name"))}
    description = given.get("description", "")
    if not isinstance(description, str):
        raise bad(f"{path}.description must be a string.", f"{path}.description")
    if word(given.get("behavior", "BLOCKING"), f"{path}.behavior") not in ("UNSPECIFIED", "BLOCKING"):
        raise unsupported(f"{path}.behavior", "Calls wait for their results: leave it out.")
    returned = _schema(given, path, "response", "responseJsonSchema")
    if returned is not None:
        # A chat's functions have no other place for it. Not longer than what it replaces, which is what a call is held for.
        description = "\n\n".join(filter(None, (description, f"Returns {encode(returned).decode()}")))
    if description:
        made["description"] = description
    parameters = _schema(given, path, "parameters", "parametersJsonSchema")
    # Not every server takes a function without any.
    made["parameters"] = {"type": "object", "properties": {}} if parameters is None else parameters
    return made


def _schema(given: Mapping[str, Any], path: str, googles: str, standard: str) -> dict[str, Any] | None:
    """The JSON schema in one of these two members; None where none is given."""
    refuse_both(given, path, googles, standard)
    if standard in given:
        return given_schema(given[standard], f"{path}.{standard}")
    return json_schema(given[googles], f"{path}.{googles}") if googles in given else None


def _choice(tool_config: object) -> tuple[str | None, list[str]]:
    """A chat's word for how functions may be called, and the names of those that may be; none where all may."""
    if tool_config is None:
        return None, []
    path = "toolConfig.functionCallingConfig"
    config = members(tool_config, "toolConfig", ("functionCallingConfig",)).get("functionCallingConfig")
    if config is None:
        return None, []
    given = members(config, path, ("mode", "allowedFunctionNames"))
    mode = word(given.get("mode", "AUTO"), f"{path}.mode")
    if mode not in _CHOICES:
        raise bad(f"{path}.mode must be AUTO, ANY, NONE or VALIDATED.", f"{path}.mode")
    choice = _CHOICES[mode] if "mode" in given else None
    names = given.get("allowedFunctionNames", [])
    if names == []:
        return choice, []
    path = f"{path}.allowedFunctionNames"
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise bad(f"{path} must be a list of names.", path)
    if mode not in _MAY_NAME:
        raise bad(f"{path} can be given with mode ANY or VALIDATED only.", path)
    return choice, [chat_name(name) for name in names]


def _check_choice(declared: list[dict[str, Any]], choice: str | None, allowed: list[str]) -> None:
    if choice == "required" and not declared:
        path = "toolConfig.functionCallingConfig.mode"
        raise bad(f"{path} asks for a call, and tools declares no function.", path)
    if set(allowed) - {function["name"] for function in declared}:
        path = "toolConfig.functionCallingConfig.allowedFunctionNames"
        raise bad(f"{path} names a function that tools does not declare.", path)


def _names(document: Mapping[str, Any]) -> Iterator[str]:
    for tool in _objects(document.get("tools")):
        for function in _objects(either(tool, "functionDeclarations")):
            name = function.get("name")
            if isinstance(name, str):
                yield name


def _objects(value: object) -> list[dict[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, dict)]

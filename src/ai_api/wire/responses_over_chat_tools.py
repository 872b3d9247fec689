"""The tools of a response as functions of a chat, and back.

    function            the function
    custom              a function of one text, `input`; a grammar becomes words about that text
    namespace           its functions, by names of both that are at most 64 letters, digits, `_` and `-`
    what OpenAI runs    left out while the model may choose, refused where it may not

A chat's name for a tool follows from its own name and its namespace, so that it stays the same from turn to turn.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ai_api.wire.envelope import bad
from ai_api.wire.responses_over_chat_shape import members, one_of, unsayable
from ai_api.wire.strict import any_text, filled, listed, switch

_CHAT_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_NOT_OF_A_NAME: Final = re.compile(r"[^a-zA-Z0-9_-]", re.ASCII)
_NAME_CHARS_MAX: Final = 64
_DIGEST_CHARS: Final = 10
_OFFERED: Final = ("type", "name", "description", "defer_loading", "allowed_callers")
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "function": (*_OFFERED, "parameters", "strict"),
    "custom": (*_OFFERED, "format"),
}
_DATE: Final = re.compile(r"_\d{4}_\d{2}_\d{2}", re.ASCII)
_OF_OPENAI: Final = frozenset(
    {
        "apply_patch",
        "code_interpreter",
        "computer",
        "computer_use",
        "computer_use_preview",
        "file_search",
        "image_generation",
        "local_shell",
        "mcp",
        "programmatic_tool_calling",
        "shell",
        "tool_search",
        "web_search",
        "web_search_preview",
    }
)
"""Tools that OpenAI runs, or has taught its models; no other model knows them."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by the caller's own names."""

    kind: Literal["function", "custom"]
    name: str
    namespace: str | None


@dataclass(frozen=True, slots=True)
class _Definition:
    """A tool as it was defined. `about_namespace` is its namespace's description, on the first tool of it."""

    tool: Tool
    given: dict[str, Any]
    path: str
    about_namespace: str | None = None


@dataclass(slots=True)
class Toolbox:
    """What a model is offered.

    `functions` are a chat's definitions by the chat's names, `tools` whom they stand for, and `shown` the definitions of the
    field `tools` as the caller gave them, without those that were left out.
    """

    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)
    names: dict[tuple[str | None, str], str] = field(default_factory=dict)
    given: dict[tuple[str | None, str], dict[str, Any]] = field(default_factory=dict)

    def chat_name(self, namespace: str | None, name: str) -> str:
        """A tool's name in the chat, whether it is offered (still) or not."""
        return self.names.get((namespace, name)) or _flat(namespace, name)


def is_left_out(kind: object) -> bool:
    """Whether tools of this type exist with OpenAI's own models alone."""
    return isinstance(kind, str) and _DATE.sub("", kind) in _OF_OPENAI


def read_tools(tools: object, items: object) -> Toolbox:
    """What is offered by the field `tools`, and by `additional_tools` among the input's items. Raises Refusal."""
    box = Toolbox()
    found: list[_Definition] = []
    if tools is not None:
        for number, given in enumerate(listed(tools, "tools")):
            definitions = list(_definitions(given, f"tools[{number}]"))
            if definitions:
                box.shown.append(given)
            found += definitions
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and item.get("type") == "additional_tools":
            path = f"input[{number}].tools"
            for position, given in enumerate(listed(item.get("tools"), path)):
                found += _definitions(given, f"{path}[{position}]")
    # Names without a namespace are kept as they are wherever possible, so they are taken first.
    for definition in sorted(found, key=lambda each: each.tool.namespace is not None):
        _offer(box, definition)
    return box


def _offer(box: Toolbox, definition: _Definition) -> None:
    tool = definition.tool
    key = (tool.namespace, tool.name)
    if key in box.names:
        if box.given[key] != definition.given:
            raise bad(f"{definition.path}.name is another tool's already.", f"{definition.path}.name")
        return
    name = _flat(*key)
    if name in box.tools:
        name = _digested(*key)
    if name in box.tools:
        raise bad(f"{definition.path}.name is another tool's already.", f"{definition.path}.name")
    box.names[key] = name
    box.given[key] = definition.given
    box.tools[name] = tool
    box.functions[name] = {"type": "function", "function": {"name": name, **_function(definition)}}


def _definitions(given: object, path: str) -> Iterator[_Definition]:
    kind = given.get("type") if isinstance(given, dict) else None
    if is_left_out(kind):
        return
    if kind != "namespace":
        yield _definition(given, path, None)
        return
    found = members(given, path, ("type", "name", "description", "tools"))
    namespace = filled(found.get("name"), f"{path}.name")
    about = any_text(found.get("description", ""), f"{path}.description") or None
    for number, inner in enumerate(listed(found.get("tools"), f"{path}.tools")):
        if isinstance(inner, dict) and is_left_out(inner.get("type")):
            continue
        definition = _definition(inner, f"{path}.tools[{number}]", namespace)
        yield _Definition(definition.tool, definition.given, definition.path, about)
        about = None


def _definition(given: object, path: str, namespace: str | None) -> _Definition:
    kind = given.get("type") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in _KNOWN:
        shown = f" of type {kind[:64]}" if isinstance(kind, str) else ""
        raise bad(f"{path}{shown} is no tool that this model can be offered. Use functions.", f"{path}.type")
    found = members(given, path, _KNOWN[kind])
    name = filled(found.get("name"), f"{path}.name")
    switch(found.get("defer_loading", False), f"{path}.defer_loading")
    if "direct" not in listed(found.get("allowed_callers", ["direct"]), f"{path}.allowed_callers"):
        raise unsayable(f"{path}.allowed_callers", "A tool has to be one that the model may call itself.")
    return _Definition(Tool("custom" if kind == "custom" else "function", name, namespace), found, path)


def _function(definition: _Definition) -> dict[str, Any]:
    """A chat function, but for its name."""
    given, path = definition.given, definition.path
    made: dict[str, Any] = {}
    about = any_text(given.get("description", ""), f"{path}.description")
    described = "\n\n".join(text for text in (definition.about_namespace, about) if text)
    if described:
        made["description"] = described
    if definition.tool.kind == "custom":
        made["parameters"] = _one_text(given.get("format"), f"{path}.format")
        return made
    if "parameters" in given:
        if not isinstance(given["parameters"], dict):
            raise bad(f"{path}.parameters must be a JSON schema.", f"{path}.parameters")
        made["parameters"] = given["parameters"]
    if "strict" in given:
        made["strict"] = switch(given["strict"], f"{path}.strict")
    return made


def _one_text(form: object, path: str) -> dict[str, Any]:
    """The parameters of a function that takes what a custom tool takes."""
    text: dict[str, Any] = {"type": "string"}
    if form is not None:
        given = members(form, path, ("type", "syntax", "definition"))
        if one_of(given.get("type"), f"{path}.type", ("text", "grammar")) == "grammar":
            syntax = one_of(given.get("syntax"), f"{path}.syntax", ("lark", "regex"))
            text["description"] = (
                f"Text of this {syntax} grammar:\n{filled(given.get('definition'), f'{path}.definition')}"
            )
    return {"type": "object", "properties": {"input": text}, "required": ["input"], "additionalProperties": False}


def _flat(namespace: str | None, name: str) -> str:
    plain = _plain(namespace, name)
    return plain if _CHAT_NAME.fullmatch(plain) else _digested(namespace, name)


def _plain(namespace: str | None, name: str) -> str:
    return name if namespace is None else f"{namespace.removesuffix('__')}__{name}"


def _digested(namespace: str | None, name: str) -> str:
    """A name that no other tool has, for one whose own is too long, has other characters, or is taken."""
    digest = hashlib.sha256(f"{namespace or ''}\0{name}".encode()).hexdigest()[:_DIGEST_CHARS]
    head = _NOT_OF_A_NAME.sub("_", _plain(namespace, name))[: _NAME_CHARS_MAX - _DIGEST_CHARS - 1]
    return f"{head}_{digest}"

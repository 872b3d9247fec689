"""Which of its tools a model may or must use, as a chat says it."""

from __future__ import annotations

from typing import Any, Final

from ai_api.core.errors import Refusal
from ai_api.wire.envelope import bad
from ai_api.wire.responses_over_chat_shape import members, one_of, unsayable
from ai_api.wire.responses_over_chat_tools import Toolbox, is_left_out
from ai_api.wire.strict import filled, listed

_WORDS: Final = ("auto", "none", "required")
_CALLER_TOOLS: Final = ("function", "custom")


def choose(choice: object, box: Toolbox) -> dict[str, Any]:
    """The fields `tools` and `tool_choice` of the chat, each where there is something to say. Raises Refusal.

    A choice among some of the tools offers those alone.
    """
    if choice is None:
        return _offer(list(box.functions), None, box)
    if isinstance(choice, str):
        return _offer(list(box.functions), one_of(choice, "tool_choice", _WORDS), box)
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind == "allowed_tools":
        given = members(choice, "tool_choice", ("type", "mode", "tools"))
        mode = one_of(given.get("mode"), "tool_choice.mode", ("auto", "required"))
        return _offer(_allowed(given.get("tools"), box), mode, box)
    if kind in _CALLER_TOOLS:
        name = _named(choice, "tool_choice", box)
        return _offer(list(box.functions), {"type": "function", "function": {"name": name}}, box)
    if is_left_out(kind):
        raise unsayable("tool_choice.type", "The tool it names exists with OpenAI's own models only.")
    raise bad("tool_choice must be auto, none, required, or an object that names tools.", "tool_choice")


def _offer(names: list[str], choice: object, box: Toolbox) -> dict[str, Any]:
    if not names:
        if choice == "required":
            raise bad("tool_choice is required, and none of the tools can be offered to this model.", "tool_choice")
        # A choice without tools is one that providers refuse.
        return {}
    fields: dict[str, Any] = {"tools": [box.functions[name] for name in names]}
    if choice is not None:
        fields["tool_choice"] = choice
    return fields


def _allowed(tools: object, box: Toolbox) -> list[str]:
    names: list[str] = []
    for number, tool in enumerate(listed(tools, "tool_choice.tools")):
        path = f"tool_choice.tools[{number}]"
        kind = tool.get("type") if isinstance(tool, dict) else None
        if is_left_out(kind):
            continue
        if kind == "namespace":
            names += _inside(tool, path, box)
        elif kind in _CALLER_TOOLS:
            names.append(_named(tool, path, box))
        else:
            raise bad(f"{path} must name a tool.", path)
    return list(dict.fromkeys(names))


def _named(given: object, path: str, box: Toolbox) -> str:
    """The chat's name of the tool that is named: by its namespace too, or by a name that only one has."""
    found = members(given, path, ("type", "name", "namespace"))
    name, namespace = filled(found.get("name"), f"{path}.name"), found.get("namespace")
    of_kind = {
        (tool.namespace, tool.name): chat_name for chat_name, tool in box.tools.items() if tool.kind == found["type"]
    }
    if namespace is not None:
        filled(namespace, f"{path}.namespace")
    elif (None, name) not in of_kind:
        others = [key for key in of_kind if key[1] == name]
        namespace = others[0][0] if len(others) == 1 else None
    chat_name = of_kind.get((namespace, name))
    if chat_name is None:
        raise _not_offered(path)
    return chat_name


def _inside(given: object, path: str, box: Toolbox) -> list[str]:
    namespace = filled(members(given, path, ("type", "name")).get("name"), f"{path}.name")
    names = [chat_name for chat_name, tool in box.tools.items() if tool.namespace == namespace]
    if not names:
        raise _not_offered(path)
    return names


def _not_offered(path: str) -> Refusal:
    return bad(f"{path} names a tool that is not among the tools.", path)

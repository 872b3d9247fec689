"""A request of messages as a chat's: every field is translated, known to say nothing to this model, or refused by its name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad, positive
from ai_api.wire.messages_over_chat_shape import cannot, kind, members
from ai_api.wire.messages_over_chat_tools import read_tools
from ai_api.wire.messages_over_chat_turns import read_turns
from ai_api.wire.strict import filled, listed

STOP_SEQUENCES_MAX: Final = 4
"""How many a chat takes."""

LOW_BELOW_TOKENS: Final = 4_096
HIGH_FROM_TOKENS: Final = 16_384
"""A budget of thinking is a chat's low effort, from the first number on its medium, from the second on its high effort."""

_EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
_USER_CHARS_MAX: Final = 64
_FORMAT_NAME: Final = "answer"
_TRANSLATED: Final = frozenset(
    {
        "messages",
        "system",
        "tools",
        "tool_choice",
        "max_tokens",
        "stop_sequences",
        "temperature",
        "top_p",
        "metadata",
        "thinking",
        "output_config",
        "output_format",
        "service_tier",
        "speed",
        "context_management",
    }
)
# Read by others, or tuning what only Anthropic's own serving has: its cache of prompts, and what it tells of that cache.
_NOT_FOR_THE_MODEL: Final = frozenset({"model", "stream", "cache_control", "diagnostics"})
_ADVICE: Final[Mapping[str, str]] = {
    "top_k": "Use top_p or temperature.",
    "mcp_servers": "Give the tools of a server as tools of your own.",
    "container": "Run code with a tool of your own.",
}


def to_chat(document: Mapping[str, Any]) -> dict[str, Any]:
    """The chat document that asks the same, without `model` and `stream`; its bound on output is `max_completion_tokens`.

    Raises Refusal naming the field.
    """
    given = {name: value for name, value in document.items() if value is not None}
    for name in given:
        if name not in _TRANSLATED and name not in _NOT_FOR_THE_MODEL:
            raise cannot(name[:64] or '""', _ADVICE.get(name, "Leave it out."))
    if "messages" not in given:
        raise bad("messages is missing.", "messages")
    _read_serving(given)
    chat: dict[str, Any] = {"messages": read_turns(given.get("system"), given["messages"])}
    bound = positive(given, "max_tokens")
    if bound is not None:
        chat["max_completion_tokens"] = bound
    return chat | _sampling(given) | read_tools(given) | _output(given) | _identity(given)


def stop_sequences_of(document: Mapping[str, Any]) -> frozenset[str]:
    """The stop sequences of a request that has been read before."""
    return frozenset(document.get("stop_sequences") or ())


def shows_thinking(document: Mapping[str, Any]) -> bool:
    """Whether the caller wants to see the thinking of a model that thinks; of a request that has been read before."""
    thinking = document.get("thinking") or {}
    return thinking.get("type") != "disabled" and thinking.get("display") != "omitted"


def _sampling(given: Mapping[str, Any]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for name in ("temperature", "top_p"):
        if name in given:
            if type(given[name]) not in (int, float):
                raise bad(f"{name} must be a number.", name)
            chosen[name] = given[name]
    stop = listed(given.get("stop_sequences", []), "stop_sequences")
    if len(stop) > STOP_SEQUENCES_MAX:
        raise cannot("stop_sequences", f"Give at most {STOP_SEQUENCES_MAX} of them.")
    if stop:
        chosen["stop"] = [filled(sequence, f"stop_sequences[{number}]") for number, sequence in enumerate(stop)]
    return chosen


def _output(given: Mapping[str, Any]) -> dict[str, Any]:
    """How much to think, and what form the answer has."""
    config = members(given.get("output_config", {}), "output_config", ("effort", "format"))
    chosen: dict[str, Any] = {}
    effort = config.get("effort")
    if effort is not None and effort not in _EFFORTS:
        raise bad("output_config.effort must be low, medium, high, xhigh or max.", "output_config.effort")
    of_budget = _effort_of(given.get("thinking"))
    if effort or of_budget:
        chosen["reasoning_effort"] = effort or of_budget
    # The second is what the first was called before.
    forms = {"output_config.format": config.get("format"), "output_format": given.get("output_format")}
    schemas = {path: _schema(form, path) for path, form in forms.items() if form is not None}
    if len(schemas) > 1:
        raise bad("output_format is the old name of output_config.format; give one of them.", "output_format")
    for schema in schemas.values():
        form = {"name": _FORMAT_NAME, "schema": schema, "strict": True}
        chosen["response_format"] = {"type": "json_schema", "json_schema": form}
    return chosen


def _effort_of(thinking: object) -> str | None:
    """A chat's word for a budget of thinking; None where the model decides, or thinks as it does when nothing is asked."""
    if thinking is None:
        return None
    match kind(thinking, "thinking"):
        case "enabled":
            given = members(thinking, "thinking", ("type", "budget_tokens", "display"))
            budget = positive(given, "budget_tokens")
            if budget is None:
                raise bad("thinking.budget_tokens must be a whole number from 1 on.", "thinking.budget_tokens")
            if budget < LOW_BELOW_TOKENS:
                return "low"
            return "medium" if budget < HIGH_FROM_TOKENS else "high"
        case "adaptive" | "between_tools" | "disabled":
            members(thinking, "thinking", ("type", "display"))
            return None
    raise bad("thinking.type must be enabled, adaptive, between_tools or disabled.", "thinking.type")


def _schema(form: object, path: str) -> dict[str, Any]:
    if kind(form, path) != "json_schema":
        raise bad(f"{path}.type must be json_schema.", f"{path}.type")
    schema = members(form, path, ("type", "schema")).get("schema")
    if not isinstance(schema, dict):
        raise bad(f"{path}.schema must be a JSON schema.", f"{path}.schema")
    return schema


def _identity(given: Mapping[str, Any]) -> dict[str, Any]:
    """Who the call is made for, and at what tier."""
    chosen: dict[str, Any] = {}
    user = members(given.get("metadata", {}), "metadata", ("user_id",)).get("user_id")
    if user is not None and not isinstance(user, str):
        raise bad("metadata.user_id must be a string.", "metadata.user_id")
    if user:
        chosen["user"] = user if len(user) <= _USER_CHARS_MAX else hashlib.sha256(user.encode()).hexdigest()
    tier = given.get("service_tier", "auto")
    if tier == "standard_only":
        chosen["service_tier"] = "default"
    elif tier != "auto":
        raise bad("service_tier must be auto or standard_only.", "service_tier")
    return chosen


def _read_serving(given: Mapping[str, Any]) -> None:
    """Looks at what asks for nothing here, and refuses what does ask for something."""
    if given.get("speed", "standard") != "standard":
        raise cannot("speed")
    path = "context_management"
    managed = members(given.get(path, {}), path, ("edits",))
    for number, edit in enumerate(listed(managed.get("edits", []), f"{path}.edits")):
        where = f"{path}.edits[{number}]"
        # Clearing saves Anthropic's models from reading what is old; leaving it to be read changes no promise.
        if not kind(edit, where).startswith("clear_"):
            raise cannot(f"{where}.type")

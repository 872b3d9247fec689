"""OpenAI's Responses dialect spoken over chat completions: a body as a chat that asks the same.

translated     input, instructions, tools, and the fields a chat has another name or shape for
kept here      what says something of the answer alone, and comes back with it (`metadata`)
accepted       hints that change nothing about the answer (`prompt_cache_key`, `client_metadata`, …)
refused        everything else, by its name
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad, positive
from ai_api.wire.over_chat import Shown
from ai_api.wire.responses_over_chat_answer import ResponseWriter
from ai_api.wire.responses_over_chat_choice import choose
from ai_api.wire.responses_over_chat_echo import echo_of, tier_of
from ai_api.wire.responses_over_chat_items import read_messages
from ai_api.wire.responses_over_chat_shape import members, one_of, unsayable
from ai_api.wire.responses_over_chat_tools import read_tools
from ai_api.wire.strict import any_text, filled, listed, switch

_TRANSLATED: Final = frozenset(
    {
        "input",
        "instructions",
        "max_output_tokens",
        "parallel_tool_calls",
        "reasoning",
        "safety_identifier",
        "service_tier",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_p",
        "user",
    }
)
_ACCEPTED: Final = frozenset(
    {"client_metadata", "include", "metadata", "model", "prompt_cache_key", "stream", "stream_options", "truncation"}
)
# Values by which a client says nothing but the default.
_NEUTRAL: Final[Mapping[str, Any]] = {"background": False, "store": False, "top_logprobs": 0}
# Of what the provider's own tools found; where none of them runs, there is nothing of it.
_INCLUDABLE: Final = frozenset(
    {
        "code_interpreter_call.outputs",
        "computer_call_output.output.image_url",
        "file_search_call.results",
        "reasoning.encrypted_content",
        "web_search_call.action.sources",
        "web_search_call.results",
    }
)
_SUMMARIES: Final = ("auto", "concise", "detailed")


class ResponsesOverChat:
    """The dialect. Pure."""

    def to_chat(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The chat document that asks the same: without `model` and `stream`. Raises Refusal naming the field."""
        given = {name: value for name, value in document.items() if value is not None}
        _check(given)
        box = read_tools(given.get("tools"), given.get("input"))
        chat: dict[str, Any] = {"messages": read_messages(given.get("instructions"), given.get("input"), box)}
        chat |= choose(given.get("tool_choice"), box)
        if "parallel_tool_calls" in given:
            parallel = switch(given["parallel_tool_calls"], "parallel_tool_calls")
            if "tools" in chat:
                # Providers refuse it where there is nothing to call.
                chat["parallel_tool_calls"] = parallel
        chat |= _sampling(given) | _reasoning(given.get("reasoning")) | _text(given.get("text"))
        for name in ("safety_identifier", "service_tier", "user"):
            if name in given:
                chat[name] = any_text(given[name], name)
        return chat

    def writer(self, document: Mapping[str, Any], shown: Shown) -> ResponseWriter:
        """A writer for the answer to a document that `to_chat` took."""
        box = read_tools(document.get("tools"), document.get("input"))
        tier = tier_of(document.get("service_tier"))
        return ResponseWriter(shown, echo_of(document, shown, box), box.tools, tier=tier)


def _check(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name not in _TRANSLATED and name not in _ACCEPTED:
            neutral = _NEUTRAL.get(name)
            if neutral is None or type(value) is not type(neutral) or value != neutral:
                raise unsayable(name[:64])
    for number, wanted in enumerate(listed(given.get("include", []), "include")):
        if any_text(wanted, f"include[{number}]") not in _INCLUDABLE:
            raise unsayable(f"include[{number}]", "This is not known of this model's answers. Leave it out.")
    members(given.get("stream_options", {}), "stream_options", ("include_obfuscation",))
    one_of(given.get("truncation", "disabled"), "truncation", ("auto", "disabled"))
    any_text(given.get("prompt_cache_key", ""), "prompt_cache_key")
    metadata = given.get("metadata", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise bad("metadata must be an object of strings.", "metadata")


def _sampling(given: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    bound = positive(given, "max_output_tokens")
    if bound is not None:
        fields["max_completion_tokens"] = bound
    for name in ("temperature", "top_p"):
        if name in given:
            if type(given[name]) not in (int, float):
                raise bad(f"{name} must be a number.", name)
            fields[name] = given[name]
    return fields


def _reasoning(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    given = members(value, "reasoning", ("effort", "summary", "generate_summary"))
    # What the provider shows of its thoughts is passed on, in the one length there is.
    for name in ("summary", "generate_summary"):
        one_of(given.get(name, "auto"), f"reasoning.{name}", _SUMMARIES)
    return {"reasoning_effort": filled(given["effort"], "reasoning.effort")} if "effort" in given else {}


def _text(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    given = members(value, "text", ("format", "verbosity"))
    fields: dict[str, Any] = {}
    if "verbosity" in given:
        fields["verbosity"] = one_of(given["verbosity"], "text.verbosity", ("low", "medium", "high"))
    form = given.get("format")
    if form is None:
        return fields
    path = "text.format"
    known = ("type", "name", "schema", "strict", "description")
    asked = members(form, path, known)
    kind = one_of(asked.pop("type", None), f"{path}.type", ("text", "json_object", "json_schema"))
    if kind != "json_schema":
        members(form, path, ("type",))
        return fields if kind == "text" else {**fields, "response_format": {"type": "json_object"}}
    filled(asked.get("name"), f"{path}.name")
    if not isinstance(asked.get("schema"), dict):
        raise bad(f"{path}.schema must be a JSON schema.", f"{path}.schema")
    any_text(asked.get("description", ""), f"{path}.description")
    switch(asked.get("strict", False), f"{path}.strict")
    return {**fields, "response_format": {"type": "json_schema", "json_schema": asked}}

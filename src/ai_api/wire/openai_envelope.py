"""What the gateway reads of a request in OpenAI's dialect: a small envelope; the payload stays bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ai_api.core.errors import Refusal
from ai_api.wire.input_size import InputSize, measure
from ai_api.wire.json_body import JsonBody

MODEL_NAME_CHARS_MAX = 256
CHOICES_MAX = 128

_STEERING = ("api_base", "base_url", "api_key")
_KIND_WORDS = {"str": "a string", "list": "a list", "dict": "an object"}


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of a request that decide about it.

    `output_tokens_max` is per choice and None when not given. `choices` is how many answers are written, whether all of them
    are sent or not.
    """

    operation: Literal["chat", "responses"]
    model: str | None
    stream: bool
    wants_usage: bool
    output_tokens_max: int | None
    output_field: str | None
    choices: int
    service_tier: str | None
    input_size: InputSize


def chat(body: JsonBody) -> Envelope:
    """Reads `POST /v1/chat/completions`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    _refuse_steering(document)
    _refuse_cached_content(document)
    options = _optional(document, "stream_options", dict) or {}
    if "messages" not in document:
        raise _bad("messages is missing.", "messages")
    if _flag(document, "store"):
        raise _bad("The gateway does not store answers; send store: false.", "store")
    messages = [each for each in _optional(document, "messages", list) or [] if isinstance(each, dict)]
    for message in messages:
        # An answer the model spoke before is named by its id alone.
        if isinstance(audio := message.get("audio"), dict) and audio.get("id") is not None:
            raise _foreign("audio", "messages")
    for part in _content_parts(messages):
        file = part.get("file")
        if isinstance(file, dict) and file.get("file_id") is not None:
            raise _foreign("file", "messages")
    field, output_tokens_max = _chat_bound(document)
    _optional(document, "tools", list)
    return Envelope(
        operation="chat",
        model=_model(document),
        stream=_flag(document, "stream"),
        wants_usage=_flag(options, "include_usage", "stream_options.include_usage"),
        output_tokens_max=output_tokens_max,
        output_field=field if output_tokens_max is not None else None,
        choices=_choices(document),
        service_tier=_text(document, "service_tier"),
        input_size=measure("chat", document),
    )


def responses(body: JsonBody) -> Envelope:
    """Reads `POST /v1/responses`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    _refuse_steering(document)
    if _flag(document, "background"):
        raise _bad("background responses are not offered; send the request without background.", "background")
    if _flag(document, "store"):
        raise _bad("The gateway does not store responses; send store: false.", "store")
    if document.get("previous_response_id") is not None:
        raise _bad(
            "The gateway does not store responses, so previous_response_id cannot be continued; "
            "start a new conversation and send its items in input.",
            "previous_response_id",
        )
    items = document.get("input")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    tools = list(_tools(_optional(document, "tools", list)))
    for item in items:
        # Tools may be brought along, or found, in the middle of a conversation.
        tools.extend(_tools(item.get("tools")))
    _refuse_foreign_pointers(document, items, tools)
    output_tokens_max = _positive(document, "max_output_tokens")
    return Envelope(
        operation="responses",
        model=_model(document),
        stream=_flag(document, "stream"),
        wants_usage=True,
        output_tokens_max=output_tokens_max,
        output_field="max_output_tokens" if output_tokens_max is not None else None,
        choices=1,
        service_tier=_text(document, "service_tier"),
        input_size=measure("responses", document),
    )


def _refuse_steering(document: Mapping[str, Any]) -> None:
    for name in _STEERING:
        if name in document:
            raise _bad(
                f"{name} is not a field of this request; where a model is served is set by administrators.", name
            )


def _refuse_cached_content(document: Mapping[str, Any]) -> None:
    # Google takes the name of what it keeps at the top or, as its own documentation says it, two levels down.
    extra = document.get("extra_body")
    google = extra.get("google") if isinstance(extra, dict) else None
    for place in (document, extra, google):
        if isinstance(place, Mapping) and any(
            place.get(name) is not None for name in ("cached_content", "cachedContent")
        ):
            raise _foreign("cached content", "cached_content")


def _refuse_foreign_pointers(
    document: Mapping[str, Any], items: list[dict[str, Any]], tools: list[dict[str, Any]]
) -> None:
    if document.get("conversation") is not None:
        raise _foreign("conversation", "conversation")
    prompt = document.get("prompt")
    if isinstance(prompt, dict) and prompt.get("id") is not None:
        raise _foreign("prompt", "prompt")
    for item in items:
        # A reference may also come without that type: an object that has an id and nothing else to say.
        if item.get("type") == "item_reference" or ("id" in item and set(item) <= {"id", "type", "status"}):
            raise _foreign("item", "input")
    for part in _content_parts(items):
        if part.get("file_id") is not None:
            raise _foreign("file", "input")
    for tool in tools:
        _refuse_foreign_tool(tool)


def _refuse_foreign_tool(tool: Mapping[str, Any]) -> None:
    if tool.get("vector_store_ids"):
        raise _foreign("vector store", "tools")
    for place in (tool.get("container"), tool.get("environment")):
        if isinstance(place, str) or (isinstance(place, dict) and (place.get("file_ids") or place.get("container_id"))):
            raise _foreign("container", "tools")
    mask = tool.get("input_image_mask")
    if isinstance(mask, dict) and mask.get("file_id") is not None:
        raise _foreign("file", "tools")
    if tool.get("server_url") is not None or tool.get("connector_id") is not None:
        raise _bad("Tools that make the provider call another server are not allowed here.", "tools")


def _tools(tools: object) -> Iterator[dict[str, Any]]:
    """The tools of a list, and those inside its namespaces."""
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict):
            yield tool
            if tool.get("type") == "namespace":
                yield from _tools(tool.get("tools"))


def _content_parts(items: list[Any]) -> Iterator[dict[str, Any]]:
    for item in items:
        if not isinstance(item, dict):
            continue
        for field in ("content", "output"):
            parts = item.get(field)
            if isinstance(parts, dict):
                yield parts
            elif isinstance(parts, list):
                yield from (part for part in parts if isinstance(part, dict))


def _chat_bound(document: Mapping[str, Any]) -> tuple[str, int | None]:
    """The bound on output of a chat, and the field it stands in, which has an old name and a new one."""
    bounds = {
        name: bound
        for name in ("max_completion_tokens", "max_tokens")
        if (bound := _positive(document, name)) is not None
    }
    if len(set(bounds.values())) > 1:
        raise _bad("max_tokens and max_completion_tokens differ; give one of them.", "max_tokens")
    return next(iter(bounds.items()), ("max_tokens", None))


def _model(document: Mapping[str, Any]) -> str | None:
    name = _text(document, "model")
    if name is not None and len(name) > MODEL_NAME_CHARS_MAX:
        raise _bad("model is too long.", "model")
    return name


def _choices(document: Mapping[str, Any]) -> int:
    """How many answers are written. Some servers write `best_of` of them, and send the best `n`."""
    counts = {name: _positive(document, name) or 1 for name in ("n", "best_of")}
    for name, count in counts.items():
        if count > CHOICES_MAX:
            raise _bad(f"{name} must be at most {CHOICES_MAX}.", name)
    return max(counts.values())


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value: str | None = _optional(document, name, str)
    return value


def _flag(document: Mapping[str, Any], name: str, shown: str | None = None) -> bool:
    value = document.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _bad(f"{shown or name} must be true or false.", shown or name)


def _positive(document: Mapping[str, Any], name: str) -> int | None:
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2**31:
        raise _bad(f"{name} must be a whole number from 1 on.", name)
    return value


def _optional(document: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    value = document.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise _bad(f"{name} must be {_KIND_WORDS[kind.__name__]}.", name)


def _bad(message: str, param: str) -> Refusal:
    return Refusal("bad_request", "invalid", message, param=param)


def _foreign(what: str, param: str) -> Refusal:
    return Refusal(
        "pointer_not_found", "not_found", f"No {what} of that id is known to belong to this credential.", param=param
    )

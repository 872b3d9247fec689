"""What the gateway reads of a request in OpenAI's dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ai_api.wire.envelope import Envelope, bad, flag, foreign, model_of, optional, positive, refuse_steering, text
from ai_api.wire.input_size import measure
from ai_api.wire.json_body import JsonBody

CHOICES_MAX = 128


def chat(body: JsonBody) -> Envelope:
    """Reads `POST /v1/chat/completions`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    refuse_steering(document)
    _refuse_cached_content(document)
    options = optional(document, "stream_options", dict) or {}
    if "messages" not in document:
        raise bad("messages is missing.", "messages")
    if flag(document, "store"):
        raise bad("The gateway does not store answers; send store: false.", "store")
    messages = [each for each in optional(document, "messages", list) or [] if isinstance(each, dict)]
    for message in messages:
        # An answer the model spoke before is named by its id alone.
        if isinstance(audio := message.get("audio"), dict) and audio.get("id") is not None:
            raise foreign("audio", "messages")
    for part in _content_parts(messages):
        file = part.get("file")
        if isinstance(file, dict) and file.get("file_id") is not None:
            raise foreign("file", "messages")
    field, output_tokens_max = _chat_bound(document)
    optional(document, "tools", list)
    return Envelope(
        operation="chat",
        model=model_of(document),
        stream=flag(document, "stream"),
        wants_usage=flag(options, "include_usage", "stream_options.include_usage"),
        output_tokens_max=output_tokens_max,
        output_field=field if output_tokens_max is not None else None,
        choices=_choices(document),
        service_tier=text(document, "service_tier"),
        input_size=measure("chat", document),
    )


def responses(body: JsonBody) -> Envelope:
    """Reads `POST /v1/responses`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    refuse_steering(document)
    if flag(document, "background"):
        raise bad("background responses are not offered; send the request without background.", "background")
    items = document.get("input")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    tools = list(_tools(optional(document, "tools", list)))
    for item in items:
        # Tools may be brought along, or found, in the middle of a conversation.
        tools.extend(_tools(item.get("tools")))
    _refuse_foreign_pointers(document, items, tools)
    output_tokens_max = positive(document, "max_output_tokens")
    return Envelope(
        operation="responses",
        model=model_of(document),
        stream=flag(document, "stream"),
        wants_usage=True,
        output_tokens_max=output_tokens_max,
        output_field="max_output_tokens" if output_tokens_max is not None else None,
        choices=1,
        service_tier=text(document, "service_tier"),
        input_size=measure("responses", document),
        previous_response_id=text(document, "previous_response_id"),
        must_store=flag(document, "store"),
        sealed_reasoning=_is_sealed(items),
    )


def gone_on(envelope: Envelope, document: Mapping[str, Any]) -> Envelope:
    """The envelope of a response once its document says all of the conversation that it goes on from."""
    items = [item for item in document.get("input", ()) if isinstance(item, dict)]
    return replace(
        envelope,
        input_size=measure("responses", document),
        previous_response_id=None,
        sealed_reasoning=_is_sealed(items),
    )


def _is_sealed(items: list[dict[str, Any]]) -> bool:
    return any(item.get("encrypted_content") for item in items)


def _refuse_cached_content(document: Mapping[str, Any]) -> None:
    # Google takes the name of what it keeps at the top or, as its own documentation says it, two levels down.
    extra = document.get("extra_body")
    google = extra.get("google") if isinstance(extra, dict) else None
    for place in (document, extra, google):
        if isinstance(place, Mapping) and any(
            place.get(name) is not None for name in ("cached_content", "cachedContent")
        ):
            raise foreign("cached content", "cached_content")


def _refuse_foreign_pointers(
    document: Mapping[str, Any], items: list[dict[str, Any]], tools: list[dict[str, Any]]
) -> None:
    if document.get("conversation") is not None:
        raise foreign("conversation", "conversation")
    prompt = document.get("prompt")
    if isinstance(prompt, dict) and prompt.get("id") is not None:
        raise foreign("prompt", "prompt")
    for item in items:
        # A reference may also come without that type: an object that has an id and nothing else to say.
        if item.get("type") == "item_reference" or ("id" in item and set(item) <= {"id", "type", "status"}):
            raise foreign("item", "input")
    for part in _content_parts(items):
        if part.get("file_id") is not None:
            raise foreign("file", "input")
    for tool in tools:
        _refuse_foreign_tool(tool)


def _refuse_foreign_tool(tool: Mapping[str, Any]) -> None:
    if tool.get("vector_store_ids"):
        raise foreign("vector store", "tools")
    for place in (tool.get("container"), tool.get("environment")):
        if isinstance(place, str) or (isinstance(place, dict) and (place.get("file_ids") or place.get("container_id"))):
            raise foreign("container", "tools")
    mask = tool.get("input_image_mask")
    if isinstance(mask, dict) and mask.get("file_id") is not None:
        raise foreign("file", "tools")
    if tool.get("server_url") is not None or tool.get("connector_id") is not None:
        raise bad("Tools that make the provider call another server are not allowed here.", "tools")


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
        if (bound := positive(document, name)) is not None
    }
    if len(set(bounds.values())) > 1:
        raise bad("max_tokens and max_completion_tokens differ; give one of them.", "max_tokens")
    return next(iter(bounds.items()), ("max_tokens", None))


def _choices(document: Mapping[str, Any]) -> int:
    """How many answers are written. Some servers write `best_of` of them, and send the best `n`."""
    counts = {name: positive(document, name) or 1 for name in ("n", "best_of")}
    for name, count in counts.items():
        if count > CHOICES_MAX:
            raise bad(f"{name} must be at most {CHOICES_MAX}.", name)
    return max(counts.values())

"""What the gateway reads of a request in Anthropic's dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ai_api.wire.envelope import Envelope, bad, flag, foreign, model_of, optional, positive, refuse_steering, text
from ai_api.wire.input_size import measure
from ai_api.wire.json_body import JsonBody

# What a block may hold more blocks in. What a tool is given, or says that it takes, is the caller's own and is not looked at.
_NESTING = ("content", "source")


def messages(body: JsonBody) -> Envelope:
    """Reads `POST /v1/messages`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    output_tokens_max = positive(document, "max_tokens")
    if output_tokens_max is None:
        raise bad("max_tokens is missing: say how many tokens the answer may have at most.", "max_tokens")
    return replace(count_tokens(body), output_tokens_max=output_tokens_max, output_field="max_tokens")


def count_tokens(body: JsonBody) -> Envelope:
    """Reads `POST /v1/messages/count_tokens`: the same request without a bound on its answer.

    Raises Refusal (kind invalid or not_found).
    """
    document = body.document
    refuse_steering(document)
    if not isinstance(document.get("messages"), list):
        raise bad("messages must be a list." if "messages" in document else "messages is missing.", "messages")
    optional(document, "metadata", dict)
    tools = optional(document, "tools", list) or []
    _refuse_what_is_kept(document)
    _refuse_other_models(document, tools)
    for block in _blocks(document):
        if block.get("type") == "container_upload" or block.get("file_id") is not None:
            raise foreign("file", "messages")
        source = block.get("source")
        if isinstance(source, dict) and source.get("type") == "file":
            raise foreign("file", "messages")
    return Envelope(
        operation="messages",
        model=model_of(document),
        stream=flag(document, "stream"),
        wants_usage=True,
        output_tokens_max=None,
        output_field=None,
        choices=1,
        service_tier=text(document, "service_tier"),
        input_size=measure("messages", document),
    )


def _refuse_what_is_kept(document: Mapping[str, Any]) -> None:
    """What lies at the provider, under an account that all members share, may be another member's."""
    container = document.get("container")
    if isinstance(container, dict):
        skills = optional(container, "skills", list) or []
        if any(not isinstance(each, dict) or each.get("type") != "anthropic" for each in skills):
            raise foreign("skill", "container")
        container = container.get("id")
    if container is not None:
        raise foreign("container", "container")
    thread = document.get("thread")
    if isinstance(thread, dict) and thread.get("previous_message_id") is not None:
        raise foreign("message", "thread")
    if thread is not None:
        raise bad("The gateway does not store conversations; send all messages, without thread.", "thread")
    if document.get("mcp_servers"):
        raise bad("Tools that make the provider call another server are not allowed here.", "mcp_servers")


def _refuse_other_models(document: Mapping[str, Any], tools: list[Any]) -> None:
    """A credential may call the models it was given, and each call has the price of the one it names."""
    if document.get("fallbacks"):
        raise bad("fallbacks would have another model answer; a call is answered by the model it names.", "fallbacks")
    for tool in tools:
        if isinstance(tool, dict) and tool.get("type", "custom") != "custom" and tool.get("model") is not None:
            raise bad("Tools that ask another model are not allowed here; call that model by its name.", "tools")


def _blocks(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All blocks of content, however deep."""
    waiting: list[object] = [document.get("system")]
    waiting += [message.get("content") for message in document["messages"] if isinstance(message, dict)]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict):
            yield found
            waiting.extend(found[name] for name in _NESTING if name in found)

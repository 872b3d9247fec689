"""A call as a span: OpenTelemetry's conventions for generative AI, from the record that is billed. Pure, and without a library.

What was asked and answered is not in a record, and so in no span.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ai_api.observability.trace_context import TraceContext

Attribute = str | int | float | bool | list[str]

_OPERATIONS: Final = {
    "chat": "chat",
    "responses": "chat",
    "messages": "chat",
    "generate": "generate_content",
    "embeddings": "embeddings",
    "embed": "embeddings",
}
_PROVIDERS: Final = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex": "gcp.vertex_ai",
    "xai": "x_ai",
}
"""Our names of providers in the words of the conventions; the others have the same, or none."""
_NOBODY: Final = "ai_api"
"""The provider of a call that no provider was asked for."""
_COPIED: Final = {
    "gen_ai.request.model": "model",
    "gen_ai.request.stream": "stream",
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
    "gen_ai.usage.cache_read.input_tokens": "cached_read_tokens",
    "gen_ai.usage.cache_creation.input_tokens": "cache_write_tokens",
    "gen_ai.usage.reasoning.output_tokens": "reasoning_tokens",
    "ai_api.request_id": "request_id",
    "ai_api.upstream_model": "upstream_model",
    "ai_api.upstream_status": "upstream_status",
    "ai_api.upstream_request_id": "upstream_request_id",
    "ai_api.usage_source": "usage_source",
    "ai_api.billed_cost_nanos": "billed_cost_nanos",
}
_NO_FAULT: Final = frozenset({"ok", "client_closed"})


@dataclass(frozen=True, slots=True)
class CallSpan:
    """A span as it is sent. Times are nanoseconds since 1970; `error` is the outcome of a call that failed, None of others."""

    name: str
    context: TraceContext
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, Attribute]
    error: str | None


def span_of(record: Mapping[str, Any], context: TraceContext, *, credential: str | None) -> CallSpan:
    """The span of a call with this record, by column name; `credential` is the public id of who called."""
    operation = _OPERATIONS.get(record["operation"], record["operation"])
    provider, outcome = record["provider"], record["outcome"]
    attributes: dict[str, Attribute] = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": _PROVIDERS.get(provider, provider) if provider else _NOBODY,
        "ai_api.call_id": str(record["call_id"]),
        "ai_api.outcome": outcome,
        "ai_api.dialect": record["dialect"],
        "ai_api.tries": len(record["attempts"]),
    }
    attributes |= {name: record[column] for name, column in _COPIED.items() if record[column] is not None}
    if credential is not None:
        attributes["ai_api.credential"] = credential
    if record["finish_reason"] is not None:
        attributes["gen_ai.response.finish_reasons"] = [record["finish_reason"]]
    if record["first_byte_at"] is not None:
        waited = record["first_byte_at"] - record["started_at"]
        attributes["gen_ai.response.time_to_first_chunk"] = max(0.0, waited.total_seconds())
    if outcome != "ok":
        attributes["error.type"] = outcome
    return CallSpan(
        name=f"{operation} {record['model']}" if record["model"] else operation,
        context=context,
        began_ns=_ns(record["started_at"]),
        ended_ns=_ns(record["finished_at"]),
        attributes=attributes,
        error=None if outcome in _NO_FAULT else outcome,
    )


def _ns(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000) * 1_000

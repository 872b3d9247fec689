"""A call as a span: what the conventions for generative AI ask for, out of the record, and nothing of what was said."""

from datetime import UTC, datetime, timedelta

import pytest

from ai_api.observability.call_span import span_of
from ai_api.observability.trace_context import TraceContext

CONTEXT = TraceContext(1, 2, None, is_sampled=True)
BEGAN = datetime(2026, 11, 22, 12, 0, 0, 123_000, tzinfo=UTC)
RECORD = {
    "call_id": "c",
    "request_id": "r",
    "operation": "chat",
    "dialect": "openai",
    "stream": True,
    "model": "acme/m",
    "upstream_model": "m-2026",
    "provider": "openai",
    "outcome": "ok",
    "finish_reason": "stop",
    "input_tokens": 12,
    "output_tokens": 0,
    "cached_read_tokens": 3,
    "cache_write_tokens": 0,
    "reasoning_tokens": 0,
    "billed_cost_nanos": None,
    "usage_source": "provider",
    "upstream_status": 200,
    "upstream_request_id": None,
    "attempts": [{}, {}],
    "started_at": BEGAN,
    "first_byte_at": BEGAN + timedelta(milliseconds=250),
    "finished_at": BEGAN + timedelta(seconds=2),
    "requested_model": "what the caller typed",
}


def span(**changes):
    return span_of(RECORD | changes, CONTEXT, credential="cred_a")


def test_what_the_conventions_ask_for_is_missing():
    made = span()
    assert made.name == "chat acme/m"
    assert made.ended_ns - made.began_ns == 2_000_000_000
    assert made.began_ns == 1_795_348_800_123_000_000
    assert made.error is None
    assert made.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "acme/m",
        "gen_ai.request.stream": True,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.response.time_to_first_chunk": 0.25,
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 0,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.usage.cache_creation.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "ai_api.call_id": "c",
        "ai_api.request_id": "r",
        "ai_api.credential": "cred_a",
        "ai_api.dialect": "openai",
        "ai_api.outcome": "ok",
        "ai_api.tries": 2,
        "ai_api.upstream_model": "m-2026",
        "ai_api.upstream_status": 200,
        "ai_api.usage_source": "provider",
    }


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"operation": "responses"}, ("gen_ai.operation.name", "chat")),
        ({"operation": "messages"}, ("gen_ai.operation.name", "chat")),
        ({"operation": "generate"}, ("gen_ai.operation.name", "generate_content")),
        ({"operation": "embed"}, ("gen_ai.operation.name", "embeddings")),
        ({"provider": "azure"}, ("gen_ai.provider.name", "azure.ai.openai")),
        ({"provider": "my-own-server"}, ("gen_ai.provider.name", "my-own-server")),
        ({"provider": None}, ("gen_ai.provider.name", "ai_api")),
    ],
)
def test_our_names_are_not_theirs(ours, theirs):
    assert span(**ours).attributes[theirs[0]] == theirs[1]


def test_a_failed_call_looks_well():
    assert (span(outcome="upstream_timeout").error, span(outcome="client_closed").error) == ("upstream_timeout", None)
    for outcome in ("upstream_timeout", "client_closed"):
        assert span(outcome=outcome).attributes["error.type"] == outcome

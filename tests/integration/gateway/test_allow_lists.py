"""Nothing passes by a name that nobody has listed: headers of providers to clients, and fields of clients that would steer."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.gateway.shapes import SHAPES, Shape, every_shape
from tests.support.gateway import Gateway
from tests.support.organization import UPSTREAM_SECRET, Caller
from tests.support.upstream import Simulator
from tests.unit.core.raw_peer import Line, peer

OF_THE_PROVIDER = {
    "set-cookie": "session=1; Domain=.example; Path=/",
    "set-cookie2": "a=b",
    "server": "inner-gateway/7",
    "via": "1.1 inner",
    "x-request-id": "req_of_the_provider",
    "request-id": "req_of_the_provider",
    "openai-organization": "org-of-the-key",
    "openai-processing-ms": "7",
    "openai-version": "2020-10-01",
    "anthropic-organization-id": "org-of-the-key",
    "cf-ray": "1-TXL",
    "x-ratelimit-remaining-requests": "1",
    "anthropic-ratelimit-tokens-remaining": "1",
    "x-should-retry": "true",
    "x-ai-api-model": "forged",
    "x-ai-api-call-id": "forged",
    "x-accel-redirect": "/internal/",
    "x-accel-buffering": "yes",
    "x-sendfile": "/etc/passwd",
    "location": "http://10.0.0.1/",
    "refresh": "0; url=http://10.0.0.1/",
    "link": "<http://10.0.0.1/>; rel=preload",
    "www-authenticate": 'Basic realm="inner"',
    "access-control-allow-origin": "*",
    "strict-transport-security": "max-age=1",
    "clear-site-data": '"*"',
    "alt-svc": 'h3=":443"',
    "content-disposition": "attachment; filename=x.html",
    "content-language": "de",
    "cache-control": "public, max-age=9",
    "etag": '"1"',
    "age": "9",
    "trailer": "x-late",
    "x-content-type-options": "sniff",
}
ANSWERED = {"content-type", "date", "x-ai-api-call-id", "x-ai-api-model", "x-ai-api-overhead-ms", "x-request-id"}
WHOLE, STREAM = {"content-length"}, {"cache-control", "transfer-encoding", "x-accel-buffering"}
REFUSED = {"content-type", "content-length", "date", "x-ai-api-call-id", "x-request-id"}
ADVICE = {"retry-after", "x-should-retry"}


def is_limit(name: str) -> bool:
    return name.startswith("x-ratelimit-") and "remaining-requests" not in name


def values_of(answer: Any) -> set[str]:
    return {str(value) for value in answer.headers.values()}


@every_shape
async def test_a_header_of_the_provider_reaches_the_client(g: Gateway, shape: Shape) -> None:
    plain = b'{"id":"c","model":"m","choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]}'
    stream = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    if shape.operation == "responses":
        plain = b'{"id":"r","object":"response","model":"m","status":"completed","output":[]}'
        stream = (
            b'data: {"type":"response.completed","sequence_number":0,"response":{"id":"r","status":"completed"}}\n\n'
        )
    hostile = "".join(f"{name}: {value}\r\n" for name, value in OF_THE_PROVIDER.items())
    kind = "text/event-stream" if shape.stream else "application/json"

    async def play(line: Line) -> None:
        while True:
            head = await line.request()
            status = "200 OK" if "good" in head.split("\r\n")[0] else "400 Bad"
            body = (stream if shape.stream else plain) if status == "200 OK" else b'{"error":{"message":"no"}}'
            await line.answer(body, status, f"content-type: {kind}\r\n{hostile}")

    async with peer(play) as provider:
        good = await g.org.caller(usd="5", key=await g.org.key(url=provider.url(path="/good")))
        bad = await g.org.caller(usd="5", key=await g.org.key(url=provider.url(path="/bad")))
        answer, refusal = await shape.ask(g, good), await shape.ask(g, bad)
    assert (answer.status, answer.ending, refusal.status) == (200, "whole", 400)
    names = {name for name in answer.headers if not is_limit(name)}
    assert names == ANSWERED | (STREAM if shape.stream else WHOLE)
    assert {name for name in refusal.headers if not is_limit(name)} - ADVICE == REFUSED
    for each in (answer, refusal):
        assert not values_of(each) & set(OF_THE_PROVIDER.values())
        assert "req_of_the_provider" not in str(each.headers)
    # The provider's id is kept for whoever has to ask it what happened.
    assert {row["upstream_request_id"] for row in await g.books.records()} == {"req_of_the_provider"}


# ── fields that would steer ──────────────────────────────────────────────────────────────────────────────────────────────

ELSEWHERE = "http://127.0.0.1:1/elsewhere"
STEERING: dict[str, Any] = {
    "api_base": ELSEWHERE,
    "base_url": ELSEWHERE,
    "api_key": "sk-of-somebody-else",
    "api_version": "2099-01-01",
    "api_type": "azure",
    "organization": "org-elsewhere",
    "custom_llm_provider": "azure",
    "deployment_id": "other",
    "extra_headers": {"authorization": "Bearer sk-of-somebody-else", "x-steered": "1", "host": "elsewhere"},
    "headers": {"authorization": "Bearer sk-of-somebody-else", "x-steered": "1"},
    "extra_query": {"steered": "1"},
    "extra_body": {"api_base": ELSEWHERE, "model": "other"},
    "provider_specific_header": {"custom_llm_provider": "openai", "extra_headers": {"x-steered": "1"}},
    "mock_response": "not a provider's words",
    "mock_tool_calls": [],
    "mock_timeout": True,
    "timeout": 0.001,
    "request_timeout": 0.001,
    "stream_timeout": 0.001,
    "num_retries": 9,
    "max_retries": 9,
    "fallbacks": ["other"],
    "context_window_fallback_dict": {"m": "other"},
    "model_list": [{"model_name": "m", "litellm_params": {"api_base": ELSEWHERE}}],
    "litellm_params": {"api_base": ELSEWHERE, "api_key": "sk-of-somebody-else"},
    "litellm_metadata": {"user_api_key": "sk-of-somebody-else"},
    "azure_ad_token": "of-somebody-else",
    "aws_access_key_id": "of-somebody-else",
    "aws_bedrock_runtime_endpoint": ELSEWHERE,
    "vertex_credentials": "/etc/passwd",
    "vertex_location": "elsewhere",
    "region_name": "elsewhere",
    "client": "x",
    "proxy": ELSEWHERE,
    "proxies": {"http": ELSEWHERE},
    "ssl_verify": False,
    "use_litellm_proxy": True,
    "cache": {"no-cache": True},
    "callbacks": [ELSEWHERE],
    "success_callback": [ELSEWHERE],
    "drop_params": True,
    "allowed_openai_params": ["api_base"],
    "input_cost_per_token": 0,
    "guardrails": [],
    "no-log": True,
    "url": ELSEWHERE,
    "path": "/../../v1/files",
    "query": "steered=1",
    "method": "GET",
}


def nested(shape: Shape, fields: dict[str, Any]) -> dict[str, Any]:
    """A body with these fields in every place that takes an object."""
    function = {"type": "function", "name": "f", "function": {"name": "f", **fields}, **fields}
    said = {"role": "user", "content": [{"type": "text", "text": "hello", **fields}], **fields}
    return {
        ("messages" if shape.operation == "chat" else "input"): [said],
        "metadata": fields,
        "tools": [function],
        "extra_body": fields,
        "litellm_params": {"model_info": fields},
        **({"stream_options": fields} if shape == ("chat", True) else {}),
    }


async def seen_of(g: Gateway, sim: Simulator, caller: Caller, shape: Shape, body: dict[str, Any]) -> Any:
    """Where a call went and with which head: nothing where it was refused."""
    sim.forget()
    answer = await g.ask(caller, shape.path, {**shape.body(caller), **body})
    if answer.status == 400:
        assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"
        assert len(sim.requests) == 0
        return None
    assert (answer.status, answer.ending) == (200, "whole"), answer.body
    [request] = sim.requests.all()
    own = {b"x-request-id", b"content-length"}
    head = {(name.lower(), value) for name, value in request.headers if name.lower() not in own}
    return request.method, request.target, head, request.bearer


@every_shape
async def test_a_field_of_the_body_steers_the_call(g: Gateway, sim: Simulator, shape: Shape) -> None:
    caller = await g.org.caller(output_tokens_max=100_000, context_tokens=1_000_000)
    without = await seen_of(g, sim, caller, shape, {})
    assert without[3] == UPSTREAM_SECRET
    refused = []
    for name, value in STEERING.items():
        seen = await seen_of(g, sim, caller, shape, {name: value})
        assert seen in (without, None), name
        refused += [name] if seen is None else []
    assert refused == ["api_base", "base_url", "api_key"]
    assert await seen_of(g, sim, caller, shape, nested(shape, STEERING)) == without


async def test_a_header_or_a_query_steers_the_call(g: Gateway, sim: Simulator) -> None:
    caller = await g.org.caller()
    for shape in SHAPES:
        without = await seen_of(g, sim, caller, shape, {})
        steering = {f"x-{name.replace('_', '-')}": "elsewhere" for name in STEERING if name != "api_key"}
        path = f"{shape.path}?api_base={ELSEWHERE}&api-version=2099&steered=1"
        answer = await g.ask(caller, path, shape.body(caller), headers={**steering, "openai-organization": "other"})
        assert answer.status == 200
        request = sim.requests.last()
        assert (request.method, request.target) == without[:2]
        assert {name.lower() for name, _ in request.headers} == {name for name, _ in without[2]} | {
            b"x-request-id",
            b"content-length",
        }

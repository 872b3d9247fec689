"""Messages to a provider that speaks Anthropic's dialect: what passes, what is billed, and what the official client makes of it."""

from __future__ import annotations

import json
import re
import time

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.claude import VERSION, ask, caller_of, either, error_in, has_end, sdk
from tests.integration.gateway.shapes import told
from tests.integration.gateway.test_hang_up import assert_closed_upstream
from tests.support.gateway import MESSAGES, messages_body
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS
from tests.support.upstream import raw
from tests.support.upstream.raw import RawClient

_OWN = re.compile(rb"[0-9a-f]{24}")
"""What differs between two answers of the simulator: ids."""
CACHE_PRICES = {
    "input_usd": "3",
    "output_usd": "15",
    "cached_read_usd": "0.3",
    "cache_write_usd": "3.75",
    "cache_write_1h_usd": "6",
}
WEATHER = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
# As a coding agent sends it: typed tools, cached prompts, thinking, and what nobody here has heard of.
RICH = {
    "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}] * 3,
    "tools": [{"type": "bash_20250124", "name": "bash"}, WEATHER],
    "thinking": {"type": "enabled", "budget_tokens": 1_024},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "output_config": {"effort": "low"},
    "metadata": {"user_id": "user_päck_\U0001f4e6"},
    "x_later": {"deep": [1.50, 1e3, None]},
}


@either
async def test_a_paid_message_has_no_record(g, sim, stream):
    caller = await caller_of(g, usd="5", tokens=1_000_000)
    answer = await ask(g, caller, stream=stream)
    assert (answer.status, answer.ending) == (200, "whole")
    witnessed = sim.witness.of(answer.headers["x-ai-api-call-id"])
    assert [event.what for event in witnessed] == ["started", "finished"]
    tokens = witnessed[1].tokens
    cost = tokens.input * INPUT_NANOS + 50 * OUTPUT_NANOS
    record = dict(await g.books.record())
    expected = {
        "dialect": "anthropic",
        "operation": "messages",
        "stream": stream,
        "requested_model": caller.model.slug,
        "model": caller.model.slug,
        "upstream_model": caller.model.upstream_model,
        "provider": "anthropic",
        "outcome": "ok",
        "upstream_status": 200,
        "finish_reason": "end_turn",
        "input_tokens": tokens.input,
        "output_tokens": 50,
        "usage_source": "provider",
        "billed_cost_nanos": cost,
    }
    assert {name: record[name] for name in expected} == expected


@either
async def test_cached_tokens_are_billed_twice_at_full_price_or_not_at_all(g, stream):
    caller = await caller_of(g, usd="5", prices=CACHE_PRICES)
    used = {"input": 1_000, "cached": 600, "cache_write": 300, "cache_write_1h": 100, "output": 40, "reasoning": 12}
    answer = await ask(g, caller, stream=stream, usage=used)
    assert answer.status == 200
    record = await g.books.record()
    counted = [record[f"{name}_tokens"] for name in ("input", "cached_read", "cache_write", "output", "reasoning")]
    assert counted == [1_000, 600, 300, 40, 12]
    cost = 100 * 3_000 + 600 * 300 + 200 * 3_750 + 100 * 6_000 + 40 * 15_000
    assert (record["usage_source"], record["billed_cost_nanos"]) == ("provider", cost)


@either
async def test_parameters_and_blocks_are_dropped_on_the_way(g, sim, stream):
    caller = await caller_of(g)
    blocks = [
        {"type": "text", "text": "so\u00e9"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 100_000}},
        {"type": "invented_next_year", "x": [1.50]},
    ]
    body = messages_body(caller, stream=stream, **RICH)
    body["messages"] = [{"role": "user", "content": blocks}, *body["messages"]]
    sent = encode(body)
    assert (await g.ask(caller, MESSAGES, sent)).status == 200
    arrived = sim.requests.last()
    assert arrived.body == sent.replace(encode(caller.model.slug), encode(caller.model.upstream_model), 1)
    assert arrived.target == b"/v1/messages"


STYLES = {
    "plain": {},
    "crlf": {"line_end": "crlf"},
    "spaced": {"json_style": "spaced"},
    "split": {"split_bytes": 7, "split_pause_ms": 0},
    "unknown": {"unknown": True, "comments": True},
    "close": {"framing": "close"},
    "tools": {"tool_calls": [{"name": "f", "arguments": {"city": "Oslo"}}, {"name": "g"}]},
    "thinking": {"thinking": "so so", "text": 'the "model":"upstream-2" I am'},
    "refusal": {"finish": "refusal"},
}


@pytest.mark.parametrize("style", STYLES)
@either
async def test_reserialized_messages_grow_or_lose_fields(g, sim, style, stream):
    caller = await caller_of(g)
    through = await ask(g, caller, stream=stream, **STYLES[style])
    headers = {"x-api-key": "k", "anthropic-version": VERSION}
    direct = await raw.ask(sim.url, MESSAGES, sim.requests.last().body, headers=headers)
    theirs, ours = encode(caller.model.upstream_model), encode(caller.model.slug)
    expected = re.sub(rb'"model"\s*:\s*' + re.escape(theirs), b'"model":' + ours, _OWN.sub(b"~", direct.body))
    assert (through.status, through.ending) == (200, "whole")
    assert _OWN.sub(b"~", through.body) == expected


@either
async def test_betas_are_lost_or_the_client_s_secret_reaches_the_provider(g, sim, stream):
    caller = await caller_of(g)
    headers = {
        "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14",
        "anthropic-version": VERSION,
        "anthropic-dangerous-direct-browser-access": "true",
        "x-app": "cli",
        "x-stainless-lang": "js",
        "openai-beta": "responses=v1",
        "cookie": "a=b",
        "user-agent": "machine-of-anna/1.0",
    }
    answer = await g.ask(caller, f"{MESSAGES}?beta=true", messages_body(caller, stream=stream), headers=headers)
    assert answer.status == 200
    seen = {name.decode().lower(): value.decode() for name, value in sim.requests.last().headers}
    assert seen.pop("content-length") == str(len(sim.requests.last().body))
    assert seen.pop("host")
    assert seen == {
        "x-api-key": "sk-upstream-0123456789",
        "anthropic-version": VERSION,
        "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14",
        "content-type": "application/json",
        "accept": "text/event-stream" if stream else "application/json",
        "accept-encoding": "identity",
        "user-agent": "ai-api",
        "x-request-id": f"{answer.headers['x-ai-api-call-id']}.1",
    }


@pytest.mark.parametrize("path", [MESSAGES, "/messages", f"{MESSAGES}?beta=true"])
@pytest.mark.parametrize("place", ["authorization", "x-api-key"])
async def test_where_a_client_knocks_or_keeps_its_secret_is_not_known(g, path, place):
    caller = await caller_of(g)
    headers = caller.headers if place == "authorization" else {"x-api-key": caller.secret}
    assert (await g.ask(None, path, messages_body(caller), headers=headers)).status == 200


async def test_a_client_that_looks_whether_somebody_is_there_is_sent_away(g):
    async with RawClient(g.url) as client:
        await client.send("HEAD", "/", headers={})
        assert (await client.receive(timeout_s=3)).status == 200


async def test_the_official_client_cannot_read_an_answer(g):
    caller = await caller_of(g, usd="5")
    async with sdk(g, caller) as client:
        answer = await client.messages.create(**messages_body(caller))
        assert (answer.model, answer.stop_reason, answer.usage.output_tokens) == (caller.model.slug, "end_turn", 50)
        assert answer.content[0].text.startswith("Echo: hello")
        async with client.messages.stream(**messages_body(caller)) as stream:
            streamed = await stream.get_final_message()
    assert (streamed.model, streamed.usage.output_tokens) == (caller.model.slug, 50)
    assert streamed.content[0].text == answer.content[0].text
    assert [each["outcome"] for each in await g.books.records()] == ["ok", "ok"]


async def test_a_tool_s_call_or_its_result_gets_lost_on_the_way(g, sim):
    caller = await caller_of(g, usd="5")
    calls = [{"name": "weather", "arguments": {"city": "Oslo"}}, {"name": "weather", "arguments": {"city": "Bergen"}}]
    prompt = told("Both?", script=[{"tool_calls": calls, "thinking": "two cities"}, {"text": "Rain in both."}])
    said = [{"role": "user", "content": prompt}]
    async with sdk(g, caller) as client:
        whole = await client.messages.create(**messages_body(caller) | {"messages": said, "tools": [WEATHER]})
        async with client.messages.stream(**messages_body(caller) | {"messages": said, "tools": [WEATHER]}) as stream:
            streamed = await stream.get_final_message()
        for answer in (whole, streamed):
            assert answer.stop_reason == "tool_use"
            uses = [block for block in answer.content if block.type == "tool_use"]
            assert [use.input for use in uses] == [{"city": "Oslo"}, {"city": "Bergen"}]
            assert answer.content[0].thinking == "two cities"
            results = [{"type": "tool_result", "tool_use_id": use.id, "content": "rain"} for use in uses]
            turns = [
                *said,
                {"role": "assistant", "content": [block.model_dump() for block in answer.content]},
                {"role": "user", "content": results},
            ]
            end = await client.messages.create(**messages_body(caller) | {"messages": turns, "tools": [WEATHER]})
            assert end.content[0].text == "Rain in both."
    records = await g.books.records()
    assert [each["finish_reason"] for each in records] == ["tool_use", "tool_use", "end_turn", "end_turn"]


@either
async def test_an_answer_costs_more_than_is_left(g, sim, stream):
    """The bound on output that goes to the provider is lowered to what can be paid for."""
    caller = await caller_of(g, tokens=600)
    answer = await ask(g, caller, stream=stream)
    assert answer.status == 200
    sent = json.loads(sim.requests.last().body)
    assert sent["max_tokens"] == int(answer.headers["x-ai-api-output-tokens-max"]) < 1_000


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"max_tokens": None}, 400, "max_tokens"),
        ({"api_base": "http://10.0.0.1"}, 400, "api_base"),
        ({"base_url": "http://10.0.0.1"}, 400, "base_url"),
        ({"api_key": "x"}, 400, "api_key"),
        ({"mcp_servers": [{"type": "url", "url": "https://a.example", "name": "x"}]}, 400, "mcp_servers"),
        ({"fallbacks": [{"model": "claude-dearest"}]}, 400, "fallbacks"),
        ({"container": "container_011"}, 404, "container"),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}]}
                ]
            },
            404,
            "messages",
        ),
    ],
)
async def test_requests_say_where_they_go_or_read_what_is_not_theirs(g, sim, fields, status, param):
    caller = await caller_of(g)
    answer = await g.ask(caller, MESSAGES, messages_body(caller, **fields))
    error = error_in(answer)
    assert (answer.status, error["param"]) == (status, param)
    assert error["type"] == ("invalid_request_error" if status == 400 else "not_found_error")
    assert len(sim.requests) == 0


@either
async def test_a_message_that_is_asked_for_twice_is_paid_twice(g, sim, stream):
    caller = await caller_of(g, usd="5")
    headers, body = {"idempotency-key": "once"}, messages_body(caller, stream=stream)
    first = await g.ask(caller, MESSAGES, body, headers=headers)
    again = await g.ask(caller, MESSAGES, body, headers=headers)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers["content-type"] == first.headers["content-type"]
    other = await g.ask(caller, MESSAGES, messages_body(caller, "another", stream=stream), headers=headers)
    assert (other.status, error_in(other)["code"]) == (422, "idempotency_key_reused")
    assert len(sim.requests) == 1


# ── the client leaves ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_client_that_leaves_a_message_midstream_has_no_record(g, sim):
    caller = await caller_of(g, usd="5")
    async with g.begun(caller, MESSAGES, messages_body(caller, told(hang_at=5), stream=True)) as client:
        seen = await client.receive(timeout_s=0.6)
        assert seen.body.count(b"amber") == 1
        assert not has_end(seen)
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    assert 4 <= record["output_tokens"] <= 12
    cost = record["input_tokens"] * INPUT_NANOS + record["output_tokens"] * OUTPUT_NANOS
    assert record["billed_cost_nanos"] == cost > 0


@either
@pytest.mark.parametrize("where", [{"hang_at": "headers"}, {"first_chunk_delay_ms": 60_000}], ids=["headers", "body"])
async def test_a_message_nobody_waits_for_is_waited_for(g, sim, stream, where):
    caller = await caller_of(g, usd="5")
    body = messages_body(caller, told("a long prompt " * 40, **where), stream=stream)
    async with g.begun(caller, MESSAGES, body):
        await sim.witness.wait_for("started")
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    assert record["input_tokens"] > 100


@pytest.mark.parametrize("comes", [True, False], ids=["the end comes", "it never comes"])
async def test_a_client_that_leaves_before_the_end_makes_the_usage_unknown(g, sim, comes):
    """Gone between the stop reason, which is held back, and the end: that is waited for, a moment."""
    caller = await caller_of(g, usd="5")
    behaviour = {"end_delay_ms": 500} if comes else {"hang_at": "terminal"}
    async with g.begun(caller, MESSAGES, messages_body(caller, told(**behaviour), stream=True)) as client:
        seen = await client.receive(timeout_s=0.25)
        assert b"content_block_delta" in seen.body
        assert not has_end(seen)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == (
        ("ok", "provider") if comes else ("client_closed", "estimated")
    )
    assert 50 <= record["output_tokens"] <= (50 if comes else 90)

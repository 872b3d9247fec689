"""Traces: a span for each call at a real collector, without what was said; and no call ever waits for one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from tests.integration.gateway.shapes import every_shape, told
from tests.support.collector import collector
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import KEYS_TEXT

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "acme=hunter2"}
CLIENT_KIND, ERROR = 3, 2


def traced(received, **more):
    return {"traces": {"endpoint": received.url, **more}}


@every_shape
async def test_a_call_has_no_span_or_says_what_was_said(g, sim, shape):
    caller = await g.org.caller(usd="5")
    with collector() as received:
        async with beside(g, sim, **traced(received, headers="authorization=Bearer hunter2hunter2")) as other:
            body = shape.body(caller, "the-word-that-nobody-may-see")
            answer = await other.ask(caller, shape.path, body, headers=TRACEPARENT)
            assert answer.status == 200
            [span] = await received.spans(1)
            record = await g.books.record()
    assert (span.trace_id, span.parent, span.kind, span.status) == (TRACE, PARENT, CLIENT_KIND, 0)
    assert (span.name, span.service, span.scope) == (f"chat {caller.model.slug}", "ai-api", "ai_api")
    assert span.attributes["gen_ai.usage.input_tokens"] == record["input_tokens"]
    assert span.attributes["gen_ai.usage.output_tokens"] == record["output_tokens"] > 0
    assert span.attributes["gen_ai.request.stream"] is shape.stream
    assert ("gen_ai.response.time_to_first_chunk" in span.attributes) is shape.stream
    assert span.attributes["ai_api.call_id"] == str(record["call_id"])
    assert span.attributes["ai_api.credential"] == caller.credential.credential.public_id
    assert span.ended_ns > span.began_ns
    assert (received.paths, received.headers[0]["authorization"]) == (["/v1/traces"], "Bearer hunter2hunter2")
    sent = received.text()
    assert "the-word-that-nobody-may-see" not in sent
    assert caller.credential.secret not in sent
    # What the provider was told of it: nothing.
    asked = sim.requests.last()
    assert (asked.header("traceparent"), asked.header("tracestate")) == (None, None)


async def test_a_call_that_failed_or_was_left_looks_well(g, sim):
    caller = await g.org.caller(usd="5")
    with collector() as received:
        async with beside(g, sim, **traced(received)) as other:
            assert (await other.chat(caller, told(status=500))).status == 502
            body = chat_body(caller, told(hang_at=3), stream=True)
            async with other.begun(caller, CHAT, body) as client:
                await client.receive_until(b"data: ")
            # What was refused before it was a call has no span.
            assert (await other.ask(None, CHAT, chat_body(caller))).status == 401
            failed, left = sorted(await received.spans(2), key=lambda each: each.began_ns)
        assert len(received.all_spans()) == 2
    assert (failed.attributes["error.type"], failed.status, failed.parent) == ("upstream_error", ERROR, "")
    assert (left.attributes["error.type"], left.status) == ("client_closed", 0)
    assert failed.trace_id != left.trace_id


async def test_a_provider_is_told_of_a_trace_it_does_not_belong_to(g, sim):
    caller = await g.org.caller(usd="5")
    with collector() as received:
        async with beside(g, sim, **traced(received, forward=True)) as other:
            for headers in (TRACEPARENT, {}):
                sim.forget()
                assert (await other.ask(caller, CHAT, chat_body(caller), headers=headers)).status == 200
                asked = sim.requests.last()
                span = (await received.spans(1 + (not headers)))[-1]
                assert asked.header("traceparent") == f"00-{span.trace_id}-{span.span_id}-01"
                assert asked.header("tracestate") is None
            assert span.trace_id != TRACE


async def test_calls_are_traced_that_nobody_wants_traced(g, sim):
    caller = await g.org.caller(usd="5")
    unsampled = {"traceparent": f"00-{TRACE}-{PARENT}-00"}
    with collector() as received:
        async with beside(g, sim, **traced(received, share=0)) as other:
            for headers in ({}, unsampled, TRACEPARENT):
                assert (await other.ask(caller, CHAT, chat_body(caller), headers=headers)).status == 200
            await received.spans(1)
        assert [each.trace_id for each in received.all_spans()] == [TRACE]


@pytest.mark.parametrize("how", ["silent", "refusing", "away"])
async def test_a_call_waits_for_a_collector(g, sim, how):
    caller = await g.org.caller(usd="5")
    with collector() as received:
        endpoint = received.url if how != "away" else "http://127.0.0.1:9"
        received.answer = 503 if how == "refusing" else 200
        if how == "silent":
            received.open.clear()
        began = time.monotonic()
        async with beside(g, sim, traces={"endpoint": endpoint}) as other:
            plain = min([await took(g, caller) for _ in range(5)])
            for _ in range(3):
                await asyncio.gather(*(other.chat(caller) for _ in range(20)))
            # The thread has begun to send by now.
            await asyncio.sleep(2.5)
            assert min([await took(other, caller) for _ in range(5)]) < plain + 0.1
            ending = time.monotonic()
        assert time.monotonic() - ending < 10, "the process waits for it when it ends"
        assert time.monotonic() - began < 60


async def took(g, caller) -> float:
    began = time.monotonic()
    assert (await g.chat(caller)).status == 200
    return time.monotonic() - began


OFF = """
import sys
from ai_api.app import create_app
from ai_api.gateway.tell import Tell
from ai_api.settings import load_settings
application = create_app(load_settings({}, database_url="postgresql://u:p@127.0.0.1:1/x", encryption_keys=sys.argv[1]))
assert type(application.gateway.tell) is Tell
found = [name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.proto", "google.protobuf"))]
assert not found, found
"""
MISSING = """
import os, sys
sys.modules["opentelemetry.exporter"] = None
os.environ |= {"AI_API_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x", "AI_API_ENCRYPTION_KEYS": sys.argv.pop(),
    "AI_API_TRACES__ENDPOINT": "http://collector:4318", "AI_API_LISTEN__PORT": "0", "AI_API_LISTEN__OPS_PORT": "0"}
from ai_api.cli import main
sys.argv[1:] = ["serve"]
main()
"""


def ran(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, KEYS_TEXT], capture_output=True, text=True, timeout=60, check=False
    )


def test_who_does_not_trace_loads_what_traces():
    done = ran(OFF)
    assert done.returncode == 0, done.stderr


def test_without_the_extra_it_starts_and_traces_nothing():
    done = ran(MISSING)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "AI_API_TRACES__ENDPOINT: needs what `pip install 'ai-api[otel]'` brings, or take it away\n"

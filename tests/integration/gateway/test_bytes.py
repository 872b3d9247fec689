"""What passes through comes out as it went in, but for what must change."""

from __future__ import annotations

import json
import re

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import SHAPES, every_shape, every_stream, told
from tests.support.gateway import CHAT, RESPONSES, chat_body
from tests.support.upstream import raw

_OWN = re.compile(rb"[0-9a-f]{24}|(?<=_at\":)\s*\d{10}|(?<=\"created\":)\s*\d{10}")
"""What differs between two answers of the simulator: ids and times."""
_UNKNOWN_FIELDS = {
    "dimensions": 3,
    "top_n": 2,
    "prompt_cache_key": "päck \U0001f4e6",
    "x_later": {"deep": [1.50, 1e3, None]},
}


def same(body: bytes) -> bytes:
    return _OWN.sub(b"~", body)


@every_shape
async def test_a_whitelist_of_parameters_drops_what_a_user_asked_for(g, sim, shape):
    caller = await g.org.caller()
    body = shape.body(caller, service_tier="flex", max_output_tokens=9, max_tokens=9, **_UNKNOWN_FIELDS)
    sent = encode(body)
    assert (await g.ask(caller, shape.path, sent)).status == 200
    arrived = sim.requests.last().body
    expected = sent.replace(encode(caller.model.slug), encode(caller.model.upstream_model), 1)
    if shape == ("chat", True):
        expected = expected[:-1] + b',"stream_options":{"include_usage":true}}'
    assert arrived == expected


async def test_numbers_and_escapes_are_rewritten_on_the_way(g, sim):
    caller = await g.org.caller()
    values = {
        b'"temperature"': b"0.70",
        b'"seed"': b"12345678901234567890123",
        b'"stop"': b'[ "\\u00e9\\/" ,"\xc3\xa9" ]',
        b'"messages"': b'[ {"role":"user","content":"\\ud83d\\ude00 hi"} ]',
        b'"logit_bias"': b'{"1":1e2,"1":-0}',
    }
    model = b'"model" : ' + encode(caller.model.slug)
    sent = (
        b"{\n " + model + b",\n " + b",\n ".join(name + b" :\t" + value for name, value in values.items()) + b"\n}\r\n"
    )
    assert (await g.ask(caller, CHAT, sent)).status == 200
    arrived = sim.requests.last().body
    expected = b'{"model":' + encode(caller.model.upstream_model)
    assert arrived == expected + b"".join(b"," + name + b":" + value for name, value in values.items()) + b"}"


async def test_options_of_the_stream_are_lost_when_usage_is_asked_for(g, sim):
    caller = await g.org.caller()
    await g.chat(caller, stream=True, stream_options={"include_obfuscation": False, "include_usage": False})
    options = json.loads(sim.requests.last().body)["stream_options"]
    assert options == {"include_obfuscation": False, "include_usage": True}


@every_shape
async def test_the_client_s_secret_and_headers_reach_the_provider(g, sim, shape):
    caller = await g.org.caller()
    headers = {
        "cookie": "a=b",
        "x-api-base": "http://elsewhere.example",
        "openai-organization": "org-1",
        "openai-beta": "responses=v1",
        "accept-encoding": "gzip, br",
        "user-agent": "machine-of-anna/1.0",
        "x-forwarded-for": "192.0.2.1",
    }
    answer = await g.ask(caller, shape.path, shape.body(caller), headers=headers)
    seen = {name.decode().lower(): value.decode() for name, value in sim.requests.last().headers}
    seen.pop("host")
    assert seen.pop("content-length") == str(len(sim.requests.last().body))
    assert seen == {
        "authorization": "Bearer sk-upstream-0123456789",
        "content-type": "application/json",
        "accept": "text/event-stream" if shape.stream else "application/json",
        "accept-encoding": "identity",
        "user-agent": "ai-api",
        "openai-beta": "responses=v1",
        "x-request-id": f"{answer.headers['x-ai-api-call-id']}.1",
    }


STYLES = {
    "plain": {},
    "crlf": {"line_end": "crlf"},
    "spaced": {"json_style": "spaced"},
    "split": {"split_bytes": 7, "split_pause_ms": 0},
    "unknown": {"unknown": True, "comments": True},
    "close": {"framing": "close"},
    "tools": {
        "tool_calls": [{"name": "f", "arguments": {"model": "upstream"}}, {"name": "g"}],
        "tool_style": "interleaved",
    },
    "thinking": {"thinking": "so so", "text": 'the "model":"upstream-2" I am'},
    "azure": {"usage_flavour": "azure"},
}


@pytest.mark.parametrize("style", STYLES)
async def test_reserialized_answers_grow_or_lose_fields(g, sim, style):
    caller = await g.org.caller()
    for shape in SHAPES:
        if style == "azure" and not shape.stream:
            continue
        prompt = told(**STYLES[style])
        wanted = {"stream_options": {"include_usage": True}} if shape == ("chat", True) else {}
        through = await g.ask(caller, shape.path, shape.body(caller, prompt, **wanted))
        direct = await raw.ask(sim.url, shape.path, sim.requests.last().body)
        theirs, ours = encode(caller.model.upstream_model), encode(caller.model.slug)
        expected = re.sub(rb'"model"\s*:\s*' + re.escape(theirs), b'"model":' + ours, same(direct.body))
        assert through.status == 200
        assert same(through.body) == expected, shape
        assert theirs not in through.body.replace(b'\\"model\\"', b"")


async def test_a_usage_chunk_reaches_a_client_that_did_not_ask(g, sim):
    caller = await g.org.caller()
    hidden = await g.chat(caller, stream=True)
    asked = await g.chat(caller, stream=True, stream_options={"include_usage": True})
    assert all(chunk["choices"] for chunk in hidden.payloads)
    assert not any(chunk["usage"] for chunk in hidden.payloads)
    assert asked.payloads[-1]["choices"] == []
    assert asked.payloads[-1]["usage"]["completion_tokens"] == 50
    assert [chunk["choices"] for chunk in hidden.payloads] == [chunk["choices"] for chunk in asked.payloads[:-1]]
    assert hidden.body.endswith(b"data: [DONE]\n\n")
    # Hidden or not, it is what both are billed by.
    assert [(each["output_tokens"], each["usage_source"]) for each in await g.books.records()] == [(50, "provider")] * 2


@every_stream
async def test_streams_are_faked_the_first_byte_comes_with_the_last(g, sim, shape):
    caller = await g.org.caller()
    async with g.begun(caller, shape.path, shape.body(caller, told(hang_at=3))) as client:
        answer = await client.receive(timeout_s=0.3)
        assert sim.counters.open == 1
    assert answer.ending == "silence"
    assert answer.body.count(b"amber") + answer.body.count(b"birch") == 2
    await g.at_rest()


@every_stream
async def test_chunks_are_collected_before_they_are_passed_on(g, sim, shape):
    caller = await g.org.caller()
    answer = await shape.ask(g, caller, chunks=8, chunk_delay_ms=30)
    words = [piece for piece in answer.pieces if b"delta" in piece]
    assert answer.ending == "whole"
    assert len(words) >= 8


@pytest.mark.parametrize(("alias", "path"), [("/chat/completions", CHAT), ("/responses", RESPONSES)])
async def test_clients_that_leave_out_v1_find_nothing(g, sim, alias, path):
    caller = await g.org.caller()
    shape = next(each for each in SHAPES if each.path == path)
    assert (await g.ask(caller, alias, shape.body(caller))).status == 200
    assert sim.requests.last().path == path


async def test_a_bare_name_answers_under_another_name(g, sim):
    caller = await g.org.caller()
    bare = caller.model.slug.partition("/")[2]
    answer = await g.ask(caller, CHAT, chat_body(caller) | {"model": bare})
    assert json.loads(answer.body)["model"] == bare
    assert answer.headers["x-ai-api-model"] == caller.model.slug
    record = await g.books.record()
    assert (record["requested_model"], record["model"]) == (bare, caller.model.slug)

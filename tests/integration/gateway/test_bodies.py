"""Bodies that are none, too large, or hostile: refused before anybody upstream hears of them."""

from __future__ import annotations

import asyncio
import json

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import WHOLES, error_of
from tests.support.gateway import CHAT, RESPONSES, beside, chat_body, responses_body
from tests.support.upstream.raw import RawClient

NOT_JSON = {
    "empty": b"",
    "blank": b"  \n",
    "half": b'{"model": "m", "messages": [',
    "two": b"{} {}",
    "trailing": b'{"model": "m"} x',
    "list": b"[]",
    "text": b'"model"',
    "null": b"null",
    "number": b"1",
    "NaN": b'{"model": "m", "temperature": NaN}',
    "infinity": b'{"model": "m", "temperature": -Infinity}',
    "hex": b'{"model": "m", "temperature": 0x10}',
    "single quotes": b"{'model': 'm'}",
    "comment": b'{"model": "m" /* here */}',
    "not utf-8": b'{"model": "\xff\xfe"}',
    "utf-16": '{"model": "m"}'.encode("utf-16"),
    "lone surrogate": b'{"model": "m", "user": "\\ud83d"}',
    "lone low surrogate": b'{"model": "m", "messages": [{"content": "\\udc00x"}]}',
    "raw surrogate": b'{"model": "\xed\xa0\xbd"}',
    "control in a string": b'{"model": "a\nb"}',
    "NUL escaped": b'{"model": "m", "messages": [{"role": "user", "content": "a\\u0000b"}]}',
    "NUL in a key": b'{"model": "m", "x\\u0000": 1}',
    "NUL raw": b'{"model": "m\x00"}',
    "twice": b'{"model": "cheap", "messages": [], "model": "dear"}',
    "twice, escaped": b'{"model": "cheap", "messages": [], "m\\u006fdel": "dear"}',
    "deep": b'{"model": "m", "messages": ' + b"[" * 65 + b"]" * 65 + b"}",
    "very deep": b'{"model": "m", "messages": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep objects": b'{"model": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "form": b"model=m&messages=",
    "number of 5,000 digits": b'{"model": "m", "n": 1' + b"0" * 5_000 + b"}",
}
BAD_CHAT_FIELDS = {
    "model": [1, True, ["m"], {"a": 1}, "m" * 257, "m" * 10_000],
    "messages": ["hi", {"role": "user"}, 7],
    "stream": ["yes", 1, 0, "false", []],
    "stream_options": ["on", [], True, {"include_usage": "yes"}],
    "max_tokens": [0, -1, "5", 1.5, True, 10**20, [], {}],
    "max_completion_tokens": [0, "all"],
    "n": [0, -1, 129, 10**9, 10**400, "2", 1.0],
    "tools": ["all", {"type": "function"}],
    "service_tier": [1, ["flex"]],
    "api_base": ["http://127.0.0.1/"],
    "base_url": ["http://127.0.0.1/"],
    "api_key": ["sk-mine"],
}
BAD_RESPONSES_FIELDS = {
    "background": [True, "yes"],
    "store": ["false"],
    "previous_response_id": [1],
    "max_output_tokens": [0, -1, "5", 2.5],
    "stream": ["true"],
    "tools": [{}, "web_search"],
    "api_base": [None, "http://127.0.0.1/"],
}
# Pointers to what lies at the provider under the gateway's key: somebody else's, as far as anybody knows.
FOREIGN = {
    "conversation": {"conversation": "conv_1"},
    "conversation object": {"conversation": {"id": "conv_1"}},
    "prompt": {"prompt": {"id": "pmpt_1"}},
    "item reference": {"input": [{"type": "item_reference", "id": "msg_1"}]},
    "bare item reference": {"input": [{"id": "msg_1"}]},
    "file": {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
    "image": {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "file-1"}]}]},
    "tool output file": {
        "input": [{"type": "function_call_output", "output": [{"type": "input_file", "file_id": "f"}]}]
    },
    "vector store": {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
    "container": {"tools": [{"type": "code_interpreter", "container": "cntr_1"}]},
    "container files": {"tools": [{"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["f"]}}]},
}


async def test_a_malformed_body_is_a_500(g, sim):
    caller = await g.org.caller()
    for path in (CHAT, RESPONSES):
        for name, body in NOT_JSON.items():
            answer = await g.ask(caller, path, body)
            assert (answer.status, error_of(answer)["type"]) == (400, "invalid_request_error"), name
            assert answer.headers["x-should-retry"] == "false"
            assert len(answer.body) < 1_000, name
    assert len(sim.requests) == 0
    assert (await g.chat(caller)).status == 200


async def test_fields_of_another_type_are_a_500_or_taken_for_something(g, sim):
    caller = await g.org.caller(usd="5")
    for make, path, table in (
        (chat_body, CHAT, BAD_CHAT_FIELDS),
        (responses_body, RESPONSES, BAD_RESPONSES_FIELDS),
    ):
        for name, values in table.items():
            for value in values:
                answer = await g.ask(caller, path, make(caller) | {name: value})
                assert answer.status == 400, (name, value, answer.body)
                assert name in error_of(answer)["param"], (name, value)
                assert str(value)[:300] not in error_of(answer)["message"] or len(str(value)) < 20
    missing = await g.ask(caller, CHAT, {"model": caller.model.slug})
    assert (missing.status, error_of(missing)["param"]) == (400, "messages")
    for body in ({"messages": []}, {"model": None, "messages": []}):
        unnamed = await g.ask(caller, CHAT, body)
        assert (unnamed.status, error_of(unnamed)["param"]) == (400, "model")
        assert error_of(unnamed)["details"]["usable_models"] == [caller.model.slug]
    assert len(sim.requests) == 0


async def test_pointers_to_somebody_else_s_files_and_answers_pass(g, sim):
    caller = await g.org.caller(usd="5")
    for name, fields in FOREIGN.items():
        answer = await g.ask(caller, RESPONSES, responses_body(caller) | fields)
        assert (answer.status, error_of(answer)["code"]) == (404, "pointer_not_found"), name
    file = [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]
    answer = await g.ask(caller, CHAT, chat_body(caller) | {"messages": file})
    assert (answer.status, error_of(answer)["code"]) == (404, "pointer_not_found")
    remote = {"type": "mcp", "server_url": "http://127.0.0.1:1/", "server_label": "x"}
    answer = await g.ask(caller, RESPONSES, responses_body(caller, tools=[remote]))
    assert answer.status == 400
    assert len(sim.requests) == 0


async def test_steering_fields_in_nested_places_steer(g, sim):
    """Deeper down they are the provider's own affair and inert here: they are passed on, and nothing follows them."""
    caller = await g.org.caller()
    answer = await g.chat(
        caller, metadata={"api_base": "http://127.0.0.1:1/", "api_key": "sk-mine"}, extra_body={"base_url": "x"}
    )
    assert answer.status == 200
    assert json.loads(sim.requests.last().body)["metadata"]["api_key"] == "sk-mine"
    assert sim.requests.last().bearer == "sk-upstream-0123456789"


async def test_a_compressed_body_becomes_a_bomb(g, sim):
    caller = await g.org.caller()
    for coding in ("gzip", "deflate", "br", "gzip, gzip"):
        answer = await g.ask(caller, CHAT, b"\x1f\x8b", headers={"content-encoding": coding})
        assert answer.status == 400
    assert len(sim.requests) == 0


async def test_large_bodies_of_strangers_fill_the_memory(g, sim):
    async with beside(g, sim, limits={"body_bytes_max": 4096}) as g:
        caller = await g.org.caller()
        for headers, status in (({"authorization": "Bearer sk-wrong"}, 401), ({}, 401), (caller.headers, 413)):
            async with RawClient(g.url) as client:
                # Announced and not sent: answered without waiting for a byte of it.
                await client.send("POST", CHAT, headers={**headers, "content-length": "3000000000"})
                answer = await client.receive(timeout_s=2)
                assert (answer.status, answer.ending) == (status, "whole")
                assert answer.headers["connection"] == "close"
        assert (error_of(answer)["code"], answer.headers["x-should-retry"]) == ("body_too_large", "false")
        assert "4,096" in error_of(answer)["message"]
        assert len(sim.requests) == 0


@pytest.mark.parametrize("shape", WHOLES, ids=str)
async def test_a_body_that_does_not_say_how_large_it_is_is_read_to_its_end(g, sim, shape):
    async with beside(g, sim, limits={"body_bytes_max": 4096}) as g:
        caller = await g.org.caller()
        fits = encode(shape.body(caller, "x" * 3_000))
        async with RawClient(g.url) as client:
            await client.send(
                "POST", shape.path, headers={**caller.headers, "transfer-encoding": "chunked"}, body=chunked(fits)
            )
            assert (await client.receive()).status == 200
        async with RawClient(g.url) as client:
            await client.send("POST", shape.path, headers={**caller.headers, "transfer-encoding": "chunked"})
            for _ in range(5):
                await client.send_bytes(b"400\r\n" + b" " * 1024 + b"\r\n")
            # No end was sent.
            answer = await client.receive(timeout_s=2)
            assert (answer.status, answer.headers["connection"]) == (413, "close")
        exact = shape.body(caller, "")
        room = 4096 - len(encode(exact))
        assert (await g.ask(caller, shape.path, shape.body(caller, "x" * room))).status == 200
        assert (await g.ask(caller, shape.path, shape.body(caller, "x" * (room + 1)))).status == 413


async def test_a_client_that_leaves_while_it_sends_leaves_something_open(g, sim):
    caller = await g.org.caller()
    for _ in range(5):
        async with RawClient(g.url) as client:
            await client.send("POST", CHAT, headers={**caller.headers, "content-length": "1000"}, body=b"")
            await client.send_bytes(b'{"model": ')
            await asyncio.sleep(0.01)
    assert (await g.chat(caller)).status == 200
    assert len(sim.requests) == 1
    assert len(await g.books.records()) == 1


def chunked(body: bytes) -> bytes:
    """In chunks of a kilobyte."""
    parts = [body[start : start + 1024] for start in range(0, len(body), 1024)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"

"""What stands in the head of an answer."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import every_shape, told
from tests.support.gateway import CHAT, chat_body
from tests.support.upstream.raw import RawClient

ILLEGAL = {
    "65 characters": "r" * 65,
    "10 kB": "r" * 10_000,
    "empty": "",
    "blank inside": "a b",
    "quote": "'; DROP TABLE call_records; --",
    "latin-1": "r\xe9sum\xe9",
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_request_id_of_65_characters_makes_the_answer_free(g, stream):
    caller = await g.org.caller(usd="5")
    given = {}
    for name, value in ILLEGAL.items():
        answer = await g.ask(caller, CHAT, chat_body(caller, stream=stream), headers={"x-request-id": value})
        given[name] = answer.headers["x-request-id"]
        assert answer.status == 200, name
        assert UUID(given[name]).version == 7, name
    records = await g.books.records()
    assert [each["request_id"] for each in records] == list(given.values())
    assert {(each["outcome"], each["output_tokens"]) for each in records} == {("ok", 50)}


async def test_the_client_s_own_request_id_cannot_be_found_again(g, sim):
    caller = await g.org.caller()
    for legal in ("a", "r" * 64, "A.b-c_9", "01a1fd85-2a87-7b65-b26e-6a9f10baf7d3"):
        answer = await g.ask(caller, CHAT, chat_body(caller), headers={"x-request-id": legal})
        assert answer.headers["x-request-id"] == legal
        record = await g.books.record(request_id=legal)
        # Two clients may choose the same: the provider hears the id of the call.
        assert str(record["call_id"]) == answer.headers["x-ai-api-call-id"]
        assert sim.requests.last().x_request_id == f"{record['call_id']}.1"


@every_shape
async def test_an_answer_cannot_be_traced_to_its_record(g, shape):
    caller = await g.org.caller()
    answer = await shape.ask(g, caller)
    record = await g.books.record()
    head = answer.headers
    assert head["x-ai-api-call-id"] == str(record["call_id"])
    assert head["x-ai-api-model"] == caller.model.slug
    assert re.fullmatch(r"\d+\.\d\d", head["x-ai-api-overhead-ms"])
    assert 0 < float(head["x-ai-api-overhead-ms"]) < 5_000
    if shape.stream:
        assert head["content-type"] == "text/event-stream; charset=utf-8"
        assert head["cache-control"] == "no-store"
        # An edge proxy that buffers would give a stream in one piece.
        assert head["x-accel-buffering"] == "no"
        assert "content-length" not in head
    else:
        assert head["content-type"] == "application/json"
        assert int(head["content-length"]) == len(answer.body)
    assert "x-ai-api-output-tokens-max" not in head
    assert "server" not in head


async def test_headers_of_the_provider_reach_the_client(g):
    caller = await g.org.caller()
    headers = {"set-cookie": "a=b", "openai-organization": "org-of-the-key", "x-ratelimit-limit-requests": "1"}
    answer = await g.chat(caller, told(headers=headers))
    assert answer.status == 200
    assert headers.keys() & answer.headers.keys() == set()


async def test_a_client_that_sends_its_key_elsewhere_is_a_stranger(g):
    caller = await g.org.caller()
    places = [{name: caller.secret} for name in ("x-api-key", "x-goog-api-key", "api-key")]
    for headers in (*places, {"authorization": f"bEARER  {caller.secret}"}):
        assert (await g.ask(None, CHAT, chat_body(caller), headers=headers)).status == 200, headers.keys()


async def test_a_second_call_on_one_connection_gets_the_first_one_s_ids(g):
    caller = await g.org.caller()
    seen = []
    async with RawClient(g.url) as client:
        for number in range(3):
            await client.send(
                "POST",
                CHAT,
                headers={**caller.headers, "x-request-id": f"call-{number}"},
                body=encode(chat_body(caller, stream=number == 1)),
            )
            answer = await client.receive()
            assert answer.ending == "whole"
            seen.append((answer.headers["x-request-id"], answer.headers["x-ai-api-call-id"]))
    records = await g.books.records()
    assert seen == [(each["request_id"], str(each["call_id"])) for each in records]
    assert [request_id for request_id, _ in seen] == ["call-0", "call-1", "call-2"]

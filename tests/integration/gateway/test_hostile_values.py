"""Nothing a client or a provider sends can make a record fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from ai_api.core.ids import uuid7
from ai_api.gateway.store_settlement import RECORD_COLUMNS
from tests.integration.gateway.shapes import SHAPES, every_shape, told
from tests.support.gateway import CHAT, chat_body, gateway
from tests.support.upstream.raw import RawClient

AGENTS = {
    "empty": "",
    "blank": "   ",
    "10 kB": "a" * 10_000,
    "one long word": "x/" + "9" * 500 + " rest",
    "latin-1": "M\xfcller/1.0 (\xa9)",
    "utf-8": "\u732b/1.0".encode().decode("latin-1"),
    "half a character": "\xf0\x9f",
    "quotes": "'\"\\u0000\\",
    "json": '{"a":"\\ud800"}',
    "machine": "codex_cli_rs/0.169.0 (Debian 12; x86_64) host-of-anna",
}
MODELS = {
    "256 emoji": "\U0001f4a9" * 256,
    "direction override": "acme/\u202emoc\u202c",
    "noncharacter": "\uffff\ufffe",
    "quotes": "a\"'\\;--",
    "empty": "",
    "slashes": "../../..//",
    "control": "a\x1b[31m\x7f",
    "percent": "%00%s{model}",
    "newline": "a\nb\r\n\r\nc",
}
NASTY = "\x00\ud800 \u202e\U0010ffff \x1b"


async def test_an_odd_user_agent_loses_the_record(g):
    caller = await g.org.caller(usd="5")
    for name, agent in AGENTS.items():
        for stream in (False, True):
            answer = await g.ask(caller, CHAT, chat_body(caller, stream=stream), headers={"user-agent": agent})
            assert answer.status == 200, name
    records = await g.books.records()
    assert len(records) == 2 * len(AGENTS)
    assert {record["outcome"] for record in records} == {"ok"}
    assert all(len(record["client"] or "") <= 64 for record in records)
    # The program, and nothing that names a machine or a person.
    assert records[-1]["client"] == "codex_cli_rs/0.169.0"


async def test_an_odd_model_name_loses_the_record(g, sim):
    caller = await g.org.caller()
    for name, model in MODELS.items():
        answer = await g.ask(caller, CHAT, chat_body(caller) | {"model": model})
        assert answer.status in {400, 404}, name
        # An error object in sound JSON, whatever stands in the name.
        assert json.loads(answer.body)["error"]["param"] == "model"
        assert "\n" not in answer.headers["x-request-id"]
    records = await g.books.records()
    assert {record["requested_model"] for record in records} <= set(MODELS.values())
    assert len(records) >= len(MODELS) - 1
    assert len(sim.requests) == 0


@every_shape
async def test_odd_contents_lose_the_record(g, shape):
    caller = await g.org.caller(usd="5")
    contents = {"user": "\u202e" * 1_000, "metadata": {"k" * 500: "\U0010ffff"}, "prompt_cache_key": "p" * 10_000}
    answer = await g.ask(caller, shape.path, shape.body(caller, "\U0001f4a9\uffff" * 500, **contents))
    assert answer.status == 200
    assert (await g.books.record())["outcome"] == "ok"


async def test_an_id_of_157_characters_turns_a_paid_call_into_a_500(g):
    caller = await g.org.caller(usd="5")
    headers = {"x-request-id": "resp_" + "a" * 400, "request-id": "é" * 300}
    for shape in SHAPES:
        assert (await shape.ask(g, caller, headers=headers)).status == 200
    records = await g.books.records()
    assert {(record["outcome"], record["output_tokens"]) for record in records} == {("ok", 50)}
    assert all(len(record["upstream_request_id"]) <= 256 for record in records)


@asynccontextmanager
async def provider_of(head: bytes, body: bytes) -> AsyncIterator[str]:
    """A provider that answers everything with these bytes. Gives its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nconnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


def completion(**choice: object) -> dict[str, object]:
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    return {"id": "c", "object": "chat.completion", "model": "m", "choices": [{"index": 0, **choice}], "usage": usage}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "request_id", [b"\xff\xfe not utf-8", "\u732b".encode(), b"r" * 4_000], ids=["bytes", "utf-8", "long"]
)
async def test_what_a_provider_says_of_itself_loses_the_record(g, stream, request_id):
    """A finish reason with a NUL, a request id that is no text: the call is answered, and billed by its usage."""
    message = {"role": "assistant", "content": "hi"}
    said = completion(finish_reason="stop\x00\u202e" * 100, **{"delta" if stream else "message": message})
    body = json.dumps(said).encode()
    kind = b"content-type: application/json"
    if stream:
        body, kind = b"data: " + body + b"\n\ndata: [DONE]\n\n", b"content-type: text/event-stream"
    async with provider_of(kind + b"\r\nx-request-id: " + request_id, body) as url:
        caller = await g.org.caller(usd="5", key=await g.org.key(url=url))
        answer = await g.chat(caller, stream=stream)
    assert (answer.status, answer.ending) == (200, "whole")
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "provider", 4)


async def test_a_record_that_cannot_even_be_kept_aside_stops_every_other_call(database, sim):
    """Should a text ever come through that Postgres refuses as JSON too: what is owed is kept, and the others settle."""
    async with gateway(database, sim, check=False) as g:
        caller = await g.org.caller(usd="5")
        poison = {name: None for name, _ in RECORD_COLUMNS} | {
            "call_id": uuid7(),
            "started_at": datetime.now(UTC),
            "billed_cost_nanos": 7,
            "finish_reason": "a\x00b",
            "details": {"because": "\x00"},
            "bookings": [],
            "accounts": [],
            "holdless": True,
        }
        settled = g.application.gateway.settlement.submit(poison)
        answers = await asyncio.gather(*(g.chat(caller) for _ in range(10)))
        assert {answer.status for answer in answers} == {200}
        await asyncio.wait_for(settled, 2)
        assert len(await g.books.records()) == 10
        (kept,) = await g.books.unsettled()
        assert (kept["call_id"], json.loads(kept["record"])["billed_cost_nanos"]) == (poison["call_id"], 7)
        assert g.application.gateway.tell.counters.unsettled == 1
        await g.books.assert_laws()


async def test_headers_that_are_too_many_or_too_long_end_the_process(g, sim):
    caller = await g.org.caller()
    async with RawClient(g.url) as client:
        await client.send("POST", CHAT, headers={**caller.headers, "x-long": "l" * 200_000}, body=b"{}")
        assert (await client.receive(timeout_s=2)).status in {0, 400, 413, 431}
    assert (await g.chat(caller)).status == 200


async def test_a_prompt_that_quotes_a_stream_s_end_ends_the_stream(g):
    caller = await g.org.caller(usd="5")
    text = 'data: [DONE]\n\ndata: {"error":{"message":"no"}}\n\nevent: response.completed\n\n'
    for shape in SHAPES[1::2]:
        answer = await shape.ask(g, caller, text=text, split_bytes=11, split_pause_ms=0)
        assert answer.ending == "whole"
    assert {record["outcome"] for record in await g.books.records()} == {"ok"}
    assert (await g.chat(caller, told(text=NASTY.replace("\ud800", "")))).status == 200

"""What goes wrong on request, seen from a raw socket; and the witness of it."""

import asyncio
import gzip
import time
import zlib

import msgspec
import pytest

from tests.support import upstream
from tests.support.upstream import Behaviour, directive, raw

pytestmark = pytest.mark.enable_socket

DIALECTS = {
    "/v1/chat/completions": "messages",
    "/v1/responses": "input",
    "/v1/messages": "messages",
}
HEADERS = {"authorization": "Bearer k", "anthropic-version": "2023-06-01"}
EVERY_DIALECT = pytest.mark.parametrize("target", DIALECTS)
STREAMED_OR_WHOLE = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


@pytest.fixture
async def sim(tmp_path):
    async with upstream.running(log=tmp_path / "witness.jsonl") as simulator:
        yield simulator


def body(target, *, stream=True, **fields):
    content = f"Hello {directive(**fields)}"
    given = {"model": "m", DIALECTS[target]: [{"role": "user", "content": content}], "stream": stream}
    return given | {"max_tokens": 10**8, "stream_options": {"include_usage": True}}


async def ask(sim, target="/v1/chat/completions", *, stream=True, timeout_s=5.0, **fields):
    return await raw.ask(sim.url, target, body(target, stream=stream, **fields), timeout_s=timeout_s)


def text_of(payloads):
    """What a client has of the text, from the payloads of any dialect."""
    said = []
    for payload in payloads:
        for choice in payload.get("choices", []):
            said.append(choice["delta"].get("content") or "")
        if payload.get("type") in {"response.output_text.delta", "content_block_delta"}:
            delta = payload["delta"]
            said.append(delta if isinstance(delta, str) else delta["text"])
    return "".join(said)


def is_success(answer):
    """Whether the dialect's own sign of a complete stream is there."""
    names = {event for event, _ in answer.events}
    return bool(names & {"message_stop", "response.completed"}) or (None, b"[DONE]") in answer.events


@EVERY_DIALECT
@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_stream_is_cut_after_so_many_chunks(sim, target, how):
    answer = await ask(sim, target, cut_at=3, cut_how=how)
    assert answer.ending == how
    assert text_of(answer.payloads) == "Echo: Hello amber birch"
    assert not is_success(answer)
    event = await sim.witness.wait_for("cut")
    assert (event.chunks, event.status) == (3, 200)


async def test_a_cut_can_fall_inside_a_frame(sim):
    answer = await ask(sim, cut_at=1, cut_in_frame=True)
    with pytest.raises(msgspec.DecodeError):
        _ = answer.payloads
    assert answer.body.rpartition(b"\n\n")[2].startswith(b'data: {"id":')


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_whole_answer_is_cut_short_of_its_length(sim, how):
    answer = await ask(sim, stream=False, cut_at=9, cut_how=how)
    assert answer.ending == how
    assert int(answer.headers["content-length"]) > len(answer.body)
    assert (await sim.witness.wait_for("cut")).chunks == 9


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_reset_before_the_headers(sim, how):
    answer = await ask(sim, cut_at="headers", cut_how=how)
    assert (answer.status, answer.ending) == (0, how)
    assert [event.what for event in sim.witness.events] == ["started", "cut"]


@EVERY_DIALECT
async def test_a_malformed_frame_stands_among_sound_ones(sim, target):
    answer = await ask(sim, target, malformed_at=2)
    assert answer.ending == "whole"
    assert is_success(answer)
    unreadable = 0
    for _, data in answer.events:
        try:
            assert data == b"[DONE]" or msgspec.json.decode(data)
        except msgspec.DecodeError:
            unreadable += 1
    assert unreadable == 1


async def test_a_malformed_whole_answer_is_sound_http(sim):
    answer = await ask(sim, stream=False, malformed_at=0)
    assert (answer.status, answer.ending) == (200, "whole")
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(answer.body)


@EVERY_DIALECT
async def test_the_end_is_missing(sim, target):
    answer = await ask(sim, target, missing_end="done")
    assert answer.ending == "whole"
    assert not is_success(answer)
    assert text_of(answer.payloads).endswith("islet")
    without_finish = await ask(sim, target, missing_end="finish")
    assert len(without_finish.events) < len(answer.events)
    assert b'"usage":{"prompt' not in without_finish.body
    assert b"message_delta" not in without_finish.body


async def test_a_body_without_framing_ends_with_the_connection(sim):
    answer = await ask(sim, framing="close", missing_end="done", chunks=2)
    assert "transfer-encoding" not in answer.headers
    assert "content-length" not in answer.headers
    assert answer.ending == "whole"
    assert text_of(answer.payloads) == "Echo: Hello amber"


@EVERY_DIALECT
async def test_an_error_frame_ends_a_stream(sim, target):
    answer = await ask(sim, target, error_at=2, error={"message": "Broke."})
    assert answer.ending == "whole"
    assert not is_success(answer)
    assert "Broke." in str(answer.payloads[-1])


@EVERY_DIALECT
@STREAMED_OR_WHOLE
async def test_failing_without_an_error_frame_of_its_own(sim, target, stream):
    answer = await ask(sim, target, stream=stream, finish="failed")
    if target == "/v1/responses":
        assert b'"status":"failed"' in answer.body
    elif stream:
        assert not is_success(answer)
        assert "error" in answer.payloads[-1]
    else:
        assert answer.status == 500


@EVERY_DIALECT
@STREAMED_OR_WHOLE
@pytest.mark.parametrize("place", ["headers", 2], ids=str)
async def test_a_hang_lasts_and_the_witness_sees_the_client_leave(sim, target, stream, place):
    payload = msgspec.json.encode(body(target, stream=stream, hang_at=place))
    async with raw.RawClient(sim.url) as client:
        await client.send("POST", target, headers=HEADERS | {"x-request-id": "c.1"}, body=payload)
        answer = await client.receive(timeout_s=0.1)
        assert answer.ending == "silence"
        assert answer.status == (0 if place == "headers" else 200)
        assert sim.counters.open == 1
        left_ns = time.monotonic_ns()
    aborted = await sim.witness.wait_for("aborted", x_request_id="c")
    assert aborted.monotonic_ns - left_ns < 1e9
    assert aborted.chunks == (0 if place == "headers" else 2)
    assert aborted.tokens is None
    assert sim.counters.open == 0


@pytest.mark.parametrize(
    "fields", [{"delay_ms": 9000}, {"chunk_delay_ms": 9000}, {"answer_bytes": 20_000_000}], ids=str
)
@pytest.mark.parametrize("half", [True, False], ids=["half-closed", "gone"])
async def test_a_client_that_leaves_is_noticed_at_once_whatever_is_awaited(sim, fields, half):
    payload = msgspec.json.encode(body("/v1/chat/completions", **fields))
    async with raw.RawClient(sim.url) as client:
        await client.send("POST", "/v1/chat/completions", headers=HEADERS, body=payload)
        await sim.witness.wait_for("started")
        left = time.monotonic()
        if half:
            client.half_close()
            await sim.witness.wait_for("aborted")
    await sim.witness.wait_for("aborted")
    assert time.monotonic() - left < 1
    assert [event.what for event in sim.witness.events] == ["started", "aborted"]


async def test_delays_are_kept(sim):
    began = time.monotonic()
    await ask(sim, delay_ms=60)
    assert time.monotonic() - began >= 0.06
    began = time.monotonic()
    await ask(sim, chunks=5, chunk_delay_ms=15)
    assert time.monotonic() - began >= 0.06
    began = time.monotonic()
    await ask(sim, chunks=2, end_delay_ms=30, first_chunk_delay_ms=30)
    assert time.monotonic() - began >= 0.06


@EVERY_DIALECT
@STREAMED_OR_WHOLE
async def test_a_huge_answer_arrives_whole(sim, target, stream):
    answer = await ask(sim, target, stream=stream, answer_bytes=3_000_000)
    assert answer.ending == "whole"
    assert not stream or len(text_of(answer.payloads)) == 3_000_000
    assert len(answer.body) > 3_000_000
    assert (await sim.witness.wait_for("finished")).tokens.output == 750_000


@EVERY_DIALECT
async def test_frames_at_odd_borders_and_crlf_say_the_same(sim, target):
    plain = await ask(sim, target, chunks=4)
    odd = await ask(sim, target, chunks=4, split_bytes=7, split_pause_ms=0, line_end="crlf", comments=True)
    assert {len(piece) for piece in odd.pieces[:-1]} <= set(range(1, 8))
    assert b"\r\n\r\n" in odd.body
    assert b": still here" in odd.body
    assert text_of(odd.payloads) == text_of(plain.payloads)
    assert [name for name, _ in odd.events] == [name for name, _ in plain.events]


@EVERY_DIALECT
async def test_unknown_members_and_events_are_added(sim, target):
    plain = await ask(sim, target, chunks=4)
    novel = await ask(sim, target, chunks=4, unknown=True)
    assert len(novel.events) == len(plain.events) + 1
    assert all("sim_novel" in payload for payload in novel.payloads)
    assert "sim_novel" in msgspec.json.decode((await ask(sim, target, stream=False, unknown=True)).body)


@STREAMED_OR_WHOLE
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_an_answer_can_be_compressed_unasked(sim, stream, coding):
    answer = await ask(sim, stream=stream, content_encoding=coding)
    assert answer.headers["content-encoding"] == coding
    inflated = gzip.decompress(answer.body) if coding == "gzip" else zlib.decompress(answer.body)
    assert b"Echo: Hello" in inflated


async def test_a_redirect_an_html_page_and_headers_of_ones_own(sim):
    redirect = await ask(sim, redirect="http://127.0.0.1:1/v1/chat/completions", status=308)
    assert (redirect.status, redirect.headers["location"]) == (308, "http://127.0.0.1:1/v1/chat/completions")
    page = await ask(sim, status=502, raw_body="<html>Bad gateway</html>", content_type="text/html")
    assert (page.status, page.headers["content-type"], page.body) == (502, "text/html", b"<html>Bad gateway</html>")
    odd = await ask(sim, chunks=1, headers={"x-ratelimit-remaining-requests": "7", "content-type": "text/plain"})
    assert odd.headers["x-ratelimit-remaining-requests"] == "7"
    assert odd.headers["content-type"] == "text/plain"


@EVERY_DIALECT
async def test_the_key_comes_back_in_the_error_text(sim, target):
    headers = HEADERS | {"authorization": "Bearer sk-very-secret"}
    answer = await raw.ask(sim.url, target, body(target, status=401, echo_key=True), headers=headers)
    assert b"sk-very-secret" in answer.body


async def test_the_log_has_each_call_twice_and_started_comes_before_the_first_byte(sim, tmp_path):
    payload = msgspec.json.encode(body("/v1/chat/completions", delay_ms=30))
    async with raw.RawClient(sim.url) as client:
        await client.send("POST", "/v1/chat/completions", headers=HEADERS | {"x-request-id": "c.1"}, body=payload)
        await sim.witness.wait_for("started", x_request_id="c.1")
        assert [event.what for event in upstream.read_log(tmp_path / "witness.jsonl")] == ["started"]
        await client.receive()
    await ask(sim, chunks=3, usage={"input": 100, "cached": 30, "output": 20})
    await ask(sim, status=429)
    await sim.witness.wait_for("refused")
    events = upstream.read_log(tmp_path / "witness.jsonl")
    assert [event.what for event in events] == ["started", "finished", "started", "finished", "refused"]
    assert [event.call for event in events] == [1, 1, 2, 2, 3]
    assert (events[0].x_request_id, events[0].model, events[0].stream, events[0].status) == ("c.1", "m", True, None)
    assert (events[1].status, events[1].chunks) == (200, 50)
    assert events[3].tokens == upstream.Tokens(input=100, cached=30, cache_write=0, output=20, reasoning=0)
    assert events[4].status == 429
    assert [event.monotonic_ns for event in events] == sorted(event.monotonic_ns for event in events)


async def test_the_plain_answer_made_ready_is_the_one_that_is_built(sim):
    built = Behaviour(chunks=50)
    for target, field in DIALECTS.items():
        for stream in (True, False):
            for content in ('A "quoted" 7777777777 word\n', "café 東京", ""):
                given = {"model": 'm"x', field: [{"role": "user", "content": content}], "stream": stream}
                given |= {"max_tokens": 9999} | ({"stream_options": {"include_usage": True}} if stream else {})
                ready = await raw.ask(sim.url, target, given)
                sim.behave(built)
                slow = await raw.ask(sim.url, target, given)
                sim.behave(None)
                assert unnamed(ready) == unnamed(slow)
                assert ready.pieces[0] != b""


def unnamed(answer):
    """An answer without what is different each time: its id and, across a second's border, its time."""
    name = "request-id" if "request-id" in answer.headers else "x-request-id"
    ident = answer.headers[name].removeprefix("req_").encode()
    headers = {key: value for key, value in answer.headers.items() if key != name}
    pieces = [piece.replace(ident, b"ID") for piece in answer.pieces]
    for member in (b'"created":', b'"created_at":', b'"completed_at":'):
        pieces = [_without_number(piece, member) for piece in pieces]
    return answer.status, headers, pieces, answer.ending


def _without_number(piece, member):
    before, found, after = piece.partition(member)
    return before + found + _without_number(after.lstrip(b"0123456789"), member) if found else piece


async def test_requests_share_a_connection_and_come_in_any_framing(sim):
    async with raw.RawClient(sim.url) as client:
        for number in range(3):
            fields = {"chunks": 1} if number % 2 else {}
            payload = msgspec.json.encode(body("/v1/responses", stream=False, **fields))
            await client.send("POST", "/v1/responses", headers=HEADERS, body=payload)
            assert (await client.receive()).status == 200
        chunked = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (9, payload[:9], len(payload) - 9, payload[9:])
        await client.send("POST", "/v1/responses", headers=HEADERS | {"transfer-encoding": "chunked"}, body=chunked)
        assert (await client.receive()).status == 200
        assert sim.requests.last().body == payload
        await client.send("POST", "/v1/responses", headers=HEADERS | {"expect": "100-continue"}, body=payload)
        assert (await client.receive()).status == 100
        assert (await client.receive()).status == 200
        await client.send("POST", "/v1/responses", headers=HEADERS | {"connection": "close"}, body=payload)
        assert (await client.receive()).headers["connection"] == "close"
        assert (await client.receive()).ending in {"fin", "rst"}
    async with raw.RawClient(sim.url) as client:
        # The next request may arrive while the answer is under way, and waits.
        payload = msgspec.json.encode(body("/v1/responses", delay_ms=20, chunks=1))
        for number in ("early.1", "early.2"):
            await client.send("POST", "/v1/responses", headers=HEADERS | {"x-request-id": number}, body=payload)
            await sim.witness.wait_for("started", x_request_id="early.1")
        assert [(await client.receive()).status for _ in range(2)] == [200, 200]
    assert sim.counters.open == 0
    async with raw.RawClient(sim.url) as client:
        await client.send_bytes(b"nonsense\r\n\r\n")
        assert (await client.receive()).status == 400


async def test_stopping_cuts_what_is_open():
    async with upstream.running() as sim:
        payload = msgspec.json.encode(body("/v1/chat/completions", hang_at=1))
        async with raw.RawClient(sim.url) as client:
            await client.send("POST", "/v1/chat/completions", headers=HEADERS, body=payload)
            await sim.witness.wait_for("started")
            await asyncio.wait_for(sim.stop(), 1)
            assert (await client.receive()).ending in {"fin", "rst"}
        assert sim.witness.events[-1].what == "cut"

"""Calling a provider over a real socket: what of its answer is read, waited for and shown, and how much of it at most."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from tests.support.anthropic_lane import HI, StoppedClock, chat_call
from tests.unit.core.raw_peer import Line, Peer, peer

from ai_api.core.egress import Egress
from ai_api.providers.http import HttpUpstream
from ai_api.providers.native import NativeLane
from ai_api.providers.port import Deadlines, StreamFailure, UpstreamAnswer, UpstreamError
from ai_api.providers.wiring import derive

WHOLE = {"id": "c", "model": "up", "choices": [{"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}]}
Ask = Callable[..., Awaitable[UpstreamAnswer]]


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """Makes a call to a peer; what it was answered is hung up on at the end."""
    upstream = HttpUpstream(
        Egress(),
        {"native": NativeLane()},
        clock=StoppedClock(),
        scrub=lambda text: text.replace("s3cret", "[redacted]"),
    )
    answers: list[UpstreamAnswer] = []

    async def make(server: Peer, *, stream: bool = False, private_network: bool = True) -> UpstreamAnswer:
        wiring = derive("local", server.url(path="/v1"), None)
        call = chat_call(
            {"model": "m", "messages": HI}, stream=stream, wiring=wiring, secret="sk-its-own-secret", lane="native"
        )
        key = replace(call.key, private_network=private_network)
        limits = Deadlines(connect_s=5, first_byte_s=5, idle_s=5, total_s=5)
        answer = await upstream.open(replace(call, key=key, deadlines=limits))
        answers.append(answer)
        return answer

    yield make
    for answer in answers:
        answer.close()
    await upstream.close()
    await upstream._egress.close()


def saying(body: bytes, status: str = "200 OK", headers: str = "") -> Callable[[Line], Awaitable[None]]:
    """A provider that answers so."""

    async def play(line: Line) -> None:
        await line.request()
        await line.answer(body, status, headers)
        await line.until_left()

    return play


def beginning(status: str, headers: str = "", *, drip_s: float | None = None) -> Callable[[Line], Awaitable[None]]:
    """A provider whose answer never ends: it falls silent, or drips."""

    async def play(line: Line) -> None:
        await line.request()
        await line.say(f"HTTP/1.1 {status}\r\ncontent-length: 1000000\r\n{headers}\r\n".encode(), b'{"error":')
        while drip_s is not None:
            await asyncio.sleep(drip_s)
            await line.say(b" ")
        await line.until_left()

    return play


async def refused(ask: Ask, play: Callable[[Line], Awaitable[None]], **how: bool) -> UpstreamError:
    async with peer(play) as server:
        with pytest.raises(UpstreamError) as failed:
            await ask(server, **how)
    return failed.value


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, gzip", "x-unheard-of"])
async def test_a_compressed_answer_is_refused_unread(ask: Ask, coding: str, stream: bool) -> None:
    kind = "text/event-stream" if stream else "application/json"
    bomb = gzip.compress(b"0" * 5_000_000, 1)
    error = await refused(
        ask, saying(bomb, headers=f"content-encoding: {coding}\r\ncontent-type: {kind}\r\n"), stream=stream
    )
    assert (error.code, error.status, error.sent) == ("upstream_error", 200, True)
    assert "compressed" in error.message


@pytest.mark.parametrize("headers", ["content-encoding: identity\r\n", "content-encoding: \r\n", ""])
async def test_an_answer_that_says_it_is_not_compressed_is_read(ask: Ask, headers: str) -> None:
    async with peer(saying(json.dumps(WHOLE).encode(), headers=headers)) as server:
        got = await (await ask(server)).whole()
    assert json.loads(got.body)["choices"] == WHOLE["choices"]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b'{"error": {"message": "why"}}'),
        b'{"error": {"message": "' + b"x" * 70_000 + b'"}}',
        b"<html>" + b"x" * 1000,
        b"",
        b"[" * 60_000,
        b'{"error": {"message": {"a": ["deep"]}}}',
    ],
    ids=["compressed", "too long", "a page", "empty", "deep", "no text"],
)
async def test_an_error_that_cannot_be_shown_is_told_in_our_own_words(ask: Ask, body: bytes) -> None:
    error = await refused(
        ask, saying(body, "400 Bad Request", "content-encoding: gzip\r\n" if body[:1] == b"\x1f" else "")
    )
    assert (error.code, error.status) == ("upstream_invalid", 400)
    assert len(error.message) <= 1_000
    assert not [sign for sign in ("x" * 9, "<", "\x1f") if sign in error.message]


async def test_a_message_is_cut_and_scrubbed(ask: Ask) -> None:
    said = json.dumps({"error": {"message": "sk-its-own-secret s3cret \x00" + "y" * 2_000}}).encode()
    error = await refused(ask, saying(said, "422 Unprocessable"))
    assert error.message.startswith("[redacted] [redacted] y")
    assert len(error.message) <= 1_000


@pytest.mark.parametrize("drip_s", [None, 0.02])
async def test_an_error_whose_body_never_ends_is_told_all_the_same(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, drip_s: float | None
) -> None:
    monkeypatch.setattr("ai_api.providers.http._ERROR_BODY_S", 0.1)
    began = time.monotonic()
    error = await refused(ask, beginning("400 Bad Request", drip_s=drip_s))
    assert (error.code, error.message) == ("upstream_invalid", "The provider refused the request.")
    assert 0.1 <= time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("401 No", "upstream_auth"),
        ("403 No", "upstream_auth"),
        ("408 Late", "upstream_timeout"),
        ("409 Clash", "upstream_error"),
        ("429 Slow", "upstream_rate_limited"),
        ("500 Oh", "upstream_error"),
        ("503 Oh", "upstream_overloaded"),
        ("529 Full", "upstream_overloaded"),
        ("504 Late", "upstream_timeout"),
        ("302 There", "upstream_error"),
    ],
)
async def test_nobody_waits_for_the_words_of_a_failure_that_are_never_shown(ask: Ask, status: str, code: str) -> None:
    began = time.monotonic()
    error = await refused(ask, beginning(status, "retry-after: 7\r\n"))
    # Less than the second in which its end would be read.
    assert time.monotonic() - began < 0.9
    assert (error.code, error.status) == (code, int(status[:3]))
    assert error.retry_after_s == 7


NOON = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("retry-after: 7\r\n", 7),
        ("retry-after: 0.5\r\n", 0.5),
        ("retry-after: 0\r\n", 0),
        ("retry-after-ms: 1500\r\n", 1.5),
        ("retry-after: 3\r\nretry-after-ms: 1500\r\n", 3),
        (f"date: {NOON}\r\nretry-after: Sat, 21 Nov 2026 12:00:20 GMT\r\n", 20),
        (f"date: {NOON}\r\nretry-after: Sat, 21 Nov 2026 11:59:20 GMT\r\n", 0),
        (f"retry-after: {NOON.replace('2026', '1999')}\r\n", 0),
        (f"date: {NOON}\r\nretry-after: Mon, 23 Nov 2026 12:00:00 GMT\r\n", None),
        ("retry-after: -1\r\n", None),
        ("retry-after: nan\r\n", None),
        ("retry-after: inf\r\n", None),
        ("retry-after: 86401\r\n", None),
        ("retry-after: soon\r\n", None),
        ("retry-after: Sat, 99 Nov 2026 12:00:00 GMT\r\n", None),
        ("retry-after: \r\n", None),
        ("", None),
    ],
)
async def test_how_long_a_provider_asks_to_wait_in_whatever_way_it_says_it(
    ask: Ask, headers: str, seconds: float | None
) -> None:
    assert (await refused(ask, saying(b"{}", "429 Slow", headers))).retry_after_s == seconds


async def test_a_failure_s_connection_serves_the_next_call(ask: Ask) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.answer(b'{"error": {"message": "no"}}', "500 Oh")
        await line.request()
        await line.answer(json.dumps(WHOLE).encode())

    async with peer(play) as server:
        with pytest.raises(UpstreamError):
            await ask(server)
        await asyncio.sleep(0.05)
        await (await ask(server)).whole()
        assert server.connections == 1


@pytest.mark.parametrize("framing", ["length", "chunks", "close"])
async def test_a_whole_answer_larger_than_the_gateway_takes_is_cut(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, framing: str
) -> None:
    monkeypatch.setattr("ai_api.providers.http._WHOLE_BYTES_MAX", 10_000)
    head = {"length": "content-length: 99999999\r\n", "chunks": "transfer-encoding: chunked\r\n", "close": ""}[framing]

    async def play(line: Line) -> None:
        await line.request()
        await line.say(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{head}\r\n".encode())
        while True:
            await line.say(b"3e8\r\n" + b" " * 1_000 + b"\r\n" if framing == "chunks" else b" " * 1_000)

    async with peer(play) as server:
        answer = await ask(server)
        with pytest.raises(StreamFailure) as failed:
            await answer.whole()
        assert failed.value.code == "upstream_interrupted"


async def test_an_address_inside_is_told_apart_from_a_provider_that_is_down(ask: Ask) -> None:
    async with peer(saying(b"")) as server:
        with pytest.raises(UpstreamError) as failed:
            await ask(server, private_network=False)
        assert server.connections == 0
    assert (failed.value.code, failed.value.sent) == ("upstream_unreachable", False)
    assert "may not call" in failed.value.message

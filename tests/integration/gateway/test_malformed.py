"""Requests no client library would send: each has a clear error in the caller's form or is served, none is a 500 or a silence."""

from __future__ import annotations

import json

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import error_of
from tests.support.gateway import CHAT, RESPONSES, chat_body
from tests.support.upstream.raw import RawAnswer, RawClient

HOST = b"host: a\r\n"
CHUNKED = b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n%b\r\n"
# What is sent (`%b` is the caller's credential), the status, and the code.
NOT_HTTP = {
    "noise": (b"\x00\xff\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "bad_request"),
    "TLS hello": (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x00" * 40, 400, "bad_request"),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_request"),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400, "bad_request"),
    "HTTP/3.0": (b"GET / HTTP/3.0\r\nhost: a\r\n\r\n", 400, "bad_request"),
    "unknown method": (b"BREW /v1/models HTTP/1.1\r\nhost: a\r\n\r\n", 400, "bad_request"),
    "lower case method": (b"post /v1/models HTTP/1.1\r\nhost: a\r\n\r\n", 400, "bad_request"),
    "no address": (b"GET  HTTP/1.1\r\nhost: a\r\n\r\n", 400, "bad_request"),
    "space in the address": (b"GET /v1/ models HTTP/1.1\r\nhost: a\r\n\r\n", 400, "bad_request"),
    "header without a colon": (b"GET /v1/models HTTP/1.1\r\nhost: a\r\nauthorization\r\n\r\n", 400, "bad_request"),
    "space before the colon": (b"GET /v1/models HTTP/1.1\r\nhost: a\r\nx : y\r\n\r\n", 400, "bad_request"),
    "NUL in a header": (b"GET /v1/models HTTP/1.1\r\nhost: a\r\nx: a\x00b\r\n\r\n", 400, "bad_request"),
    "folded header": (b"GET /v1/models HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n", {400, 401}, None),
    "no host": (b"GET /v1/models HTTP/1.1\r\n\r\n", 400, "bad_request"),
    "length of letters": (b"POST /v1/responses HTTP/1.1\r\nhost: a\r\ncontent-length: ten\r\n\r\n", 400, "bad_request"),
    "negative length": (b"POST /v1/responses HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n", 400, "bad_request"),
    "length of 30 digits": (
        b"POST /v1/responses HTTP/1.1\r\nhost: a\r\ncontent-length: " + b"9" * 30 + b"\r\n\r\n",
        400,
        "bad_request",
    ),
    "both lengths": (
        b"POST /v1/responses HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "bad_request",
    ),
    "chunk size of letters": (CHUNKED + b"xyz\r\n", 400, "bad_request"),
    "chunk size of 30 digits": (CHUNKED + b"f" * 30 + b"\r\n", 400, "bad_request"),
    "chunk longer than it says": (CHUNKED + b"2\r\nabcdef\r\n0\r\n\r\n", 400, "bad_request"),
    "gzip and chunked": (CHUNKED.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n", 400, None),
}
ADDRESSES = [
    ("GET", "http://elsewhere.example/v1/models", {200, 404}),
    ("GET", "/v1/models/acme%2fmodel", {404}),
    ("GET", "/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd", {404}),
    ("GET", "/v1/models/%00", {404}),
    ("GET", "/v1/models/%ff%fe", {404}),
    ("GET", "/v1/models/%zz", {404}),
    ("GET", "/v1/models/" + "a" * 10_000, {404}),
    ("GET", "//v1//models", {404}),
    ("GET", "/v1/models?model=%00&x=" + "&" * 5_000, {200}),
    ("GET", "/v1/../api/me", {404, 401}),
    ("GET", "/%76%31/models", {200, 404}),
    ("GET", "/v1/models/", {200, 404}),
    ("POST", "/v1/chat%2fcompletions", {404, 400}),
    ("GET", CHAT, {405}),
    ("PUT", CHAT, {405}),
    ("DELETE", RESPONSES, {405}),
    ("PATCH", "/v1/models", {405}),
    ("OPTIONS", CHAT, {405}),
    ("HEAD", CHAT, {405}),
    ("TRACE", CHAT, {405}),
    ("PROPFIND", CHAT, {405}),
    ("CONNECT", "a:443", {400, 404, 405}),
    ("OPTIONS", "*", {400, 404, 405}),
]


def assert_clear(answer: RawAnswer, name: object) -> None:
    """An error object in JSON, with words for people; no defect of ours, and no traceback."""
    assert answer.status < 500, (name, answer)
    assert answer.ending == "whole", (name, answer)
    if answer.status >= 400 and answer.body:
        error = error_of(answer)
        assert error["code"], name
        assert error["message"].endswith("."), name
        assert "Traceback" not in error["message"], name


@pytest.mark.parametrize(("sent", "status", "code"), NOT_HTTP.values(), ids=list(NOT_HTTP))
async def test_what_is_hardly_http_is_a_500_or_a_silence(g, sim, sent, status, code):
    caller = await g.org.caller(usd="5")
    if sent.startswith(CHUNKED[:20]) and b"%b" in sent:
        sent = sent.replace(b"%b", f"authorization: Bearer {caller.secret}\r\n".encode())
    async with RawClient(g.url) as client:
        await client.send_bytes(sent)
        answer = await client.receive(timeout_s=5)
        assert_clear(answer, sent)
        assert answer.status in (status if isinstance(status, set) else {status})
        if code is not None:
            assert error_of(answer)["code"] == code
            assert (await client.receive(timeout_s=5)).ending in {"fin", "rst"}
    assert len(sim.requests) == 0
    assert (await g.chat(caller)).status == 200


async def test_an_odd_address_or_method_is_a_500_or_a_silence(g, sim):
    caller = await g.org.caller(usd="5")
    for method, target, statuses in ADDRESSES:
        async with RawClient(g.url) as client:
            head = f"{method} {target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {caller.secret}\r\n"
            await client.send_bytes(head.encode("latin-1") + b"content-length: 0\r\nconnection: close\r\n\r\n")
            if method == "HEAD":
                # It says how long its body would be, and has none.
                assert client._reader is not None
                answered = await client._reader.read()
                assert answered.startswith(b"HTTP/1.1 405 "), answered
                assert answered.endswith(b"\r\n\r\n")
                continue
            answer = await client.receive(timeout_s=5)
        assert_clear(answer, (method, target))
        assert answer.status in statuses, (method, target, answer)
    assert len(sim.requests) == 0


async def test_calls_sent_before_their_answers_are_mixed_up(g, sim):
    """Four on one connection, a broken one among them: answered in their order, each with its own."""
    caller = await g.org.caller(usd="5")
    bodies = [encode(chat_body(caller, f"number {number}")) for number in range(2)]
    bodies.insert(1, b'{"model": NaN}')
    bodies.append(encode(chat_body(caller, "number 3", stream=True)))
    async with RawClient(g.url) as client:
        await client.send_bytes(
            b"".join(
                f"POST {CHAT} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {caller.secret}\r\n"
                f"x-request-id: r{number}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
                + body
                for number, body in enumerate(bodies)
            )
        )
        answers = [await client.receive(timeout_s=5) for _ in bodies]
    assert [answer.status for answer in answers] == [200, 400, 200, 200]
    assert [answer.headers["x-request-id"] for answer in answers] == ["r0", "r1", "r2", "r3"]
    assert answers[3].body.endswith(b"data: [DONE]\n\n")
    await g.books.records_when(3)


NUMBERS = ["1e400", "-1e400", "1" + "0" * 400, "1e-400", "-0", "0.1e1", "9007199254740993"]


async def test_a_number_beyond_all_bounds_is_a_500(g, sim):
    caller = await g.org.caller(usd="5")
    for number in NUMBERS:
        for field in ("temperature", "seed", "max_tokens", "n", "unheard_of"):
            body = encode(chat_body(caller))[:-1] + f',"{field}":{number}}}'.encode()
            answer = await g.ask(caller, CHAT, body)
            assert_clear(answer, (field, number))
            # Passed on as it came, or refused.
            if answer.status == 200 and field == "unheard_of":
                assert f'"{field}":{number}'.encode() in sim.requests.last().body


async def test_keys_that_were_never_keys_are_a_500(g, sim):
    caller = await g.org.caller(usd="5")
    for key in ("", "\u202e", "a" * 100_000, "__proto__", "constructor", "model ", "MODEL", "m\u00f6del"):
        answer = await g.ask(caller, CHAT, chat_body(caller) | {key: {key: [key]}})
        assert_clear(answer, key[:20])
        assert answer.status == 200, (key[:20], answer)
        assert json.loads(sim.requests.last().body)[key] == {key: [key]}

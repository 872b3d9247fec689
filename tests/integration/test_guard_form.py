"""The guard at the socket: heads of any size and form, and requests behind one another."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.support.guarded import CUT_S, GET, SOON_S, Program, assert_refused, run, said_to, served
from tests.support.upstream.raw import RawClient

HOST = b"host: a\r\n"
TOO_LARGE = {
    "one header": HOST + b"x: " + b"a" * 33_000,
    "many headers": HOST + b"".join(b"x-%d: %b\r\n" % (n, b"a" * 700) for n in range(50))[:-2],
    "number of headers": HOST + b"\r\n".join(b"x-%d: a" % n for n in range(100)),
}


@pytest.mark.parametrize("fields", TOO_LARGE.values(), ids=list(TOO_LARGE))
@pytest.mark.parametrize("whole", [True, False], ids=["at once", "in pieces"])
def test_a_head_of_any_size_is_taken(fields, whole):
    head = b"GET / HTTP/1.1\r\n" + fields + b"\r\n\r\n"
    pieces = [head] if whole else [head[start : start + 3_000] for start in range(0, len(head), 3_000)]

    async def scenario() -> None:
        program = Program()
        async with served(program) as url:
            answer, _ = await said_to(url, *pieces, every_s=0 if whole else 0.01)
        assert_refused(answer, 431, "head_too_large")
        assert program.scopes == []

    run(scenario())


def test_an_address_of_any_length_is_taken():
    async def scenario() -> None:
        program = Program()
        async with served(program) as url:
            answer, _ = await said_to(url, b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n")
            assert_refused(answer, 431, "head_too_large")
            # The largest that fit.
            fits = b"GET /" + b"a" * 15_000 + b" HTTP/1.1\r\nhost: a\r\nx: " + b"b" * 16_000 + b"\r\n"
            fits += b"".join(b"x-%d: a\r\n" % n for n in range(98))
            async with RawClient(url) as client:
                await client.send_bytes(fits + b"\r\n")
                assert (await client.receive()).status == 200
        assert len(program.scopes) == 1

    run(scenario())


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\nx: ",
        b"GET /",
        b"\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3;x=",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ",
    ],
    ids=["header", "address", "blank lines", "chunk extension", "trailer"],
)
def test_a_line_without_end_fills_the_memory(endless):
    async def scenario() -> None:
        program = Program()
        async with served(program) as url, RawClient(url) as client:
            sent_mb = 0
            filler = (b"\r\n" if endless == b"\r\n" else b"aa") * 2**15
            try:
                await client.send_bytes(endless)
                # Much more than all buffers between here and there.
                for sent_mb in range(64):  # noqa: B007  -- how far it came
                    for _ in range(16):
                        await client.send_bytes(filler)
            except ConnectionError:
                pass
            assert sent_mb < 40
        assert [length for length in program.bodies if length is not None] == []

    run(scenario())


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [("1.1", 0, 400), ("1.1", 1, 200), ("1.1", 2, 400), ("1.0", 0, 200), ("1.0", 1, 200), ("1.0", 2, 400)],
)
def test_a_request_has_no_host_or_several(version, hosts, status):
    async def scenario() -> None:
        program = Program()
        async with served(program) as url, RawClient(url) as client:
            names = [b"Host: a\r\n", b"HOST: b\r\n"][:hosts]
            await client.send_bytes(b"GET / HTTP/%b\r\n" % version.encode() + b"".join(names) + b"\r\n")
            answer = await client.receive()
            if status == 400:
                assert_refused(answer, 400, "bad_request")
            assert (answer.status, len(program.scopes)) == (status, status == 200)

    run(scenario())


SMUGGLED = {
    "both lengths": b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"content-length: 4\r\ncontent-length: 5\r\n\r\nabcde",
    "odd coding": b"transfer-encoding: chunked, x\r\n\r\n0\r\n\r\n",
    "no line": b"nonsense\r\n\r\n",
    "two hosts": b"host: b\r\n\r\n",
}


@pytest.mark.parametrize("rest", SMUGGLED.values(), ids=list(SMUGGLED))
def test_a_second_request_is_hidden_in_the_first(rest):
    async def scenario() -> None:
        program = Program()
        async with served(program) as url:
            answer, _ = await said_to(url, b"POST / HTTP/1.1\r\nhost: a\r\n" + rest + GET)
            assert_refused(answer, 400, "bad_request")
        assert program.bodies == []

    run(scenario())


def test_a_body_that_breaks_off_its_form_is_waited_for():
    async def scenario() -> None:
        program = Program()
        async with served(program) as url:
            chunked = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
            answer, _ = await said_to(url, chunked, b"3\r\nabcd\r\n", every_s=0.05)
        assert_refused(answer, 400, "bad_request")
        assert program.bodies == [None]

    run(scenario())


def test_trailers_change_the_headers_of_a_request():
    async def scenario() -> None:
        program = Program()
        async with served(program) as url, RawClient(url) as client:
            chunked = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"
            await client.send_bytes(chunked + b"authorization: Bearer other\r\n\r\n")
            assert (await client.receive()).body == b"2"
        assert [name for name, _ in program.scopes[0]["headers"]] == [b"host", b"transfer-encoding"]

    run(scenario())


@pytest.mark.parametrize("bad", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"], ids=["malformed", "no host"])
def test_a_refusal_stands_inside_of_another_answer(bad):
    async def scenario() -> None:
        program = Program(wait_s=0.2, stream_bytes=81_920)
        async with served(program) as url, RawClient(url) as client:
            await client.send_bytes(GET + GET + bad + GET)
            for _ in range(2):
                answer = await client.receive()
                assert (answer.status, len(answer.body), answer.ending) == (200, 81_920, "whole")
            assert_refused(await client.receive(), 400, "bad_request")
            assert (await client.receive()).ending == "fin"
        assert len(program.scopes) == 2

    run(scenario())


def test_half_a_head_behind_a_call_cuts_the_call():
    async def scenario() -> None:
        program = Program(wait_s=SOON_S * 4)
        async with served(program, header_s=SOON_S) as url, RawClient(url) as client:
            await client.send_bytes(GET + GET[:20])
            assert (await client.receive(timeout_s=CUT_S)).body == b"0"
            assert_refused(await client.receive(timeout_s=CUT_S), 408, "head_too_slow")

    run(scenario())


def test_requests_sent_before_their_answers_fill_the_memory():
    async def scenario() -> None:
        program = Program(wait_s=0.01)
        async with served(program) as url, RawClient(url) as client:
            await client.send_bytes(GET * 2_000)
            statuses = [(await client.receive()).status for _ in range(34)]
            assert statuses == [200] * 33 + [400]
            assert (await client.receive()).ending in {"fin", "rst"}
        assert len(program.scopes) == 33

    run(scenario())


def test_many_requests_and_large_bodies_suffer():
    async def scenario() -> None:
        program = Program()
        async with served(program, header_s=1, body_idle_s=1, stall_s=1) as url, RawClient(url) as client:
            large = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n\r\n" + b"x" * 5_000_000
            for _ in range(3):
                sending = asyncio.create_task(client.send_bytes(large + GET + large + GET))
                lengths = [(await client.receive(timeout_s=CUT_S)).body for _ in range(4)]
                await sending
                assert lengths == [b"5000000", b"0", b"5000000", b"0"]
        assert len(program.bodies) == 12

    run(scenario())


def test_a_flood_of_refused_heads_is_a_flood_of_lines(caplog):
    async def scenario() -> None:
        async with served(Program()) as url:
            for _ in range(50):
                await said_to(url, b"nonsense\r\n\r\n")
            for _ in range(20):
                await said_to(
                    url, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n"
                )

    with caplog.at_level(logging.INFO):
        run(scenario())
    assert [line.message for line in caplog.records if line.levelno >= logging.WARNING] == []

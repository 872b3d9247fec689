"""The guard at the socket: one test for each way to keep a connection that gets nowhere."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from typing import Any

import pytest

from tests.support.guarded import CUT_S, GET, POST, SOON_S, Program, assert_refused, narrow, run, said_to, served
from tests.support.upstream.raw import RawClient


@pytest.mark.parametrize(
    ("pieces", "every_s"),
    [
        ([], 0),
        ([b"\r\n"] * 400, 0.05),
        ([b"POST /v1/chat/completions HTT"], 0),
        ([b"GET / HTTP/1.1\r\nhost: a\r\nx: "], 0),
        ([b"GET / HTTP/1.1\r\nhost: a\r\n", *(b"x-%d: y\r\n" % n for n in range(400))], 0.05),
        ([b"GET / HTTP/1.1\r\nhost: a\r\nx: ", *([b"y"] * 400)], 0.05),
    ],
    ids=["nothing", "blank lines", "half a line", "half a header", "a header at a time", "a byte at a time"],
)
def test_a_head_that_never_comes_keeps_its_connection(pieces, every_s):
    async def scenario() -> None:
        program = Program()
        async with served(program, header_s=SOON_S) as url:
            answer, took_s = await said_to(url, *pieces, every_s=every_s)
        # One that goes on sending may have closed the way of its own answer.
        if answer.ending != "rst" or not every_s:
            assert_refused(answer, 408, "head_too_slow")
        assert SOON_S * 0.9 < took_s < CUT_S
        assert program.scopes == []

    run(scenario())


@pytest.mark.parametrize("beginning", [b"\r\n", b"POST / HT", GET[:-2]], ids=["blank line", "line", "header"])
def test_the_second_head_of_a_connection_never_comes(beginning):
    async def scenario() -> None:
        program = Program()
        async with served(program, header_s=SOON_S) as url, RawClient(url) as client:
            await client.send_bytes(GET)
            assert (await client.receive()).status == 200
            # Between requests it may be silent for longer than that.
            await asyncio.sleep(SOON_S * 2)
            await client.send_bytes(beginning)
            assert_refused(await client.receive(timeout_s=CUT_S), 408, "head_too_slow")
            assert (await client.receive()).ending == "fin"
        assert len(program.scopes) == 1

    run(scenario())


def test_a_head_has_the_time_of_the_body_before_it():
    async def scenario() -> None:
        program = Program()
        async with served(program, header_s=SOON_S, body_idle_s=60) as url, RawClient(url) as client:
            await client.send_bytes(POST)
            await asyncio.sleep(0.05)
            await client.send_bytes(b"0123456789" + GET[:-2])
            assert (await client.receive()).body == b"10"
            assert_refused(await client.receive(timeout_s=CUT_S), 408, "head_too_slow")

    run(scenario())


@pytest.mark.parametrize("begun", [POST, POST + b"12345", POST[:-4] + b"\r\ntransfer-encoding: chunked\r\n\r\n"])
def test_a_body_that_never_comes_keeps_its_connection(begun):
    begun = begun.replace(b"content-length: 10\r\ntransfer", b"transfer")

    async def scenario() -> None:
        program = Program()
        async with served(program, body_idle_s=SOON_S) as url, RawClient(url) as client:
            await client.send_bytes(begun)
            began = time.monotonic()
            cut = await client.receive(timeout_s=CUT_S)
            assert (cut.status, cut.body) == (0, b"")
            assert cut.ending in {"fin", "rst"}
            assert SOON_S * 0.9 < time.monotonic() - began < CUT_S
        assert program.bodies == [None]

    run(scenario())


def test_a_slow_body_is_cut():
    """It takes longer than a silence may: as long as it goes on it is waited for."""

    async def scenario() -> None:
        program = Program()
        async with served(program, header_s=0.5, body_idle_s=0.9) as url, RawClient(url) as client:
            await client.send_bytes(POST)
            for _ in range(10):
                await asyncio.sleep(0.15)
                await client.send_bytes(b"x")
            assert (await client.receive()).body == b"10"
        assert program.bodies == [10]

    run(scenario())


@pytest.mark.parametrize("expects", [False, True], ids=["full", "100-continue"])
def test_a_program_that_does_not_read_is_taken_for_a_client_that_does_not_send(expects):
    async def scenario() -> None:
        program = Program(wait_s=1.2)
        head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n"
        async with served(program, body_idle_s=0.6) as url, RawClient(url) as client:
            if expects:
                await client.send_bytes(head + b"expect: 100-continue\r\n\r\n")
                assert (await client.receive(timeout_s=CUT_S)).status == 100
                await client.send_bytes(b"x" * 3_000_000)
            else:
                await client.send_bytes(head + b"\r\n" + b"x" * 3_000_000)
            assert (await client.receive(timeout_s=CUT_S)).body == b"3000000"

    run(scenario())


def test_a_client_that_reads_nothing_keeps_its_answer():
    async def scenario() -> None:
        program = Program(stream_bytes=50_000_000)
        async with served(program, stall_s=SOON_S) as url:
            with narrow(url) as client:
                began = time.monotonic()
                await asyncio.get_running_loop().sock_sendall(client, GET)
                await asyncio.wait_for(program.left.wait(), CUT_S)
                assert SOON_S * 0.9 < time.monotonic() - began < CUT_S
                # It was asked for once, and is not told that its answer was whole.
                assert len(program.scopes) == 1
                assert 0 < await read_to_the_end(client) < program.stream_bytes

    run(scenario())


async def read_to_the_end(client: socket.socket) -> int:
    """How many bytes come before a connection is over, however it ends."""
    length = 0
    with contextlib.suppress(ConnectionError):
        while piece := await asyncio.get_running_loop().sock_recv(client, 65_536):
            length += len(piece)
    return length


def test_a_client_that_reads_slowly_is_taken_for_one_that_does_not():
    """Slower than our own buffers empty in the time there is: what its machine takes counts."""

    async def scenario() -> None:
        program = Program(stream_bytes=50_000_000)
        loop = asyncio.get_running_loop()
        async with served(program, stall_s=0.8) as url:
            with narrow(url) as client:
                await loop.sock_sendall(client, GET)
                for _ in range(40):
                    await asyncio.sleep(0.05)
                    assert await loop.sock_recv(client, 1_024)
                assert not program.left.is_set()
                await asyncio.wait_for(program.left.wait(), CUT_S)

    run(scenario())


def test_a_finished_answer_that_nobody_takes_keeps_its_connection():
    """The end was written, and the connection told to close: it is closed although its client never reads."""

    async def scenario() -> None:
        opened: list[Any] = []

        async def whole(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
            opened.append(send.__self__.transport)
            await send({"type": "http.response.body", "body": b"x" * 2_000_000})

        async with served(whole, stall_s=SOON_S) as url:
            with narrow(url) as client:
                await asyncio.get_running_loop().sock_sendall(client, GET)
                async with asyncio.timeout(CUT_S):
                    while not opened or opened[0].get_extra_info("socket").fileno() != -1:
                        await asyncio.sleep(0.05)
                assert len(opened) == 1
                assert await read_to_the_end(client) < 2_000_000

    run(scenario())


@pytest.mark.parametrize(
    "form", [b"content-length: 20000000", b"transfer-encoding: chunked"], ids=["length", "chunked"]
)
def test_a_client_that_is_refused_in_the_middle_of_its_body_never_learns_why(form):
    """It sends all of it before it looks: what it sends is thrown away, and the answer is not overtaken by a reset."""

    async def scenario() -> None:
        async with served(Program(refuses=True)) as url, RawClient(url) as client:
            await client.send_bytes(b"POST / HTTP/1.1\r\nhost: a\r\n" + form + b"\r\n\r\n")
            for _ in range(20):
                await client.send_bytes(
                    (b"" if b"length" in form else b"f4240\r\n") + b"x" * 1_000_000 + b"\r\n"[: 2 * (b"ch" in form)]
                )
                await asyncio.sleep(0.005)
            answer = await client.receive(timeout_s=CUT_S)
            assert (answer.status, answer.body, answer.headers["connection"]) == (401, b"no", "close")

    run(scenario())


def test_a_client_that_is_refused_sends_for_ever():
    async def scenario() -> None:
        async with served(Program(refuses=True)) as url, RawClient(url) as client:
            await client.send_bytes(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000000\r\n\r\n")
            sent_mb = 0
            with contextlib.suppress(ConnectionError):
                for sent_mb in range(200):  # noqa: B007  -- how far it came
                    await client.send_bytes(b"x" * 1_000_000)
            assert 60 < sent_mb < 120

    run(scenario())

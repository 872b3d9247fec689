"""Requests that are turned away at the socket: one test for each way in which they could be mistaken for others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ai_api.cli import serving
from ai_api.protocols import plain_request
from tests.support.guarded import CUT_S, GET, POST, SOON_S, Program, run, served
from tests.support.upstream.raw import RawClient

BODY = b"0123456789"
NO = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno"


class Gate:
    """Turns away while it is closed, and remembers whom it saw."""

    def __init__(self, *, closed: bool = True) -> None:
        self.closed = closed
        self.seen: list[tuple[bytes, bytes, list[tuple[bytes, bytes]]]] = []

    def answer(self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        self.seen.append((method, target, list(headers)))
        return NO if self.closed else None

    def answer_at_sight(self, read: bytes) -> bytes | None:
        return None


class Doorkeeper(Gate):
    """Knows a plain request at sight."""

    def __init__(self, *, closed: bool = True) -> None:
        super().__init__(closed=closed)
        self.known: list[bytes] = []

    def answer_at_sight(self, read: bytes) -> bytes | None:
        line = plain_request.line_of(read)
        if line is None or not self.closed:
            return None
        self.known.append(line)
        return NO


def test_who_was_turned_away_has_to_connect_anew():
    """The connection is used again: the next request on it is turned away, or let in."""

    async def scenario() -> None:
        program, gate = Program(), Gate()
        async with served(program, gate) as url, RawClient(url) as client:
            for _ in range(3):
                await client.send_bytes(POST + BODY)
                answer = await client.receive()
                assert (answer.status, answer.ending, answer.body) == (503, "whole", b"no")
            assert program.scopes == []
            gate.closed = False
            await client.send_bytes(POST + BODY)
            assert (await client.receive()).body == b"10"
        assert gate.seen == [(b"POST", b"/", [(b"host", b"a"), (b"content-length", b"10")])] * 4

    run(scenario())


def test_a_request_turned_away_is_answered_before_its_body_has_come():
    """What comes of it afterwards would be read as the next request."""

    async def scenario() -> None:
        program, gate = Program(), Gate()
        async with served(program, gate) as url, RawClient(url) as client:
            await client.send_bytes(POST + BODY[:4])
            assert (await client.receive(timeout_s=0.2)).ending == "silence"
            gate.closed = False
            await client.send_bytes(BODY[4:] + GET)
            assert (await client.receive()).status == 503
            assert (await client.receive()).body == b"0"
        assert program.bodies == [0]

    run(scenario())


def test_the_body_of_a_request_turned_away_never_comes():
    async def scenario() -> None:
        program = Program()
        async with served(program, Gate(), body_idle_s=SOON_S) as url, RawClient(url) as client:
            await client.send_bytes(POST + BODY[:4])
            cut = await client.receive(timeout_s=CUT_S)
            assert (cut.status, cut.ending in {"fin", "rst"}) == (0, True)
        assert program.scopes == []

    run(scenario())


def test_a_refusal_stands_inside_of_the_answer_before_it():
    """A request behind one that is being answered is the program's own affair."""

    async def scenario() -> None:
        program, gate = Program(wait_s=0.2), Gate(closed=False)
        async with served(program, gate) as url, RawClient(url) as client:
            await client.send_bytes(POST + BODY)
            async with asyncio.timeout(CUT_S):
                while not program.scopes:
                    await asyncio.sleep(0.01)
            gate.closed = True
            await client.send_bytes(POST + BODY)
            assert [(await client.receive()).body for _ in range(2)] == [b"10", b"10"]
        assert len(gate.seen) == 1

    run(scenario())


def test_the_rest_after_a_refusal_ends_the_call_behind_it(monkeypatch):
    """Both came in one read: the connection is not closed under the second for having been idle since the first."""
    monkeypatch.setattr(serving, "_KEEP_ALIVE_S", SOON_S)

    async def scenario() -> None:
        class First(Gate):
            def answer(self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
                self.closed = not self.seen
                return super().answer(method, target, headers)

        program = Program(wait_s=SOON_S * 3)
        async with served(program, First()) as url, RawClient(url) as client:
            await client.send_bytes(POST + BODY + POST + BODY)
            assert (await client.receive()).status == 503
            assert (await client.receive(timeout_s=CUT_S)).body == b"10"

    run(scenario())


@pytest.mark.parametrize("more", [b"expect: 100-continue\r\n", b"connection: close\r\n"])
def test_a_request_that_is_not_simply_read_is_taken_for_one_that_is(more):
    """Who waits to be asked for his body, or will not send another request, is answered by the program."""

    async def scenario() -> None:
        program, gate = Program(), Gate()
        async with served(program, gate) as url, RawClient(url) as client:
            await client.send_bytes(POST[:-2] + more + b"\r\n" + BODY)
            answer = await client.receive(timeout_s=CUT_S)
            assert answer.status in {100, 200}
        assert gate.seen == []

    run(scenario())


def plain(length: int) -> bytes:
    """The head of a request that is known at sight."""
    return b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % length


def test_a_connection_is_lost_on_whom_it_turned_away_at_sight():
    """The parser has not heard of those, and reads the next one that is let in as if there had been none."""

    async def scenario() -> None:
        program, gate = Program(), Doorkeeper()
        async with served(program, gate) as url, RawClient(url) as client:
            for _ in range(3):
                await client.send_bytes(plain(10) + BODY)
                answer = await client.receive()
                assert (answer.status, answer.ending, answer.body) == (503, "whole", b"no")
            gate.closed = False
            for _ in range(2):
                await client.send_bytes(plain(10) + BODY)
                assert (await client.receive()).body == b"10"
            gate.closed = True
            await client.send_bytes(plain(10) + BODY)
            assert (await client.receive()).status == 503
        # The first of a connection is read.
        assert (len(gate.seen), gate.known) == (3, [b"POST / HTTP/1.1"] * 3)

    run(scenario())


def test_a_body_that_looks_like_a_request_is_answered_as_one():
    """Its request was answered before it came: what comes next is its body, and no request."""

    async def early(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"early"})

    async def scenario() -> None:
        gate = Doorkeeper(closed=False)
        async with served(early, gate) as url, RawClient(url) as client:
            inner = plain(10) + BODY
            await client.send_bytes(plain(len(inner)))
            assert (await client.receive()).body == b"early"
            gate.closed = True
            await client.send_bytes(inner)
            assert (await client.receive(timeout_s=0.3)).ending != "whole"
        assert gate.known == []

    run(scenario())


def test_an_answer_under_way_has_a_refusal_in_it():
    async def scenario() -> None:
        program, gate = Program(wait_s=0.2), Doorkeeper(closed=False)
        async with served(program, gate) as url, RawClient(url) as client:
            await client.send_bytes(plain(10) + BODY)
            async with asyncio.timeout(CUT_S):
                while not program.scopes:
                    await asyncio.sleep(0.01)
            gate.closed = True
            await client.send_bytes(plain(10) + BODY)
            assert [(await client.receive()).body for _ in range(2)] == [b"10", b"10"]
        assert gate.known == []

    run(scenario())


def test_who_is_turned_away_at_sight_again_and_again_loses_the_connection(monkeypatch):
    """It is kept from the last refusal on, and no longer."""
    monkeypatch.setattr(serving, "_KEEP_ALIVE_S", SOON_S * 2)

    async def scenario() -> None:
        gate = Doorkeeper()
        async with served(Program(), gate) as url, RawClient(url) as client:
            for _ in range(5):
                await client.send_bytes(plain(10) + BODY)
                assert (await client.receive()).status == 503
                await asyncio.sleep(SOON_S)
            assert (await client.receive(timeout_s=CUT_S)).ending in {"fin", "rst"}
        assert len(gate.known) == 4

    run(scenario())

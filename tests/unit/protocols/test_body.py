"""Reading a body: never more of it than allowed, not at all when it says it is too large."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.protocols import body
from ai_api.protocols.body import ClientLeft


class Client:
    """Sends what it is told, and counts what was taken."""

    def __init__(self, *messages):
        self.messages = list(messages)
        self.taken = 0

    async def receive(self):
        message = self.messages[self.taken]
        self.taken += 1
        return message


async def read(receive, *, announced_bytes, limit_bytes, within_s=60, hold=lambda _: None):
    """With all the time and room there is."""
    return await body.read(
        receive, announced_bytes=announced_bytes, limit_bytes=limit_bytes, within_s=within_s, hold=hold
    )


def pieces(*data, last=True):
    return [
        {"type": "http.request", "body": each, "more_body": not last or number < len(data) - 1}
        for number, each in enumerate(data)
    ]


GONE = {"type": "http.disconnect"}


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=8))
async def test_a_body_in_any_pieces_is_whole_again(data):
    client = Client(*pieces(*data))
    assert await read(client.receive, announced_bytes=None, limit_bytes=10_000) == b"".join(data)
    assert client.taken == len(data)


async def test_a_body_in_one_piece_is_not_copied():
    body = b"x" * 1000
    assert await read(Client(*pieces(body)).receive, announced_bytes=1000, limit_bytes=1000) is body


async def test_no_body_is_an_empty_one():
    assert await read(Client({"type": "http.request"}).receive, announced_bytes=None, limit_bytes=10) == b""


async def test_a_hundred_megabytes_announced_are_refused_before_one_byte_is_read():
    client = Client(*pieces(b"x" * 1000))
    with pytest.raises(Refusal) as refused:
        await read(client.receive, announced_bytes=100_000_000, limit_bytes=1000)
    assert client.taken == 0
    assert (refused.value.code, refused.value.kind) == ("body_too_large", "too_large")
    assert "1,000 bytes" in refused.value.message


@pytest.mark.parametrize("announced_bytes", [None, 10, 1000])
async def test_a_body_that_grows_past_the_limit_is_left_there_whatever_it_announced(announced_bytes):
    client = Client(*pieces(*[b"x" * 300] * 100))
    with pytest.raises(Refusal) as refused:
        await read(client.receive, announced_bytes=announced_bytes, limit_bytes=1000)
    assert refused.value.code == "body_too_large"
    assert client.taken == 4


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
async def test_the_limit_itself_is_allowed(size):
    for data in (pieces(b"x" * size), pieces(b"x" * (size // 2), b"x" * (size - size // 2))):
        got = await read(Client(*data).receive, announced_bytes=size, limit_bytes=1000)
        assert len(got) == size


@pytest.mark.parametrize("before", [[], pieces(b"half", last=False)])
async def test_a_client_that_leaves_before_it_has_said_all_is_gone(before):
    with pytest.raises(ClientLeft):
        await read(Client(*before, GONE).receive, announced_bytes=100, limit_bytes=1000)


async def test_a_body_drips_in_for_ever():
    began = time.monotonic()

    async def receive():
        await asyncio.sleep(0.01)
        # It ends after all, for who would wait.
        return {"type": "http.request", "body": b"x", "more_body": time.monotonic() - began < 10}

    with pytest.raises(Refusal) as refused:
        await read(receive, announced_bytes=None, limit_bytes=10**9, within_s=0.2)
    assert (refused.value.code, refused.value.kind) == ("body_too_slow", "too_slow")
    assert 0.15 < time.monotonic() - began < 5


async def test_room_is_asked_for_after_the_bytes_came():
    """An announced body asks for all of its room before a byte is read, another one before more than a piece is."""
    told = []
    announced = Client(*pieces(b"x" * 10, b"x" * 20))
    with pytest.raises(Refusal):
        await read(announced.receive, announced_bytes=30, limit_bytes=100, hold=full_at(told, 30))
    assert (told, announced.taken) == ([30], 0)
    told.clear()
    grows = Client(*pieces(b"x" * 10, b"x" * 20, b"x" * 20, b"x" * 20))
    with pytest.raises(Refusal):
        await read(grows.receive, announced_bytes=None, limit_bytes=100, hold=full_at(told, 50))
    assert (told, grows.taken) == ([10, 30, 50], 3)


def full_at(told, size_bytes):
    def hold(known_bytes):
        told.append(known_bytes)
        if known_bytes >= size_bytes:
            raise Refusal("overloaded", "unavailable", "Full.")

    return hold

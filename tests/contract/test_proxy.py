"""The proxy of the fault rig does what it is told, also to connections that are open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.support.proxy import BLACKHOLE, HOLD, PASS, Proxy, before_url, cut_at, delay, flip, refuse, trickle


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Before a server that says everything again."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with before_url(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as running:
        yield running
    server.close()


class Client:
    """One connection through the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def of(cls, proxy: Proxy) -> Client:
        return cls(*await asyncio.open_connection("127.0.0.1", proxy.port))

    async def say(self, data: bytes, *, within_s: float = 5.0) -> bytes:
        """What comes back until it is as much as was said, or the end."""
        self.writer.write(data)
        got = b""
        async with asyncio.timeout(within_s):
            while len(got) < len(data) and (piece := await self.reader.read(65_536)):
                got += piece
        return got


async def ask_anew(proxy: Proxy) -> None:
    """On a connection of its own; raises what became of it."""
    client = await Client.of(proxy)
    await client.say(b"?")


async def test_it_passes_both_ways_and_both_ends(proxy):
    client = await Client.of(proxy)
    assert await client.say(b"x" * 1_000_000) == b"x" * 1_000_000
    client.writer.write_eof()
    assert await client.reader.read() == b""
    async with asyncio.timeout(5):
        while proxy.open:
            await asyncio.sleep(0.001)
    client.writer.close()


async def test_a_delay_is_each_way_and_nothing_waits_for_what_went_before(proxy):
    client = await Client.of(proxy)
    assert await client.say(b"now") == b"now"
    proxy.switch(delay(100))
    began = time.monotonic()
    for _ in range(10):
        client.writer.write(b"x")
        await asyncio.sleep(0.005)
    assert await client.say(b"") == b""
    assert await client.reader.readexactly(10) == b"x" * 10
    # One after the other they would take two seconds.
    assert 0.2 <= time.monotonic() - began < 1.5
    proxy.switch(PASS)
    assert await client.say(b"again") == b"again"
    client.writer.close()


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_cut_ends_what_is_open_and_nothing_else(proxy, how):
    client = await Client.of(proxy)
    assert await client.say(b"here") == b"here"
    assert proxy.cut(how) == 1
    if how == "rst":
        with pytest.raises(ConnectionResetError):
            await client.reader.read()
    else:
        assert await client.reader.read() == b""
    client.writer.close()
    other = await Client.of(proxy)
    assert await other.say(b"served") == b"served"
    proxy.switch(refuse())
    with pytest.raises(ConnectionError):
        await ask_anew(proxy)
    assert await other.say(b"still") == b"still"
    proxy.shut()
    with pytest.raises(ConnectionRefusedError):
        await Client.of(proxy)
    await proxy.start()
    other.writer.close()


async def test_what_a_black_hole_took_does_not_come_back(proxy):
    client = await Client.of(proxy)
    proxy.switch(BLACKHOLE)
    with pytest.raises(TimeoutError):
        await client.say(b"lost", within_s=0.1)
    late = await Client.of(proxy)
    with pytest.raises(TimeoutError):
        await late.say(b"lost", within_s=0.1)
    proxy.switch(PASS)
    for each in (client, late):
        with pytest.raises(ConnectionResetError):
            await each.reader.read()
        each.writer.close()


async def test_what_was_held_up_comes_afterwards(proxy):
    client = await Client.of(proxy)
    proxy.switch(HOLD)
    with pytest.raises(TimeoutError):
        await client.say(b"late", within_s=0.1)
    proxy.switch(PASS)
    assert await client.reader.readexactly(4) == b"late"
    client.writer.close()


async def test_one_byte_is_another_and_a_cut_comes_where_it_was_told(proxy):
    client = await Client.of(proxy)
    assert await client.say(b"before") == b"before"
    proxy.switch(flip(2))
    assert await client.say(b"abcd") == b"ab\xe3d"
    proxy.switch(trickle(1, 5))
    began = time.monotonic()
    assert await client.say(b"abcdef") == b"abcdef"
    assert time.monotonic() - began >= 0.025
    proxy.switch(cut_at(3, "fin"))
    assert await client.say(b"abcdef") == b"abc"
    client.writer.close()

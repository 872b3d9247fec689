"""A wire to Postgres as long as one wishes: every byte takes its time, in order, in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass
class Wire:
    """`dsn` is the same database at the far end; `round_trip_s` may be changed at any time."""

    dsn: str
    round_trip_s: float = 0.0


@asynccontextmanager
async def slow_wire(dsn: str) -> AsyncIterator[Wire]:
    """A wire to the database of `dsn`, of no length at first."""
    parts = urlsplit(dsn)
    folder = parse_qs(parts.query).get("host")
    tasks: set[asyncio.Task[None]] = set()
    wire = Wire("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if folder:
            there, back = await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
        else:
            there, back = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        both = {asyncio.create_task(_carry(reader, back, wire)), asyncio.create_task(_carry(there, writer, wire))}
        tasks.update(both)
        await asyncio.wait(both)
        tasks.difference_update(both)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    user = f"{parts.username}:{parts.password}" if parts.password else parts.username
    wire.dsn = f"postgresql://{user}@127.0.0.1:{server.sockets[0].getsockname()[1]}{parts.path}"
    try:
        yield wire
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire) -> None:
    loop = asyncio.get_running_loop()
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                return
            writer.write(data)

    delivering = asyncio.create_task(deliver())
    try:
        while data := await reader.read(65_536):
            on_the_way.put_nowait((loop.time() + wire.round_trip_s / 2, data))
        on_the_way.put_nowait((loop.time() + wire.round_trip_s / 2, b""))
        await delivering
    except ConnectionError:
        pass  # the other side ended it
    finally:
        delivering.cancel()
        writer.close()

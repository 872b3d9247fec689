"""A wire to Postgres as long as one wishes: every byte takes its time, in order, in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit


@asynccontextmanager
async def slow_wire(dsn: str, *, round_trip_s: float) -> AsyncIterator[str]:
    """The DSN of the same database, `round_trip_s` away."""
    parts = urlsplit(dsn)
    folder = parse_qs(parts.query).get("host")
    one_way_s = round_trip_s / 2
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if folder:
            there, back = await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
        else:
            there, back = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        both = {asyncio.create_task(_carry(reader, back, one_way_s)), asyncio.create_task(_carry(there, writer, one_way_s))}
        tasks.update(both)
        await asyncio.wait(both)
        tasks.difference_update(both)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    user = f"{parts.username}:{parts.password}" if parts.password else parts.username
    try:
        yield f"postgresql://{user}@127.0.0.1:{port}{parts.path}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
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
            on_the_way.put_nowait((loop.time() + delay_s, data))
        on_the_way.put_nowait((loop.time() + delay_s, b""))
        await delivering
    except ConnectionError:
        pass  # the other side ended it
    finally:
        delivering.cancel()
        writer.close()

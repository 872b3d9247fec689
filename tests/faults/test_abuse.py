"""Everything at once that costs a gateway memory and a client little: a worker stays under 400 MB, and serves the others."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from ai_api import setup
from ai_api.credentials.secret import new_secret
from ai_api.providers.provider_keys import KeyDraft
from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import STREAMS, WHOLES, told
from tests.support.gateway import CHAT, GatewayProcess, chat_body, gateway_process
from tests.support.organization import CLI, Caller, Organization
from tests.support.upstream import Simulator
from tests.support.upstream.raw import RawAnswer, RawClient

MB = 1024 * 1024
WORKER_BYTES_MAX = 400 * MB
GROWTH_BYTES_MAX = 60 * MB
"""What a worker keeps of an attack: memory that was in use and is used again, not given back."""
LOADED_BYTES = 200 * MB
HALF_OPEN, SLOW_READERS, LARGE_BODIES = 300, 100, 8
PATIENCE_S = 4
FORGOTTEN_S = 30
SPARE = 2
"""Connections to the provider or the database that it may have more afterwards."""
CALLS_MEANWHILE_MIN = 10


def memory(process: GatewayProcess, what: str) -> int:
    """`VmRSS`, or `VmHWM`: the most there ever was; in bytes."""
    status = Path(f"/proc/{process.child.pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found, status
    return int(found[1]) * 1024


def descriptors(process: GatewayProcess) -> int:
    """How many files and sockets the process has open."""
    return len(list(Path(f"/proc/{process.child.pid}/fd").iterdir()))


@asynccontextmanager
async def a_gateway(
    database: str, sim: Simulator, tmp_path: Path, **environment: str
) -> AsyncIterator[tuple[GatewayProcess, Organization]]:
    """One that has imported litellm, as it does where a provider key needs it."""
    organization = Organization(database, sim.url)
    draft = KeyDraft(
        provider="anthropic", name="a", base_url=sim.url, secret="sk-ant-0123456789", allow_private_network=True
    )
    async with organization.database.transaction() as tx:
        await setup.connect_provider(tx, CLI, organization.ring, draft)
    try:
        async with gateway_process(database, log=tmp_path / "gateway.log", **environment) as process:
            async with asyncio.timeout(60):
                last = 0
                while (now := memory(process, "VmRSS")) < LOADED_BYTES or now > last + MB:
                    last = now
                    await asyncio.sleep(1)
            yield process, organization
    finally:
        await organization.close()


async def half_open(process: GatewayProcess, secret: str) -> None:
    """300 connections in four states, until each is closed."""
    head = f"POST {CHAT} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {secret}\r\n".encode()
    beginnings = [b"", b"POST /v1/chat", head, head + b"content-length: 1000\r\n\r\n" + b'{"model": ']

    async def one(beginning: bytes) -> None:
        async with RawClient(process.url) as client:
            await client.send_bytes(beginning)
            while (await client.receive(timeout_s=FORGOTTEN_S)).ending == "whole":
                pass

    await asyncio.gather(*(one(beginnings[number % 4]) for number in range(HALF_OPEN)))


async def slow_readers(process: GatewayProcess, caller: Caller) -> None:
    """100 streams of which nobody takes a byte, until the gateway has cut all of them."""
    body = chat_body(caller, told(answer_bytes=2 * MB, chunks=80), stream=True)

    async def one() -> None:
        async with RawClient(process.url) as client:
            await client.send("POST", CHAT, headers=caller.headers, body=encode(body))
            assert client._reader is not None
            client._reader._transport.pause_reading()
            await asyncio.sleep(PATIENCE_S * 3)

    await asyncio.gather(*(one() for _ in range(SLOW_READERS)))


async def endless_heads(process: GatewayProcess) -> None:
    async def one() -> None:
        async with RawClient(process.url) as client:
            with contextlib.suppress(ConnectionError):
                await client.send_bytes(b"GET / HTTP/1.1\r\nx: ")
                for _ in range(200):
                    await client.send_bytes(b"a" * 65_536)

    await asyncio.gather(*(one() for _ in range(20)))


async def poured(process: GatewayProcess, headers: dict[str, str], pieces: Iterable[bytes]) -> RawAnswer:
    """The answer to a body that is sent as fast as it is taken, whether anybody wants it or not."""
    async with RawClient(process.url) as client:
        await client.send("POST", CHAT, headers=headers)

        async def send() -> None:
            with contextlib.suppress(ConnectionError):
                for piece in pieces:
                    await client.send_bytes(piece)

        sending = asyncio.create_task(send())
        answer = await client.receive(timeout_s=30)
        sending.cancel()
        await asyncio.wait({sending})
        return answer


async def strangers(process: GatewayProcess) -> Counter[int]:
    """Four bodies of 100 MB at a time, with secrets that are none and with such as nobody has: everyone gets an answer."""
    plain, chunked = b" " * MB, b"%x\r\n%b\r\n" % (MB, b" " * MB)
    forms = (({"content-length": str(100 * MB)}, plain), ({"transfer-encoding": "chunked"}, chunked))
    statuses: Counter[int] = Counter()
    for secret in ("sk-wrong", new_secret("sk-aiapi-")):
        for form, piece in forms:
            headers = {"authorization": f"Bearer {secret}", **form}
            # Less than is read of a body that nobody wants: who pours on after that is reset, perhaps before it reads why.
            answers = await asyncio.gather(*(poured(process, headers, [piece] * 60) for _ in range(4)))
            statuses.update(answer.status for answer in answers)
    return statuses


async def large_bodies(process: GatewayProcess, caller: Caller, sim: Simulator) -> Counter[int]:
    """The largest bodies there may be, eight at a time: in plain text, and such as swell when they are read."""
    words = "word " * (31 * MB // 5)
    empty = encode(chat_body(caller))[:-1] + b',"x":[' + b"{}," * (10 * MB) + b"{}]}"
    statuses: Counter[int] = Counter()
    for body in (
        encode(chat_body(caller, words, stream=True)),
        encode(chat_body(caller, "\U0001f4a9" + words, stream=True)),
        empty,
    ):
        headers = {**caller.headers, "content-length": str(len(body))}
        pieces = [body[start : start + MB] for start in range(0, len(body), MB)]
        answers = await asyncio.gather(*(poured(process, headers, pieces) for _ in range(LARGE_BODIES)))
        statuses.update(answer.status for answer in answers)
        sim.forget()
    return statuses


async def keep_calling(process: GatewayProcess, caller: Caller, stop: asyncio.Event) -> list[float]:
    """An ordinary caller: how long each call took."""
    took = []
    while not stop.is_set():
        for shape in (WHOLES[0], STREAMS[1]):
            began = time.monotonic()
            answer = await process.ask(caller, shape.path, shape.body(caller), timeout_s=30)
            assert (answer.status, answer.ending) == (200, "whole"), answer
            took.append(time.monotonic() - began)
        await asyncio.sleep(0.1)
    return took


async def settled(process: GatewayProcess) -> int:
    """Its descriptors once they do not change any more: it hears of its clients' leaving a moment after they left."""
    before, now = -1, descriptors(process)
    while now != before:
        await asyncio.sleep(0.5)
        before, now = now, descriptors(process)
    return now


async def test_a_worker_under_attack_grows_past_400_mb(database, sim, tmp_path):
    # Attackers, provider and test share a loop, which may be late itself: a body is given more time.
    patience = {"HEADER_S": PATIENCE_S, "BODY_IDLE_S": 4 * PATIENCE_S, "STALL_S": PATIENCE_S}
    environment = {f"AI_API_LISTEN__{name}": str(value) for name, value in patience.items()}
    # Each bound has to hold by itself: a busy gateway sends most of this away because it is busy.
    environment["AI_API_LOAD__LAG_MS_MAX"] = "60000"
    async with a_gateway(database, sim, tmp_path, **environment) as (process, organization):
        caller, attacker = [
            await organization.caller(usd="500000000", output_tokens_max=4_000_000, context_tokens=2_000_000_000)
            for _ in range(2)
        ]
        for _ in range(10):
            assert (await STREAMS[0].ask(process, caller)).status == 200
        before, memory_before = descriptors(process), memory(process, "VmRSS")
        stop = asyncio.Event()
        calling = asyncio.create_task(keep_calling(process, caller, stop))
        async with asyncio.timeout(200):
            _, _, _, unknown, large = await asyncio.gather(
                half_open(process, attacker.secret),
                slow_readers(process, attacker),
                endless_heads(process),
                strangers(process),
                large_bodies(process, attacker, sim),
            )
            stop.set()
            took = await calling
            while descriptors(process) > before + SPARE:
                await asyncio.sleep(0.1)
        most, after = memory(process, "VmHWM"), memory(process, "VmRSS")
        print(
            f"{memory_before // MB} MB before, {most // MB} at most, {after // MB} after; large bodies {dict(large)}; "
            f"strangers {dict(unknown)}; {len(took)} calls meanwhile, the slowest took {max(took):.1f} s"
        )
        assert most < WORKER_BYTES_MAX
        assert after < memory_before + GROWTH_BYTES_MAX
        assert set(unknown) <= {401, 503}
        assert set(large) <= {200, 400, 413, 503}
        assert large[200] >= 1
        assert len(took) > CALLS_MEANWHILE_MIN


async def test_connections_that_say_nothing_stay_open(database, sim, tmp_path: Path):
    """300 of them, each in another state, and a good call beside them. No descriptor is left of them."""
    organization = Organization(database, sim.url)
    caller = await organization.caller(usd="50")
    head = f"POST {CHAT} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {caller.secret}\r\n".encode()
    beginnings = [b"", b"POST /v1/chat", head, head + b"content-length: 1000\r\n\r\n" + b'{"model": ']
    patience = {"HEADER_S": str(PATIENCE_S), "BODY_IDLE_S": str(PATIENCE_S)}
    environment = {f"AI_API_LISTEN__{name}": value for name, value in patience.items()}
    environment["AI_API_LOAD__LAG_MS_MAX"] = "60000"
    try:
        async with gateway_process(database, log=tmp_path / "gateway.log", **environment) as process:
            # Whatever connections it keeps of its own, it has after this.
            await asyncio.gather(*(STREAMS[0].ask(process, caller) for _ in range(16)))
            before = await settled(process)
            clients = [RawClient(process.url) for _ in range(HALF_OPEN)]
            try:
                for number, client in enumerate(clients):
                    await client.__aenter__()
                    await client.send_bytes(beginnings[number % len(beginnings)])
                async with asyncio.timeout(PATIENCE_S / 2):
                    # A connection is open for the client before the gateway has taken it out of the line.
                    while descriptors(process) < before + HALF_OPEN:
                        await asyncio.sleep(0.02)
                began = time.monotonic()
                for shape in (WHOLES[0], STREAMS[1]):
                    assert (await shape.ask(process, caller)).status == 200
                assert time.monotonic() - began < PATIENCE_S
                answers = await asyncio.gather(*(client.receive(timeout_s=FORGOTTEN_S) for client in clients))
                for number, answer in enumerate(answers):
                    assert answer.status == (0 if number % len(beginnings) == 3 else 408)
                again = await asyncio.gather(*(client.receive(timeout_s=FORGOTTEN_S) for client in clients))
                assert {answer.ending for answer in again} <= {"fin", "rst"}
                async with asyncio.timeout(FORGOTTEN_S):
                    # While the clients have not closed yet.
                    while descriptors(process) > before:
                        await asyncio.sleep(0.1)
            finally:
                for client in clients:
                    await client.close()
            # Probes and metrics have the same guard.
            async with RawClient(process.ops_url) as client:
                assert (await client.receive(timeout_s=FORGOTTEN_S)).status == 408
    finally:
        await organization.close()

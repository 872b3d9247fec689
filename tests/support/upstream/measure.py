"""`python -m tests.support.upstream.measure`: how many calls a second one core of the simulator answers.

The load comes from this process, so two idle cores are needed for the calls a second; CPU a call needs only one.
"""

import argparse
import asyncio
import socket
import tempfile
import time
from pathlib import Path

import msgspec
import psutil
import uvloop

from tests.support.upstream.process import Process, spawned

PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}
PROMPT = "How does a river find its way to the sea?"


def request_bytes(dialect: str, *, stream: bool) -> bytes:
    """One plain request as a gateway would send it."""
    body: dict[str, object] = {"model": "sim-small", "stream": stream}
    said = [{"role": "user", "content": PROMPT}]
    if dialect == "chat":
        body |= {"messages": said} | ({"stream_options": {"include_usage": True}} if stream else {})
    elif dialect == "messages":
        body |= {"messages": said, "max_tokens": 1000}
    else:
        body |= {"input": PROMPT}
    payload = msgspec.json.encode(body)
    head = (
        f"POST {PATHS[dialect]} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer k\r\n"
        "content-type: application/json\r\naccept-encoding: identity\r\nanthropic-version: 2023-06-01\r\n"
        f"x-request-id: 0190b0a0-0000-7000-8000-000000000000.1\r\ncontent-length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


class _Client(asyncio.Protocol):
    """Asks again as soon as an answer is whole; every answer to the same request has the same length."""

    def __init__(self, request: bytes, answer_bytes: int) -> None:
        self._request = request
        self._answer_bytes = answer_bytes
        self._left = answer_bytes
        self._transport: asyncio.Transport | None = None
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's transports do not derive from asyncio's
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left == 0:
            self.answers += 1
            self._left = self._answer_bytes
            self._ask()

    def _ask(self) -> None:
        if self._transport is not None:
            self._transport.write(self._request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def answer_length(port: int, request: bytes) -> int:
    """Ask once and wait until nothing more comes. Raises RuntimeError for anything but a 200."""
    with socket.create_connection(("127.0.0.1", port)) as probe:
        probe.settimeout(0.3)
        probe.sendall(request)
        received = b""
        try:
            while part := probe.recv(65536):
                received += part
        except TimeoutError:
            pass
    if not received.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"expected an answer, got {received[:200]!r}")
    return len(received)


async def load(process: Process, request: bytes, *, connections: int, duration_s: float) -> tuple[float, float]:
    """Calls a second, and CPU microseconds of the simulator a call."""
    length = answer_length(process.port, request)
    simulator = psutil.Process(process.pid)
    before, began = simulator.cpu_times(), time.monotonic()
    clients = [_Client(request, length) for _ in range(connections)]
    loop = asyncio.get_running_loop()
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", process.port)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    await asyncio.sleep(duration_s)
    answers, lasted_s, after = (
        sum(client.answers for client in clients),
        time.monotonic() - began,
        simulator.cpu_times(),
    )
    for client in clients:
        client.close()
    cpu_s = after.user + after.system - before.user - before.system
    return answers / lasted_s, cpu_s / max(1, answers) * 1e6


async def _run(options: argparse.Namespace) -> None:
    print(f"{'':24} {'calls/s':>9} {'CPU us/call':>12}")
    for witness in ("quiet", "witnessing"):
        flags = ("--quiet", "--keep", "0") if witness == "quiet" else ()
        with tempfile.TemporaryDirectory() as folder:
            async with spawned(log=Path(folder) / "witness.jsonl", options=flags) as process:
                for dialect in PATHS:
                    for stream in (False, True):
                        request = request_bytes(dialect, stream=stream)
                        rate, cpu_us = await load(
                            process, request, connections=options.connections, duration_s=options.seconds
                        )
                        name = f"{dialect} {'50 chunks' if stream else 'plain'} {witness}"
                        print(f"{name:28} {rate:9,.0f} {cpu_us:8.1f}", flush=True)


def main() -> None:
    """Measure every dialect, plain and streamed, with and without the witness."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=32)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()

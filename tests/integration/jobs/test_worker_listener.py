"""`ai-api worker` has an internal listener, on a port that `serve` does not take."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx

from ai_api.cli import serving
from ai_api.settings import Listen
from tests.support.organization import KEYS_TEXT

TOKEN = "a-token-of-sixteen"
READY_S = 20.0


async def answers(http: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    """The answer, once there is one that is not 503."""
    async with asyncio.timeout(READY_S):
        while True:
            try:
                answer = await http.get(path, headers=headers)
                if answer.status_code != 503:
                    return answer
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


def test_serve_and_worker_want_the_same_port():
    listen = Listen()
    assert len({listen.port, listen.ops_port, listen.worker_ops_port}) == 3


async def test_nobody_can_see_what_the_worker_found(database, tmp_path):
    with serving.listen("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    settings = {
        "AI_API_DATABASE_URL": database,
        "AI_API_ENCRYPTION_KEYS": KEYS_TEXT,
        "AI_API_OPS_TOKEN": TOKEN,
        "AI_API_LISTEN__WORKER_OPS_PORT": str(port),
    }
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ai_api", "worker"),
            cwd=Path(__file__).parents[3],
            env={**outside, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            assert (await answers(http, "/readyz")).json() == {"ready": True, "faults": []}
            assert (await http.get("/metrics")).status_code == 401
            async with asyncio.timeout(READY_S):
                while 'proved_at_seconds{law="quarters"} 0' in (
                    shown := (await answers(http, "/metrics", authorization=f"Bearer {TOKEN}")).text
                ):
                    await asyncio.sleep(0.05)
        assert 'ai_gateway_unexplained_amount{law="settled"} 0' in shown
        child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(READY_S):
            assert await child.wait() == 0, log.read_text()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()

"""`ai-api up` told to go while a call is open: the call ends in its own words and is written down, and only then its database
goes, and the model.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ai_api.local import children, postgres
from tests.support.books import Books
from tests.support.simulated import simulated
from tests.support.up import expect_gone, start, up

WAITED_S = 30.0


@pytest.fixture(scope="module")
def simulator():
    with simulated() as running:
        yield running


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder with a short path. Whatever runs in it at the end is ended."""
    folder = Path(tempfile.mkdtemp(prefix="ai-api-data-"))
    try:
        yield folder
        postgres.end_leftover(folder)
    finally:
        shutil.rmtree(folder)


class Reader(threading.Thread):
    """A client that reads a stream to its end."""

    def __init__(self, url: str, credential: str) -> None:
        super().__init__(daemon=True)
        self.body = b""
        self.began = threading.Event()
        self._url, self._credential = url, credential

    def run(self) -> None:
        prompt = '[[sim {"hang_at": 3}]]'
        body = {"model": "openai/sim-large", "stream": True, "messages": [{"role": "user", "content": prompt}]}
        headers = {"authorization": f"Bearer {self._credential}"}
        with httpx.stream(
            "POST", f"{self._url}/v1/chat/completions", json=body, headers=headers, timeout=WAITED_S
        ) as answer:
            for piece in answer.iter_raw():
                self.body += piece
                self.began.set()


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
async def test_ctrl_c_takes_the_database_away_under_an_open_call(data_dir, simulator, times):
    running = start(data_dir, "--no-model", **simulator.environment())
    running.wait_ready(as_json=True)
    reader = Reader(running.ready["url"], running.ready["credential"])
    reader.start()
    assert await asyncio.to_thread(reader.began.wait, WAITED_S)
    started = running.children()
    assert any("postgres -D" in each.command for each in started)
    for _ in range(times):
        # As a terminal does it: to the program and to whatever it has started in its group.
        running.signal(signal.SIGINT)
        await asyncio.sleep(0.3)
    assert await asyncio.to_thread(running.wait) == 0, running.err
    await asyncio.to_thread(reader.join, WAITED_S)
    assert b'"code":"shutting_down"' in reader.body
    assert b"[DONE]" not in reader.body
    expect_gone(started)
    assert "Traceback" not in running.err
    with up(data_dir, "--no-model", **simulator.environment()):
        host = children.recorded(data_dir, "postgres").socket_dir or data_dir / "postgres"
        books = Books(f"postgresql://ai_api@/ai_api?host={host}")
        record = await books.record(outcome="shutting_down")
        assert (record["swept"], record["usage_source"], record["output_tokens"] > 0) == (False, "estimated", True)
        await books.assert_at_rest()

"""`ai-api up`, stopped, interrupted and killed: nothing it started stays behind, and no call is lost or billed twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from scripts import leftovers

from ai_api.local import children
from tests.support.books import Books
from tests.support.simulated import simulated
from tests.support.up import Up, expect_gone, start, until, up

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def simulator():
    with simulated() as running:
        yield running


def books_of(data: Path) -> Books:
    host = children.recorded(data, "postgres").socket_dir or data / "postgres"
    return Books(f"postgresql://ai_api@/ai_api?host={host}")


def running_in(data: Path) -> list[str]:
    return [process.command for process in leftovers.living_in(leftovers.processes(), data)]


@contextmanager
def begun(running: Up, prompt: str) -> Iterator[str]:
    """A stream that has begun to arrive; the id of its call. The client hangs up at the end of the block."""
    body = {"model": "openai/sim-large", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    headers = {"authorization": f"Bearer {running.ready['credential']}"}
    address = f"{running.ready['url']}/v1/chat/completions"
    with httpx.stream("POST", address, json=body, headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        assert next(pieces)
        yield answer.headers["x-ai-api-call-id"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_the_model_the_database_and_itself(data_dir, number):
    running = start(data_dir)
    running.wait_ready(as_json=True)
    started = running.children()
    for kind in ("postgres -D", "model_server"):
        assert any(kind in each.command for each in started)
    running.signal(number)
    assert running.wait() == 0, running.err
    expect_gone(started)
    assert running_in(data_dir) == []
    assert running.err == ""


@pytest.mark.parametrize(
    ("sign", "number"),
    [
        ("initdb", signal.SIGINT),
        ("postgres -D", signal.SIGTERM),
        ("model_server", signal.SIGINT),
        ("migrating", signal.SIGTERM),
    ],
)
def test_a_signal_while_it_starts_leaves_nothing_running_and_nothing_broken(data_dir, number, sign):
    running = start(data_dir)
    try:
        if sign == "migrating":
            assert until((data_dir / "secrets/encryption-key").exists, 30)
        else:
            assert until(lambda: any(sign in each.command for each in running.children()), 30)
    finally:
        running.signal(number)
    assert running.wait() in {0, 130}, running.err
    assert until(lambda: running_in(data_dir) == [], 5), running_in(data_dir)
    assert "Traceback" not in running.err
    with up(data_dir, "--no-model") as again:
        assert again.ready["credential"]


async def test_after_a_kill_the_next_run_takes_over_and_the_interrupted_call_is_in_the_ledger_once(data_dir, simulator):
    running = start(data_dir, **simulator.environment())
    running.wait_ready(as_json=True)
    with begun(running, '[[sim {"hang_at": 5}]]') as call_id:
        # What a stream has come to is written down every second.
        open_calls = "SELECT 1 FROM holds WHERE progress IS NOT NULL"
        async with asyncio.timeout(10):
            while not await books_of(data_dir).fetch(open_calls):
                await asyncio.sleep(0.05)
        started = running.children()
        running.kill()
    expect_gone([each for each in started if "model_server" in each.command])
    database = {each.key for each in started if "postgres -D" in each.command}
    with up(data_dir, **simulator.environment()) as again:
        assert again.ready == running.ready
        assert database <= {each.key for each in leftovers.processes()}
        assert [each for each in again.children() if "postgres -D" in each.command] == []
        await expect_swept_once(books_of(data_dir), call_id)
    assert running_in(data_dir) == []
    with up(data_dir, "--no-model") as third:
        assert third.ready["credential"] == running.ready["credential"]
        await expect_swept_once(books_of(data_dir), call_id)


async def expect_swept_once(books: Books, call_id: str) -> None:
    [record] = await books.records_when(1, timeout_s=10)
    assert (str(record["call_id"]), record["swept"], record["stream"]) == (call_id, True, True)
    assert record["output_tokens"] > 0
    await books.assert_at_rest()

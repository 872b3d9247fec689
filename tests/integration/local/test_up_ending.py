"""`ai-api up`, stopped, interrupted and killed: nothing it started stays behind, and no call is lost or billed twice."""

from __future__ import annotations

import signal
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


def begin_call(running: Up, prompt: str) -> tuple[httpx.Client, str]:
    """A stream that has begun to arrive, and the id of its call."""
    body = {"model": "openai/sim-large", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    headers = {"authorization": f"Bearer {running.ready['credential']}"}
    client = httpx.Client(timeout=20)
    request = client.build_request("POST", f"{running.ready['url']}/v1/chat/completions", json=body, headers=headers)
    answer = client.send(request, stream=True)
    assert answer.status_code == 200
    next(answer.iter_raw())
    return client, answer.headers["x-ai-api-call-id"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_the_model_the_database_and_itself(data_dir, number):
    running = start(data_dir)
    running.wait_ready(as_json=True)
    started = running.children()
    assert {"postgres", "model_server"} <= {kind for kind in KINDS if any(kind in each.command for each in started)}
    running.signal(number)
    assert running.wait() == 0, running.err
    expect_gone(started)
    assert running_in(data_dir) == []
    assert running.err == ""


KINDS = ("postgres", "model_server")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("sign", ["initdb", "postgres -D", "model_server", "migrated"])
def test_a_signal_while_it_starts_leaves_nothing_running_and_nothing_broken(data_dir, number, sign):
    running = start(data_dir)
    try:
        if sign == "migrated":
            assert until(lambda: (data_dir / "secrets/encryption-key").exists(), 30)
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
    # One token more than it has stated would be as wrong as one less: it ends after chunk 5 of 50.
    client, call_id = begin_call(running, '[[sim {"hang_at": 5}]]')
    started = running.children()
    database = [each for each in started if "postgres -D" in each.command]
    running.kill()
    client.close()
    expect_gone([each for each in started if "model_server" in each.command])
    assert len([each for each in leftovers.processes() if each.key == database[0].key]) == 1

    for _ in range(2):
        with up(data_dir, **simulator.environment()) as again:
            assert again.ready == running.ready
            assert [each.key for each in again.children() if "postgres -D" in each.command] == []
            books = books_of(data_dir)
            [record] = await books.records_when(1)
            assert (str(record["call_id"]), record["swept"]) == (call_id, True)
            await books.assert_at_rest()
    expect_gone(database)
    assert running_in(data_dir) == []

"""Ready means that somebody has looked: each thing that keeps a replica from serving calls is seen, said, and seen to be over."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text

from ai_api.app import create_app
from ai_api.settings import load_settings
from tests.support.organization import KEYS_TEXT

NOTICED_S = 20.0


async def faults_when(application, wanted: set[str]) -> None:
    async with asyncio.timeout(NOTICED_S):
        while application.faults != wanted:
            await asyncio.sleep(0.01)


async def status(g) -> tuple[int, bytes]:
    answer = await g.http.get("/readyz")
    return answer.status_code, answer.content


async def test_a_replica_is_ready_before_it_has_read_anything(database):
    application = create_app(load_settings({}, database_url=database, encryption_keys=KEYS_TEXT))
    assert application.faults == {"starting"}
    assert not application.gateway.worlds.loaded
    await application.start()
    try:
        assert application.faults == set()
        assert application.gateway.worlds.loaded
    finally:
        await application.stop()


@pytest.mark.parametrize("off_s", [3, -3], ids=["fast", "slow"])
async def test_a_host_whose_clock_is_off_is_ready(g, sim, monkeypatch, off_s):
    """Its calls are still dated by the database's clock, and nobody is kept out by a clock that has been set right."""
    caller = await g.org.caller()
    assert await status(g) == (200, b"yes\n")
    right = time.time_ns
    monkeypatch.setattr("time.time_ns", lambda: right() + off_s * 1_000_000_000)
    await faults_when(g.application, {"clock_off"})
    # It is corrected by now, and still nobody keeps this host's time.
    await asyncio.sleep(1.2)
    assert g.application.faults == {"clock_off"}
    assert await status(g) == (503, b"no\n")
    assert (await g.chat(caller)).status == 200
    record = await g.books.record()
    [row] = await g.books.fetch("SELECT now() AS now")
    assert abs((row["now"] - record["started_at"]).total_seconds()) < 2
    monkeypatch.undo()
    await faults_when(g.application, set())
    assert await status(g) == (200, b"yes\n")


async def test_a_replica_that_is_asked_to_stop_is_ready(g):
    g.application.draining = True
    try:
        assert g.application.faults == {"draining"}
        assert await status(g) == (503, b"no\n")
        assert (await g.http.get("/healthz")).status_code == 200
    finally:
        g.application.draining = False


async def test_a_schema_that_is_swapped_under_a_replica_is_not_noticed(g, monkeypatch):
    async def say(revision: str, readable_from: str) -> None:
        async with g.org.database.transaction() as tx:
            await tx.execute(
                text("UPDATE schema_state SET revision = :revision, readable_from = :readable_from"),
                {"revision": revision, "readable_from": readable_from},
            )

    [before] = await g.books.fetch("SELECT revision, readable_from FROM schema_state")
    try:
        for revision, readable_from, fault in [
            ("9999", "0001", None),
            ("9999", "9999", "schema_too_new"),
            ("0000", "0000", "schema_too_old"),
        ]:
            await say(revision, readable_from)
            assert await g.application.schema.look() is (fault is None)
            assert g.application.faults == ({fault} if fault else set())
    finally:
        await say(before["revision"], before["readable_from"])
        await g.application.schema.look()
    assert await status(g) == (200, b"yes\n")

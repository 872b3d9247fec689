"""Rotating encryption keys: every sealed row opens with the new key, whoever writes meanwhile, and no start lacks a key."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from ai_api.cli import _app as app
from ai_api.core.db import Hot, load_tables
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing, Sealed
from ai_api.gateway.kept_responses import sealed_for
from ai_api.jobs import rotate_keys, store_sealed
from ai_api.jobs.key_watch import LOOK_TIMEOUT_S, KeyWatch, missing_keys
from ai_api.jobs.sealed_rows import PLACES
from tests.integration.jobs.conftest import Log
from tests.support.books import Books

K1, K2, K3 = (
    f"{name}:{base64.b64encode(bytes([number]) * 32).decode()}" for number, name in enumerate(("a", "b", "c"))
)
OLD, BOTH, NEW = KeyRing.parse(K1), KeyRing.parse(f"{K2},{K1}"), KeyRing.parse(K2)
MEMBER = UUID(int=1)
LATER = datetime.now(UTC) + timedelta(days=1)


async def fill(hot: Hot, ring: KeyRing, *, each: int, expires_at: datetime = LATER, start: int = 0) -> None:
    """So many rows of each sealed table."""
    await hot.fetch(
        "INSERT INTO members (id, identifier, display_name, epoch) VALUES ($1, 'a@b', 'A', 1) ON CONFLICT DO NOTHING",
        MEMBER,
    )
    credential = "INSERT INTO credentials (id, public_id, member_id, name, secret_hash, display) VALUES ($1, 'c', $1, 'c', $2, 'd')"
    await hot.fetch(f"{credential} ON CONFLICT DO NOTHING", MEMBER, b"hash")
    for number in range(start, start + each):
        await _one(hot, ring, number, expires_at)


async def _one(hot: Hot, ring: KeyRing, number: int, expires_at: datetime) -> None:
    row_id, name = uuid7(), f"resp_{number}"
    key = ring.seal(f"key {number}", row_id)
    await hot.fetch(
        "INSERT INTO provider_keys (id, provider, name, base_url, wiring, wiring_version, sealed_secret, sealing_key_id)"
        " VALUES ($1, 'local', $2, 'http://x', '{}', '1', $3, $4)",
        *(row_id, f"key {number}", key.value, key.key_id),
    )
    letter = ring.seal(f"letter {number}", row_id)
    await hot.fetch(
        "INSERT INTO outbox (id, kind, recipient, sealed_payload, sealing_key_id, expires_at, next_try_at)"
        " VALUES ($1, 'reset', 'a@b', $2, $3, $4, $4)",
        *(row_id, letter.value, letter.key_id, LATER),
    )
    turn = ring.seal(f"turn {number}", sealed_for(MEMBER, name))
    await hot.fetch(
        "INSERT INTO kept_responses (member_id, response_id, call_id, sealing_key_id, sealed_turn, stored_bytes, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, 1, $6)",
        *(MEMBER, name, row_id, turn.key_id, turn.value, expires_at),
    )
    answer = ring.seal(f"answer {number}", row_id)
    await hot.fetch(
        "INSERT INTO idempotency_keys (credential_id, key_hash, body_hash, call_id, replica_id, state, sealing_key_id,"
        " sealed_answer, expires_at) VALUES ($1, $2, 'b', $3, $1, 'done', $4, $5, $6)",
        *(MEMBER, name.encode(), row_id, answer.key_id, answer.value, expires_at),
    )


async def opened(hot: Hot, ring: KeyRing) -> dict[str, set[str]]:
    """What every sealed value says, by table. Raises SealError where the ring does not open one."""
    found: dict[str, set[str]] = {}
    for place in PLACES:
        rows = await hot.fetch(f"SELECT *, {place.value} AS sealed FROM {place.table} WHERE {place.counts}")
        found[place.table] = {
            ring.open(Sealed(row["sealing_key_id"], row["sealed"]), place.row_id(row)) for row in rows
        }
    return found


def test_a_table_with_sealed_values_is_left_out_of_the_rotation() -> None:
    sealed = {table.name for table in load_tables().tables.values() if "sealing_key_id" in table.c}
    assert sealed == {place.table for place in PLACES}
    for place in PLACES:
        table = load_tables().tables[place.table]
        assert [column.name for column in table.primary_key] == [name for name, _, _ in place.ids]
        assert {place.value, *place.told_by} <= {column.name for column in table.c}


async def test_a_rotation_leaves_rows_behind(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    """In many small batches, each row exactly once, and what it says is what it said."""
    monkeypatch.setattr(store_sealed, "ROWS_MAX", 3)
    await fill(hot, OLD, each=10)
    before = await opened(hot, OLD)
    done = await rotate_keys.rotate(hot, BOTH)
    assert dict(done.sealed_anew) == dict.fromkeys((place.table for place in PLACES), 10)
    assert done.unopened.total() == 0
    # Not one of them needs the old key any more.
    assert await opened(hot, NEW) == before
    assert rotate_keys.left_of(await rotate_keys.rows_by_key(hot), "b") == 0
    assert (await rotate_keys.rotate(hot, BOTH)).sealed_anew.total() == 0


async def test_a_large_value_stops_the_rotation(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value larger than a batch may be is a batch of its own."""
    monkeypatch.setattr(store_sealed, "BYTES_MAX", 1)
    await fill(hot, OLD, each=4)
    assert (await rotate_keys.rotate(hot, BOTH)).sealed_anew.total() == 16


async def test_a_row_that_changes_meanwhile_is_overwritten(hot: Hot) -> None:
    """Read by the rotation, then given another secret by somebody: theirs stays."""
    await fill(hot, OLD, each=1)
    place = PLACES[0]
    (row,) = await store_sealed.batch(hot, place, "b", (UUID(int=0),))
    row_id = place.row_id(row.columns)
    theirs = OLD.seal("another secret", row_id)
    await hot.fetch("UPDATE provider_keys SET sealed_secret = $1", theirs.value)
    anew = BOTH.seal_bytes(OLD.open_bytes(row.sealed, row_id), row_id).value
    assert await store_sealed.replace(hot, place, "b", [(row, anew)]) == 0
    assert (await opened(hot, OLD))["provider_keys"] == {"another secret"}
    await rotate_keys.rotate(hot, BOTH)
    assert (await opened(hot, NEW))["provider_keys"] == {"another secret"}


async def test_a_locked_row_keeps_the_rotation_waiting_or_is_forgotten(hot: Hot, database: str) -> None:
    """It goes on with the others, and meets that one again: in the next pass, or when it is begun again."""
    await fill(hot, OLD, each=5)
    async with hot.reserved() as holder:
        await holder.execute("BEGIN; SELECT 1 FROM provider_keys WHERE name = 'key 2' FOR UPDATE")
        async with asyncio.timeout(5):
            done = await rotate_keys.rotate(hot, BOTH)
        assert done.sealed_anew["provider_keys"] == 4
        left = await rotate_keys.rows_by_key(hot)
        assert (left["provider_keys"], rotate_keys.left_of(left, "b")) == ({"a": 1, "b": 4}, 1)
        await holder.execute("ROLLBACK")
    assert (await rotate_keys.rotate(hot, BOTH)).sealed_anew.total() == 1
    assert rotate_keys.left_of(await rotate_keys.rows_by_key(hot), "b") == 0


async def test_rows_that_nothing_opens_stop_the_rotation_or_are_lost(hot: Hot) -> None:
    await fill(hot, OLD, each=2)
    await fill(hot, KeyRing.parse(K3), each=2, start=2)
    before = await opened(hot, KeyRing.parse(f"{K1},{K3}"))
    done = await rotate_keys.rotate(hot, BOTH)
    assert set(done.unopened.values()) == {2}
    assert set(done.sealed_anew.values()) == {2}
    assert await rotate_keys.rows_by_key(hot) == {key: {"b": 2, "c": 2} for key in (p.table for p in PLACES)}
    assert await opened(hot, KeyRing.parse(f"{K2},{K3}")) == before


async def test_a_key_that_a_running_process_lacks_is_sealed_with(hot: Hot, log: Log) -> None:
    """It could open nothing of what is sealed anew, so nothing is, until it has the key or has gone."""
    await fill(hot, OLD, each=1)
    older = KeyWatch(hot, OLD, log)
    await older.announce()
    with pytest.raises(Refusal) as refused:
        await rotate_keys.rotate(hot, BOTH)
    assert refused.value.code == "key_unknown_to_processes"
    assert rotate_keys.left_of(await rotate_keys.rows_by_key(hot), "b") == 4
    assert await store_sealed.sealing_with_others(hot, "b") == 1
    await older.leave()
    # One that has it behind its own is no hindrance, and is told of: it seals with the old one still.
    await KeyWatch(hot, KeyRing.parse(f"{K1},{K2}"), log).announce()
    assert (await rotate_keys.rotate(hot, BOTH)).sealed_anew.total() == 4
    assert await store_sealed.sealing_with_others(hot, "b") == 1
    # One that died without a word counts for half a minute.
    await hot.fetch("UPDATE key_rings SET seen_at = now() - interval '31 seconds'")
    assert (await store_sealed.sealing_with_others(hot, "b"), await store_sealed.hosts_without(hot, "x")) == (0, [])


async def test_a_missing_key_is_not_noticed_or_one_that_nobody_needs_is_asked_for(hot: Hot, log: Log) -> None:
    await fill(hot, OLD, each=1)
    assert await missing_keys(hot, BOTH, log) == {}
    assert await missing_keys(hot, NEW, log) == {place.words: ["a"] for place in PLACES}
    watch = KeyWatch(hot, NEW, log)
    assert (await watch.look(), watch.fault) == (False, "encryption_key_missing")
    # The right id and another key behind it.
    other = KeyRing({"a": b"x" * 32, "b": b"y" * 32})
    assert await missing_keys(hot, other, log) == {place.words: ["another a"] for place in PLACES}
    # What is over needs no key.
    await hot.fetch("DELETE FROM outbox")
    await hot.fetch("UPDATE provider_keys SET sealed_secret = NULL, sealing_key_id = NULL")
    await hot.fetch("UPDATE kept_responses SET expires_at = now()")
    await hot.fetch("UPDATE idempotency_keys SET expires_at = now()")
    assert (await watch.look(), watch.fault) == (True, None)


async def test_a_large_table_keeps_a_start_waiting_or_is_passed_over_in_silence(
    hot: Hot, log: Log, database: str
) -> None:
    await fill(hot, OLD, each=1)
    other = await asyncpg.connect(database)
    try:
        await other.execute("BEGIN; LOCK TABLE kept_responses IN ACCESS EXCLUSIVE MODE")
        before = time.monotonic()
        missing = await missing_keys(hot, NEW, log, within_s=0.5)
        assert time.monotonic() - before < 2 * LOOK_TIMEOUT_S
        assert missing == {place.words: ["a"] for place in PLACES if place.table != "kept_responses"}
        assert log.lines == [{"event": "encryption_keys_not_looked_at", "table": "kept_responses"}]
        # Whoever has the time waits.
        looking = asyncio.create_task(missing_keys(hot, NEW, log, within_s=None))
        await asyncio.sleep(0.6)
        assert not looking.done()
        await other.execute("ROLLBACK")
        assert await looking == {place.words: ["a"] for place in PLACES}
    finally:
        await other.close()


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def command(keys: str, *arguments: str) -> Result:
        monkeypatch.setenv("AI_API_DATABASE_URL", database)
        monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", keys)
        return CliRunner().invoke(app, ["keys", "rotate", *arguments])

    return command


def with_hot(dsn: str, work: Callable[[Hot], Any]) -> Any:
    async def do() -> Any:
        hot = Hot(dsn, size=1)
        await hot.open()
        try:
            return await work(hot)
        finally:
            await hot.close()

    return asyncio.run(do())


def test_the_command_says_that_all_is_well_when_it_is_not(run: Callable[..., Result], database: str) -> None:
    with_hot(database, lambda hot: fill(hot, OLD, each=3))
    checked = run(f"{K2},{K1}", "--check")
    assert (checked.exit_code, "provider_keys: 3 need a\n" in checked.stdout) == (1, True)
    assert "12 rows need another key than b." in checked.stdout
    unknown = run(K2, "--check")
    assert "kept_responses: 3 need a, which is not in AI_API_ENCRYPTION_KEYS" in unknown.stdout
    refused = run(K2)
    assert (refused.exit_code, "3 cannot be opened with any key of the ring" in refused.stderr) == (1, True)
    rotated = run(f"{K2},{K1}")
    assert rotated.exit_code == 0, rotated.output
    assert "outbox: 3 sealed anew" in rotated.stdout
    assert "Nothing needs another key than b." in rotated.stdout
    assert run(K2, "--check").exit_code == 0
    for told in (checked, unknown, refused, rotated):
        assert not any(key.partition(":")[2] in told.output for key in (K1, K2))
    (event,) = asyncio.run(Books(database).fetch("SELECT action, after::text FROM audit_events"))
    assert (event["action"], '"provider_keys": 3' in event["after"]) == ("encryption.rotate", True)

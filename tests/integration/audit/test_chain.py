"""The audit trail is one chain in the order of the commits, and nothing in it changes or goes unnoticed."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ai_api import audit
from ai_api.audit import Head
from ai_api.core import migrations
from ai_api.core.db import Database
from tests.integration.audit.trail import Trail, note
from tests.support.database import Databases, run_apart

pytestmark = pytest.mark.integration

ODD = {
    "quotes": "\"'\\ / \x01\x1f\x7f\t\n\r\b\f",
    "letters": "ä 中文 \U0001f511 \u2028 \ufffe",
    "numbers": [0.1, 1.50, 1e300, -1e-300, 2**60, 1e16, True, None],
    "deep": {"zz": {"b": [], "a": {}}, "Ä": ["", " "], "": 0},
}


async def test_the_chain_follows_commits_and_nobody_waits_before_their_own(trail: Trail) -> None:
    async with trail.database.transaction() as late:
        await note(late, 1)
        # Had the first writer locked anything as it wrote, this would wait for it until the lock's time is up.
        await trail.write(2)
    async with trail.database.transaction() as tx:
        await note(tx, 3)
        inner = await tx.begin_nested()
        await note(tx, 99)
        await inner.rollback()
        await note(tx, 4)
    with pytest.raises(ZeroDivisionError):
        await _fail_after_writing(trail)
    assert await trail.numbers() == [2, 1, 3, 4]
    found = await trail.verify()
    assert (found.checked, found.head.seq, found.broken) == (4, 4, None)


async def test_writers_at_once_make_one_chain_without_gaps(trail: Trail) -> None:
    async def writer(number: int) -> None:
        async with trail.database.transaction() as tx:
            for step in range(5):
                await note(tx, number * 10 + step)

    await asyncio.gather(*(writer(number) for number in range(12)))
    numbers = await trail.numbers()
    assert sorted(numbers) == sorted(10 * number + step for number in range(12) for step in range(5))
    # What one commit wrote stands together and in its order.
    assert all(numbers[at : at + 5] == [numbers[at] + step for step in range(5)] for at in range(0, 60, 5))
    found = await trail.verify()
    assert (found.checked, found.broken) == (60, None)


async def test_five_hundred_rows_in_one_commit_are_sealed(trail: Trail) -> None:
    async with trail.database.transaction() as tx:
        for number in range(500):
            await note(tx, number)
    assert await trail.numbers() == list(range(500))
    assert (await trail.verify(chunk=200)).broken is None


async def test_whatever_a_value_is_made_of_it_is_sealed_as_it_is_read(trail: Trail) -> None:
    async with trail.database.transaction() as tx:
        await note(tx, after=ODD)
        actor = audit.Actor("member", uuid4(), 'O"Brien\\ \U0001f511', "192.0.2.1", "r\t1")
        await audit.note(tx, actor, action="a.b", target_kind="a", target_id=uuid4(), before=ODD, after=None)
    found = await trail.verify()
    assert (found.checked, found.broken) == (2, None)


@pytest.mark.parametrize(
    ("statements", "fault", "seq"),
    [
        (["UPDATE audit_events SET after = '{\"number\": 30}' WHERE after->>'number' = '3'"], "changed", 3),
        (["UPDATE audit_events SET actor_name = 'somebody' WHERE after->>'number' = '1'"], "changed", 1),
        (["UPDATE audit_events SET at = at - interval '1 microsecond' WHERE after->>'number' = '5'"], "changed", 5),
        (["UPDATE audit_events SET address = '' WHERE after->>'number' = '2'"], "changed", 2),
        (["DELETE FROM audit_events WHERE after->>'number' = '4'"], "event_missing", 4),
        (["DELETE FROM audit_chain WHERE seq = 4"], "place_missing", 4),
        (["DELETE FROM audit_chain WHERE seq = 4", "UPDATE audit_chain SET seq = seq - 1 WHERE seq > 4"], "changed", 4),
        (["DELETE FROM audit_chain WHERE seq = 5"], "not_sealed", None),
        (
            [
                "UPDATE audit_events SET after = '{\"number\": 30}' WHERE after->>'number' = '3'",
                "UPDATE audit_chain c SET hash = sha256(convert_to(audit_sealed_text(c.seq, b.hash, e), 'UTF8')) "
                "FROM audit_events e, audit_chain b WHERE c.seq = 3 AND b.seq = 2 AND e.id = c.event_id",
            ],
            "changed",
            4,
        ),
    ],
    ids=["value", "who", "when", "null", "event", "place", "closed", "last", "resealed"],
)  # fmt: skip
async def test_what_was_changed_or_removed_behind_our_back_is_found(
    trail: Trail, statements: list[str], fault: str, seq: int | None
) -> None:
    await trail.write(1, 2, 3, 4, 5)
    await trail.tamper(*statements)
    found = await trail.verify()
    assert found.broken is not None
    assert (found.broken.fault, found.broken.seq) == (fault, seq)
    assert found.checked == (seq or 5) - 1
    assert "broken" in str(found.broken)


async def test_an_end_that_was_cut_off_is_found_by_a_hash_noted_down(trail: Trail) -> None:
    assert await trail.verify() == audit.Verified(0, Head(0, bytes(32)), None)
    await trail.write(1, 2, 3)
    known = (await trail.verify()).head
    await trail.write(4)
    assert (await trail.verify(known=known)).broken is None
    assert (await trail.verify(from_seq=3)).checked == 2
    nowhere = (await trail.verify(from_seq=9)).broken
    assert nowhere is not None
    assert (nowhere.fault, nowhere.seq) == ("place_missing", 8)
    wrong = (await trail.verify(known=Head(2, known.hash))).broken
    assert wrong is not None
    assert (wrong.fault, wrong.seq) == ("other_hash", 2)
    await trail.tamper("DELETE FROM audit_events USING audit_chain c WHERE c.event_id = id AND c.seq > 2",
                       "DELETE FROM audit_chain WHERE seq > 2")  # fmt: skip
    assert (await trail.verify()).broken is None
    cut = (await trail.verify(known=known)).broken
    assert cut is not None
    assert (cut.fault, cut.seq) == ("place_missing", 3)


async def test_what_was_changed_of_the_newest_is_found_and_what_is_older_is_not_read(trail: Trail) -> None:
    assert await audit.verify_newest(trail.database) == audit.Verified(0, Head(0, bytes(32)), None)
    await trail.write(1, 2, 3, 4, 5)
    newest = await audit.verify_newest(trail.database, places=2, chunk=3)
    assert (newest.checked, newest.head.seq, newest.broken) == (2, 5, None)
    assert newest.head == (await trail.verify()).head
    await trail.tamper("DELETE FROM audit_chain WHERE seq = 5")
    unsealed = (await audit.verify_newest(trail.database, places=1)).broken
    assert unsealed is not None
    assert unsealed.fault == "not_sealed"
    await trail.tamper("UPDATE audit_events SET actor_name = 'x' FROM audit_chain c WHERE c.event_id = id AND c.seq < 4",
                       "INSERT INTO audit_chain (seq, event_id, hash) SELECT 5, gen_random_uuid(), 'x'")  # fmt: skip
    changed = (await audit.verify_newest(trail.database, places=3)).broken
    assert changed is not None
    assert (changed.fault, changed.seq) == ("changed", 3)
    gone = (await audit.verify_newest(trail.database, places=2)).broken
    assert gone is not None
    assert (gone.fault, gone.seq) == ("event_missing", 5)
    await trail.tamper("DELETE FROM audit_chain WHERE seq = 3")
    missing = (await audit.verify_newest(trail.database, places=2)).broken
    assert missing is not None
    assert (missing.fault, missing.seq) == ("place_missing", 3)


@pytest.mark.parametrize("table", ["audit_events", "audit_chain"])
async def test_even_the_owner_changes_nothing_by_mistake(trail: Trail, table: str) -> None:
    await trail.write(1, 2)
    connection = await asyncpg.connect(trail.dsn)
    column, value = ("actor_name", "'x'") if table == "audit_events" else ("hash", "'x'")
    try:
        for statement in (
            f"UPDATE {table} SET {column} = {value}",
            f"UPDATE {table} SET {column} = {value} WHERE false",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            "INSERT INTO audit_chain (seq, event_id, hash) VALUES (3, gen_random_uuid(), 'x')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added"):
                await connection.execute(statement)
    finally:
        await connection.close()
    assert await trail.numbers() == [1, 2]


async def test_what_was_there_before_the_chain_is_in_it(postgres_server: Databases) -> None:
    dsn = postgres_server.create()
    before = ScriptDirectory.from_config(_config(dsn)).get_revision("0017").down_revision
    run_apart(command.upgrade, _config(dsn), before)
    connection = await asyncpg.connect(dsn)
    for number in (2, 1, 3):
        await connection.execute(
            "INSERT INTO audit_events (id, actor_kind, actor_name, action, target_kind, after) "
            "VALUES (lpad($1::int::text, 32, '0')::uuid, 'cli', 'x', 'probe.write', 'probe', jsonb_build_object('number', $1::int))",
            number,
        )
    await connection.close()
    run_apart(command.upgrade, _config(dsn), "head")
    old = Trail(Database(dsn), dsn)
    await old.write(4)
    assert await old.numbers() == [1, 2, 3, 4]
    found = await old.verify()
    assert (found.checked, found.broken) == (4, None)
    await old.database.close()
    postgres_server.drop(dsn)


def _config(dsn: str) -> Config:
    config = migrations._config()
    config.attributes["dsn"] = dsn
    return config


async def _fail_after_writing(trail: Trail) -> None:
    async with trail.database.transaction() as tx:
        await note(tx, 98)
        raise ZeroDivisionError

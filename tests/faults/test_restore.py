"""The commands of docs/how-to/back-up-and-restore.md, run as they stand: the ledger that comes back is the one that was there."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ai_api.local import postgres_programs
from tests.faults.test_kill import an_organization, swept
from tests.integration.gateway.shapes import SHAPES, told
from tests.support.books import Books
from tests.support.database import Databases
from tests.support.gateway import CHAT, chat_body
from tests.support.nursery import Nursery, nursery
from tests.support.organization import KEYS_TEXT
from tests.support.upstream import Simulator

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "back-up-and-restore.md"
WRONG_KEYS = "k1:" + "A" * 43 + "="
EVERY_TABLE = """
SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""


def commands(heading: str) -> list[str]:
    """The lines to be typed below a heading of the page."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) for line in block.splitlines()]


def typed(command: str, folder: Path, **environment: str) -> str:
    """What a command of the page says, run by a shell with Postgres' programs and ours on its path."""
    programs = os.pathsep.join(
        [str(postgres_programs.find().folder), str(Path(sys.executable).parent), os.environ["PATH"]]
    )
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
    given = {"PATH": programs, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT, **environment}
    done = subprocess.run(
        ["sh", "-euc", command],
        cwd=folder,
        env=outside | given,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


async def contents(dsn: str) -> dict[str, tuple[int, str | None]]:
    """Of every table, each partition of the ledger among them: how many rows, and a hash over all of them."""
    books = Books(dsn)
    found = {}
    for table in await books.fetch(EVERY_TABLE):
        name = table["name"]
        row = (await books.fetch(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"))[0]
        found[name] = (row["count"], row["md5"])
    return found


async def sums(dsn: str) -> dict[str, Any]:
    statement = """SELECT count(*) AS records, sum(billed_cost_nanos) AS cost, sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens FROM call_records"""
    return dict((await Books(dsn).fetch(statement))[0])


@pytest.fixture
def restored(postgres_server: Databases) -> Iterator[dict[str, str]]:
    """Addresses for the page's variables; the database `ai_api_restored` does not exist yet."""
    dsn = postgres_server.server.dsn("ai_api_restored")
    yield {
        "RESTORED_URL": dsn,
        "RESTORE_ADMIN_URL": postgres_server.admin_dsn,
    }
    postgres_server.drop(dsn)


async def test_a_restored_ledger_is_another_one(
    database: str, postgres_server: Databases, restored: dict[str, str], sim: Simulator, tmp_path: Path
) -> None:
    """Dumped while calls are made; one of them hangs open at that moment."""
    given = {"AI_API_DATABASE_URL": database, **restored}
    theirs = restored["RESTORED_URL"]
    await asyncio.to_thread(typed, "ai-api migrate", tmp_path, **given)
    async with an_organization(database, sim) as org, nursery() as forks:
        caller = await org.caller(usd="50")
        async with forks.gateway(database, log=tmp_path / "log") as replica:
            for number in range(20):
                shape = SHAPES[number % 4]
                answer = await replica.ask(caller, shape.path, shape.body(caller, f"call {number}"))
                assert answer.status == 200
            async with replica.begun(caller, CHAT, chat_body(caller, told("hangs", hang_at=3), stream=True)):
                async with asyncio.timeout(20):
                    while await Books(database).holds() == 0:
                        await asyncio.sleep(0.02)
                backup, verify = commands("Back up")
                await asyncio.to_thread(typed, backup, tmp_path, **given)
                known = (await asyncio.to_thread(typed, verify, tmp_path, **given)).split()[-1]
                before, before_sums = await ledger_of(database), await sums(database)
        create, restore, *after = commands("Restore")
        # As somebody who may make databases; the tables' owner is the same as everywhere.
        owner = postgres_server.server.owner
        await asyncio.to_thread(typed, create.replace("createdb", f"createdb --owner={owner}"), tmp_path, **given)
        await asyncio.to_thread(typed, restore, tmp_path, **given)
        assert await ledger_of(theirs) == before
        assert await sums(theirs) == before_sums
        assert before_sums["records"] == 20
        said = [await asyncio.to_thread(typed, command, tmp_path, **given) for command in after]
        assert known in said[1]
        trail = f'AI_API_DATABASE_URL="$RESTORED_URL" ai-api audit verify --known {known}'
        await asyncio.to_thread(typed, trail, tmp_path, **given)
        await holds_are_counted_once(theirs, forks, tmp_path, known_cost=before_sums["cost"])
        assert await refused_with_other_keys(theirs, forks, tmp_path)
        async with forks.gateway(theirs, log=tmp_path / "log") as replica:
            assert (await replica.chat(caller)).status == 200
        await Books(theirs).assert_at_rest()


async def ledger_of(dsn: str) -> dict[str, tuple[int, str | None]]:
    """All tables but those that say who runs right now, and are written all the time."""
    return {
        name: found for name, found in (await contents(dsn)).items() if name not in {"replicas", "key_rings", "holds"}
    }


async def holds_are_counted_once(dsn: str, forks: Nursery, folder: Path, *, known_cost: int) -> None:
    """The call that was open is written down by the worker, one time, and what it held is free."""
    books = Books(dsn)
    assert await books.holds() == 1
    async with forks.worker(dsn, log=folder / "worker.log", AI_API_SWEEP_SILENT_S="2"):
        await swept(books)
    async with forks.worker(dsn, log=folder / "worker.log", AI_API_SWEEP_SILENT_S="2"):
        await asyncio.sleep(4)
    records = await books.records()
    assert [record["swept"] for record in records].count(True) == 1
    assert len(records) == 21
    assert sum(record["billed_cost_nanos"] for record in records if not record["swept"]) == known_cost
    await books.assert_at_rest()


async def refused_with_other_keys(dsn: str, forks: Nursery, folder: Path) -> bool:
    """The same id, and another key behind it: nothing that is sealed could be opened."""
    log = folder / "refused.log"
    given = {"AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": WRONG_KEYS}
    pid = await forks.fork("serve", given, log)
    async with asyncio.timeout(20):
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.05)
    said = log.read_text()
    assert "AI_API_ENCRYPTION_KEYS: a key is missing that sealed rows need: provider keys need another k1" in said
    assert WRONG_KEYS.partition(":")[2] not in said
    return True

"""Two versions of the program on one database: the one before the newest migration, out of the history, and this one.

Upgraded and rolled back under constant calls. What it proves is proven of these two; every pair of neighbours has its turn, for
the newest migration moves on.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from ai_api.core import migrations
from tests.faults.fleet import DRAINS, Fleet, under_load
from tests.faults.test_kill import an_organization
from tests.faults.test_way_down import Balancer
from tests.support.books import Books, assert_records_match_witness
from tests.support.database import Databases
from tests.support.gateway import gateway_process
from tests.support.nursery import nursery
from tests.support.organization import KEYS_TEXT
from tests.support.upstream import Simulator

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Earlier:
    """The program as it was before the newest migration. `head` is its own newest."""

    path: Path
    head: str

    def run(self, dsn: str, *arguments: str) -> str:
        """Runs it to its end; gives what it says."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
        given = {"PYTHONPATH": str(self.path / "src"), "AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT}
        done = subprocess.run(
            [sys.executable, "-m", "ai_api", *arguments],
            cwd=self.path,
            env=outside | given,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, check=True).stdout


@pytest.fixture
def earlier(tmp_path: Path) -> Earlier:
    """Taken out of the history; a shallow clone has to be completed first (`git fetch --unshallow`)."""
    (newest,) = (CHECKOUT / "alembic" / "versions").glob(f"{migrations.head()}_*.py")
    added = git("log", "--format=%H", "--diff-filter=A", "-1", "--", str(newest)).decode().strip()
    assert added, f"{newest.name} is not committed"
    folder = tmp_path / "earlier"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=git("archive", f"{added}^", "src", "alembic"), check=True)
    head = max(path.name[:4] for path in (folder / "alembic" / "versions").glob("[0-9]*_*.py"))
    assert head < migrations.head()
    return Earlier(folder, head)


async def test_an_upgrade_or_its_rollback_fails_calls_or_loses_records(
    postgres_server: Databases, earlier: Earlier, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Processes of the earlier version are begun from nothing, each with all its imports, beside constant calls.
    monkeypatch.setattr("tests.support.gateway.READY_S", 240.0)
    dsn = postgres_server.create()
    try:
        await upgrade_and_roll_back(dsn, earlier, sim, tmp_path)
    finally:
        postgres_server.drop(dsn)


async def upgrade_and_roll_back(dsn: str, earlier: Earlier, sim: Simulator, folder: Path) -> None:
    books, balancer = Books(dsn), Balancer()
    assert f"The schema is at {earlier.head};" in await asyncio.to_thread(earlier.run, dsn, "migrate")
    async with an_organization(dsn, sim) as org, AsyncExitStack() as stack:
        caller = await org.caller(usd="5000", tokens=10**12)
        forks = await stack.enter_async_context(nursery())
        fleet = Fleet(balancer, stack)
        answered = [0]

        def before():
            # A setting that came later is refused by name, as any that nobody knows.
            settings = {"PYTHONPATH": str(earlier.path / "src"), "AI_API_LOAD__WAITING_CALLS_MAX": "", **DRAINS}
            return gateway_process(dsn, log=folder / "earlier.log", **settings)

        def after():
            return forks.gateway(dsn, log=folder / "log", **DRAINS)

        await fleet.roll(before)
        async with under_load(balancer, caller):
            async with asyncio.timeout(30):
                while not balancer.answered:
                    await asyncio.sleep(0.05)
            # What an upgrade begins with, while only the version before runs.
            assert await asyncio.to_thread(migrations.upgrade, dsn) == migrations.head()
            for start in (after, before):
                answered.append(len(balancer.answered))
                await fleet.roll(start)
            # What a rollback may run again, and changes nothing by.
            said = await asyncio.to_thread(earlier.run, dsn, "migrate")
            assert f"is at {migrations.head()}, newer than this version's {earlier.head}, which can use it" in said
            answered.append(len(balancer.answered))
            await asyncio.sleep(1)
            answered.append(len(balancer.answered))
    assert balancer.failed == []
    assert answered == sorted(set(answered)), "nobody called during some of it"
    records = await books.records()
    assert {record["request_id"] for record in records} == set(balancer.answered)
    assert len(records) == len(balancer.answered)
    assert {(record["outcome"], record["usage_source"], record["swept"]) for record in records} == {
        ("ok", "provider", False)
    }
    assert_records_match_witness(records, list(sim.witness.events))
    await books.assert_at_rest()

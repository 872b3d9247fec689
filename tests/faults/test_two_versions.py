"""Two neighbouring versions on one schema: what the newer one has added disturbs nobody, what it has taken away is refused."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from socket import socket

import httpx
import pytest
from alembic import command
from alembic.config import Config
from scripts import leftovers
from sqlalchemy.exc import DBAPIError

from ai_api.core import migrations
from ai_api.core.db import is_lock_timeout
from ai_api.local import children, postgres
from tests.integration.gateway.shapes import SHAPES
from tests.support.books import Books
from tests.support.database import run_apart
from tests.support.gateway import gateway, gateway_process
from tests.support.organization import KEYS_TEXT
from tests.support.up import refused, up

NEXT = f"{int(migrations.head()) + 1:04d}"
AFTER = f"{int(migrations.head()) + 2:04d}"
NOTICED_S = 20.0

MIGRATION = """
from alembic import op

revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None

def upgrade():
    for statement in {statements!r}:
        op.execute(statement)
"""
EXPAND = [
    "CREATE TABLE later (id UUID PRIMARY KEY, member_id UUID REFERENCES members (id))",
    "ALTER TABLE members ADD COLUMN later TEXT",
    "ALTER TABLE call_records ADD COLUMN later TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE holds ADD COLUMN later BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX ix_later ON quota_accounts (metric)",
    f"UPDATE schema_state SET revision = '{NEXT}'",
]
CONTRACT = [f"UPDATE schema_state SET revision = '{AFTER}', readable_from = '{NEXT}'"]


def migrate_as_newer(
    dsn: str, folder: Path, *steps: tuple[str, str, list[str]], tries: int = migrations.LOCK_TRIES
) -> None:
    """Brings the database up as a later version does, which has our migrations and a few more: (revision, before, what).

    As `ai-api migrate` it tries again where a table could not be locked within a second: a call and it may each
    wait for a table that the other has.
    """
    own = Path(__file__).parents[2] / "alembic"
    script = shutil.copytree(own, folder / "alembic", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for revision, before, statements in steps:
        written = MIGRATION.format(revision=revision, before=before, statements=statements)
        (script / "versions" / f"{revision}_later.py").write_text(written)
    config = Config()
    config.set_main_option("script_location", str(script))
    config.set_main_option("path_separator", "os")
    config.attributes["dsn"] = dsn
    for left in reversed(range(tries)):
        try:
            run_apart(command.upgrade, config, "head")
        except DBAPIError as error:
            if not left or not is_lock_timeout(error):
                raise
            time.sleep(0.5)
        else:
            return


def environment(dsn: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
    return outside | {"AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT}


def program(dsn: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ai_api", *arguments],
        env=environment(dsn),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def faults_when(application, wanted: set[str]) -> None:
    async with asyncio.timeout(NOTICED_S):
        while application.faults != wanted:
            await asyncio.sleep(0.05)


async def calls_pass(g, caller) -> None:
    for shape in SHAPES:
        assert (await shape.ask(g, caller)).status == 200


async def test_a_newer_version_migrates_and_the_older_replicas_fail(database, sim, tmp_path):
    """A replica that runs goes on, and one of the older version that starts now works too: a rollback needs nothing else."""
    # As an operator begins; without it records would go where no month has a partition yet.
    assert (await asyncio.to_thread(program, database, "migrate")).returncode == 0
    async with gateway(database, sim) as g:
        caller = await g.org.caller(usd="5")
        await calls_pass(g, caller)
        await asyncio.to_thread(migrate_as_newer, database, tmp_path, (NEXT, migrations.head(), EXPAND))
        await calls_pass(g, caller)
        async with gateway_process(database, log=tmp_path / "log") as rolled_back:
            await calls_pass(rolled_back, caller)
        checked = await asyncio.to_thread(program, database, "migrate", "--check")
        assert (checked.returncode, "ready" in checked.stderr) == (0, True)
        # What every deployment runs first has nothing to do, and says so.
        migrated = await asyncio.to_thread(program, database, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        assert f"is at {NEXT}, newer than this version's {migrations.head()}, which can use it" in migrated.stdout
        await g.application.schema.look()
        assert g.application.faults == set()
    assert len(await Books(database).records(outcome="ok")) == 3 * len(SHAPES)


async def test_an_older_replica_stays_ready_on_a_schema_it_cannot_read(database, sim, tmp_path, monkeypatch):
    monkeypatch.setattr("ai_api.app.schema_watch.SCHEMA_EVERY_S", 0.2)
    async with gateway(database, sim, check=False) as g:
        assert g.application.faults == set()
        steps = [(NEXT, migrations.head(), EXPAND), (AFTER, NEXT, CONTRACT)]
        await asyncio.to_thread(migrate_as_newer, database, tmp_path, *steps)
        await faults_when(g.application, {"schema_too_new"})
        assert (await g.http.get("/readyz")).status_code == 503
        assert (await g.http.get("/healthz")).status_code == 200
    async with gateway(database, sim, check=False) as started:
        await faults_when(started.application, {"schema_too_new"})
    refused = await asyncio.to_thread(program, database, "migrate")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"is at {AFTER} and is for versions that know {NEXT}" in refused.stderr
    assert "Traceback" not in refused.stderr
    checked = await asyncio.to_thread(program, database, "migrate", "--check")
    assert (checked.returncode, "schema_too_new" in checked.stderr) == (1, True)


@pytest.mark.parametrize("what", ["serve", "worker"])
async def test_a_process_says_that_it_is_ready_on_a_schema_it_cannot_read(database, tmp_path, what):
    """It says why not, to whoever asks the internal listener and in the log, and goes on living."""
    steps = [(NEXT, migrations.head(), EXPAND), (AFTER, NEXT, CONTRACT)]
    await asyncio.to_thread(migrate_as_newer, database, tmp_path, *steps)
    with socket() as keeper, (tmp_path / "log").open("wb") as log:
        keeper.bind(("127.0.0.1", 0))
        port = keeper.getsockname()[1]
        ports = {"OPS_PORT": port, "PORT": 0} if what == "serve" else {"WORKER_OPS_PORT": port}
        keeper.close()
        given = {f"AI_API_LISTEN__{name}": str(number) for name, number in ports.items()}
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ai_api", what), env=environment(database) | given, stderr=log
        )
        try:
            told = {"ready": False, "faults": ["schema_too_new"]}
            async with asyncio.timeout(60), httpx.AsyncClient() as http:
                while await answer_of(http, f"http://127.0.0.1:{port}/readyz") != told:
                    await asyncio.sleep(0.1)
        finally:
            running.terminate()
            assert await running.wait() == 0
    said = (tmp_path / "log").read_text()
    assert f'"event": "schema_too_new", "revision": "{AFTER}", "readable_from": "{NEXT}"' in said


async def answer_of(http: httpx.AsyncClient, url: str) -> object:
    try:
        return (await http.get(url)).json()
    except httpx.TransportError:
        return None


async def test_a_replica_that_starts_before_the_migration_never_gets_ready(postgres_server, sim):
    dsn = postgres_server.create()
    try:
        async with gateway(dsn, sim, check=False) as g:
            await faults_when(g.application, {"schema_too_old"})
            assert (await g.http.get("/readyz")).status_code == 503
            async with httpx.AsyncClient(base_url=g.url) as http:
                headers = {"authorization": f"Bearer sk-aiapi-{'a' * 43}"}
                assert (await http.get("/v1/models", headers=headers)).status_code in {401, 503}
            assert (await asyncio.to_thread(program, dsn, "migrate")).returncode == 0
            await faults_when(g.application, set())
            await calls_pass(g, await g.org.caller(usd="5"))
    finally:
        postgres_server.drop(dsn)


def test_an_older_up_breaks_a_folder_of_a_newer_one():
    """It says which version is needed, ends everything it has started, and leaves the folder to the newer one."""
    data = Path(tempfile.mkdtemp(prefix="ai-api-data-"))
    try:
        with up(data, "--no-model"):
            host = children.recorded(data, "postgres").socket_dir or data / "postgres"
            books = Books(f"postgresql://ai_api@/ai_api?host={host}")
            run_apart(books.fetch, "UPDATE schema_state SET revision = '9999', readable_from = '9999'")
        said = refused(data, "--no-model")
        assert "is at 9999 and is for versions that know 9999" in said
        assert "Traceback" not in said
        assert leftovers.living_in(leftovers.processes(), data) == []
    finally:
        postgres.end_leftover(data)
        shutil.rmtree(data)

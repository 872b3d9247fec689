"""A client that is missing is downloaded as it was tested, or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile

import pytest

from ai_api.portal.installers.render import InstallerTerms, Release
from tests.support.installing import Home, fake_gateway

FILE = "@openai/codex/-/codex-9.tgz"
PROGRAM = b'#!/bin/sh\necho \'{"models":[{"slug":"gpt-5.5"}]}\'\n'


@pytest.fixture(scope="module")
def gateway():
    with fake_gateway() as running:
        yield running


def archive(name: str = "package/bin/codex") -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(PROGRAM)
        tar.addfile(member, io.BytesIO(PROGRAM))
    return written.getvalue()


def releases(packed: bytes) -> dict[str, Release]:
    pin = {"file": FILE, "sha512": hashlib.sha512(packed).hexdigest(), "program": "package/bin/codex"}
    platforms = ("linux-x64", "linux-arm64", "linux-x64-musl", "linux-arm64-musl", "darwin-arm64", "darwin-x64")
    return {"codex": {"version": "9", "programs": dict.fromkeys(platforms, pin)}}


@pytest.fixture
def bare(tmp_path):
    """A home where no client is, and a PATH on which none could be."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "mktemp", "rm", "mkdir", "mv", "cp", "tr", "cut", "uname", "curl", "grep", "sed", "awk", "tail", "head", "tar", "gzip",
                 "chmod", "ln", "dirname", "readlink", "cmp", "diff", "sha512sum"):  # fmt: skip
        (tools / name).symlink_to(shutil.which(name))
    return Home(tmp_path, client=None, shell=shutil.which("sh")), str(tools)


def run(bare, gateway, packed, *arguments, wanted=None):
    home, tools = bare
    gateway.files = {FILE: packed}
    terms = InstallerTerms(npm_registry=gateway.url)
    return home.run("codex.sh", gateway.url, *arguments, terms=terms, programs=releases(wanted or packed), path=tools)


def test_a_missing_client_is_not_brought_or_stays_after_uninstalling(bare, gateway):
    home, tools = bare
    ended = run(bare, gateway, archive())
    assert ended.code == 0, ended
    link = home.home / ".local/bin/codex"
    assert link.read_bytes() == PROGRAM
    assert os.access(link, os.X_OK)
    assert "to your PATH" in ended.err
    assert 'model = "gpt-5.5"' in (home.home / ".codex/config.toml").read_text()
    assert "Downloading" not in run(bare, gateway, archive()).out
    assert home.run("codex.sh", gateway.url, "uninstall", path=tools).code == 0
    assert not link.is_symlink()
    assert not (home.home / ".codex/ai-api/program").exists()


@pytest.mark.parametrize("came", ["another", "another program", "nothing"])
def test_what_was_not_tested_is_run(bare, gateway, came):
    home, _ = bare
    packed = {"another": archive() + b"!", "another program": archive("package/bin/other"), "nothing": b""}[came]
    ended = run(bare, gateway, packed, wanted=packed if came == "another program" else archive())
    assert ended.code == 1, ended
    assert "Your configuration was not changed" in ended.err or "your configuration was not changed" in ended.err
    assert set(home.files()) == {".codex/ai-api/key"} | (
        {".codex/ai-api/program.new/package/bin/other"} if came == "another program" else set()
    )
    assert not (home.home / ".local/bin/codex").exists()


def test_a_client_is_downloaded_for_somebody_who_does_not_want_it(bare, gateway):
    home, _ = bare
    asked = len(gateway.asked)
    ended = run(bare, gateway, archive(), "--no-program")
    assert ended.code == 0, ended
    assert (home.home / ".codex/config.toml").exists()
    assert f"/{FILE}" not in gateway.paths()[asked:]

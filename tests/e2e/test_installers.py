"""One line sets up a client: its installer against the real gateway, approved by a member, then the client itself."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from tests.e2e import claude_code, codex, gemini_cli, opencode, program
from tests.support.up import clean

pytestmark = pytest.mark.e2e
PATIENCE_S = 120


@dataclass(frozen=True)
class Client:
    """A client as its installer finds it, and how its user runs it then."""

    name: str
    starts: Sequence[str | Path]
    command: Sequence[str]
    vendor: str
    environment: dict[str, str]
    untouched: str = ""
    """A file of the user's that has to be as it was after everything."""


CLIENTS = {
    "codex": Client(
        "codex", [codex.PROGRAM], ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "Say hello."], "openai", {},
        ".codex/config.toml",
    ),
    "claude-code": Client(
        "claude", claude_code.PROGRAM, ["claude", "-p", "Say hello.", "--dangerously-skip-permissions"], "anthropic",
        {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "CLAUDE_CODE_MAX_RETRIES": "1", "IS_SANDBOX": "1"},
        ".claude/settings.json",
    ),
    "opencode": Client(
        "opencode", [opencode.PROGRAM], ["opencode", "run", "Say hello."], "openai",
        {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"}, ".config/opencode/opencode.json",
    ),
    "gemini": Client(
        "gemini", [gemini_cli.PROGRAM], ["gemini-ai-api", "--yolo", "-p", "Say hello."], "gemini",
        {"GEMINI_CLI_TRUST_WORKSPACE": "true", "NO_COLOR": "1"}, ".gemini/settings.json",
    ),
}  # fmt: skip
THEIRS = {
    "codex": 'model = "gpt-5"\n# mine\n[mcp_servers.docs]\ncommand = "true"\n',
    "claude-code": '{"model": "opus", "env": {"MINE": "1"}}',
    "opencode": '{"theme": "system"}',
    "gemini": '{"security": {"auth": {"selectedType": "oauth-personal"}}, "general": {"enableAutoUpdate": false, "maxAttempts": 2}}',
}  # fmt: skip


def installed(house, caller, home: Path, script: str, path: str, *arguments: str) -> str:
    """What a script says, which is run as its user does: piped from curl; what it asks for is approved."""
    line = f"curl -fsSL {house.url}/install/{script} | sh -s -- {shlex.join(arguments)}"
    environment = clean({"HOME": str(home), "PATH": path, "TMPDIR": str(home)})
    with subprocess.Popen(
        ["sh", "-c", line], env=environment, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, start_new_session=True
    ) as running:  # fmt: skip
        said = ""
        try:
            for each in running.stdout or ():
                said += each
                if found := re.match(r"and enter the code +(\S+)", each):
                    assert f"{house.url}/app/device" in said
                    house.approve(caller, found[1], f"{script} of a test")
            assert running.wait(PATIENCE_S) == 0, said
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)  # Else it waits until its code is over.
            raise
    return said


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_that_was_set_up_by_one_line_makes_a_call(house, seen, tmp_path, name):
    client = CLIENTS[name]
    home, binaries = tmp_path / "home", tmp_path / "bin"
    binaries.mkdir()
    (binaries / client.name).write_text(f'#!/bin/sh\nexec {shlex.join(map(str, client.starts))} "$@"\n')
    (binaries / client.name).chmod(0o755)
    path = f"{home}/.local/bin:{binaries}:{os.environ['PATH']}"
    theirs = home / client.untouched
    theirs.parent.mkdir(parents=True)
    theirs.write_text(THEIRS[name])
    caller = replace(house.caller(provider=client.vendor), credential_id="")
    said = installed(house, caller, home, f"{name}.sh", path)
    assert "was answered" in said
    before = len(house.records(caller))
    ended = program.run(client.command, home / "project", {**client.environment, "HOME": str(home), "PATH": path})
    assert (ended.code, "Say hello." in ended.answer or ended.answer.startswith("Echo: ")) == (0, True), (
        ended.answer,
        ended.told,
    )
    records = house.records(caller)
    assert len(records) > before > 0
    assert {record["outcome"] for record in records} == {"ok"}
    assert "The key in" in installed(house, caller, home, f"{name}.sh", path), "a second key"
    installed(house, caller, home, f"{name}-restore.sh", path)
    assert theirs.read_text() == THEIRS[name]
    title = {
        "codex": codex.CLIENT,
        "claude-code": claude_code.CLIENT,
        "opencode": opencode.CLIENT,
        "gemini": gemini_cli.CLIENT,
    }[name]
    seen.worked(
        title,
        f"set up by /install/{name}.sh",
        f"{client.vendor}, simulated",
        "a key by the device flow, the answer, a record",
    )


def test_codex_on_windows_would_be_laid_over_nothing(house, tmp_path):
    """The file that codex.ps1 writes, with another program that prints the key: Codex heeds it when it is asked to."""
    caller = house.caller()
    script = httpx.get(f"{house.url}/install/codex.ps1").text
    body = script[script.index('return @(\n        "# $ProviderName') :]
    lines = re.findall(r"""^ {8}(["'])(.+)\1,?$""", body[: body.index(") -join")], re.MULTILINE)
    text = "\n".join(line.replace('`"', '"') for _, line in lines)
    home = tmp_path / ".codex"
    home.mkdir()
    (home / "key").write_text(caller.secret)
    given = {
        "$ProviderName": "x",
        "$ProviderId": "ai-api",
        "$Model": caller.model,
        "$GatewayUrl": house.url,
        "$key": str(home / "key"),
    }
    for name, value in given.items():
        text = text.replace(name, value)
    text = text.replace('"cmd"', '"cat"').replace('"/d", "/c", "type", ', "")
    (home / "ai-api.config.toml").write_text(text)
    command = [
        shutil.which(str(codex.PROGRAM)) or "",
        "exec",
        "-p",
        "ai-api",
        "--skip-git-repo-check",
        "--dangerously-bypass-approvals-and-sandbox",
        "Say hello.",
    ]
    ended = program.run(command, tmp_path, {"CODEX_HOME": str(home)})
    assert (ended.code, ended.answer.startswith("Echo: Say hello.")) == (0, True), ended

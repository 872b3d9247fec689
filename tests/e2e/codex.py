"""The Codex command line, run once and read as its user reads it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.up import clean

CLIENTS = Path(__file__).parent / "clients"
PROGRAM = CLIENTS / "node_modules/.bin/codex"
CLIENT = "Codex CLI"
PATIENCE_S = 90
_CONFIGURATION = """\
model = "{model}"
model_provider = "gateway"

[model_providers.gateway]
name = "Gateway"
base_url = "{base_url}"
env_key = "GATEWAY_KEY"
wire_api = "responses"
"""
_ERROR = re.compile(r"^ERROR: (?!Reconnecting)(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """How a run ended: `answer` is what it printed as the answer, `told` the rest, `folder` where it worked."""

    code: int
    answer: str
    told: str
    seconds: float
    folder: Path

    @property
    def error(self) -> str:
        """The last error its user reads, reconnections aside; empty when there is none."""
        return (_ERROR.findall(self.told) or [""])[-1]


def version() -> str:
    """Which one is installed, which is the one the lock file names."""
    locked: str = json.loads((CLIENTS / "package.json").read_text())["dependencies"]["@openai/codex"]
    said = subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True).stdout
    assert said.strip().endswith(locked), said
    return locked


def run(folder: Path, prompt: str, *, base_url: str, secret: str, model: str) -> Run:
    """Runs `codex exec` in an empty home of its own, never for longer than a minute and a half.

    Raises subprocess.TimeoutExpired when it does not stop by itself.
    """
    home = folder / ".codex"
    home.mkdir(parents=True)
    (home / "config.toml").write_text(_CONFIGURATION.format(model=model, base_url=base_url))
    began = time.monotonic()
    ended = subprocess.run(
        [PROGRAM, "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt],
        cwd=folder,
        env=clean({"HOME": str(folder), "CODEX_HOME": str(home), "GATEWAY_KEY": secret, "PATH": os.environ["PATH"]}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Run(ended.returncode, ended.stdout.strip(), ended.stderr, time.monotonic() - began, folder)

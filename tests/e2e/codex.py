"""The Codex command line, run once."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e import program
from tests.e2e.house import Caller, House
from tests.e2e.program import MODULES, Run

PROGRAM = MODULES / ".bin/codex"
PACKAGE = "@openai/codex"
CLIENT = "Codex CLI"
_CONFIGURATION = """\
model = "{model}"
model_provider = "{provider}"
{more}
[model_providers.gateway]
name = "Gateway"
base_url = "{base_url}"
env_key = "GATEWAY_KEY"
wire_api = "responses"
"""
_ERROR = re.compile(r"^ERROR: (?!Reconnecting)(.*)$", re.MULTILINE)


def version(home: Path) -> str:
    """Which one is installed, which is the one the lock file names."""
    return program.version([PROGRAM], PACKAGE, home)


def run(house: House, caller: Caller, folder: Path, prompt: str = "Say hello.", *, built_in: bool = False) -> Run:
    """Runs `codex exec` in an empty home of its own; `built_in`: with its own provider, which tries a WebSocket first.

    Raises subprocess.TimeoutExpired when it does not stop by itself.
    """
    home = folder / ".codex"
    home.mkdir(parents=True)
    provider, more = ("openai", f'openai_base_url = "{house.base_url}"\n') if built_in else ("gateway", "")
    configuration = _CONFIGURATION.format(model=caller.model, provider=provider, more=more, base_url=house.base_url)
    (home / "config.toml").write_text(configuration)
    command = [PROGRAM, "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt]
    key = "CODEX_API_KEY" if built_in else "GATEWAY_KEY"
    return program.run(command, folder, {"CODEX_HOME": str(home), key: caller.secret})


def error(ended: Run) -> str:
    """The last error its user reads, reconnections aside; empty when there is none."""
    return (_ERROR.findall(ended.told) or [""])[-1]

"""opencode's command line, run once: the program itself, since its npm package only looks for it."""

from __future__ import annotations

import json
import platform
import re
from pathlib import Path

from tests.e2e import program
from tests.e2e.house import Caller, House
from tests.e2e.program import MODULES, Run

PACKAGE = f"opencode-linux-{'arm64' if platform.machine() in {'aarch64', 'arm64'} else 'x64-baseline'}"
CLIENT = "opencode"
PROGRAM = MODULES / PACKAGE / "bin/opencode"
_ERROR = re.compile(r"^Error: (.*)$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[\d*m")


def version(home: Path) -> str:
    """Which one is installed, which is the one the lock file names."""
    return program.version([PROGRAM], PACKAGE, home)


def run(house: House, caller: Caller, folder: Path, prompt: str = "Say hello.") -> Run:
    """Runs `opencode run` in an empty home of its own.

    Raises subprocess.TimeoutExpired when it does not stop by itself.
    """
    model = f"gateway/{caller.model}"
    gateway = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Gateway",
        "options": {"baseURL": house.base_url, "apiKey": "{env:GATEWAY_KEY}"},
        "models": {caller.model: {"name": caller.model}},
    }
    folder.mkdir(parents=True)
    configuration = {"model": model, "small_model": model, "provider": {"gateway": gateway}}
    (folder / "opencode.json").write_text(json.dumps(configuration))
    environment = {
        "GATEWAY_KEY": caller.secret,
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
    }
    return program.run([PROGRAM, "run", prompt], folder, environment)


def error(ended: Run) -> str:
    """The last error its user reads; empty when there is none."""
    return (_ERROR.findall(_COLOUR.sub("", ended.told)) or [""])[-1]

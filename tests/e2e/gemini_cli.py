"""Gemini's command line, run once."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.e2e import program
from tests.e2e.house import Caller, House
from tests.e2e.program import MODULES, Run

PACKAGE = "@google/gemini-cli"
CLIENT = "Gemini CLI"
PROGRAM = MODULES / ".bin/gemini"
_SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    # It waits five seconds before its second attempt, ten before its third, and so on for ten.
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False, "maxAttempts": 2},
}
_ERROR = re.compile(r"(?:\.json|backoff\.\.\.) (\w*Error): (.*)$", re.MULTILINE)


def version(home: Path) -> str:
    """Which one is installed, which is the one the lock file names."""
    return program.version([PROGRAM], PACKAGE, home)


def run(house: House, caller: Caller, folder: Path, prompt: str = "Say hello.") -> Run:
    """Runs `gemini -p` in an empty home of its own, with two attempts for each request.

    Raises subprocess.TimeoutExpired when it does not stop by itself.
    """
    (folder / ".gemini").mkdir(parents=True)
    (folder / ".gemini/settings.json").write_text(json.dumps(_SETTINGS))
    environment = {
        "GEMINI_API_KEY": caller.secret,
        "GOOGLE_GEMINI_BASE_URL": house.url,
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
        "NO_COLOR": "1",
    }
    return program.run([PROGRAM, "-m", caller.model, "--yolo", "-p", prompt], folder, environment)


def reads(ended: Run) -> str:
    """What its user reads of an error: the words, between the name of its file and the stack, or within the answer's JSON."""
    told = _ERROR.search(ended.told)
    assert told, ended.told
    return f"{told[1]}: {json.loads(told[2])['error']['message'] if told[2].startswith('{') else told[2]}"

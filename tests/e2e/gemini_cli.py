"""Gemini's command line, run once."""

from __future__ import annotations

import json
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
    """The line of what it told that says what went wrong, between its notices and its stack."""
    said = [line.strip() for line in ended.told.splitlines()]
    return next(line for line in said if "rror" in line)

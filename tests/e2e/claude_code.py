"""Claude Code's command line, run once. Without scripts of packages its launcher is the one its maker keeps for that case."""

from __future__ import annotations

from pathlib import Path

from tests.e2e import program
from tests.e2e.house import Caller, House
from tests.e2e.program import MODULES, Run

PACKAGE = "@anthropic-ai/claude-code"
CLIENT = "Claude Code"
PROGRAM = ["node", MODULES / PACKAGE / "cli-wrapper.cjs"]


def version(home: Path) -> str:
    """Which one is installed, which is the one the lock file names."""
    return program.version(PROGRAM, PACKAGE, home)


def run(house: House, caller: Caller, folder: Path, prompt: str = "Say hello.") -> Run:
    """Runs `claude -p` in an empty home of its own; it asks once more where that may help, not ten times over.

    Raises subprocess.TimeoutExpired when it does not stop by itself.
    """
    environment = {
        "ANTHROPIC_BASE_URL": house.url,
        "ANTHROPIC_AUTH_TOKEN": caller.secret,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": "1",
        # Else it refuses to leave out the questions for root, which is who runs in a container.
        "IS_SANDBOX": "1",
    }
    command = [*PROGRAM, "-p", prompt, "--dangerously-skip-permissions", "--model", caller.model]
    return program.run(command, folder, environment)

"""A stranger's first hour, by machine: clones HEAD into an empty home, follows the README, and looks at what is left behind.

The clone sees no cache, no setting and no program of this account: of the environment only PATH, LANG and what tells package
installers where their mirror is. `make run` has to answer the README's own calls with words and leave nothing running;
then `make test` has to pass.
"""

# ruff: noqa: T201 -- speaks to the terminal

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts import leftovers, readme
from scripts.documented_calls import call, json_object, words_of_stream, words_of_whole
from scripts.stranger import Failed, Stranger, clone, sweep

START_TIMEOUT_S = 900
STOP_TIMEOUT_S = 60
GONE_TIMEOUT_S = 10
LOG_LINES_SHOWN = 40
# What stands between us and the program: they would die of a signal without handing it on.
GO_BETWEENS = {"sh", "bash", "dash", "zsh", "make", "gmake"}


class Running:
    """`make run` in the background. Its standard output is read all the time, so that it can never block on us."""

    def __init__(self, stranger: Stranger, command: str) -> None:
        self._log = stranger.log.open("wb")
        self.process = subprocess.Popen(  # noqa: S602 -- a line of our README is a shell line
            command,
            shell=True,
            cwd=stranger.checkout,
            env=stranger.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        self.ready: dict[str, Any] | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            found = json_object(line)
            if self.ready is None and found is not None and "url" in found:
                self.ready = found

    def wait_ready(self) -> dict[str, Any]:
        """Waits for the line of JSON that says where it answers. Raises Failed when it ends or takes too long instead."""
        if not _until(lambda: self.ready is not None or self.process.poll() is not None, timeout_s=START_TIMEOUT_S):
            raise Failed(f"`make run` printed no line of JSON within {START_TIMEOUT_S} s")
        self._reader.join(timeout=1 if self.ready is None else 0)
        if self.ready is None:
            raise Failed(f"`make run` ended with {self.process.returncode} before it was ready")
        return self.ready

    def stop(self) -> None:
        """Sends SIGTERM to the program itself: make would report its own death, not the program's exit code.

        Raises Failed unless everything ends in time, with 0.
        """
        below = leftovers.descendants(leftovers.processes(), self.process.pid)
        programs = [p for p in below if "ai-api up" in p.command and Path(p.command.split()[0]).name not in GO_BETWEENS]
        if not programs:
            raise Failed("`make run` has no program running under it")
        os.kill(programs[0].pid, signal.SIGTERM)
        try:
            code = self.process.wait(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"`make run` was still there {STOP_TIMEOUT_S} s after SIGTERM") from None
        if code != 0:
            raise Failed(f"`make run` ended with {code} after SIGTERM, not with 0")

    def close(self) -> None:
        """Ends whatever is left of it, for the sake of the machine; the verdict has been given by now."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._log.close()


def _until(condition: Callable[[], bool], *, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def try_run(stranger: Stranger, command: str) -> None:
    """Starts the product, calls it twice, stops it, and looks for what it left running. Raises Failed."""
    examples = readme.curl_examples((stranger.checkout / "README.md").read_text(encoding="utf-8"))
    running = Running(stranger, f'{command} ARGS="--json --port 0"')
    try:
        with stranger.timed(f"{command}, until it is ready"):
            ready = running.wait_ready()
        with stranger.timed("the documented call, whole"):
            print(f"    {words_of_whole(call(stranger, examples[0], ready))[:100]!r}")
        with stranger.timed("the documented call, streamed"):
            print(f"    {words_of_stream(call(stranger, examples[1], ready))[:100]!r}")
        started = leftovers.descendants(leftovers.processes(), running.process.pid)
        with stranger.timed("stopping"):
            running.stop()
            expect_nothing_left(stranger.folder, started)
    finally:
        running.close()


def expect_nothing_left(folder: Path, started: list[leftovers.Process]) -> None:
    """Waits until nothing of `started`, and nothing that lives in `folder`, runs any more. Raises Failed, naming the rest."""
    keys = {process.key for process in started}

    def left() -> list[leftovers.Process]:
        table = leftovers.processes()
        return [process for process in table if process.key in keys] or leftovers.living_in(table, folder)

    if not _until(lambda: not left(), timeout_s=GONE_TIMEOUT_S):
        raise Failed("still running after the stop:\n" + "\n".join(f"    {p.pid} {p.command}" for p in left()))


def try_test(stranger: Stranger, command: str) -> None:
    """Runs the README's test command. Raises Failed unless it exits with 0."""
    with stranger.timed(command):
        code = subprocess.run(  # noqa: S602 -- a line of our README is a shell line
            command,
            shell=True,
            cwd=stranger.checkout,
            env=stranger.environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
        if code != 0:
            raise Failed(f"`{command}` exited with {code}")


def main() -> int:
    """Follows the README once; 0 when all of it was true."""
    parser = argparse.ArgumentParser(prog="fresh", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave the clone where it is")
    parser.add_argument("--only-run", action="store_true", help="stop before the test command")
    arguments = parser.parse_args()
    stranger = Stranger(Path(tempfile.mkdtemp(prefix="ai-api-fresh-")).resolve())
    try:
        clone(stranger)
        run, test = readme.two_commands((stranger.checkout / "README.md").read_text(encoding="utf-8"))
        try_run(stranger, run)
        if not arguments.only_run:
            try_test(stranger, test)
    except (Failed, readme.ReadmeChanged, subprocess.TimeoutExpired) as error:
        log = stranger.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:] if stranger.log.exists() else []
        print("\n".join([*(f"    | {line}" for line in log), f"fresh failed: {error}"]), file=sys.stderr)
        return 1
    finally:
        for step, took_s in stranger.times:
            print(f"{took_s:8.1f} s  {step}")
        if arguments.keep:
            print(f"kept: {stranger.folder}")
        else:
            sweep(stranger)
    print("fresh: a stranger gets along")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`ai-api up` as people start it: a process of its own, with nothing in its environment but what is given here.

```python
with up(folder, "--no-model", OPENAI_API_KEY="sk-…", OPENAI_BASE_URL=sim.url + "/v1") as running:
    running.ready["url"]          # the line of --json
```

Leaving the block is a SIGTERM; it has to end with 0 and take everything it started along.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts import leftovers

PROGRAM = Path(sys.executable).parent / "ai-api"
READY_S = 90.0
STOP_S = 30.0
GONE_S = 5.0
_LOOK_EVERY_S = 0.02
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH")
_JSON_LINE = re.compile(r"^\{.*\}$", re.MULTILINE)
_GREETING_END = re.compile(r"^ +(-d '.*'|\S.*credentials issue .*)\n\n|^No model can be called yet.*\n\n", re.MULTILINE)


class Up:
    """A running `ai-api up`. What it prints is read all the time, so that it can never block on us."""

    def __init__(self, data: Path, options: Sequence[str], environment: dict[str, str], *, cwd: Path | None) -> None:
        self.data = data
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "up", "--data", str(data), *options],
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.ready: dict[str, Any] = {}
        self.ready_s = 0.0
        self._said = {"out": "", "err": ""}
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", self.process.stdout), ("err", self.process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def out(self) -> str:
        """What it has printed on standard output."""
        return self._said["out"]

    @property
    def err(self) -> str:
        """What it has printed on standard error."""
        return self._said["err"]

    def wait_ready(self, *, as_json: bool) -> None:
        """Until it has said where it is. Raises AssertionError with its own words when it ends or takes too long."""
        pattern = _JSON_LINE if as_json else _GREETING_END
        assert until(lambda: bool(pattern.search(self.out)) or self._ended(), READY_S), f"not ready: {self.err}"
        self.ready_s = time.monotonic() - self.began
        found = pattern.search(self.out)
        assert found, f"it ended with {self.process.returncode} instead of becoming ready: {self.err}"
        if as_json:
            self.ready = json.loads(found[0])

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the program and to whatever shares its terminal, as Ctrl-C does."""
        os.killpg(self.process.pid, number)

    def wait(self) -> int:
        """Its exit code, once it has ended and all it said is read."""
        code = self.process.wait(STOP_S)
        for reader in self._readers:
            reader.join(STOP_S)
        return code

    def kill(self) -> None:
        """What a power cut is to it, and to nothing it started."""
        self.process.kill()
        self.wait()

    def children(self) -> list[leftovers.Process]:
        """The processes it has started, and theirs, still there."""
        return leftovers.descendants(leftovers.processes(), self.process.pid)

    def _read(self, name: str, stream: Any) -> None:
        for line in stream:
            self._said[name] += line
        stream.close()

    def _ended(self) -> bool:
        return self.process.poll() is not None


@contextmanager
def up(data: Path, *options: str, as_json: bool = True, cwd: Path | None = None, **environment: str) -> Iterator[Up]:
    """Runs it until the block ends, from the moment it is ready. A program that was ended inside the block is left alone."""
    running = start(data, *options, as_json=as_json, cwd=cwd, **environment)
    try:
        running.wait_ready(as_json=as_json)
        yield running
        if running.process.poll() is None:
            started = running.children()
            running.signal(signal.SIGTERM)
            assert running.wait() == 0, running.err
            expect_gone(started)
    finally:
        if running.process.poll() is None:
            running.signal(signal.SIGKILL)
            running.wait()


def start(data: Path, *options: str, as_json: bool = True, cwd: Path | None = None, **environment: str) -> Up:
    """Starts it and waits for nothing."""
    chosen = ["--port", "0"] if "--port" not in options else []
    return Up(data, [*chosen, *(["--json"] if as_json else []), *options], clean(environment), cwd=cwd)


def refused(data: Path, *options: str, prefix: Sequence[str] = (), **environment: str) -> str:
    """The sentence on standard error of a run that must not come up: exit code 2, and nothing else said."""
    command = [*prefix, str(PROGRAM), "up", "--data", str(data), *options]
    ended = subprocess.run(
        command,
        env=clean(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=READY_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
    return ended.stderr.strip()


def clean(environment: dict[str, str]) -> dict[str, str]:
    """What a program needs to run, and `environment`; none of this account's settings and keys."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | environment


def expect_gone(started: list[leftovers.Process]) -> None:
    """Waits for these very processes to end. Raises AssertionError, naming those that do not."""
    keys = {process.key for process in started}

    def left() -> list[str]:
        return [f"{each.pid} {each.command}" for each in leftovers.processes() if each.key in keys]

    assert until(lambda: not left(), GONE_S), "\n".join(["still running:", *left()])


def until(condition: Callable[[], bool], patience_s: float) -> bool:
    """Whether it becomes true in time."""
    end_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True

"""The programs one data folder runs beside us: started, written down, watched, ended, or found again.

`DATA/children.json` says who they are, so that a run after a crash can tell its own leftovers from strangers, and which
port each had, so that addresses stay the same from run to run.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ai_api.local import private_files
from ai_api.local.processes import Identity, clean_environment, identify, is_alive
from ai_api.local.refusal import LocalRefusal, of_os_error

_LOG_BYTES_MAX = 5_000_000
_LOOK_EVERY_S = 0.05
_NOTICE_EVERY_S = 0.25
_UNRECORDED = ((signal.SIGTERM, 10.0),)
"""What cannot be written down must not run. No child is so busy yet that this would hurt it."""


class ChildStillRuns(RuntimeError):
    """A child was asked to end in every permitted way and did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is written down about one child, and stays when it has ended: its identity then belongs to nobody."""

    kind: str
    pid: int | None = None
    started: str | None = None
    port: int | None = None
    build: str = ""
    """What it was started from and with; another build does not adopt it."""
    socket_dir: str | None = None
    """A folder outside the data folder that was made for it."""

    def identity(self) -> Identity | None:
        """Returns the recorded process, running or not; None when nothing was ever started."""
        return None if self.pid is None or self.started is None else Identity(self.pid, self.started)


@dataclass(frozen=True, slots=True)
class Death:
    """A child ended and nobody had asked it to."""

    kind: str
    pid: int
    exit_code: int | None
    """Negative for a signal, as subprocess has it; None when the child was adopted, since only a parent is told."""
    last_words: str
    """The end of its log."""


def recorded(data_dir: Path, kind: str) -> Record:
    """Returns what is written down about this kind of child; an empty record when nothing is.

    Raises LocalRefusal when the book cannot be read.
    """
    return _read_book(data_dir).get(kind) or Record(kind=kind)


def record(data_dir: Path, entry: Record) -> None:
    """Writes down one child; children of other kinds may be written down at the same time by other threads."""
    with _book_to_ourselves(data_dir):
        book = _read_book(data_dir) | {entry.kind: entry}
        text = json.dumps({kind: asdict(each) for kind, each in sorted(book.items())}, indent=2)
        private_files.write(data_dir / "children.json", text + "\n")


def free_port(kept: int | None) -> int:
    """Returns the kept loopback port when nobody listens on it, else a free one."""
    for port in (kept or 0, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise LocalRefusal("No free port is left on 127.0.0.1; close some programs and try again.")


class Child:
    """One running program: ours by birth, or adopted after the run that started it died."""

    def __init__(self, entry: Record, log: Path, process: subprocess.Popen[bytes] | None) -> None:
        """`process` is None for an adopted child; `entry` holds its identity."""
        identity = entry.identity()
        if identity is None:
            raise ValueError(f"the {entry.kind} of this record was never started")
        self.entry = entry
        self.identity = identity
        self.log = log
        self._process = process
        self._ending = threading.Event()

    def is_alive(self) -> bool:
        """Tells whether it still runs."""
        if self._process is not None:
            return self._process.poll() is None
        return is_alive(self.identity)

    def wait(self, patience_s: float) -> bool:
        """Blocks until it has ended, at most `patience_s`; tells whether it has."""
        until_s = time.monotonic() + patience_s
        while self.is_alive():
            if time.monotonic() >= until_s:
                return False
            time.sleep(_LOOK_EVERY_S)
        return True

    def exit_code(self) -> int | None:
        """Returns how it ended, negative for a signal; None while it runs, and always for an adopted child."""
        return None if self._process is None else self._process.poll()

    def end(self, steps: Sequence[tuple[signal.Signals, float]]) -> None:
        """Blocks until it has ended: each step is a signal and the seconds it is given.

        Raises ChildStillRuns when it outlives the last step. Does nothing when it has ended already.
        """
        self._ending.set()
        for number, patience_s in steps:
            self._send(number)
            self._send(signal.SIGCONT)  # a stopped process does not hear the others
            if self.wait(patience_s):
                break
        else:
            raise ChildStillRuns(
                f"The {self.entry.kind} (process {self.identity.pid}) did not end; its log is {self.log}."
            )
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def watch(self, on_death: Callable[[Death], None]) -> None:
        """Calls `on_death` once, in a thread of its own, when the child ends without having been asked to."""
        threading.Thread(target=self._watch, args=(on_death,), name=f"watch-{self.entry.kind}", daemon=True).start()

    def last_words(self, lines: int = 5) -> str:
        """Returns the last lines of its log."""
        return last_lines(self.log, lines)

    def _watch(self, on_death: Callable[[Death], None]) -> None:
        while not self._ending.wait(_NOTICE_EVERY_S):
            if not self.is_alive():
                on_death(Death(self.entry.kind, self.identity.pid, self.exit_code(), self.last_words()))
                return

    def _send(self, number: signal.Signals) -> None:
        if not self.is_alive():
            return
        try:
            os.kill(self.identity.pid, number)
        except ProcessLookupError:
            return  # it ended since we looked, which is what was wanted


def spawn(data_dir: Path, command: Sequence[str], entry: Record, *, first_line: str | None = None) -> Child:
    """Starts a child in a session of its own (a Ctrl-C in our terminal is not meant for it) and writes it down.

    Its output goes to DATA/logs/KIND.log. With `first_line` it has a standard input that begins with this line, which
    keeps a secret out of arguments and environment, and that ends when we do, however we do. Raises LocalRefusal when
    the program cannot be started.
    """
    log = data_dir / "logs" / f"{entry.kind}.log"
    try:
        with _open_log(log) as output:
            process = subprocess.Popen(  # noqa: S603 -- programs of our own choosing, no shell
                command,
                stdin=subprocess.DEVNULL if first_line is None else subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=clean_environment(),
                cwd="/",
                start_new_session=True,
            )
    except OSError as error:
        raise of_os_error(error, action=f"start the {entry.kind} from", path=Path(command[0])) from error
    identity = identify(process.pid)
    if identity is None:
        code = process.wait()
        raise LocalRefusal(f"The {entry.kind} ended as soon as it started, with code {code}: {last_lines(log)}")
    entry = replace(entry, pid=identity.pid, started=identity.started)
    try:
        record(data_dir, entry)
    except BaseException:
        # An interrupt as well: the next run ends what is recorded, and this is not.
        Child(entry, log, process).end(_UNRECORDED)
        raise
    if process.stdin is not None and first_line is not None:
        try:
            process.stdin.write(first_line.encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            process.stdin = None  # it died already; whoever waits for it to be ready tells why
    return Child(entry, log, process)


def leftover(data_dir: Path, kind: str) -> Child | None:
    """Returns the recorded child when that very process still runs, so that it can be adopted or ended."""
    entry = recorded(data_dir, kind)
    identity = entry.identity()
    if identity is None or not is_alive(identity):
        return None
    return Child(entry, data_dir / "logs" / f"{kind}.log", None)


def last_lines(log: Path, lines: int = 5) -> str:
    """Returns the last lines of a log, or an empty text when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").strip().splitlines()[-lines:])
    except FileNotFoundError:
        return ""


@contextmanager
def _book_to_ourselves(data_dir: Path) -> Iterator[None]:
    descriptor = os.open(data_dir / "children.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        private_files.give_to_owner_of(data_dir, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read_book(data_dir: Path) -> dict[str, Record]:
    path = data_dir / "children.json"
    text = private_files.read(path)
    if text is None:
        return {}
    try:
        return {kind: Record(**entry) for kind, entry in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise LocalRefusal(f"{path} is damaged; make sure nothing of this data folder runs, then remove it.") from error


def _open_log(log: Path) -> BinaryIO:
    """One older log is kept; a machine that runs for a year must not fill its disk with them."""
    private_files.make_folder(log.parent)
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    file = os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "wb")
    private_files.give_to_owner_of(log.parent, file.fileno())
    return file

"""Who a process is, beyond its number: numbers are handed out again."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_HAS_PROC = (_PROC / "self/stat").exists()
"""Linux has it; macOS is asked through `ps`."""
_DEAD_STATES = {"Z", "X"}
_PASSED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PYTHONHOME",
    "PYTHONPATH",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """One process of this machine, never confused with a later one of the same number."""

    pid: int
    started: str
    """When it began, in whatever form the system tells it; only ever compared for equality."""


def identify(pid: int) -> Identity | None:
    """Returns who runs under `pid` now, or None when nobody does. One that ended but was not collected is nobody."""
    started = _started_by_proc(pid) if _HAS_PROC else _started_by_ps(pid)
    return Identity(pid, started) if started else None


def is_alive(identity: Identity) -> bool:
    """Tells whether this very process still runs."""
    return identify(identity.pid) == identity


def command_line(pid: int) -> str:
    """Returns the command and its arguments with spaces between, or an empty text when it cannot be seen."""
    if _HAS_PROC:
        try:
            return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps("command", pid)


def working_folder(pid: int) -> Path | None:
    """Returns the folder a process works in; None when there is no such process or the system does not tell."""
    try:
        return (_PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None


def clean_environment(**more: str) -> dict[str, str]:
    """Returns the environment for a child: what programs need to run, and none of the caller's settings or secrets."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": os.defpath, **kept, "LANG": "C", "LC_ALL": "C", "TZ": "UTC", **more}


def _started_by_proc(pid: int) -> str:
    """Clock ticks since boot, with the boot they count from: a number and its ticks can both come again after one."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    # The second field is the program's name in brackets and may itself hold spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    # A first thread that ended while others still do keeps the process' ports and files.
    is_over = fields[0] in _DEAD_STATES and int(fields[17]) <= 1
    return "" if is_over else f"{boot}:{fields[19]}"


def _started_by_ps(pid: int) -> str:
    return "" if _ps("state", pid)[:1] in {"", *_DEAD_STATES} else _ps("lstart", pid)


def _ps(column: str, pid: int) -> str:
    answer = subprocess.run(  # noqa: S603 -- fixed program, a column of ours and a number
        ["/bin/ps", "-ww", "-o", f"{column}=", "-p", str(pid)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()

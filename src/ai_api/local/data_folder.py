"""The folder that holds everything of one local machine, used by one `ai-api up` at a time."""

import errno
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ai_api.local import private_files
from ai_api.local.refusal import LocalRefusal, of_os_error

VERSION = 1
"""The arrangement of the folder. It rises only when an older build could no longer use what a newer one wrote."""

_LOCK = "lock"
_VERSION = "version"
# A run that died between its first two writes left these; file systems put the last one on a fresh disk.
_MAY_BE_THERE_BEFORE_US = {_LOCK, "lost+found"}
# The group may pass through: Postgres, which refuses to be root, is then a member of that group.
_LEAK_BITS = 0o067


@dataclass(slots=True)
class DataFolder:
    """A prepared data folder and the lock on it, which ends with `release` or with the process."""

    path: Path
    _lock: int | None

    def release(self) -> None:
        """Lets another run have the folder. May be called twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def prepare(path: Path) -> DataFolder:
    """Makes the folder (0700) when it is missing and takes it for this process alone.

    Raises LocalRefusal when it cannot be made or written to, holds something else, is in use by another run, or was
    made by a newer build.
    """
    path = path.expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = path.resolve()
        _refuse_foreign(path)
        lock = _take(path)
    except FileExistsError as error:
        raise LocalRefusal(f"{path} is not a folder; choose another.") from error
    except OSError as error:
        raise of_os_error(error, action="use", path=path) from error
    try:
        _check_version(path)
        _close_to_others(path)
        _hide_from_git(path)
    except BaseException:
        # However it fails, the next run must find the folder free.
        os.close(lock)
        raise
    return DataFolder(path, lock)


def _refuse_foreign(path: Path) -> None:
    """A folder full of somebody's files is not ours to lock up: `--data ~` would make a home private."""
    names = {entry.name for entry in path.iterdir()}
    if _VERSION not in names and names - _MAY_BE_THERE_BEFORE_US:
        raise LocalRefusal(f"{path} holds files that are not a data folder's; choose an empty or new folder.")


def _take(path: Path) -> int:
    lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        private_files.give_to_owner_of(path, lock)
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
    except OSError as error:
        holder = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise LocalRefusal(
                f"{path} is in use by another `ai-api up` (process {holder}); stop it or choose another folder."
            ) from error
        if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP):
            raise LocalRefusal(
                f"The disk that holds {path} cannot lock files; choose a folder on a local disk."
            ) from error
        raise
    return lock


def _check_version(path: Path) -> None:
    file = path / _VERSION
    found = private_files.read(file)
    if found is None:
        private_files.write(file, f"{VERSION}\n")
        return
    if not found.strip().isdecimal():
        raise LocalRefusal(f"{file} is damaged; restore it, or start with another data folder.")
    if int(found) > VERSION:
        raise LocalRefusal(
            f"{path} was made by a newer ai-api (folder version {int(found)}, this build knows {VERSION}); "
            "upgrade ai-api or choose another folder."
        )


def _close_to_others(path: Path) -> None:
    mode = path.stat().st_mode
    if mode & _LEAK_BITS:
        path.chmod(mode & ~_LEAK_BITS & 0o777)


def _hide_from_git(path: Path) -> None:
    """The default folder lies in whatever project the command was run in; its secrets must not be committed there."""
    ignore = path / ".gitignore"
    if not ignore.exists():
        private_files.write(ignore, "*\n")

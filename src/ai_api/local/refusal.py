"""The one error of this folder that a person is meant to read."""

import errno
from pathlib import Path


class LocalRefusal(Exception):
    """This machine cannot be set up as asked. The message is one clear sentence that also says what would help.

    The command line prints the message alone and exits with 2.
    """


def of_os_error(error: OSError, *, action: str, path: Path) -> LocalRefusal:
    """Returns the refusal for a file that could not be used: `action` is a verb phrase such as "write to"."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    if error.errno == errno.EROFS:
        return LocalRefusal(f"Cannot {action} {path}: its disk is read-only; choose another folder.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return LocalRefusal(f"Cannot {action} {path}: this user may not; choose another folder.")
    return LocalRefusal(f"Cannot {action} {path}: {error.strerror or error}.")


def disk_full(path: Path) -> LocalRefusal:
    """Returns the refusal for a disk with no room left under `path`."""
    return LocalRefusal(f"The disk that holds {path} is full; free some space or choose another folder.")

"""Small files that only their owner may read, written whole or not at all."""

import os
import stat
import tempfile
from pathlib import Path

from ai_api.local.refusal import LocalRefusal, of_os_error

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write(path: Path, text: str) -> None:
    """Replaces `path` with `text`, mode 0600. A reader, or a crash at any point, sees the old text or the new.

    Raises LocalRefusal when the folder cannot be written to.
    """
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            give_to_owner_of(path.parent, descriptor)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise of_os_error(error, action="write to", path=path) from error
    sync_folder(path.parent)


def read(path: Path) -> str | None:
    """Returns the text of `path`, or None when there is no such file.

    Raises LocalRefusal when anybody but the owner may read or write it, or when it cannot be read.
    """
    try:
        with open(path, "rb", opener=_without_following_links) as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise of_os_error(error, action="read", path=path) from error
    if mode & _OTHERS:
        raise LocalRefusal(f"{path} can be read by others; run `chmod 600 {path}` if nobody else has seen it.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LocalRefusal(f"{path} is not text; move it away and start again.") from error


def _without_following_links(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def make_folder(path: Path) -> None:
    """Makes a folder for its owner alone, unless it is there. Raises LocalRefusal when it cannot."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        give_to_owner_of(path.parent, path)
    except OSError as error:
        raise of_os_error(error, action="make", path=path) from error


def give_to_owner_of(folder: Path, file: Path | int) -> None:
    """Gives what root made to whom the folder belongs: one run with sudo must not lock its owner out of the next."""
    if os.geteuid() == 0:
        os.chown(file, folder.stat().st_uid, -1)


def sync_folder(folder: Path) -> None:
    """Makes renames inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

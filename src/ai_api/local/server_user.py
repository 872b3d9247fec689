"""Who Postgres runs as: ourselves, or, since it refuses root, a system user made for it."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_api.local import become
from ai_api.local.processes import clean_environment
from ai_api.local.refusal import LocalRefusal

_NAME = "ai-api-postgres"
_CAP_DAC_READ_SEARCH_BIT = 1 << 2


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user of the server's processes and files. `becomes` is False when that is who we are anyway."""

    uid: int
    gid: int
    becomes: bool
    looks_past: bool = False
    """It needs to pass through folders that are closed to it."""

    def command(self, program: Path, *arguments: str) -> list[str]:
        """Returns the command that runs `program` as this user."""
        if not self.becomes:
            return [str(program), *arguments]
        rights = [str(self.uid), str(self.gid), "1" if self.looks_past else "0"]
        return [sys.executable, "-I", "-S", become.__file__, *rights, str(program), *arguments]

    def own(self, path: Path) -> None:
        """Hands `path` to this user."""
        if self.becomes:
            os.chown(path, self.uid, self.gid)


def choose(data_dir: Path, cluster: Path, programs: Sequence[Path]) -> ServerUser:
    """Returns who runs the server on `cluster` (which may not exist yet) in `data_dir`.

    Started as root, the data folder is opened for passage to the user's group alone. Raises LocalRefusal when there is
    nobody to run it as, or when that user can neither reach the programs nor the data.
    """
    if os.geteuid() != 0:
        _refuse_strangers_cluster(cluster)
        return ServerUser(os.geteuid(), os.getegid(), becomes=False)
    owner = cluster.stat() if cluster.exists() else None
    if owner is not None and owner.st_uid != 0:
        uid, gid = owner.st_uid, owner.st_gid
    else:
        entry = _system_user()
        uid, gid = entry.pw_uid, entry.pw_gid
    if data_dir.stat().st_uid != uid:
        os.chown(data_dir, -1, gid)
        data_dir.chmod(0o710)
    closed = _closed_folder(uid, gid, [cluster, *programs])
    if closed is None:
        return ServerUser(uid, gid, becomes=True)
    if not _can_grant_passage():
        raise LocalRefusal(
            f"Postgres does not run as root, and the user it runs as instead ({_name(uid)}) cannot enter {closed}; "
            f"run as an ordinary user, or allow passage with `chmod o+x {closed}`."
        )
    return ServerUser(uid, gid, becomes=True, looks_past=True)


def _refuse_strangers_cluster(cluster: Path) -> None:
    owner = cluster.stat().st_uid if cluster.exists() else os.geteuid()
    if owner != os.geteuid():
        raise LocalRefusal(
            f"{cluster} belongs to {_name(owner)}, and Postgres runs only for its owner; "
            "run as that user, or as root if root made it."
        )


def _system_user() -> pwd.struct_passwd:
    known = _find_user()
    if known is not None:
        return known
    tool = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if tool is None:
        raise LocalRefusal(
            "Postgres does not run as root, and there is no `useradd` here to make a user for it; "
            "run as an ordinary user."
        )
    made = subprocess.run(  # noqa: S603 -- a system tool with fixed arguments
        [
            tool,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/",
            "--shell",
            "/usr/sbin/nologin",
            _NAME,
        ],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    # Looked up again whatever useradd answered: another run may have made the user at the same moment.
    known = _find_user()
    if known is None:
        raise LocalRefusal(
            f"Postgres does not run as root, and its user {_NAME} could not be made: {made.stderr.strip()}; "
            "run as an ordinary user."
        )
    return known


def _find_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _closed_folder(uid: int, gid: int, paths: Sequence[Path]) -> Path | None:
    """Returns the first folder above any of `paths` that this user cannot pass through."""
    for path in paths:
        for folder in reversed(path.resolve().parents):
            found = folder.stat()
            if found.st_uid == uid:
                needed = stat.S_IXUSR
            elif found.st_gid == gid:
                needed = stat.S_IXGRP
            else:
                needed = stat.S_IXOTH
            if not found.st_mode & needed:
                return folder
    return None


def _can_grant_passage() -> bool:
    """Containers often start root without the capability that `become` would keep."""
    if sys.platform != "linux":
        return False
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    sets = {
        name: int(value, 16)
        for name, _, value in (line.partition(":") for line in status.splitlines())
        if name in {"CapPrm", "CapBnd"}
    }
    return all(value & _CAP_DAC_READ_SEARCH_BIT for value in sets.values())

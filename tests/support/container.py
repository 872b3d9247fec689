"""Runs a command as a container's runtime would with `--read-only`: a root of its own, nothing to write to, an unknown user.

Of this machine it sees the system's programs, the Python an image stands on, and the folders it is given, all of them read-only;
no home, no /tmp, no capability. What it needs of the machine is root, and util-linux's `unshare` and `setpriv`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc")
_LIVE = ("/proc", "/dev")
"""What every container has for itself; nothing in there is a file of the image."""

_SCRIPT = """
set -eu
root=$1 user=$2; shift 2
mount -t tmpfs -o mode=755 tmpfs "$root"
until [ "$1" = -- ]; do
    if [ -e "$1" ]; then
        mkdir -p "$root$1"
        mount --rbind "$1" "$root$1"
        case $1 in /proc|/dev) ;; *) mount -o remount,bind,ro "$root$1" ;; esac
    fi
    shift
done
shift
mount -o remount,ro "$root"
exec chroot "$root" setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --no-new-privs \
    --inh-caps=-all --bounding-set=-all "$@"
"""


_BARE_SCRIPT = """
set -eu
root=$1 user=$2; shift 2
mount --bind "$root" "$root"
until [ "$1" = -- ]; do
    mkdir -p "$root$1"
    mount --rbind "$1" "$root$1"
    case $1 in /proc|/dev) ;; *) mount -o remount,bind,ro "$root$1" ;; esac
    shift
done
shift
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
"""


def can_contain() -> bool:
    """Whether this machine lets us; on others, a program runs as the user who tests, and may write what that user may."""
    return sys.platform == "linux" and os.geteuid() == 0 and all(map(shutil.which, ("unshare", "setpriv", "chroot")))


def contained(command: list[str], *, user: str, folders: list[Path], root: Path) -> list[str]:
    """The command that runs `command` in a root of its own with these folders, as `user` (`uid:gid`).

    The process is the command's own from its start: signals reach it. `root` is an empty folder; it is a root in the
    command's mount namespace alone, and stays empty outside.
    """
    seen = [*_SYSTEM, *_LIVE, *map(str, folders)]
    return ["unshare", "--mount", "/bin/sh", "-c", _SCRIPT, "container", str(root), user, *seen, "--", *command]


def contained_bare(command: list[str], *, user: str, folders: list[Path], root: Path) -> list[str]:
    """The same where `root` is a whole root already, and nothing of this machine's system is seen but these folders.

    Empty folders are made in it for them; what is in them is seen in the command's mount namespace alone.
    """
    seen = [*_LIVE, *map(str, folders)]
    return ["unshare", "--mount", "/bin/sh", "-c", _BARE_SCRIPT, "container", str(root), user, *seen, "--", *command]

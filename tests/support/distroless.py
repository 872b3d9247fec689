"""A root that has what a distroless image has, out of the packages of a Debian that one stands on.

`gcr.io/distroless/cc-debian12` is made of these packages and of nothing else: no shell, no package manager, no Python. Files are
linked or copied from this machine's own installation of them; where it has none, nothing can be tried.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PACKAGES = ("libc6", "libssl3", "libgcc-s1", "libstdc++6", "libgomp1", "ca-certificates", "tzdata", "netbase")
_LEFT_OUT = (
    "/usr/share/doc/",
    "/usr/share/man/",
    "/usr/share/lintian/",
    "/usr/share/locale/",
    "/usr/sbin/",
    "/usr/bin/",
)


def can_be_made() -> bool:
    """Whether this machine is a Debian that has the packages."""
    if shutil.which("dpkg") is None:
        return False
    asked = subprocess.run(["dpkg", "-s", *PACKAGES], capture_output=True, check=False)
    return asked.returncode == 0


def make(root: Path) -> None:
    """Fills `root`, an empty folder, with the packages' files, and the merged /usr of a Debian 12."""
    for name in ("lib", "lib64", "bin", "sbin"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    listed = subprocess.run(["dpkg", "-L", *PACKAGES], capture_output=True, text=True, check=True).stdout
    for name in sorted(set(listed.splitlines())):
        source = Path(name)
        if not name.startswith("/") or name.startswith(_LEFT_OUT) or source.is_dir() or not source.exists():
            continue
        target = root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(source, target, follow_symlinks=True)
    certificates = root / "etc/ssl/certs"
    certificates.mkdir(parents=True, exist_ok=True)
    shutil.copy2("/etc/ssl/certs/ca-certificates.crt", certificates)
    (root / "etc/passwd").write_text("nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n")
    (root / "etc/group").write_text("nonroot:x:65532:\n")
    for name in ("proc", "dev", "tmp"):
        (root / name).mkdir(exist_ok=True)

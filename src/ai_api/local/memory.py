"""How much memory a program started now could use."""

import os
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def available_bytes(*, meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int | None:
    """Returns the bytes that are free or can be freed, within a container's own limit too; None when nobody tells."""
    known = [found for found in (_of_machine(meminfo), _of_container(cgroup)) if found is not None]
    return min(known, default=None)


def _of_machine(meminfo: Path) -> int | None:
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux: the system call below knows, if anybody does
    names = os.sysconf_names
    if "SC_PHYS_PAGES" not in names:
        return None
    # macOS tells no figure for what could be freed, so its whole memory stands in: it swaps before it refuses.
    pages = os.sysconf("SC_AVPHYS_PAGES" if "SC_AVPHYS_PAGES" in names else "SC_PHYS_PAGES")
    return pages * os.sysconf("SC_PAGE_SIZE")


def _of_container(cgroup: Path) -> int | None:
    """The files of cgroup 2 as a container sees its own; a machine without containers has them only further down."""
    try:
        limit = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        used = int((cgroup / "memory.current").read_text(encoding="ascii"))
        statistics = (cgroup / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    if limit == "max":
        return None
    freeable = sum(int(line.split()[1]) for line in statistics if line.startswith("inactive_file "))
    return int(limit) - used + freeable

"""Two cores: what is measured runs alone on one, everything else (load, provider, database) on the other."""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

_QUIET_SHARE = 0.05
_QUIET_LOOKS = 3
_LOOK_S = 0.5
_QUIET_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Cores:
    """The numbers of the two cores."""

    server: int
    rest: int

    @classmethod
    def choose(cls) -> Cores:
        """The first two this process may use. Raises RuntimeError where there are none, or no way to choose."""
        if not hasattr(os, "sched_setaffinity"):
            raise RuntimeError(
                "The load run gives each part its own core, which this system does not offer: use Linux."
            )
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:
            raise RuntimeError("The load run needs two cores: one for what is measured, one for everything else.")
        return cls(allowed[0], allowed[1])

    @contextmanager
    def on(self, core: int) -> Iterator[None]:
        """What is started in this block runs on `core` for good."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


def cpu_s(pids: list[int], *, with_children: bool = False) -> float:
    """CPU seconds the processes have used so far, user's and kernel's."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        family = [process, *process.children()] if with_children else [process]
        for each in family:
            try:
                used = each.cpu_times()
            except psutil.NoSuchProcess:
                continue  # a database connection that ended meanwhile
            total += used.user + used.system
    return total


def busy_s(cores: Cores) -> float:
    """CPU seconds that both cores were busy so far, with whatever."""
    per_core = psutil.cpu_times(percpu=True)
    return sum(
        times.user + times.nice + times.system + times.irq + times.softirq + times.steal
        for times in (per_core[cores.server], per_core[cores.rest])
    )


def rss_mb(pid: int) -> float:
    """Resident memory of a process in megabytes."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def descriptors(pid: int) -> int:
    """How many descriptors a process has open: files and connections."""
    return int(psutil.Process(pid).num_fds())


def listen_overflows() -> int:
    """How often a connection found the queue of a listener full, on the whole machine since it started; 0 where nobody counts."""
    path = Path("/proc/net/netstat")
    if not path.exists():
        return 0
    names, values = (
        line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("TcpExt:")
    )
    return int(dict(zip(names[1:], values[1:], strict=True))["ListenOverflows"])


async def quiet(pid: int) -> None:
    """Waits until a process that has just started does nothing any more. Raises TimeoutError."""
    still = 0
    async with asyncio.timeout(_QUIET_WITHIN_S):
        while still < _QUIET_LOOKS:
            before = cpu_s([pid])
            await asyncio.sleep(_LOOK_S)
            still = still + 1 if cpu_s([pid]) - before < _QUIET_SHARE * _LOOK_S else 0


def sync_ms(folder: Path) -> float:
    """How long a write of a page takes until it is on the disk below `folder`, in milliseconds: the median of fifty."""
    took: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(50):
            began = time.perf_counter()
            os.write(file.fileno(), bytes(8192))
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return median(took) * 1000


def described() -> str:
    """What the machine is, in a few words."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    memory_gb = psutil.virtual_memory().total / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory_gb:.0f} GB, {platform.system()} {platform.release()}"

"""A Postgres that a test may kill, freeze and restart without hurting anybody else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from ai_api.local import postgres
from ai_api.local.postgres import RunningPostgres
from ai_api.local.progress import Progress

_END_PATIENCE_S = 10.0


class PrivatePostgres:
    """One embedded server in a folder of its own. `dsn` stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        """The folder may hold a cluster already; nothing runs yet."""
        self.folder = folder
        self._running: RunningPostgres | None = None

    @property
    def dsn(self) -> str:
        """The gateway's role on its database."""
        return self._server.dsn

    @property
    def admin_dsn(self) -> str:
        """The superuser on the database `postgres`."""
        return self._server.admin_dsn

    @property
    def pid(self) -> int:
        """The postmaster."""
        return self._server.child.identity.pid

    def start(self) -> None:
        """Blocks until it answers; recovers by itself after `kill`."""
        self._running = postgres.start(self.folder, progress=Progress(sys.stderr, quiet=True))

    def stop(self) -> None:
        """A clean shutdown, which waits for no client. Blocks; fine when it has ended already."""
        self._server.stop()

    def close(self) -> None:
        """A clean end whatever was done to it: frozen, killed or stopped."""
        if self._server.child.is_alive():
            self.resume()
        self.stop()

    def restart(self) -> None:
        """Cuts every connection and comes back on the same address."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """SIGKILL to every process of the server at once: what a power cut leaves. Blocks until they are gone."""
        processes = self._send(signal.SIGKILL)
        psutil.wait_procs(processes[1:], timeout=_END_PATIENCE_S)
        assert self._server.child.wait(_END_PATIENCE_S)

    def pause(self) -> None:
        """Freezes every process: sockets stay open and nothing answers."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on where it was frozen."""
        self._send(signal.SIGCONT)

    @property
    def _server(self) -> RunningPostgres:
        assert self._running is not None, "start it first"
        return self._running

    def _send(self, number: signal.Signals) -> list[psutil.Process]:
        """To the postmaster and all it has started; returns them, the postmaster first.

        It is held meanwhile: a backend that it starts between the look and the signal would be left behind, and wait for
        ever, with the shared memory, for a lock that a killed one had.
        """
        postmaster = psutil.Process(self.pid)
        os.kill(postmaster.pid, signal.SIGSTOP)
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                continue  # a backend that ended meanwhile
        return processes


def copy_of(template: Path, folder: Path) -> PrivatePostgres:
    """A server on a copy of a stopped one's folder, with owners and modes, made in a tenth of a second."""
    subprocess.run(["cp", "-a", str(template), str(folder)], check=True)
    return PrivatePostgres(folder)

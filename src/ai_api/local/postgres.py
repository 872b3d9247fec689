"""The embedded Postgres: started in a data folder, or taken over from a run that died, and always stopped cleanly.

It outlives us if we are killed, on purpose: ending a database with its parent would mean ending it unasked. The next run
on the same folder adopts it. It is never sent SIGKILL: a fast shutdown first, an immediate one (which the next start
recovers from) if that takes too long.
"""

import os
import signal
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from ai_api.local import children, postgres_cluster, postgres_programs, server_user
from ai_api.local.children import Child, Death, Record
from ai_api.local.postgres_cluster import DATABASE, ROLE, SUPERUSER
from ai_api.local.postgres_programs import Programs
from ai_api.local.processes import command_line, identify, working_folder
from ai_api.local.progress import Progress
from ai_api.local.refusal import LocalRefusal, of_os_error
from ai_api.local.server_user import ServerUser

_KIND = "postgres"
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES_MAX = 103
"""macOS gives a socket's path 104 bytes with the closing zero, Linux 108; the smaller holds everywhere."""
_READY_PATIENCE_S = 300.0
"""Replaying a long log after a crash takes minutes; a server that gives up ends, which is noticed at once."""
_PROBE_PATIENCE_S = 2.0
_ORPHANS_PATIENCE_S = 15.0
_LOOK_EVERY_S = 0.02
_SEPARATORS = set(',"')
_SOCKET_DIR_PREFIX = "ai-api-pg-"
_FAST_THEN_IMMEDIATE = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 15.0))
_SSL_REQUEST = struct.pack("!II", 8, 80877103)

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "512MB",
    "jit": "off",
    # A failing statement and the detail of its error can hold what a person typed or a key that was stored.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    """A server that answers. `dsn` is the gateway's own role on its database, `admin_dsn` the superuser's."""

    dsn: str
    admin_dsn: str
    child: Child
    adopted: bool
    """It was still running from an earlier run."""

    def stop(self) -> None:
        """Blocks until the server has shut down. Raises ChildStillRuns if it cannot be brought to."""
        _end(self.child)

    def watch(self, on_death: Callable[[Death], None]) -> None:
        """Calls `on_death` once, in another thread, when the server ends without `stop`."""
        self.child.watch(on_death)


def start(data_dir: Path, *, progress: Progress, durable: bool = True) -> RunningPostgres:
    """Returns a running server on `DATA/postgres`, which is made the first time. Blocks; the caller holds the folder.

    It listens on a Unix socket in its folder (in a short private one when that path is too long) and on no network.
    `durable=False` is for tests: faster, and nothing survives a power cut. Raises LocalRefusal when the machine or the
    folder does not allow it.
    """
    try:
        return _start(data_dir.resolve(), progress, durable=durable)
    except OSError as error:
        raise of_os_error(error, action="run Postgres in", path=data_dir) from error


def end_leftover(data_dir: Path) -> bool:
    """Stops the server an earlier run left on this data folder; tells whether there was one. Blocks."""
    left = _leftover(data_dir.resolve(), data_dir.resolve() / "postgres")
    if left is None:
        return False
    _end(left)
    return True


@dataclass(frozen=True, slots=True)
class _Plan:
    data_dir: Path
    cluster: Path
    programs: Programs
    user: ServerUser
    settings: dict[str, str]
    build: str


def _start(data_dir: Path, progress: Progress, *, durable: bool) -> RunningPostgres:
    cluster = data_dir / "postgres"
    programs = postgres_programs.find()
    user = server_user.choose(data_dir, cluster, [programs.postgres, programs.initdb])
    postgres_cluster.sweep(cluster)
    if postgres_cluster.exists(cluster):
        postgres_cluster.check_version(cluster, programs)
    else:
        with progress.step("making the database"):
            postgres_cluster.make(cluster, programs, user, durable=durable)
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
    build = f"{programs.version} {' '.join(f'{name}={value}' for name, value in settings.items())}"
    left = _leftover(data_dir, cluster)
    if left is not None:
        if left.entry.build == build and _answers(left, cluster):
            return _running(left, cluster, adopted=True)
        with progress.step("stopping the Postgres of an earlier run"):
            _end(left)
    with progress.step("starting Postgres"):
        child = _spawn_until_ready(_Plan(data_dir, cluster, programs, user, settings, build))
    return _running(child, cluster, adopted=False)


def _running(child: Child, cluster: Path, *, adopted: bool) -> RunningPostgres:
    host = quote(child.entry.socket_dir or str(cluster))
    return RunningPostgres(
        dsn=f"postgresql://{ROLE}@/{DATABASE}?host={host}",
        admin_dsn=f"postgresql://{SUPERUSER}@/postgres?host={host}",
        child=child,
        adopted=adopted,
    )


def _spawn_until_ready(plan: _Plan) -> Child:
    """Processes of a server that was killed hold its shared memory for a moment; the new one is started when it is free."""
    until_s = time.monotonic() + _ORPHANS_PATIENCE_S
    while True:
        child = _spawn(plan)
        try:
            if _wait_until_ready(child, plan.cluster):
                return child
        except BaseException:
            # An interrupt as well: a server that nobody waits for would keep the folder.
            _end(child)
            raise
        words = child.last_words(20)
        _remove_socket_dir(child.entry)
        if "pre-existing shared memory block" not in words or time.monotonic() > until_s:
            raise postgres_programs.explain("Postgres", words, folder=plan.cluster)
        time.sleep(_LOOK_EVERY_S)


def _spawn(plan: _Plan) -> Child:
    _drop_strangers_pid_file(plan.cluster)
    _remove_socket_dir(children.recorded(plan.data_dir, _KIND))
    socket_dir = _socket_dir(plan.cluster, plan.user)
    options = [f"-c{name}={value}" for name, value in plan.settings.items()]
    options.append(f"-cunix_socket_directories={socket_dir}")
    entry = Record(kind=_KIND, build=plan.build, socket_dir=None if socket_dir == plan.cluster else str(socket_dir))
    command = plan.user.command(plan.programs.postgres, *_marks(plan.cluster), *options)
    return children.spawn(plan.data_dir, command, entry)


def _marks(cluster: Path) -> list[str]:
    """The arguments by which a server that we started on this very cluster is known."""
    return ["-D", str(cluster), "-ccluster_name=ai-api"]


def _wait_until_ready(child: Child, cluster: Path) -> bool:
    """Returns True when the server accepts connections, False when it ended instead."""
    until_s = time.monotonic() + _READY_PATIENCE_S
    while child.is_alive():
        lines = _pid_file(cluster)
        if lines[:1] == [str(child.identity.pid)] and lines[7:8] == ["ready"]:
            return True
        if time.monotonic() > until_s:
            raise LocalRefusal(f"Postgres is not ready after {_READY_PATIENCE_S:.0f} s; its log is {child.log}.")
        time.sleep(_LOOK_EVERY_S)
    return False


def _leftover(data_dir: Path, cluster: Path) -> Child | None:
    """Returns a server of an earlier run: the one written down, or, had that run died before writing, the one whose
    number is in the cluster and whose arguments are ours.
    """
    child = children.leftover(data_dir, _KIND)
    if child is not None:
        return child
    lines = _pid_file(cluster)
    identity = identify(int(lines[0])) if lines[:1] and lines[0].isdecimal() else None
    if identity is None or " ".join(_marks(cluster)) not in command_line(identity.pid):
        return None
    entry = replace(children.recorded(data_dir, _KIND), pid=identity.pid, started=identity.started, build="")
    return Child(entry, data_dir / "logs" / f"{_KIND}.log", None)


def _drop_strangers_pid_file(cluster: Path) -> None:
    """Postgres will not start while the process of its old pid file lives, even when the number is another program's now.

    Only a process seen working elsewhere is surely not a server on this cluster; everything else is left to Postgres.
    """
    lines = _pid_file(cluster)
    if lines[:1] and lines[0].isdecimal() and working_folder(int(lines[0])) not in {None, cluster}:
        (cluster / "postmaster.pid").unlink()


def _pid_file(cluster: Path) -> list[str]:
    """Returns its lines: 0 the process, 4 the socket's folder, 7 the state; empty when the server is stopped."""
    try:
        return [line.strip() for line in (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        return []


def _answers(child: Child, cluster: Path) -> bool:
    """Asks for encryption, the one question a server answers before it knows who asks."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_PATIENCE_S)
        try:
            probe.connect(str(Path(child.entry.socket_dir or cluster) / _SOCKET))
            probe.sendall(_SSL_REQUEST)
            return probe.recv(1) in {b"N", b"S"}
        except OSError:
            return False  # stopped, hanging or going down: the caller replaces it


def _socket_dir(cluster: Path, user: ServerUser) -> Path:
    """The cluster itself, or a folder of ours with a short path that no list separator can be mistaken in."""
    path = cluster / _SOCKET
    if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES_MAX and not set(str(path)) & _SEPARATORS:
        return cluster
    made = Path(tempfile.mkdtemp(prefix=_SOCKET_DIR_PREFIX))
    if len(os.fsencode(made / _SOCKET)) > _SOCKET_PATH_BYTES_MAX:
        made.rmdir()
        made = Path(tempfile.mkdtemp(prefix=_SOCKET_DIR_PREFIX, dir="/tmp"))
    user.own(made)
    return made


def _remove_socket_dir(entry: Record) -> None:
    if entry.socket_dir is None:
        return
    folder = Path(entry.socket_dir)
    for name in (_SOCKET, f"{_SOCKET}.lock"):
        (folder / name).unlink(missing_ok=True)
    if folder.exists():
        folder.rmdir()


def _end(child: Child) -> None:
    child.end(_FAST_THEN_IMMEDIATE)
    _remove_socket_dir(child.entry)

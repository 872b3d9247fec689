"""One Postgres for a whole test run, whichever this machine can offer.

`AI_API_TEST_DATABASE_URL`, else a container where a Docker engine answers, else the embedded one. As a program (it is run by
path of module, once per test run) it starts the container or the embedded server and leaves it running, so that no test
process owns it; what a run that was killed left behind is ended by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ai_api.local import postgres
from ai_api.local.processes import identify
from ai_api.local.progress import Progress

LENT = "AI_API_TEST_SESSION"
"""The variable that names the folder of a session which another program began, and ends."""
_IMAGE = "postgres:18"
_DOCKER_PATIENCE_S = 0.5
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A server on which this run may make databases."""

    admin_dsn: str
    owner: str
    """The role that owns the databases of tests: the gateway's own on the embedded server, so that tests have no more
    rights than production."""
    container: str | None = None

    def dsn(self, database: str) -> str:
        """The address of one of its databases, as the owner."""
        parts = urlsplit(self.admin_dsn)
        _, at, host = parts.netloc.rpartition("@")
        netloc = parts.netloc if urlsplit(self.admin_dsn).username == self.owner else f"{self.owner}{at or '@'}{host}"
        return parts._replace(netloc=netloc, path=f"/{database}").geturl()


@dataclass(frozen=True)
class Session:
    """The folder that the processes of one test run share. It is named after the process that began the run."""

    folder: Path

    @property
    def prefix(self) -> str:
        """What every database of this run is called first; other runs may use the same server."""
        return f"ai_api_test_{hashlib.sha256(self.folder.name.encode()).hexdigest()[:8]}"

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One process of the run at a time."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def server(self) -> Server:
        """The server of this run, started by whoever asks first."""
        url = os.environ.get("AI_API_TEST_DATABASE_URL")
        if url:
            return Server(url, owner=urlsplit(url).username or "postgres")
        with self.lock():
            written = self.folder / "server.json"
            if not written.exists():
                subprocess.run([sys.executable, "-m", __name__, str(self.folder)], cwd=_ROOT, check=True)
            return Server(**json.loads(written.read_text()))

    def close(self) -> None:
        """Ends every server of this run and removes its folder."""
        written = self.folder / "server.json"
        if written.exists() and (container := json.loads(written.read_text())["container"]):
            subprocess.run(["docker", "rm", "--force", "--volumes", container], capture_output=True, check=True)
        for book in self.folder.glob("*/children.json"):
            postgres.end_leftover(book.parent)
        shutil.rmtree(self.folder)


def begin() -> Session:
    """A session for the run that this process begins. Sessions of processes that are gone are closed first.

    Not under pytest's own temporary folder, whose path is too long for a socket and closed to the server's user when root
    runs the tests.
    """
    parent = Path(tempfile.gettempdir()) / f"ai-api-tests-{os.geteuid()}"
    parent.mkdir(mode=0o711, exist_ok=True)
    found = parent.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise RuntimeError(f"{parent} is somebody else's")
    for folder in parent.iterdir():
        if _name_of(int(folder.name.partition(".")[0])) != folder.name:
            # Two runs may begin at once and sweep the same folder under each other; what stays is for the next.
            with contextlib.suppress(OSError):
                Session(folder).close()
    folder = parent / _name_of(os.getpid())
    folder.mkdir(mode=0o711)
    return Session(folder)


def _name_of(pid: int) -> str:
    """What the session of a process is called; numbers are used again, so its start is in it. Short, for sockets' sake."""
    process = identify(pid)
    return f"{pid}.{hashlib.sha256(process.started.encode()).hexdigest()[:8]}" if process else ""


def docker_answers() -> bool:
    """Whether there is a Docker engine, asked for at most a second."""
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    parts = urlsplit(address)
    try:
        if parts.scheme == "unix":
            wire = socket.socket(socket.AF_UNIX)
            wire.settimeout(_DOCKER_PATIENCE_S)
            wire.connect(parts.path)
        else:
            wire = socket.create_connection((parts.hostname or "", parts.port or 2375), timeout=_DOCKER_PATIENCE_S)
    except OSError:
        return False
    connection = http.client.HTTPConnection("docker")
    connection.sock = wire
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start_container() -> Server:
    """Starts Postgres in a container that outlives this process."""
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"  # it would remove the container with this process
    from testcontainers.community.postgres import PostgresContainer

    settings = "-c fsync=off -c max_connections=200 -c shared_preload_libraries=pg_stat_statements"
    container = PostgresContainer(_IMAGE, username="postgres", dbname="postgres", driver=None).with_command(settings)
    container.start()
    return Server(container.get_connection_url(), "postgres", container.get_wrapped_container().id)


def main(folder: Path) -> None:
    """Starts a server for the session in `folder` and writes down where it is."""
    if docker_answers():
        server = start_container()
    else:
        home = folder / "server"
        home.mkdir(mode=0o700)
        running = postgres.start(home, progress=Progress(sys.stderr, quiet=True), durable=False)
        server = Server(running.admin_dsn, owner=urlsplit(running.dsn).username or "")
    (folder / "server.json").write_text(json.dumps(asdict(server)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

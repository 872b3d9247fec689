"""A gateway that nobody has set up yet: its own database, migrated, and the link that makes the first owner."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.gateway import kept_port, serve_settings
from tests.support.private_postgres import PrivatePostgres
from tests.support.up import PROGRAM, clean, until

READY_S = 180.0
STOP_S = 30.0


@dataclass(frozen=True)
class Fresh:
    """Where it is, and the link that `ai-api admin link` printed."""

    url: str
    link: str


@contextmanager
def fresh_gateway() -> Iterator[Fresh]:
    """`ai-api serve` as an operator starts it, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="ai-api-fresh-"))
    server = PrivatePostgres(folder)
    try:
        server.start()
        with kept_port() as port, kept_port() as ops_port, tempfile.NamedTemporaryFile() as log:
            environment = clean(serve_settings(server.dsn, port, ops_port, {}))
            _said("migrate", environment=environment)
            serving = subprocess.Popen(
                [PROGRAM, "serve"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            try:
                assert until(lambda: serving.poll() is not None or _is_ready(ops_port), READY_S)
                assert serving.poll() is None, Path(log.name).read_text()
                yield Fresh(f"http://127.0.0.1:{port}", _said("admin", "link", environment=environment).strip())
            finally:
                serving.terminate()
                serving.wait(STOP_S)
    finally:
        server.close()
        shutil.rmtree(folder)


def _said(*words: str, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [PROGRAM, *words], env=environment, capture_output=True, text=True, check=False, timeout=READY_S
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False

"""An installer, run in a home of its own against a gateway that answers as a test says."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ai_api.portal.installers.render import InstallerTerms, Release, rendered

SECRET = "sk-aiapi-0123456789abcdefghij"
PENDING = (400, {"error": "authorization_pending"})
GIVEN = (200, {"access_token": SECRET, "token_type": "Bearer"})
MODELS = {
    "data": [
        {"id": "local/tiny", "operations": ["chat"]},
        {"id": "openai/gpt-5.5", "operations": ["chat", "responses"]},
        {"id": "anthropic/claude-x", "operations": ["chat"]},
        {"id": "openai/embed", "operations": ["embeddings"]},
    ]
}
PATIENCE_S = 30


@dataclass
class FakeGateway:
    """What it answers: `token` one after the other, the last one for ever; `refused` by path instead of what is usual."""

    url: str = ""
    token: list[tuple[int, Any]] = field(default_factory=lambda: [PENDING, GIVEN])
    refused: dict[str, tuple[int, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    models: Any = field(default_factory=lambda: MODELS)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and body of each request; of the ones with a key, the path begins with `key `."""

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def answer(self, method: str, path: str, body: str, key: str | None) -> tuple[int, Any]:
        self.asked.append((method, ("key " if key else "") + path, body))
        if path in self.refused:
            return self.refused[path]
        if path == "/api/device/authorize":
            return 200, {
                "device_code": "aiapi_dev_x", "user_code": "WDJB-MJHT", "verification_uri": f"{self.url}/app/device",
                "expires_in": 600, "interval": 5,
            }  # fmt: skip
        if path == "/api/device/token":
            return self.token.pop(0) if len(self.token) > 1 else self.token[0]
        if path == "/healthz":
            return 200, "yes"
        if path.lstrip("/") in self.files:
            return 200, self.files[path.lstrip("/")]
        if key != SECRET:
            return 401, {"error": {"message": "This key is not one of ours."}}
        return 200, self.models if path == "/v1/models" else {}


@contextmanager
def fake_gateway() -> Iterator[FakeGateway]:
    """One on a loopback port."""
    gateway = FakeGateway()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            key = (self.headers.get("authorization") or "").removeprefix("Bearer ") or None
            status, said = gateway.answer(self.command, self.path, body, key)
            payload = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Ran:
    """How a script ended."""

    code: int
    out: str
    err: str


class Home:
    """A user's home, with a `sleep` that takes no time (it writes down how long it was asked for) and, unless it is missing, a
    client that knows `gpt-5.5`."""

    def __init__(self, folder: Path, *, client: str | None = "codex", shell: str = "sh") -> None:
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.shell = shell
        self.home.mkdir(parents=True)
        self.bin.mkdir()
        self._program("sleep", f'echo "$1" >>{folder}/slept')
        self._slept = folder / "slept"
        if client is not None:
            self._program(client, """echo '{"models":[{"slug":"gpt-6"},{"slug":"gpt-5.5","x":1}]}'""")

    def run(
        self,
        name: str,
        gateway: str,
        *arguments: str,
        terms: InstallerTerms | None = None,
        programs: Mapping[str, Release] | None = None,
        path: str = "/usr/bin:/bin",
        **environment: str,
    ) -> Ran:
        """Runs a script as `curl … | sh -s -- ARGUMENTS` does."""
        text = rendered(name, terms or InstallerTerms(), url=gateway, programs=programs)
        ended = subprocess.run(
            [self.shell, "-s", "--", *arguments],
            input=text,
            env={
                "HOME": str(self.home),
                "PATH": f"{self.bin}:{path}",
                "TMPDIR": str(self._slept.parent),
                **environment,
            },
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        left = [each.name for each in self._slept.parent.iterdir() if each.name.startswith("install.")]
        assert not left, "a folder with secrets was left behind"
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    @property
    def slept(self) -> list[int]:
        return [int(line) for line in self._slept.read_text().split()] if self._slept.exists() else []

    def files(self) -> dict[str, bytes]:
        """All that is in it, by path."""
        found = {}
        for folder, _, names in os.walk(self.home):
            for name in names:
                path = Path(folder, name)
                found[str(path.relative_to(self.home))] = path.read_bytes()
        return found

    def _program(self, name: str, does: str) -> None:
        program = self.bin / name
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)

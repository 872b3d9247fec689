"""The portal's pages: one HTML file for every address under /app, and the files it is made of under /assets.

They are read once, when the process starts, and served from memory. They hold nothing secret: what is, is behind /api.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from ai_api.portal.plain_page import plain_page

_PACKAGED: Final = Path(__file__).resolve().parent.parent / "_portal"
_CHECKED_OUT: Final = Path(__file__).resolve().parents[3] / "frontend" / "dist"

_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_COMPRESSED: Final = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"})
_WORTH_COMPRESSING: Final = 1_024
_YEAR_S: Final = 365 * 86_400

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent: its bytes, and the same compressed where that is shorter."""

    content_type: str
    content: bytes
    compressed: bytes | None
    tag: str


class Pages:
    """Answers `/`, `/app…` and `/assets/…`. `built` is the folder that building the portal writes; without one, `/app` says
    how to build it.
    """

    def __init__(self, built: Path | None) -> None:
        self._index = _read(built / "index.html") if built is not None else None
        self._assets: Mapping[str, _File] = {} if built is None else dict(_assets(built))
        self._page_headers = _page_headers(self._index.content.decode() if self._index is not None else "")

    @staticmethod
    def has(path: str) -> bool:
        """Whether a path is one of the portal's pages or their files."""
        return path in {"/", "/app"} or path.startswith(("/app/", "/assets/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI, for paths that this has."""
        method, path = scope["method"], scope["path"]
        if method not in {"GET", "HEAD"}:
            await _send(send, 405, [(b"allow", b"GET, HEAD"), *_text()], b"This is a page: GET it.\n")
        elif path in {"/", "/app"}:
            await _send(send, 307, [(b"location", b"/app/"), (b"cache-control", b"no-store"), *_text()], b"")
        elif path.startswith("/assets/"):
            await self._asset(scope, send)
        elif self._index is None:
            await _not_built()(scope, receive, send)
        else:
            await _send_file(scope, send, self._index, self._page_headers)

    async def _asset(self, scope: Scope, send: Send) -> None:
        found = self._assets.get(scope["path"].removeprefix("/assets/"))
        if found is None:
            # Of a version that is gone: the page that asks for it has to be loaded again, so nobody may keep this answer.
            await _send(send, 404, [(b"cache-control", b"no-store"), *_text()], b"There is no such file.\n")
            return
        # The name holds a hash of the content, so it never means another.
        kept = f"public, max-age={_YEAR_S}, immutable".encode()
        headers = [(b"cache-control", kept), (b"x-content-type-options", b"nosniff")]
        await _send_file(scope, send, found, headers)


def find_built() -> Path | None:
    """The portal as it was built: within the installed package, else in the checkout; None where it was not built."""
    return next((folder for folder in (_PACKAGED, _CHECKED_OUT) if (folder / "index.html").is_file()), None)


def _page_headers(index: str) -> Headers:
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE_SCRIPT.findall(index)
    ]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        # The address of a page may name what a member looks for.
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        # Asked about each time: it names the files of the version that runs.
        (b"cache-control", b"no-cache"),
    ]


def _assets(built: Path) -> Iterable[tuple[str, _File]]:
    folder = built / "assets"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), _read(path)


def _read(path: Path) -> _File:
    content = path.read_bytes()
    media_type = _media_type(path)
    compressed = None
    if media_type in _COMPRESSED and len(content) >= _WORTH_COMPRESSING:
        compressed = gzip.compress(content, compresslevel=9, mtime=0)
    content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    tag = hashlib.sha256(content).hexdigest()[:24]
    return _File(content_type, content, compressed, tag)


def _media_type(path: Path) -> str:
    # Not every system's own table knows these, and a script of the wrong type is not run.
    known = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".html": "text/html"}
    return known.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


async def _send_file(scope: Scope, send: Send, file: _File, headers: Headers) -> None:
    asked = dict(scope["headers"])
    tag = f'"{file.tag}"'.encode()
    headers = [*headers, (b"etag", tag), (b"vary", b"accept-encoding")]
    if tag in [each.strip().removeprefix(b"W/") for each in asked.get(b"if-none-match", b"").split(b",")]:
        await _send(send, 304, headers, b"")
        return
    body = file.content
    if file.compressed is not None and b"gzip" in asked.get(b"accept-encoding", b""):
        body = file.compressed
        headers.append((b"content-encoding", b"gzip"))
    headers += [(b"content-type", file.content_type.encode()), (b"content-length", str(len(body)).encode())]
    await _send(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _text() -> Headers:
    return [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    if not any(name == b"content-length" for name, _ in headers) and status != 304:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _not_built() -> HTMLResponse:
    return plain_page(
        status=503,
        title="The portal is not built",
        says=(
            "The API and the gateway work; its pages were not built with this installation. In a checkout, install Node 20.19 "
            "or newer, run `make portal`, and start again. A release has them built in."
        ),
        links=[],
        small_print="portal_not_built",
    )

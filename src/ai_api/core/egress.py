"""The one way out: every outgoing connection is checked where it is really dialled.

No redirects are followed, no cookies kept, no proxies taken from the environment, nothing is inflated. Connections are kept
for a while, each for the same origin and the same right to reach private networks.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from ai_api.core.addresses import may_dial
from ai_api.core.answer import Answer
from ai_api.core.dialling import Dialler, Lookup, MayDial, Origin
from ai_api.core.egress_faults import BrokenOff, EgressError, Forbidden, Interrupted, TimedOut, Unreachable
from ai_api.core.exchange import READ_BYTES_MAX, Line
from ai_api.core.values import value

__all__ = [
    "Answer",
    "Egress",
    "EgressError",
    "Forbidden",
    "Interrupted",
    "Lookup",
    "MayDial",
    "TimedOut",
    "Timeouts",
    "Unreachable",
]

KEPT_S = 15.0
"""Shorter than any provider's own, or a request is written into a connection the provider just closed."""
AT_ONCE_S = 0.3
"""A kept connection that closes later than this after a request was written to it may have carried the request."""
_PORTS = {"http": 80, "https": 443}
_BODILESS = frozenset({"GET", "DELETE"})
_FRAMING = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"}
)
"""What says how a request is to be read, and by whom: for nobody but the one who writes it."""


@value
class Timeouts:
    """Seconds to connect, to wait for headers, and to stay silent in between."""

    connect_s: float = 5.0
    first_byte_s: float = 60.0
    idle_s: float = 60.0


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL, taken apart: whom to dial, whom to ask for, and what."""

    origin: Origin
    authority: str
    path: str


class Egress:
    """Sends requests. Connections for provider keys that may reach private addresses serve no other."""

    def __init__(
        self, *, lookup: Lookup | None = None, may_dial: MayDial = may_dial, tls: ssl.SSLContext | None = None
    ) -> None:
        """For tests, what stands in for the system's resolver, the rule on addresses, and the certificates believed."""
        self._dialler = Dialler(lookup, may_dial, tls)
        self._room = memoryview(bytearray(READ_BYTES_MAX))
        self._lines: dict[Line, Origin] = {}
        self._at_rest: dict[Origin, list[Line]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeouts: Timeouts,
        private_network: bool = False,
    ) -> Answer:
        """Sends a request and waits for the headers of its answer, any status.

        Raises Forbidden, Unreachable, TimedOut, Interrupted.
        """
        target = _target(url, private_network)
        origin = target.origin
        head = _head(method, target, headers, body)
        began_s = time.monotonic()
        line = self._kept(origin, began_s)
        if line is not None:
            try:
                return await line.ask(head, body or b"", first_byte_s=timeouts.first_byte_s, silence_s=timeouts.idle_s)
            except BrokenOff:
                raise
            except Unreachable:
                # A kept connection that the peer closed in the same moment: it never read the request. Once, on a new one.
                if time.monotonic() - began_s > AT_ONCE_S:
                    raise
        line = await self._dial(origin, timeouts)
        left_s = began_s + timeouts.first_byte_s - time.monotonic()
        return await line.ask(head, body or b"", first_byte_s=left_s, silence_s=timeouts.idle_s)

    def forget_names(self) -> None:
        """The next connection to each name looks it up again."""
        self._dialler.forget_names()

    async def close(self) -> None:
        """Closes all connections, those in use as well."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._dialler.close()
        for line in list(self._lines):
            line.hang_up()
        self._at_rest.clear()
        # The sockets are closed by the loop's next step.
        await asyncio.sleep(0)

    async def _dial(self, origin: Origin, timeouts: Timeouts) -> Line:
        line = await self._dialler.dial(
            origin,
            lambda: Line(self._rest, self._forget, self._room),
            within_s=min(timeouts.connect_s, timeouts.first_byte_s),
        )
        self._lines[line] = origin
        return line

    def _kept(self, origin: Origin, now_s: float) -> Line | None:
        lines = self._at_rest.get(origin)
        while lines:
            line = lines.pop()
            if line.is_open and now_s - line.rests_since < KEPT_S:
                return line
            line.hang_up()
        return None

    def _rest(self, line: Line) -> None:
        origin = self._lines.get(line)
        if origin is None:
            line.hang_up()
            return
        line.rests_since = time.monotonic()
        self._at_rest.setdefault(origin, []).append(line)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(KEPT_S, self._sweep_up)

    def _forget(self, line: Line) -> None:
        origin = self._lines.pop(line, None)
        lines = self._at_rest.get(origin) if origin is not None else None
        if lines is not None and line in lines:
            lines.remove(line)

    def _sweep_up(self) -> None:
        """Closes what has rested for long, and looks again as long as anything rests."""
        self._sweep = None
        before_s = time.monotonic() - KEPT_S
        resting = {
            origin: kept
            for origin, lines in self._at_rest.items()
            if (kept := [line for line in lines if line.rests_since > before_s])
        }
        for lines in self._at_rest.values():
            for line in lines:
                if line.rests_since <= before_s:
                    line.hang_up()
        self._at_rest = resting
        if resting:
            self._sweep = asyncio.get_running_loop().call_later(KEPT_S, self._sweep_up)


# A few providers, asked all the time: what does not change from one request to the next is made once.
@lru_cache(maxsize=1024)
def _target(url: str, private_network: bool) -> _Target:  # noqa: FBT001  -- part of what is remembered by
    """Takes a URL apart without reading anything into it that others may read differently. Raises Forbidden."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _malformed() from None
    host = parts.hostname or ""
    plain = url.isascii() and url.isprintable() and not any(sign in url for sign in ' \\"<>')
    if not plain or parts.scheme not in _PORTS or not host or "@" in parts.netloc or "%" in parts.netloc or port == 0:
        raise _malformed()
    shown = f"[{host}]" if ":" in host else host
    usual = _PORTS[parts.scheme]
    path = url.partition("#")[0][len(parts.scheme) + len("://") + len(parts.netloc) :]
    return _Target(
        origin=Origin(host, port or usual, parts.scheme == "https", private_network),
        authority=shown if port in {None, usual} else f"{shown}:{port}",
        path=path if path.startswith("/") else f"/{path}",
    )


def _head(method: str, target: _Target, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """The head of a request. Raises Forbidden for fields that would not end where they should."""
    lines = [f"{method} {target.path} HTTP/1.1", f"host: {target.authority}"]
    for name, text in headers.items():
        if name.lower() in _FRAMING:
            raise _malformed()
        lines.append(f"{name}: {text}")
    if body is not None or method not in _BODILESS:
        lines.append(f"content-length: {len(body or b'')}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        raise _malformed()
    try:
        return f"{head}\r\n\r\n".encode()
    except UnicodeEncodeError:
        raise _malformed() from None


def _malformed() -> Forbidden:
    return Forbidden("the request is malformed", sent=False)

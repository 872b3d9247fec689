"""The one way out: every outgoing connection is checked where it is really dialled.

aiohttp asks its resolver only for names, and dials literals past it, so the address is checked twice: in the resolver
(what is checked is what is dialled: no second look-up to rebind) and in the socket factory (sees literals too). A name with
one address that may not be dialled is not dialled at any. No redirects are followed, no cookies kept, no proxies taken from
the environment, nothing is inflated.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Protocol

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ai_api.core.addresses import Address, may_dial

Lookup = Callable[[str, int], Awaitable[list[ResolveResult]]]


class MayDial(Protocol):
    """Which addresses may be dialled: `addresses.may_dial`, or a test's own idea of it."""

    def __call__(self, address: Address, *, private_network: bool) -> bool:
        """Whether this one may."""
        ...


_READ_BUFFER_BYTES = 16_384
_LINE_BYTES_MAX = 8_190
_FIELD_BYTES_MAX = 16_384
_FIELDS_MAX = 100
_END_S = 1.0
AT_ONCE_S = 0.3
"""A kept connection that closes later than this after a request was written to it may have carried the request."""


class EgressError(Exception):
    """The way out failed. `sent` says whether the peer may have read the request."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class Unreachable(EgressError):
    """No connection, or it closed before a status line."""


class Forbidden(Unreachable):
    """The address is none that may be dialled for this provider key: nobody was."""


class _NotAllowed(OSError):
    """What aiohttp is told, and wraps, when an address may not be dialled."""


class TimedOut(EgressError):
    """Connecting, the first byte, or silence took too long."""


class Interrupted(EgressError):
    """The answer stopped in the middle, or is not HTTP."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to connect, to wait for headers, and to stay silent in between."""

    connect_s: float = 5.0
    first_byte_s: float = 60.0
    idle_s: float = 60.0


class Answer:
    """An HTTP answer whose headers came."""

    def __init__(self, response: aiohttp.ClientResponse, finishing: set[asyncio.Task[None]]) -> None:
        self._response = response
        self._finishing = finishing
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def read(self) -> bytes:
        """What has arrived, at least one byte; empty at the end. Raises TimedOut, Interrupted, and hangs up then."""
        try:
            return await self._response.content.readany()
        except aiohttp.ServerTimeoutError as error:
            self.close()
            raise TimedOut("the answer fell silent", sent=True) from error
        except (aiohttp.ClientError, OSError) as error:
            self.close()
            raise Interrupted("the answer was cut off", sent=True) from error

    async def read_all(self, limit_bytes: int) -> bytes:
        """The whole body. Raises Interrupted when it is longer than `limit_bytes`, TimedOut, Interrupted."""
        pieces: list[bytes] = []
        size = 0
        while piece := await self.read():
            size += len(piece)
            if size > limit_bytes:
                self.close()
                raise Interrupted("the answer is larger than the gateway takes", sent=True)
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Hangs up unless the answer was read to its end. Safe to call twice."""
        self._response.close()

    def finish(self) -> None:
        """The peer said all it has to say: the connection is kept for another request if its end comes soon."""
        if self._response.content.is_eof():
            self._response.release()
            return
        task = asyncio.get_running_loop().create_task(self._read_to_end())
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _read_to_end(self) -> None:
        try:
            async with asyncio.timeout(_END_S):
                while await self.read():
                    pass
        except (EgressError, TimeoutError):
            self.close()


@dataclass(slots=True)
class _Trip:
    """One request's way out: when it went over a kept connection, if it did, and whether this is the second attempt."""

    reused_at: float | None = None
    again: bool = False


async def _note_reuse(_session: aiohttp.ClientSession, context: Any, _params: Any) -> None:
    context.trace_request_ctx.reused_at = time.monotonic()


class Egress:
    """One client for public addresses, one for provider keys that may reach private ones."""

    def __init__(self, *, lookup: Lookup | None = None, may_dial: MayDial = may_dial) -> None:
        """`lookup` stands in for the system's resolver, `may_dial` for the rule on addresses: both for tests."""
        self._lookup = lookup
        self._may_dial = may_dial
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._finishing: set[asyncio.Task[None]] = set()

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
        trip = _Trip()
        while True:
            try:
                return await self._open(trip, method, url, headers, body, timeouts, private_network)
            except Unreachable:
                # A kept connection that the peer closed in the same moment: it never read the request. Once, on a new one.
                if trip.again or trip.reused_at is None or time.monotonic() - trip.reused_at > AT_ONCE_S:
                    raise
                trip.again = True

    async def _open(
        self,
        trip: _Trip,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeouts: Timeouts,
        private_network: bool,  # noqa: FBT001  -- passed on
    ) -> Answer:
        trip.reused_at = None
        session = self._session(private_network)
        # `connect` has the look-up of the name in it, so that a slow one is known not to have sent anything.
        limits = _limits(timeouts.connect_s, timeouts.idle_s)
        try:
            async with asyncio.timeout(timeouts.first_byte_s):
                response = await session.request(
                    method,
                    _parsed(url),
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    timeout=limits,
                    trace_request_ctx=trip,
                )
        except aiohttp.ConnectionTimeoutError as error:
            raise TimedOut("connecting took too long", sent=False) from error
        except (aiohttp.ServerTimeoutError, TimeoutError) as error:
            raise TimedOut("no answer in time", sent=True) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _NotAllowed):
                raise Forbidden(str(error.os_error), sent=False) from error
            raise Unreachable("no connection", sent=False) from error
        except aiohttp.InvalidURL as error:
            raise Forbidden("the address is malformed", sent=False) from error
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            raise Unreachable("the connection closed before an answer", sent=True) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Interrupted("the answer is not HTTP", sent=True) from error
        return Answer(response, self._finishing)

    async def close(self) -> None:
        """Closes all connections."""
        for task in list(self._finishing):
            task.cancel()
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _session(self, private_network: bool) -> aiohttp.ClientSession:  # noqa: FBT001  -- a key of the table
        session = self._sessions.get(private_network)
        if session is None:
            session = self._sessions[private_network] = _new_session(
                private_network=private_network, lookup=self._lookup or _system_lookup, may_dial=self._may_dial
            )
        return session


# A few providers, asked all the time: what does not change from one request to the next is made once.
@lru_cache(maxsize=1024)
def _parsed(url: str) -> URL:
    return URL(url, encoded=True)


@lru_cache(maxsize=256)
def _limits(connect_s: float, idle_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect_s, sock_read=idle_s)


class _CheckedResolver(AbstractResolver):
    """Resolves names of which every address may be dialled."""

    def __init__(self, *, private_network: bool, lookup: Lookup, may_dial: MayDial) -> None:
        self._private_network = private_network
        self._lookup = lookup
        self._may_dial = may_dial

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  -- aiohttp's signature
    ) -> list[ResolveResult]:
        found = await self._lookup(host, port)
        for result in found:
            # One inside among several outside is no mistake of a provider's, but somebody's way in.
            if not self._may_dial(_address(result["host"]), private_network=self._private_network):
                raise _NotAllowed("the name leads to an address that this provider key may not reach")
        if not found:
            raise OSError("the name has no address")
        return found

    async def close(self) -> None:
        """Nothing is held."""


async def _system_lookup(host: str, port: int) -> list[ResolveResult]:
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [
        ResolveResult(
            hostname=host, host=str(info[4][0]).split("%")[0], port=port, family=info[0], proto=info[2], flags=0
        )
        for info in infos
    ]


def _address(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _new_session(*, private_network: bool, lookup: Lookup, may_dial: MayDial) -> aiohttp.ClientSession:
    def checked_socket(info: Any) -> socket.socket:
        if not may_dial(_address(str(info[4][0])), private_network=private_network):
            raise _NotAllowed("the address is not one that this provider key may reach")
        made = socket.socket(*info[:3])
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    connector = aiohttp.TCPConnector(
        limit=0,
        limit_per_host=0,
        ttl_dns_cache=30,
        # Shorter than any provider's own, or a request is written into a connection the provider just closed.
        keepalive_timeout=15,
        resolver=_CheckedResolver(private_network=private_network, lookup=lookup, may_dial=may_dial),
        socket_factory=checked_socket,
    )
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_reuseconn.append(_note_reuse)
    return aiohttp.ClientSession(
        connector=connector,
        trace_configs=[tracing],
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        read_bufsize=_READ_BUFFER_BYTES,
        max_line_size=_LINE_BYTES_MAX,
        max_field_size=_FIELD_BYTES_MAX,
        max_headers=_FIELDS_MAX,
    )

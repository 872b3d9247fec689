"""The one way out: every outgoing connection is checked where it is really dialled.

aiohttp asks its resolver only for names, and dials literals past it, so the address is checked twice: in the resolver
(what is checked is what is dialled: no second look-up to rebind) and in the socket factory (sees literals too). No redirects
are followed, no cookies kept, no proxies taken from the environment, nothing is inflated.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ai_api.core.errors import Refusal

Lookup = Callable[[str, int], Awaitable[list[ResolveResult]]]

_READ_BUFFER_BYTES = 16_384
_END_S = 1.0

# What no list of private networks has, or not every Python's: shared NAT, clouds' own services, retired relays.
_INSIDE = tuple(map(IPv4Network, ("100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
_INTERNET = IPv6Network("2000::/3")
_EXAMPLES = IPv6Network("3fff::/20")
_NAT64 = IPv6Network("64:ff9b::/96")


class EgressError(Exception):
    """The way out failed. `sent` says whether the peer may have read the request."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class Unreachable(EgressError):
    """No connection, or it closed before a status line; also when the address is not allowed."""


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


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the public internet, seen through IPv4-mapped, NAT64, 6to4 and Teredo forms."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _INTERNET or address in _EXAMPLES:
            return False
    elif any(address in network for network in _INSIDE):
        return False
    return address.is_global and not address.is_multicast


def check_base_url(url: str, *, private_network: bool) -> str:
    """A provider's base URL, without a trailing slash. Raises Refusal `bad_base_url` for what will never be called."""

    def refuse(why: str) -> Refusal:
        return Refusal("bad_base_url", "invalid", f"The base URL {why}.", param="base_url")

    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise refuse("is malformed") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise refuse("must start with https:// or http:// and name a host")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise refuse("must not hold credentials, a query or a fragment")
    if any(c.isspace() or not c.isprintable() for c in url):
        raise refuse("must not hold spaces or control characters")
    if parts.scheme == "http" and not private_network:
        raise refuse("must use https unless this provider key may reach private networks")
    try:
        literal = ip_address(host)
    except ValueError:
        literal = None
    if literal is not None and not is_public(literal) and not private_network:
        raise refuse("names a private address; allow private networks for this provider key if that is meant")
    return url.rstrip("/")


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
    """One request's way out: whether it went over a kept connection, and whether that is the second attempt."""

    reused: bool = False
    again: bool = False


async def _note_reuse(_session: aiohttp.ClientSession, context: Any, _params: Any) -> None:
    context.trace_request_ctx.reused = True


class Egress:
    """One client for public addresses, one for provider keys that may reach private ones."""

    def __init__(self, *, lookup: Lookup | None = None) -> None:
        self._lookup = lookup
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
        """Sends a request and waits for the headers of its answer, any status. Raises Unreachable, TimedOut, Interrupted."""
        trip = _Trip()
        while True:
            try:
                return await self._open(trip, method, url, headers, body, timeouts, private_network)
            except Unreachable:
                # A kept connection that the peer closed in the same moment: it never read the request. Once, on a new one.
                if not trip.reused or trip.again:
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
        trip.reused = False
        session = self._session(private_network)
        # `connect` has the look-up of the name in it, so that a slow one is known not to have sent anything.
        limits = aiohttp.ClientTimeout(total=None, connect=timeouts.connect_s, sock_read=timeouts.idle_s)
        try:
            async with asyncio.timeout(timeouts.first_byte_s):
                response = await session.request(
                    method,
                    URL(url, encoded=True),
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
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise Unreachable("no connection", sent=False) from error
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
                private_network=private_network, lookup=self._lookup
            )
        return session


class _CheckedResolver(AbstractResolver):
    """Resolves names to allowed addresses only."""

    def __init__(self, *, private_network: bool, lookup: Lookup | None) -> None:
        self._private_network = private_network
        self._lookup = lookup or _system_lookup

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  -- aiohttp's signature
    ) -> list[ResolveResult]:
        found = await self._lookup(host, port)
        allowed = [result for result in found if self._private_network or is_public(ip_address(result["host"]))]
        if not allowed:
            raise OSError("the name has no address this provider key may reach")
        return allowed

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


def _new_session(*, private_network: bool, lookup: Lookup | None) -> aiohttp.ClientSession:
    def checked_socket(info: Any) -> socket.socket:
        address = ip_address(str(info[4][0]).split("%")[0])
        if not private_network and not is_public(address):
            raise OSError("the address is not one this provider key may reach")
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
        resolver=_CheckedResolver(private_network=private_network, lookup=lookup),
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
        max_line_size=8190,
        max_field_size=16_384,
    )

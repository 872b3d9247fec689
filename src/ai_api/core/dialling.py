"""Dialling: every address is checked before anybody is dialled at it, whether it was named or written out.

What was looked up is checked, and what is checked is what is dialled: no second look-up to rebind. A name with one address
that may not be dialled is not dialled at any. The address is looked at once more where its socket is made, which sees those
that were never looked up, too.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Protocol, TypedDict, TypeVar

import aiohappyeyeballs

from ai_api.core.addresses import Address
from ai_api.core.egress_faults import Forbidden, TimedOut, Unreachable

NAMES_KEPT_S = 30.0
"""How long what was looked up, and checked, is dialled again."""
NEXT_ADDRESS_AFTER_S = 0.25
"""A silent address of several is waited for so long before the next one is dialled beside it (RFC 8305)."""

AddressInfo = tuple[int, int, int, str, tuple[str, int]]
Dialled = TypeVar("Dialled", bound=asyncio.BaseProtocol)


class Found(TypedDict):
    """One address of a name: `host` is the address, `family` that of its socket."""

    hostname: str
    host: str
    port: int
    family: int
    proto: int
    flags: int


Lookup = Callable[[str, int], Awaitable[list[Found]]]


class MayDial(Protocol):
    """Which addresses may be dialled: `addresses.may_dial`, or a test's own idea of it."""

    def __call__(self, address: Address, *, private_network: bool) -> bool:
        """Whether this one may."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom to dial, and what for: connections to the same one serve each other's requests."""

    host: str
    port: int
    is_tls: bool
    private_network: bool


class Dialler:
    """Makes connections."""

    def __init__(self, lookup: Lookup | None, may_dial: MayDial, tls: ssl.SSLContext | None) -> None:
        """Stand-ins for tests: for the system's resolver, the rule on addresses, and whose certificates are believed."""
        self._lookup = lookup or _system_lookup
        self._may_dial = may_dial
        self._tls = tls
        self._known: dict[Origin, tuple[float, list[AddressInfo]]] = {}
        self._asking: dict[Origin, asyncio.Task[list[AddressInfo]]] = {}

    async def dial(self, origin: Origin, make: Callable[[], Dialled], *, within_s: float) -> Dialled:
        """A new connection, its name looked up and its certificate verified. Raises Forbidden, Unreachable, TimedOut."""
        try:
            async with asyncio.timeout(within_s):
                return await self._connect(origin, make)
        except TimeoutError as error:
            raise TimedOut("connecting took too long", sent=False) from error
        except (OSError, UnicodeError) as error:
            raise Unreachable("no connection", sent=False) from error

    def forget_names(self) -> None:
        """The next connection to each name looks it up again."""
        self._known.clear()

    def close(self) -> None:
        """Looks nothing up any more."""
        for asking in self._asking.values():
            asking.cancel()

    async def _connect(self, origin: Origin, make: Callable[[], Dialled]) -> Dialled:
        refused = False

        def checked_socket(info: AddressInfo) -> socket.socket:
            nonlocal refused
            if not self._may_dial(_address(info[4][0]), private_network=origin.private_network):
                refused = True
                raise OSError("the address is not one that this provider key may reach")
            made = socket.socket(*info[:3])
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made

        try:
            connected = await aiohappyeyeballs.start_connection(
                await self._addresses(origin),
                happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S,
                interleave=1,
                socket_factory=checked_socket,
            )
        except OSError as error:
            if refused:
                raise Forbidden("the address is not one that this provider key may reach", sent=False) from error
            raise
        try:
            _, protocol = await asyncio.get_running_loop().create_connection(
                make,
                sock=connected,
                ssl=(self._tls or _verifying()) if origin.is_tls else None,
                server_hostname=origin.host.rstrip(".") if origin.is_tls else None,
            )
        except BaseException:
            # A cancellation as well: the socket is nobody's until there is a protocol.
            connected.close()
            raise
        return protocol

    async def _addresses(self, origin: Origin) -> list[AddressInfo]:
        """The addresses of an origin, all of which were checked unless it is one itself. Raises Forbidden, OSError."""
        if (literal := _literal(origin)) is not None:
            return [literal]
        known = self._known.get(origin)
        if known is not None and time.monotonic() - known[0] < NAMES_KEPT_S:
            return known[1]
        asking = self._asking.get(origin)
        if asking is None:
            # Once for all who wait for it: none of them takes it along when it is cancelled.
            asking = self._asking[origin] = asyncio.get_running_loop().create_task(self._look_up(origin))
            asking.add_done_callback(lambda done: self._asked(origin, done))
        return await asyncio.shield(asking)

    def _asked(self, origin: Origin, asking: asyncio.Task[list[AddressInfo]]) -> None:
        del self._asking[origin]
        if not asking.cancelled():
            # Whoever waits still has its fault; when all have left, nobody asks for it.
            asking.exception()

    async def _look_up(self, origin: Origin) -> list[AddressInfo]:
        found = await self._lookup(origin.host, origin.port)
        for each in found:
            # One inside among several outside is no mistake of a provider's, but somebody's way in.
            if not self._may_dial(_address(each["host"]), private_network=origin.private_network):
                raise Forbidden("the name leads to an address that this provider key may not reach", sent=False)
        if not found:
            raise OSError("the name has no address")
        addresses = [_info(each["family"], each["host"], each["port"], each["proto"]) for each in found]
        self._known[origin] = time.monotonic(), addresses
        return addresses


def _literal(origin: Origin) -> AddressInfo | None:
    try:
        address = ip_address(origin.host)
    except ValueError:
        return None
    return _info(socket.AF_INET6 if address.version == 6 else socket.AF_INET, origin.host, origin.port, 0)


def _info(family: int, host: str, port: int, proto: int) -> AddressInfo:
    return family, socket.SOCK_STREAM, proto, "", (host, port)


async def _system_lookup(host: str, port: int) -> list[Found]:
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [
        Found(hostname=host, host=str(info[4][0]).split("%")[0], port=port, family=info[0], proto=info[2], flags=0)
        for info in infos
    ]


def _address(text: str) -> Address:
    return ip_address(text.partition("%")[0])


# Reading the machine's certificates takes milliseconds: once for all who dial.
@lru_cache(maxsize=1)
def _verifying() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context

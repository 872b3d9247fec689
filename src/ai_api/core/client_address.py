"""Where a request comes from: the connection's own peer, or what proxies that are trusted say of it. Pure.

Every proxy puts who connected to it at the end of `X-Forwarded-For`. Whatever stands left of the first address that is no
trusted proxy's was written by the client, or by somebody the client chose, and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HEADER: Final = b"x-forwarded-for"
_CHARACTERS_MAX: Final = 64
# Some proxies write the port behind the address.
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.ASCII)


def network_of(text: str) -> Network:
    """The network that `10.0.0.0/8` or a single address names; IPv4 written as IPv6 is IPv4. Raises ValueError."""
    if len(text) > _CHARACTERS_MAX or "%" in text:
        raise ValueError("no network")
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped is not None:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    return network


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks in a list that is separated by commas. Raises ValueError, which never repeats the text."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    try:
        return tuple(network_of(part) for part in parts)
    except ValueError:
        raise ValueError("must be networks such as 10.0.0.0/8, 2001:db8::/32, separated by commas") from None


def is_within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Whether an address belongs to one of these networks; one that is not known belongs to none."""
    return address is not None and any(address in network for network in networks)


def client_address(
    peer: str | None, headers: Iterable[tuple[bytes, bytes]], trusted: tuple[Network, ...]
) -> Address | None:
    """The address of whoever sent a request, by the connection's peer and the request's headers, whose names are lower case.

    The right-most that is no trusted proxy's; where all are trusted, the first of them. None where that cannot be known: the
    peer has no address, or a trusted proxy says something that is none.
    """
    address = _address(peer or "")
    if not trusted or not is_within(address, trusted):
        return address
    lines = [value for name, value in headers if name == _HEADER]
    for entry in reversed(b",".join(lines).decode("latin-1").split(",") if lines else []):
        address = _address(entry.strip())
        if not is_within(address, trusted):
            return address
    return address


def _address(text: str) -> Address | None:
    """An address, without a port or a zone, IPv4 written as IPv6 as IPv4; None for what is none."""
    if len(text) > _CHARACTERS_MAX:
        return None
    if match := _WITH_PORT.fullmatch(text):
        text = match[1] or match[2] or ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address

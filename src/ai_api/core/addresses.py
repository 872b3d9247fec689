"""Which addresses the gateway may dial, and which base URLs a provider key may have. Pure: nobody is asked."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from ai_api.core.errors import Refusal

Address = IPv4Address | IPv6Address

# What no list of private networks has, or not every Python's: shared NAT, clouds' own services, retired relays.
_INSIDE = tuple(map(IPv4Network, ("100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
_INTERNET = IPv6Network("2000::/3")
_EXAMPLES = IPv6Network("3fff::/20")
_NAT64 = IPv6Network("64:ff9b::/96")

# Where servers of one's own are: loopback, private and shared networks, and the range that containers on desks are given.
_OWN_V4 = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "198.18.0.0/15"))
)
_OWN_V6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))
# Inside of those, but never a provider: they hand a machine's own identity to whoever asks.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "fd00:ec2::254", "fd20:ce::254")))

_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
_HOST_CHARS_MAX = 253
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_OWN_NAMES = ("localhost", "local", "internal", "home.arpa")


def is_public(address: Address) -> bool:
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


def may_dial(address: Address, *, private_network: bool) -> bool:
    """Whether a provider may be at this address.

    With `private_network` also where servers of one's own are; never where a cloud tells a machine's secrets, nor at
    addresses that are nobody's, everybody's or only examples.
    """
    if is_public(address):
        return True
    if not private_network:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return address not in _METADATA and any(address in network for network in _OWN_V6)
        address = address.ipv4_mapped
    return address not in _METADATA and any(address in network for network in _OWN_V4)


def check_base_url(url: str, *, private_network: bool) -> str:
    """A provider's base URL, without a trailing slash. Raises Refusal `bad_base_url` for what will never be called.

    Names are not resolved here: where they lead is checked each time they are dialled.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise _refused("is malformed") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise _refused("must start with https:// or http:// and name a host")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _refused("must not hold credentials, a query or a fragment")
    if any(c.isspace() or not c.isprintable() for c in url):
        raise _refused("must not hold spaces or control characters")
    if parts.scheme == "http" and not private_network:
        raise _refused("must use https unless this provider key may reach private networks")
    _check_host(host, bracketed="[" in parts.netloc, private_network=private_network)
    return url.rstrip("/")


def _check_host(host: str, *, bracketed: bool, private_network: bool) -> None:
    if "%" in host:
        raise _refused("must not hold a zone or percent signs in its host")
    try:
        literal = ip_address(host)
    except ValueError:
        literal = None
    if literal is not None:
        if not may_dial(literal, private_network=True):
            raise _refused("names an address at which no provider can be")
        if not may_dial(literal, private_network=private_network):
            raise _refused("names a private address; allow private networks for this provider key if that is meant")
        return
    if bracketed or len(host) > _HOST_CHARS_MAX or not _HOST.fullmatch(host):
        raise _refused("must name its host in plain ASCII: letters, digits, dashes and dots (xn--… for others)")
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # 127.1, 0x7f000001, 017700000001, 2130706433: programs do not agree on where these lead.
        raise _refused("spells an address in an unusual way; write it as four numbers with dots, such as 192.0.2.1")
    if not private_network and (
        len(labels) == 1 or f".{'.'.join(labels)}".endswith(tuple(f".{n}" for n in _OWN_NAMES))
    ):
        raise _refused("names a private host; allow private networks for this provider key if that is meant")


def _refused(why: str) -> Refusal:
    return Refusal("bad_base_url", "invalid", f"The base URL {why}.", param="base_url")

"""How often somebody may try to sign in, from where, and where a browser may be sent after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from ai_api.core.errors import Refusal

PROVED_FOR_DAYS: Final = 90
"""How long a network is remembered from which an account has signed in."""
FORGOTTEN_AFTER: Final = timedelta(days=1)
"""When attempts that led nowhere are deleted."""

_V4_BITS: Final = 24
_V6_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Backoff:
    """`free` attempts at will; then each waits twice as long as the one before, from `first_s` to `max_s`, until there was none
    for `forget_s`. Attempts that are refused meanwhile do not count.
    """

    free: int
    first_s: int
    max_s: int
    forget_s: int


@dataclass(frozen=True, slots=True)
class Backoffs:
    """Who has to wait. `here` is one account from one network.

    The other two are far higher, and never touch an account where it has signed in before: `account` is one account from
    everywhere else, so that many networks together do not guess much more than one; `network` is everybody else from one
    network, so that one guess at each of many accounts does not go unseen.
    """

    here: Backoff = Backoff(free=5, first_s=60, max_s=900, forget_s=3_600)
    account: Backoff = Backoff(free=100, first_s=15, max_s=60, forget_s=3_600)
    network: Backoff = Backoff(free=100, first_s=15, max_s=300, forget_s=3_600)


def network_of(address: str | None) -> str:
    """The network an address is counted with: /24 of IPv4, /64 of IPv6, what a home or an office has; `unknown` without one."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, _V4_BITS if parsed.version == 4 else _V6_BITS), strict=False))


def too_many_attempts(next_from: datetime, *, now: datetime) -> Refusal:
    """Says when the next attempt is possible, and nothing of whether there is such an account."""
    wait_s = max(1.0, (next_from - now).total_seconds())
    message = (
        "Too many attempts to sign in. Wait, or sign in from where you did before; an administrator can help as well."
    )
    return Refusal("too_many_attempts", "limited", message, retry_after_s=wait_s)

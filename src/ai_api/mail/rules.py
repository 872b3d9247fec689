"""What waits in the outbox, when it is tried again, and how often anybody may ask for a letter. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

LetterKind = Literal["invitation", "reset", "forgot"]

ADDRESS_CHARACTERS_MAX: Final = 254
TRIES_MAX: Final = 12
LEASE: Final = timedelta(minutes=5)
"""How long whoever took a letter has for sending it, before somebody else may."""
FIRST_PAUSE: Final = timedelta(seconds=30)
PAUSE_MAX: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)
"""How long the outbox remembers a letter; not what was in it, which goes when the letter went."""
ASKED_WITHIN: Final = timedelta(hours=1)
ASKED_PER_RECIPIENT_MAX: Final = 3
ASKED_PER_NETWORK_MAX: Final = 30
FORGOTTEN_FOR: Final = timedelta(hours=1)
"""For how long it makes sense to answer somebody who forgot their password."""

_LABEL = r"[^\s\x00-\x1f\x7f<>()\[\]\\,;:@\".]{1,63}"
_ADDRESS = re.compile(rf"[^\s\x00-\x1f\x7f<>()\[\]\\,;:@\"]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody says that this identifier is theirs and its password forgotten. `public_url` is where their link will lead."""

    identifier: str
    public_url: str


def is_address(identifier: str) -> bool:
    """Whether a letter can be sent there: one mailbox, without a name, a comment or a quoted part."""
    return len(identifier) <= ADDRESS_CHARACTERS_MAX and _ADDRESS.fullmatch(identifier) is not None


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When a letter that was refused `tries` times is tried again; None when it is given up."""
    if tries >= TRIES_MAX:
        return None
    pause: timedelta = FIRST_PAUSE * 2 ** (tries - 1)
    return now + min(PAUSE_MAX, pause)


def network_of(address: str | None) -> str | None:
    """The network an address is counted under: an IPv4 address itself, of IPv6 the 64 bits that a line is given."""
    if address is None:
        return None
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, 64), strict=False))
    return str(read)

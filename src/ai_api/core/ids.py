"""Identifiers are UUIDv7 (RFC 9562): a time in milliseconds, then random bits; made by the program, never by the database."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_RAND_A = (1 << 12) - 1
_RAND_B = (1 << 62) - 1


def uuid7(unix_ms: int | None = None) -> UUID:
    """A new UUIDv7 for `unix_ms` (now, when omitted)."""
    ms = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    rand = int.from_bytes(os.urandom(10), "big")
    return UUID(int=(ms << 80) | _VERSION_7 | ((rand & _RAND_A) << 64) | _VARIANT | ((rand >> 18) & _RAND_B))


def unix_ms_of(identifier: UUID) -> int:
    """The millisecond a UUIDv7 was made for."""
    return identifier.int >> 80


def time_of(identifier: UUID) -> datetime:
    """The instant a UUIDv7 was made for, in UTC, to the millisecond."""
    ms = unix_ms_of(identifier)
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=(ms % 1000) * 1000)


def first_id_of(moment: datetime) -> UUID:
    """The smallest UUID whose time is `moment`: a lower bound for questions by time and for partition borders."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return UUID(int=(since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000) << 80)

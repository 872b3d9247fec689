"""The form of every secret this product hands out. Pure, and quick enough to run on every call.

    prefix   43 characters of base62   6 characters of base62
             256 random bits           CRC-32 of everything before it

The prefix lets scanners recognize a leaked secret; the checksum tells a typing error from an unknown secret without a look-up.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib

TAIL_CHARACTERS = 49
"""What follows the prefix: the random part and the checksum."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_RANDOM_BITS = 256
_CHECKSUM_CHARACTERS = 6
_RANDOM_CHARACTERS = TAIL_CHARACTERS - _CHECKSUM_CHARACTERS
_SHOWN_FIRST, _SHOWN_LAST = 6, 4


def new(prefix: str) -> str:
    """A new secret that starts with `prefix` as given."""
    body = prefix + _base62(secrets.randbits(_RANDOM_BITS), _RANDOM_CHARACTERS)
    return body + _checksum(body)


def checksum_fits(secret: str) -> bool:
    """Whether the last six characters are the checksum of the others. ASCII is for the caller to have seen to."""
    return _checksum(secret[:-_CHECKSUM_CHARACTERS]) == secret[-_CHECKSUM_CHARACTERS:]


def hash_of(secret: str) -> bytes:
    """SHA-256 of the secret: all that is stored. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def display_of(secret: str) -> str:
    """What people tell secrets apart by: the prefix, the first 6 characters after it, and the last 4."""
    prefix_length = len(secret) - TAIL_CHARACTERS
    return f"{secret[: prefix_length + _SHOWN_FIRST]}…{secret[-_SHOWN_LAST:]}"


def prefix_of(display: str) -> str:
    """The prefix of the secret that is displayed so."""
    return display[: -(_SHOWN_FIRST + 1 + _SHOWN_LAST)]


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode("ascii")), _CHECKSUM_CHARACTERS)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))

"""What a personal access token looks like. Pure.

    aiapi_pat_   43 characters of base62   6 characters of base62
    prefix       256 random bits           CRC-32 of everything before it

Scanners recognize a leaked one by its prefix, and a typing error is told from an unknown token without a look-up.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from typing import Final

PREFIX: Final = "aiapi_pat_"

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43
_CHECKSUM_CHARACTERS = 6
_SECRET = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM_CHARACTERS + _CHECKSUM_CHARACTERS}}}", re.ASCII)


def new_secret() -> str:
    """A new secret from 256 random bits."""
    body = PREFIX + _base62(secrets.randbits(256), _RANDOM_CHARACTERS)
    return body + _checksum(body)


def looks_valid(secret: str) -> bool:
    """Whether `secret` has the form and the checksum of one; says nothing about whether it is known."""
    if _SECRET.fullmatch(secret) is None:
        return False
    return _checksum(secret[:-_CHECKSUM_CHARACTERS]) == secret[-_CHECKSUM_CHARACTERS:]


def hash_of(secret: str) -> bytes:
    """SHA-256 of the secret: all that is stored. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def display_of(secret: str) -> str:
    """What people tell tokens apart by: the prefix, the first 6 characters after it, and the last 4."""
    return f"{secret[: len(PREFIX) + 6]}…{secret[-4:]}"


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_CHARACTERS)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))

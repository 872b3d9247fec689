"""What a credential's secret looks like. Pure, and quick enough to run on every call.

    sk-aiapi-   43 characters of base62       6 characters of base62
    prefix      256 random bits               CRC-32 of everything before it

The prefix lets scanners recognize a leaked secret; the checksum tells a typing error from an unknown secret without a look-up.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib

PREFIX_CHARACTERS_MAX = 20

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BITS = 256
_RANDOM_CHARACTERS = 43
_CHECKSUM_CHARACTERS = 6
_TAIL_CHARACTERS = _RANDOM_CHARACTERS + _CHECKSUM_CHARACTERS
_PUBLIC_CHARACTERS = 12
_SHOWN_FIRST, _SHOWN_LAST = 6, 4

_PREFIX = re.compile(rf"[a-z0-9_-]{{1,{PREFIX_CHARACTERS_MAX}}}")
_SECRET = re.compile(rf"[a-z0-9_-]{{1,{PREFIX_CHARACTERS_MAX}}}[0-9A-Za-z]{{{_TAIL_CHARACTERS}}}")


def is_legal_prefix(prefix: str) -> bool:
    """Whether secrets may start with `prefix`: 1 to 20 of lower-case letters, digits, `_` and `-`."""
    return _PREFIX.fullmatch(prefix) is not None


def new_secret(prefix: str) -> str:
    """A new secret that starts with `prefix` as given. Raises ValueError for a prefix that is not legal."""
    if not is_legal_prefix(prefix):
        raise ValueError(f"a prefix is 1 to {PREFIX_CHARACTERS_MAX} of a-z, 0-9, _ and -")
    body = prefix + _base62(secrets.randbits(_RANDOM_BITS), _RANDOM_CHARACTERS)
    return body + _checksum(body)


def looks_valid(secret: str) -> bool:
    """Whether `secret` has the form and the checksum of one, with any legal prefix. Says nothing about whether it is known."""
    if _SECRET.fullmatch(secret) is None:
        return False
    return _checksum(secret[:-_CHECKSUM_CHARACTERS]) == secret[-_CHECKSUM_CHARACTERS:]


def hash_of(secret: str) -> bytes:
    """SHA-256 of the secret: all that is stored. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def display_of(secret: str) -> str:
    """What people tell secrets apart by: the prefix, the first 6 characters after it, and the last 4."""
    prefix_length = len(secret) - _TAIL_CHARACTERS
    return f"{secret[: prefix_length + _SHOWN_FIRST]}…{secret[-_SHOWN_LAST:]}"


def prefix_of(display: str) -> str:
    """The prefix in what `display_of` made."""
    return display[: -(_SHOWN_FIRST + len("…") + _SHOWN_LAST)]


def new_public_id() -> str:
    """A short id that may be shown and sent anywhere: `cred_` and 12 random characters of base62."""
    return "cred_" + "".join(secrets.choice(_ALPHABET) for _ in range(_PUBLIC_CHARACTERS))


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode("ascii")), _CHECKSUM_CHARACTERS)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))

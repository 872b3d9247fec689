"""What a credential's secret looks like: the product's form, with a prefix that each credential may choose."""

from __future__ import annotations

import re
import secrets

from ai_api.core import secret_form
from ai_api.core.secret_form import ALPHABET, TAIL_CHARACTERS, display_of, hash_of, prefix_of

__all__ = [
    "PREFIX_CHARACTERS_MAX",
    "display_of",
    "hash_of",
    "is_legal_prefix",
    "looks_valid",
    "new_public_id",
    "new_secret",
    "prefix_of",
]

PREFIX_CHARACTERS_MAX = 20

_PUBLIC_CHARACTERS = 12
_PREFIX = re.compile(rf"[a-z0-9_-]{{1,{PREFIX_CHARACTERS_MAX}}}")
_SECRET = re.compile(rf"[a-z0-9_-]{{1,{PREFIX_CHARACTERS_MAX}}}[0-9A-Za-z]{{{TAIL_CHARACTERS}}}")


def is_legal_prefix(prefix: str) -> bool:
    """Whether secrets may start with `prefix`: 1 to 20 of lower-case letters, digits, `_` and `-`."""
    return _PREFIX.fullmatch(prefix) is not None


def new_secret(prefix: str) -> str:
    """A new secret that starts with `prefix` as given. Raises ValueError for a prefix that is not legal."""
    if not is_legal_prefix(prefix):
        raise ValueError(f"a prefix is 1 to {PREFIX_CHARACTERS_MAX} of a-z, 0-9, _ and -")
    return secret_form.new(prefix)


def looks_valid(secret: str) -> bool:
    """Whether `secret` has the form and the checksum of one, with any legal prefix. Says nothing about whether it is known."""
    return _SECRET.fullmatch(secret) is not None and secret_form.checksum_fits(secret)


def new_public_id() -> str:
    """A short id that may be shown and sent anywhere: `cred_` and 12 random characters of base62."""
    return "cred_" + "".join(secrets.choice(ALPHABET) for _ in range(_PUBLIC_CHARACTERS))

"""The `Idempotency-Key` of a request: read, checked, and hashed before anybody sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import IdempotencyKey

HEADER = "idempotency-key"
LENGTH_MAX = 255


def check(given: Sequence[str], *, is_offered: bool) -> str:
    """The key of a request that gave one or more. Raises Refusal `bad_request`."""
    if not is_offered:
        raise _bad("Idempotency keys are switched off here (AI_API_IDEMPOTENCY). Send the request without one.")
    if len(given) > 1:
        raise _bad("Idempotency-Key is given more than once.")
    key = given[0]
    if not 1 <= len(key) <= LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise _bad(f"Idempotency-Key must be 1 to {LENGTH_MAX} printable ASCII characters.")
    return key


def of(key: str, path: str, body: bytes | bytearray) -> IdempotencyKey:
    """What is remembered of a key and of the request it came with."""
    key_bytes = key.encode("ascii")
    # With the key in it, what was asked for cannot be guessed and compared by who has only the table.
    asked = hashlib.sha256(b"\0".join((key_bytes, path.encode("utf-8", "surrogateescape"), b"")))
    asked.update(body)
    return IdempotencyKey(hashlib.sha256(key_bytes).digest(), asked.digest())


def _bad(message: str) -> Refusal:
    return Refusal("bad_request", "invalid", message, param="Idempotency-Key")

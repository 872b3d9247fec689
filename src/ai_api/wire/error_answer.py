"""A refusal as an answer: what all dialects say alike, in headers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ai_api.core.errors import Kind, Refusal

# Where retrying cannot help, the official SDKs obey this header.
_FUTILE: frozenset[Kind] = frozenset(
    {"invalid", "unauthenticated", "forbidden", "not_found", "conflict", "unprocessable", "too_large", "exhausted"}
)

# How long to wait where waiting helps and nobody said how long: without the header some clients give up at once.
_WAIT_S: dict[Kind, float] = {"limited": 5, "unavailable": 2, "busy": 1}


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """A whole error answer: status, headers beyond the usual ones, body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def headers_of(refusal: Refusal) -> list[tuple[bytes, bytes]]:
    """The headers of a refusal's answer: of what kind its body is, when to try again, and whether to."""
    headers = [(b"content-type", b"application/json")]
    wait_s = wait_of(refusal)
    if wait_s is not None:
        headers.append((b"retry-after", str(wait_s).encode()))
    if refusal.kind in _FUTILE:
        headers.append((b"x-should-retry", b"false"))
    return headers


def wait_of(refusal: Refusal) -> int | None:
    """After how many seconds to try again; None where nobody knows, or it cannot help."""
    wait_s = _WAIT_S.get(refusal.kind) if refusal.retry_after_s is None else refusal.retry_after_s
    return None if wait_s is None else max(1, math.ceil(wait_s))

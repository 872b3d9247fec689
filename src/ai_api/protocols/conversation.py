"""By what a client says that calls continue one another: a field of the body made for that, or a header with its session's id."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

_HEADERS = ("session-id", "session_id", "x-session-id", "x-session-affinity", "x-claude-code-session-id", "thread-id")
_NAMED_BYTES_MAX = 1_024


def of(document: Mapping[str, Any], headers: Mapping[str, str]) -> bytes | None:
    """32 bytes that are the same for calls of one conversation; None where the client names none.

    `prompt_cache_key` comes first: it is the client's own word for what should be cached together.
    """
    named = document.get("prompt_cache_key")
    if not isinstance(named, str) or not named:
        named = next((value for name in _HEADERS if (value := headers.get(name))), None)
    return blake2b(named.encode()[:_NAMED_BYTES_MAX], digest_size=32).digest() if named else None

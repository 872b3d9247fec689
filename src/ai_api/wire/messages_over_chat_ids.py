"""Ids for calls of tools that a provider gave none."""

from __future__ import annotations

import hashlib
from typing import Final

from ai_api.wire.over_chat import Shown

_DIGEST_CHARS: Final = 24


def generated(shown: Shown, number: int) -> str:
    """An id for a call that has none: short enough for every provider, and another in every answer."""
    digest = hashlib.sha256(f"{shown.answer_id} {shown.created_s}".encode()).hexdigest()[:_DIGEST_CHARS]
    return f"toolu_{digest}_{number}"

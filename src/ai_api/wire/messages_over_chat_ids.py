"""Ids of tool calls, as a caller is given them and gives them back.

Google's models want a seal of their thoughts back with each call, or refuse the conversation. Messages have no place for it,
and the gateway keeps nothing: it travels in the call's id, which every client gives back as it came.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from ai_api.wire.over_chat import Shown

_MARK: Final = "__thought__"
_DIGEST_CHARS: Final = 24


def generated(shown: Shown, number: int) -> str:
    """An id for a call that has none: short enough for every provider, and another in every answer."""
    digest = hashlib.sha256(f"{shown.answer_id} {shown.created_s}".encode()).hexdigest()[:_DIGEST_CHARS]
    return f"toolu_{digest}_{number}"


def packed(call_id: str, thought: str) -> str:
    """An id that carries the seal of a thought; itself where there is none."""
    if not thought:
        return call_id
    return call_id + _MARK + base64.urlsafe_b64encode(thought.encode()).decode().rstrip("=")


def unpacked(call_id: str) -> tuple[str, str]:
    """A provider's own id, and the seal that came with it; empty where none did."""
    own, mark, seal = call_id.partition(_MARK)
    if not mark or not own:
        return call_id, ""
    try:
        thought = base64.b64decode(seal + "=" * (-len(seal) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return call_id, ""
    # What only looks like one of ours is the caller's own.
    return (own, thought) if packed(own, thought) == call_id and thought.isprintable() else (call_id, "")

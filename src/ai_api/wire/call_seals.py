"""Seals of thoughts on calls of tools, in dialects that have no place for them.

Google's models want a seal of their thoughts back with each call, or refuse the conversation. A chat has it in `extra_content`.
Messages and responses have no place for it, and the gateway keeps nothing: it travels in the call's id, which every client
gives back as it came.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

_MARK: Final = "__thought__"


def packed(call_id: str, seal: str) -> str:
    """An id that carries a seal; itself where there is none."""
    if not seal:
        return call_id
    return call_id + _MARK + base64.urlsafe_b64encode(seal.encode()).decode().rstrip("=")


def unpacked(call_id: str) -> tuple[str, str]:
    """A provider's own id, and the seal that came with it; empty where none did."""
    own, mark, said = call_id.partition(_MARK)
    if not mark or not own:
        return call_id, ""
    try:
        seal = base64.b64decode(said + "=" * (-len(said) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return call_id, ""
    # What only looks like one of ours is the caller's own.
    return (own, seal) if packed(own, seal) == call_id and seal.isprintable() else (call_id, "")


def seal_of(call: Mapping[str, Any]) -> str:
    """The seal of a chat's tool call, or of a piece of one; empty where it has none."""
    match call.get("extra_content"):
        case {"google": {"thought_signature": str(seal)}}:
            return seal
    return ""


def sealed(seal: str) -> dict[str, Any]:
    """The members by which a chat's tool call has a seal; none where there is none."""
    return {"extra_content": {"google": {"thought_signature": seal}}} if seal else {}

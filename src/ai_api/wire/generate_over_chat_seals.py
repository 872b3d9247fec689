"""Seals of thoughts on calls of functions, given to a caller and taken back.

Google's models refuse a conversation whose calls come back without the signature they were given with, also where they are
called as a chat, which has it in `extra_content`. Gemini's dialect has a place for it, `thoughtSignature`. What is put there is
marked, so that only what came from a chat goes back into one: signatures of other answers are nothing to a chat's provider.
"""

from __future__ import annotations

import base64
from typing import Any, Final

_MARK: Final = b"over chat: "


def signature_of(call: dict[str, Any]) -> str | None:
    """The `thoughtSignature` for a chat's tool call, or a piece of one; None where it has no seal."""
    match call.get("extra_content"):
        case {"google": {"thought_signature": str(seal)}} if seal:
            return base64.b64encode(_MARK + seal.encode()).decode()
    return None


def extra_content_of(signature: str) -> dict[str, Any] | None:
    """The `extra_content` of a tool call whose part has this `thoughtSignature`; None where it is another provider's."""
    try:
        # In either of base64's alphabets, as clients write it.
        said = base64.b64decode(signature.replace("-", "+").replace("_", "/") + "=" * (-len(signature) % 4))
        seal = said.removeprefix(_MARK).decode()
    except ValueError:
        return None
    return {"google": {"thought_signature": seal}} if said.startswith(_MARK) and seal else None

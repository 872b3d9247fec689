"""Which lane serves a call: the provider's own dialect where it speaks the caller's, else over what every provider has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Final

from ai_api.providers.port import Operation, Wiring

DECLARED: Final[frozenset[Operation]] = frozenset({"chat", "responses", "embeddings"})
"""Operations a model says it offers. The others are forms of these, and follow from offering them."""

OVER_CHAT: Final[frozenset[Operation]] = frozenset({"generate", "messages", "responses"})
"""Operations that can be spoken over a chat."""

_FORM_OF: Final[Mapping[Operation, Operation]] = MappingProxyType(
    {**dict.fromkeys(OVER_CHAT, "chat"), "embed": "embeddings"}
)
"""Which operation another one can be spoken over."""


def over_chat(operation: Operation, chat_lane: str) -> str:
    """The name of the lane for an operation over a chat lane."""
    return f"{operation} over {chat_lane}"


def over_embeddings(lane: str) -> str:
    """The name of the lane for Gemini's embeddings over a lane of embeddings."""
    return f"embed over {lane}"


def lane_for(wiring: Wiring, operation: Operation, offered: AbstractSet[str]) -> str | None:
    """The lane by which a provider key serves an operation of a model that offers these; None where it cannot.

    A model that does not offer an operation is asked over chat, even where its server would know the operation: it was
    left out for a reason.
    """
    beneath = _FORM_OF.get(operation)
    if operation in wiring.lanes and (operation if operation in DECLARED else beneath) in offered:
        return wiring.lanes[operation]
    if beneath is None or beneath not in offered or beneath not in wiring.lanes:
        return None
    lane = wiring.lanes[beneath]
    return over_embeddings(lane) if operation == "embed" else over_chat(operation, lane)


def offers(operation: Operation, offered: AbstractSet[str]) -> bool:
    """Whether a model that offers these can be asked for an operation, by whatever lane."""
    return operation in offered or _FORM_OF.get(operation) in offered

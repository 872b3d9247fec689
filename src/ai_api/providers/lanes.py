"""Which lane serves a call: the provider's own dialect where it speaks the caller's, else over chat completions. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from ai_api.providers.port import Operation, Wiring

DECLARED: Final[frozenset[Operation]] = frozenset({"chat", "responses", "embeddings"})
"""Operations a model says it offers. The others are forms of a conversation that follow from offering chat."""

OVER_CHAT: Final[frozenset[Operation]] = frozenset({"generate", "messages", "responses"})
"""Operations that can be spoken over a chat."""


def over_chat(operation: Operation, chat_lane: str) -> str:
    """The name of the lane for an operation over a chat lane."""
    return f"{operation} over {chat_lane}"


def lane_for(wiring: Wiring, operation: Operation, offered: AbstractSet[str]) -> str | None:
    """The lane by which a provider key serves an operation of a model that offers these; None where it cannot.

    A model that does not offer an operation is asked over chat, even where its server would know the operation: it was
    left out for a reason.
    """
    if operation in wiring.lanes and (operation in offered or operation not in DECLARED):
        return wiring.lanes[operation]
    if operation in OVER_CHAT and "chat" in offered and "chat" in wiring.lanes:
        return over_chat(operation, wiring.lanes["chat"])
    return None


def offers(operation: Operation, offered: AbstractSet[str]) -> bool:
    """Whether a model that offers these can be asked for an operation, by whatever lane."""
    is_form_of_chat = operation not in DECLARED or operation in OVER_CHAT
    return operation in offered or (is_form_of_chat and "chat" in offered)

"""What a dialect brings along to be spoken over chat completions: the hub through which every dialect reaches every provider.

request   the caller's document ──► to_chat ──► a chat document ──► the provider's chat lane
stream    chat chunks, one by one ──► AnswerWriter ──► the caller's frames
whole     a chat answer ──► AnswerWriter ──► the caller's answer
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ai_api.wire.usage import Usage


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer says of itself: the model as the caller named it, a Unix time in seconds, and an id of our own making
    (letters, digits and dots) for the answer's, which is the dialect's prefix and this.
    """

    model: str
    created_s: int
    answer_id: str


class AnswerWriter(Protocol):
    """Writes one answer in the caller's dialect from a chat's: from the chunks of a stream, or whole."""

    def chunk(self, chunk: Mapping[str, Any]) -> bytes:
        """The frames that a chunk of a chat stream makes; empty where it says nothing new. Raises StreamFailure."""
        ...

    def finish(self, finish_reason: str | None, usage: Usage | None) -> bytes:
        """Closes what is open: every frame by which a client takes the answer for complete, and those that must precede them.

        Raises StreamFailure for an answer that cannot be closed.
        """
        ...

    def whole(self, answer: Mapping[str, Any], usage: Usage | None) -> bytes:
        """The caller's answer out of a whole chat answer. Raises StreamFailure where that is none."""
        ...


class OverChat(Protocol):
    """A dialect that is spoken over chat completions. Pure."""

    def to_chat(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The chat document that asks the same: without `model` and `stream`.

        Raises Refusal (kind invalid) naming the field, for whatever a chat cannot say: nothing is left out in silence.
        """
        ...

    def writer(self, document: Mapping[str, Any], shown: Shown) -> AnswerWriter:
        """A writer for the answer to the caller's document, of which it keeps only what it needs."""
        ...

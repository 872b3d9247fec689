"""Anthropic's messages, spoken over chat completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ai_api.wire import messages_over_chat_request as request
from ai_api.wire.messages_over_chat_answer import MessageWriter, Wanted
from ai_api.wire.messages_over_chat_tools import shortened
from ai_api.wire.over_chat import AnswerWriter, Shown


class MessagesOverChat:
    """`POST /v1/messages` for models of any provider. Keeps nothing."""

    def to_chat(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The chat document that asks the same. Raises Refusal (kind invalid) naming the field."""
        return request.to_chat(document)

    def writer(self, document: Mapping[str, Any], shown: Shown) -> AnswerWriter:
        """A writer for the answer to a document that `to_chat` has taken."""
        return MessageWriter(
            shown,
            Wanted(
                call_names=shortened(document.get("tools")),
                stop_sequences=request.stop_sequences_of(document),
                shows_thinking=request.shows_thinking(document),
            ),
        )

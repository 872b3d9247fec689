"""Every way a conversation takes through the gateway: the operation a caller asks for, and the lane by which its provider serves it.

`tests/architecture/test_forms.py` holds this table and the product's lanes equal, and each way to a test of every form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from tests.support.gateway import CHAT, MESSAGES, RESPONSES, Gateway, chat_body, messages_body, responses_body
from tests.support.organization import Caller


@dataclass(frozen=True, slots=True)
class Way:
    """One way: to a model of `provider` that offers these operations. `reaches` stands in the path the provider is asked at,
    and `finish` in the frame by which a stream says why it ends.
    """

    operation: str
    lane: str
    provider: str
    offers: tuple[str, ...]
    reaches: bytes
    finish: bytes

    def __str__(self) -> str:
        return name_of(self.operation, self.lane)

    @property
    def finishes_at_its_end(self) -> bool:
        """Whether the provider says why it ends in the last event of all, its usage with it."""
        return self.reaches == b"/responses"

    async def caller(self, g: Gateway, **of_caller: Any) -> Caller:
        """A member who may call such a model."""
        key = await g.org.key(provider=self.provider)
        return await g.org.caller(key=key, operations=self.offers, **({"usd": "5"} | of_caller))

    def path(self, caller: Caller, *, stream: bool) -> str:
        """Where the caller asks."""
        if self.operation == "generate":
            verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
            return f"/v1beta/models/{caller.model.slug}:{verb}"
        return _PATHS[self.operation]

    def body(self, caller: Caller, prompt: str, *, stream: bool) -> dict[str, Any]:
        """What the caller sends."""
        if self.operation == "generate":
            return {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}
        made = _BODIES[self.operation](caller, prompt)
        return made | {"stream": True} if stream else made

    def headers(self, caller: Caller) -> dict[str, str]:
        """How the caller says who it is."""
        return {"x-goog-api-key": caller.secret} if self.operation == "generate" else caller.headers


_PATHS = MappingProxyType({"chat": CHAT, "responses": RESPONSES, "messages": MESSAGES})
_BODIES = MappingProxyType({"chat": chat_body, "responses": responses_body, "messages": messages_body})


def name_of(operation: str, lane: str) -> str:
    """How a way is called: `chat by native`, or `messages over native`, which says both."""
    return lane if lane.startswith(f"{operation} over ") else f"{operation} by {lane}"


_CHATS, _MESSAGES = b"/chat/completions", b"/messages"
_CHAT, _BOTH = ("chat",), ("chat", "responses")
_CHAT_END, _RESPONSE_END = b'"finish_reason":"stop"', b"response.completed"
_MESSAGE_END, _GENERATE_END = b'"stop_reason":"end_turn"', b'"finishReason":"STOP"'

WAYS: Mapping[str, Way] = MappingProxyType(
    {
        str(way): way
        for way in (
            Way("chat", "native", "local", _CHAT, _CHATS, _CHAT_END),
            Way("chat", "anthropic", "anthropic", _CHAT, _MESSAGES, _CHAT_END),
            Way("responses", "native", "local", _BOTH, b"/responses", _RESPONSE_END),
            Way("responses", "responses over native", "local", _CHAT, _CHATS, _RESPONSE_END),
            Way("responses", "responses over anthropic", "anthropic", _CHAT, _MESSAGES, _RESPONSE_END),
            Way("messages", "native", "anthropic", _CHAT, _MESSAGES, _MESSAGE_END),
            Way("messages", "messages over native", "local", _CHAT, _CHATS, _MESSAGE_END),
            Way("generate", "native", "gemini", _CHAT, b"enerateContent", _GENERATE_END),
            Way("generate", "generate over native", "local", _CHAT, _CHATS, _GENERATE_END),
            Way("generate", "generate over anthropic", "anthropic", _CHAT, _MESSAGES, _GENERATE_END),
        )
    }
)
"""The ways by name."""

every_way = pytest.mark.parametrize("way", WAYS.values(), ids=str)

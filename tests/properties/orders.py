"""The calls that somebody wants to make, as the doors hand them over, and how they end."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ai_api.core.errors import Refusal
from ai_api.credentials.secret import hash_of
from ai_api.gateway.docket import Ask, Docket, Ending
from ai_api.gateway.open_call import OpenCall
from ai_api.providers.count_tokens import TokenCount
from ai_api.wire import json_body, openai_envelope
from ai_api.wire.usage import Usage
from tests.support.organization import Caller

COUNTABLE_MIN = 30


@dataclass(frozen=True)
class Order:
    """One call that somebody wants to make. `after_ms` is how long after the one before it comes."""

    caller: Caller
    prompt_chars: int = 40
    output_tokens: int | None = None
    choices: int = 1
    stream: bool = False
    after_ms: int = 0


@dataclass
class Placed:
    """An order and what came of it: admitted (`call` is open), or `refusal` says why not."""

    order: Order
    docket: Docket
    refusal: Refusal | None = None
    call: OpenCall | None = None


class Counter:
    """Counts tokens as if each had a character and a half; of the shortest texts nobody can say how many they have."""

    async def count(self, targets: Collection[tuple[str, str]], texts: Sequence[str]) -> TokenCount | None:
        characters = sum(map(len, texts))
        return TokenCount(characters * 2 // 3, exact=False) if characters >= COUNTABLE_MIN else None


def ending(input_tokens: int, output_tokens: int) -> Ending:
    """A call that ended well, by the provider's own count."""
    return Ending("ok", Usage(input_total=input_tokens, output=output_tokens), "provider", "stop")


def ask_of(order: Order) -> Ask:
    asked: dict[str, object] = {
        "model": order.caller.model.slug,
        "messages": [{"role": "user", "content": "x" * order.prompt_chars}],
    }
    if order.output_tokens is not None:
        asked["max_tokens"] = order.output_tokens
    if order.stream:
        asked["stream"] = True
    if order.choices > 1:
        asked["n"] = order.choices
    body = json_body.read(json_body.encode(asked))
    return Ask(openai_envelope.chat(body), body, hash_of(order.caller.secret), "chat", "req", None, time.perf_counter())


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)

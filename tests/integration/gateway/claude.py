"""Calls in Anthropic's dialect, to a provider that speaks it: whole and streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import pytest

from tests.integration.gateway.shapes import told
from tests.support.gateway import MESSAGES, Address, Gateway, messages_body
from tests.support.organization import Caller
from tests.support.upstream.raw import RawAnswer

VERSION = "2023-06-01"
either = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


async def caller_of(
    g: Gateway, *, secret: str = "sk-upstream-0123456789", url: str | None = None, **how: Any
) -> Caller:
    """A member who may call a model that Anthropic serves. A secret `sim-<preset>` makes the simulator behave that way."""
    key = await g.org.key(secret, url=url, provider="anthropic")
    return await g.org.caller(key=key, **{"operations": ("chat",), **how})


async def ask(
    g: Address, caller: Caller, prompt: str = "hello", *, stream: bool = False, **behaviour: Any
) -> RawAnswer:
    """Makes the call; `behaviour` is the simulator's."""
    return await g.ask(caller, MESSAGES, messages_body(caller, told(prompt, **behaviour), stream=stream))


@asynccontextmanager
async def sdk(g: Gateway, caller: Caller) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """The official client, with the secret where it puts one."""
    async with anthropic.AsyncAnthropic(api_key=caller.secret, base_url=g.url, max_retries=0, timeout=10) as client:
        yield client


def error_in(answer: RawAnswer) -> dict[str, Any]:
    """The error object of an answer: its body's, or the last event's of a stream."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        found = json.loads(answer.body)
    else:
        name, data = answer.events[-1]
        assert name == "error"
        found = json.loads(data)
    assert found["type"] == "error"
    return dict(found["error"])


def has_end(answer: RawAnswer) -> bool:
    """Whether a client would take a stream for complete."""
    return b"message_stop" in answer.body or b'"stop_reason":"' in answer.body

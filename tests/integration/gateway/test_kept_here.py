"""Responses that the gateway keeps itself, because the provider of their model would not: driven by the official SDK."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from ai_api.core.db import Hot
from tests.integration.gateway.shapes import error_of
from tests.integration.gateway.test_stored_responses import body, response_of
from tests.support.gateway import RESPONSES
from tests.support.organization import Caller

STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def sdk(g, caller: Caller) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{g.url}/v1", api_key=caller.credential.secret, max_retries=0)


async def of_chats(g) -> Caller:
    """Somebody with a model that is only asked by chats."""
    key = await g.org.key(provider="groq")
    return await g.org.caller(usd="50", key=key)


async def create(client: openai.AsyncOpenAI, caller: Caller, text: Any, *, stream: bool, **fields: Any):
    made = await client.responses.create(model=caller.model.slug, input=text, stream=stream, **fields)
    if not stream:
        return made
    last = None
    async for event in made:
        last = event
    return last.response


@STREAMED
async def test_a_model_of_chats_has_no_conversations(g, sim, stream):
    caller = await of_chats(g)
    async with sdk(g, caller) as client:
        first = await create(client, caller, "one", stream=stream, store=True, instructions="Be brief.")
        assert (first.status, first.store, first.previous_response_id) == ("completed", True, None)
        second = await create(client, caller, "two", stream=stream, store=True, previous_response_id=first.id)
        assert second.previous_response_id == first.id
        third = await create(client, caller, "three", stream=stream, previous_response_id=second.id)
        said = json.loads(sim.requests.last().body)["messages"]
        assert [each["role"] for each in said] == ["user", "assistant", "user", "assistant", "user"]
        assert "Be brief." not in json.dumps(said)
        assert (await client.responses.retrieve(second.id)).model_dump() == second.model_dump()
        items = await client.responses.input_items.list(second.id, order="asc")
        assert [item.role for item in items.data] == ["user", "assistant", "user"]
        assert items.data[0].content[0].text == "one"
        await client.responses.delete(first.id)
        for gone in (first.id, third.id):
            with pytest.raises(openai.NotFoundError):
                await client.responses.retrieve(gone)
        with pytest.raises(openai.NotFoundError, match="start a new conversation"):
            await create(client, caller, "four", stream=stream, previous_response_id=second.id)

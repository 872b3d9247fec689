"""Tokens are counted for who may call the model, by the provider where it counts, and at no cost."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import anthropic
import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.claude import VERSION, ask, caller_of, error_in, sdk
from tests.integration.gateway.test_upstream_faults import nowhere
from tests.support.gateway import MESSAGES, beside, messages_body
from tests.support.organization import Caller
from tests.support.upstream import raw

COUNT = f"{MESSAGES}/count_tokens"
SYSTEM = "Be kind. " * 40


def body_of(caller: Caller, prompt: str = "hello", **fields) -> dict:
    body = messages_body(caller, prompt, **fields)
    del body["max_tokens"]
    return body


async def count(g, caller: Caller, prompt: str = "hello", **fields):
    return await g.ask(caller, COUNT, body_of(caller, prompt, **fields))


async def assert_free(g) -> None:
    """Nothing was recorded or held."""
    await g.at_rest()
    assert await g.books.records() == []
    assert await g.books.holds() == 0


async def test_the_provider_s_count_is_another_one(g, sim):
    caller = await caller_of(g, usd="5")
    sent = encode(body_of(caller, system=SYSTEM, x_later=[1.50]))
    headers = {"anthropic-beta": "token-counting-2024-11-01"}
    answer = await g.ask(caller, f"{COUNT}?beta=true", sent, headers=headers)
    arrived = sim.requests.last()
    assert arrived.target == b"/v1/messages/count_tokens"
    assert arrived.body == sent.replace(encode(caller.model.slug), encode(caller.model.upstream_model), 1)
    seen = {name.decode().lower(): value.decode() for name, value in arrived.headers}
    assert (seen["anthropic-beta"], seen["x-api-key"]) == ("token-counting-2024-11-01", "sk-upstream-0123456789")
    assert "authorization" not in seen
    direct = await raw.ask(sim.url, COUNT, arrived.body, headers={"x-api-key": "k", "anthropic-version": VERSION})
    assert (answer.status, answer.body) == (200, direct.body)
    assert answer.headers["x-ai-api-token-count"] == "provider"
    await assert_free(g)


async def test_the_official_client_cannot_count(g):
    caller = await caller_of(g)
    async with sdk(g, caller) as client:
        counted = await client.messages.count_tokens(**body_of(caller, system=SYSTEM))
    assert counted.input_tokens > 90
    await assert_free(g)


async def test_nobody_counts_while_the_provider_does_not(g, sim):
    """Its failure is no failure of the count: the gateway estimates, and says so."""
    caller = await caller_of(g, url=nowhere())
    others = set(g.application.gateway.health.cooling(g.application.ground.clock.unix_ms()))
    answer = await count(g, caller, "four words and more", system=SYSTEM)
    assert (answer.status, answer.headers["x-ai-api-token-count"]) == (200, "tokenizer")
    # Twice what cl100k counts, for Claude: never far below what the provider would say.
    assert 100 < json.loads(answer.body)["input_tokens"] < 400
    await assert_free(g)
    # A count that cannot be had says nothing of the route.
    assert set(g.application.gateway.health.cooling(g.application.ground.clock.unix_ms())) <= others


async def test_a_route_that_is_left_alone_is_asked_for_counts(g, sim):
    caller = await caller_of(g, usd="5")
    assert (await ask(g, caller, status=429, retry_after=60)).status == 429
    asked = len(sim.requests)
    answer = await count(g, caller)
    assert (answer.status, answer.headers["x-ai-api-token-count"]) == (200, "tokenizer")
    assert len(sim.requests) == asked


async def test_an_estimate_that_nobody_makes_is_a_defect(g, monkeypatch):
    async def busy(_targets, _texts):
        return None

    monkeypatch.setattr(g.application.gateway.counter, "count", busy)
    caller = await caller_of(g, url=nowhere())
    answer = await count(g, caller, "x" * 1_000)
    assert (answer.status, answer.headers["x-ai-api-token-count"]) == (200, "bytes")
    assert json.loads(answer.body)["input_tokens"] == 1_200


async def test_what_the_provider_says_of_the_request_is_lost(g):
    caller = await caller_of(g)
    answer = await count(g, caller, messages=[])
    assert (answer.status, error_in(answer)["code"]) == (400, "upstream_invalid")
    assert "at least one object" in error_in(answer)["message"]
    await assert_free(g)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"messages": "Hi"}, 400), ({"api_base": "http://10.0.0.1"}, 400), ({"container": "container_011"}, 404)],
)
async def test_counts_say_where_they_go_or_read_what_is_not_theirs(g, sim, fields, status):
    caller = await caller_of(g)
    answer = await count(g, caller, **fields)
    assert (answer.status, len(sim.requests)) == (status, 0)
    await assert_free(g)


async def test_whoever_may_not_call_a_model_may_count_with_it(g, sim):
    caller = await caller_of(g)
    other, hidden = await g.org.model(), await g.org.model(access="restricted")
    paused = await caller_of(g)
    await g.org.move(paused, "pause")
    disabled = await caller_of(g)
    await g.org.disable(disabled.member)
    expired = await caller_of(g)
    late = await g.org.credential(expired.member, expires_at=datetime.now(UTC) + timedelta(seconds=0.2))
    await asyncio.sleep(0.3)
    expired = Caller(expired.member, expired.model, expired.allocation, late)
    for by, model, expected in (
        (caller, other.slug, (403, "model_not_in_scope")),
        (caller, hidden.slug, (404, "model_not_found")),
        (caller, "acme/never-was", (404, "model_not_found")),
        (paused, paused.model.slug, (403, "allocation_paused")),
        (disabled, disabled.model.slug, (403, "member_disabled")),
        (expired, expired.model.slug, (401, "credential_expired")),
    ):
        answer = await g.ask(by, COUNT, {**body_of(by), "model": model})
        assert (answer.status, error_in(answer)["code"]) == expected
        large = await g.ask(by, COUNT, {**body_of(by, "x" * 70_000), "model": model})
        assert (large.status, error_in(large)["code"]) == expected
    assert len(sim.requests) == 0
    await assert_free(g)


async def test_a_right_that_was_taken_a_moment_ago_counts_on(g, sim):
    async with beside(g, sim) as other:
        caller = await caller_of(g)
        assert (await count(g, caller)).status == (await count(other, caller)).status == 200
        await g.org.move(caller, "pause")
        for replica in (g, other):
            answer = await count(replica, caller)
            assert (answer.status, error_in(answer)["code"]) == (403, "allocation_paused")


async def test_who_has_used_up_a_quota_counts_on(g, sim):
    caller = await caller_of(g, tokens=600)
    assert (await count(g, caller)).status == 200
    # More than was held for it: what a call really used is always booked.
    assert (await ask(g, caller, usage={"input": 600, "output": 40})).status == 200
    await g.at_rest()
    answer = await count(g, caller)
    assert (answer.status, error_in(answer)["code"]) == (400, "token_quota_exceeded")
    assert answer.headers["x-should-retry"] == "false"
    assert error_in(answer)["details"]["resets_at"]
    assert len(await g.books.records()) == 1


async def test_counts_use_up_a_limit_on_requests(g):
    caller = await caller_of(g)
    limit = {"metric": "requests", "amount": 1, "window_kind": "sliding", "window_s": 60}
    await g.org.limit("allocation", caller.allocation.id, member=caller.member, **limit)
    for _ in range(3):
        assert (await count(g, caller)).status == 200
    assert (await ask(g, caller)).status == 200
    assert (await ask(g, caller)).status == 429
    # Free as it is, it is told who may not call, and nobody else.
    assert (await count(g, caller)).status == 200
    with pytest.raises(anthropic.RateLimitError):
        async with sdk(g, caller) as client:
            await client.messages.create(**messages_body(caller))

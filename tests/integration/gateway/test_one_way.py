"""What belongs together goes one way: conversations, and the reasoning that one organization has sealed."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ai_api import providers
from tests.support.gateway import chat_body, responses_body
from tests.support.organization import CLI
from tests.support.upstream import Behaviour
from tests.support.upstream.behaviour import ErrorText

SEALED = [
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAB" + "x" * 40},
    {"type": "message", "role": "user", "content": "go on"},
]
FOREIGN = {"message": "The encrypted content could not be verified.", "code": "invalid_encrypted_content"}


async def asked(g, answer) -> list[str]:
    """The providers' keys that were tried for an answer, in their order."""
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    return [each["provider_key_id"] for each in json.loads(record["attempts"])]


async def beside(g, *organizations: str | None, **how):
    """A caller whose model has a route for each organization, tried in this order, and the keys."""
    keys = []
    for organization in organizations:
        key = await g.org.key(f"sk-way-{len(keys)}-0123456789")
        async with g.org.database.transaction() as tx:
            keys.append(await providers.revise_key(tx, CLI, g.org.ring, key.id, organization=organization))
    caller = await g.org.caller(usd="5", key=keys[0])
    for place, key in enumerate(keys[1:], start=1):
        await g.org.route(caller.model, key, priority=how.get("priority", 100 + place))
    return caller, keys


async def test_the_turns_of_a_conversation_are_scattered_and_nothing_is_cached(g):
    caller, _ = await beside(g, None, None, None, priority=100)
    ways = Counter()
    for number in range(12):
        used = set()
        for turn in range(4):
            headers = {"session-id": f"s{number}"} if turn % 2 else {}
            named = {} if turn % 2 else {"prompt_cache_key": f"s{number}"}
            answer = await g.ask(caller, "/v1/chat/completions", chat_body(caller, **named), headers=headers)
            assert answer.status == 200
            used |= set(await asked(g, answer))
        assert len(used) == 1
        ways[used.pop()] += 1
    assert len(ways) > 1


async def test_a_conversation_is_lost_with_its_route(g, sim):
    caller, keys = await beside(g, None, None, priority=100)
    body = chat_body(caller, prompt_cache_key="c-1")
    answer = await g.ask(caller, "/v1/chat/completions", body)
    assert answer.status == 200
    (home,) = await asked(g, answer)
    number = next(place for place, key in enumerate(keys) if str(key.id) == home)
    sim.behave(Behaviour(status=503), key=f"sk-way-{number}-0123456789")
    answer = await g.ask(caller, "/v1/chat/completions", body)
    assert answer.status == 200
    assert await asked(g, answer) == [home, str(keys[1 - number].id)]


async def test_sealed_reasoning_is_sent_to_who_cannot_read_it(g, sim):
    """Its organization is down: another key of it may serve the call, and nobody else."""
    caller, keys = await beside(g, "ours", None, "ours", "theirs")
    sim.behave(Behaviour(status=503), key="sk-way-0-0123456789")
    sim.behave(Behaviour(status=503), key="sk-way-2-0123456789")
    body = responses_body(caller, input=SEALED)
    answer = await g.ask(caller, "/v1/responses", body)
    assert answer.status == 503
    assert await asked(g, answer) == [str(keys[0].id), str(keys[2].id)]
    # Without it everybody may.
    answer = await g.ask(caller, "/v1/responses", responses_body(caller))
    assert answer.status == 200
    assert str(keys[1].id) in await asked(g, answer)


async def test_reasoning_that_another_organization_has_sealed_ends_the_conversation(g, sim):
    """Who cannot read it says so, and each other organization is asked once."""
    caller, keys = await beside(g, "ours", "ours", "theirs", None)
    error = ErrorText(**FOREIGN)
    for number in (0, 2):
        sim.behave(Behaviour(status=400, error=error), key=f"sk-way-{number}-0123456789")
    body = responses_body(caller, input=SEALED)
    answer = await g.ask(caller, "/v1/responses", body)
    assert answer.status == 200
    assert await asked(g, answer) == [str(keys[number].id) for number in (0, 2, 3)]


async def test_nobody_can_read_it_and_the_caller_is_not_told(g, sim):
    caller, keys = await beside(g, None, None)
    sim.behave(Behaviour(status=400, error=ErrorText(**FOREIGN)))
    answer = await g.ask(caller, "/v1/responses", responses_body(caller, input=SEALED))
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "upstream_invalid")
    assert "could not be verified" in json.loads(answer.body)["error"]["message"]
    assert await asked(g, answer) == [str(key.id) for key in keys]


@pytest.mark.parametrize("conversation", ["go on", [{"type": "message", "role": "user", "content": "go on"}]])
async def test_a_conversation_without_sealed_reasoning_is_kept_to_one_organization(g, sim, conversation):
    caller, keys = await beside(g, None, None)
    sim.behave(Behaviour(status=503), key="sk-way-0-0123456789")
    answer = await g.ask(caller, "/v1/responses", responses_body(caller, input=conversation))
    assert answer.status == 200
    assert await asked(g, answer) == [str(key.id) for key in keys]

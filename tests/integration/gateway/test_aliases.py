"""A model called by another name: what the caller reads, what the record keeps, and what the name opens."""

from __future__ import annotations

import json
from uuid import UUID

import httpx

from ai_api import catalog
from ai_api.core.ids import uuid7
from tests.integration.gateway.shapes import error_of, every_shape
from tests.support.gateway import CHAT, Gateway, beside, chat_body
from tests.support.organization import CLI, Caller, Served


async def named(g: Gateway, model: Served, name: str | None = None) -> catalog.Alias:
    """A new alias of a model."""
    async with g.org.database.transaction() as tx:
        return await catalog.create_alias(tx, CLI, name=name or f"alias-{uuid7()}", model_id=model.id)


async def moved(g: Gateway, alias: catalog.Alias, model_id: UUID) -> None:
    async with g.org.database.transaction() as tx:
        await catalog.move_alias(tx, CLI, alias.id, model_id=model_id)


async def asked(g: Gateway, caller: Caller, name: str, path: str) -> httpx.Response:
    return await g.http.get(path.format(name=name), headers=caller.headers)


@every_shape
async def test_an_answer_does_not_carry_the_name_that_was_used(g, sim, shape):
    caller = await g.org.caller(usd="5")
    alias = await named(g, caller.model, f"Team/best-{uuid7()}:free")
    answer = await g.ask(caller, shape.path, {**shape.body(caller), "model": alias.name})
    assert answer.status == 200, answer.body
    assert alias.name.encode() in answer.body
    assert caller.model.slug.encode() not in answer.body
    assert caller.model.upstream_model.encode() not in answer.body
    record = await g.books.record()
    assert (record["requested_model"], record["model"], record["upstream_model"]) == (
        alias.name,
        caller.model.slug,
        caller.model.upstream_model,
    )
    assert (record["model_id"], record["allocation_id"]) == (caller.model.id, caller.allocation.id)


async def test_another_name_gives_another_limit(g, sim):
    caller = await g.org.caller(tokens=0)
    alias = await named(g, caller.model)
    by_slug = await g.chat(caller)
    by_alias = await g.ask(caller, CHAT, {**chat_body(caller), "model": alias.name})
    assert by_slug.status == by_alias.status == 429
    assert error_of(by_slug) == error_of(by_alias)


async def test_a_name_that_was_moved_or_taken_away_still_means_what_it_meant(g, sim):
    async with beside(g, sim) as other:
        caller = await g.org.caller(usd="5")
        second = await g.org.model()
        await g.org.allocation(caller.member, second)
        alias = await named(g, caller.model)
        body = {**chat_body(caller), "model": alias.name}
        for replica, model in ((g, caller.model), (other, caller.model), (g, second), (other, second)):
            await moved(g, alias, model.id)
            assert (await replica.ask(caller, CHAT, body)).status == 200
            assert (await g.books.records())[-1]["model"] == model.slug
        async with g.org.database.transaction() as tx:
            await catalog.delete_alias(tx, CLI, alias.id)
        for replica in (g, other):
            answer = await replica.ask(caller, CHAT, body)
            assert (answer.status, error_of(answer)["code"]) == (404, "model_not_found")
        await other.at_rest()


async def test_an_alias_shows_a_model_that_is_hidden_or_archived(g, sim):
    caller = await g.org.caller(access="restricted")
    alias = await named(g, caller.model)
    body = {**chat_body(caller), "model": alias.name}
    hidden = await g.ask(caller, CHAT, body)
    nothing = await g.ask(caller, CHAT, {**body, "model": "there-is-none"})
    assert hidden.status == nothing.status == 404
    assert hidden.body.replace(alias.name.encode(), b"there-is-none") == nothing.body
    assert (await asked(g, caller, alias.name, "/v1/models/{name}")).status_code == 404
    async with g.org.database.transaction() as tx:
        await catalog.set_policy(tx, CLI, caller.model.id, access="open")
    assert (await g.ask(caller, CHAT, body)).status == 200
    async with g.org.database.transaction() as tx:
        await catalog.archive(tx, CLI, caller.model.id)
    answer = await g.ask(caller, CHAT, body)
    assert (answer.status, error_of(answer)["code"]) == (404, "model_not_found")


async def test_a_model_is_there_twice_in_the_list_and_not_under_its_alias(g):
    caller = await g.org.caller()
    alias = await named(g, caller.model)
    listed = (await asked(g, caller, "", "/v1/models")).json()["data"]
    assert [each["id"] for each in listed] == [caller.model.slug]
    one = await asked(g, caller, alias.name, "/v1/models/{name}")
    assert one.json() == {**listed[0], "id": alias.name}


async def test_a_model_outside_of_the_scope_is_opened_by_an_alias(g, sim):
    caller, other = await g.org.caller(), await g.org.model()
    alias = await named(g, other)
    answer = await g.ask(caller, CHAT, {**chat_body(caller), "model": alias.name})
    assert (answer.status, error_of(answer)["code"]) == (403, "model_not_in_scope")
    assert alias.name in json.loads(answer.body)["error"]["message"]
    assert other.slug not in answer.body.decode()

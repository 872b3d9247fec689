"""What a tag opens, closes and limits: for the very next call, on every replica."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from ai_api import access, catalog, identity, providers, setup
from ai_api.core.db import bump_world
from ai_api.core.ids import uuid7
from ai_api.identity import Member, Tag, TagChanges, TagDraft, Who
from tests.integration.gateway.shapes import error_of, has_success_end, told
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import CLI, Caller, Organization


def now() -> datetime:
    return datetime.now(UTC)


async def tag(org: Organization, **fields: Any) -> Tag:
    """A new tag."""
    async with org.database.transaction() as tx:
        return await identity.create_tag(tx, CLI, TagDraft(name=f"tag {uuid7()}", **fields), now=now())


async def give(org: Organization, to: Tag, *people: Member) -> None:
    async with org.database.transaction() as tx:
        await identity.add_tag_members(tx, CLI, to.id, Who(member_ids=[each.id for each in people]), now=now())


async def take(org: Organization, of: Tag, *people: Member) -> None:
    async with org.database.transaction() as tx:
        await identity.remove_tag_members(tx, CLI, of.id, Who(member_ids=[each.id for each in people]))


async def policy(org: Organization, caller: Caller, mode: catalog.rules.Access, **lists: list[UUID]) -> None:
    async with org.database.transaction() as tx:
        await catalog.set_policy(tx, CLI, caller.model.id, access=mode, **lists)


async def status_of(caller: Caller, *replicas: Any) -> int:
    """What the next call is answered with, the same by every replica."""
    answers = [await replica.chat(caller) for replica in replicas]
    (status,) = {answer.status for answer in answers}
    if status != 200:
        assert {error_of(answer)["code"] for answer in answers} == {"model_not_found"}
    return int(status)


async def test_a_tag_that_was_taken_away_still_opens_a_model(g, sim):
    async with beside(g, sim) as other:
        caller = await g.org.caller(access="restricted")
        staff, interns = await tag(g.org), await tag(g.org)
        await policy(g.org, caller, "restricted", tag_ids=[staff.id], denied_tag_ids=[interns.id])
        assert await status_of(caller, g, other) == 404
        for _ in range(3):
            await give(g.org, staff, caller.member)
            assert await status_of(caller, g, other) == 200
            await take(g.org, staff, caller.member)
            assert await status_of(caller, other, g) == 404
        await give(g.org, staff, caller.member)
        await give(g.org, interns, caller.member)
        assert await status_of(caller, g, other) == 404, "denied by one tag, whatever another allows"
        await take(g.org, interns, caller.member)
        assert await status_of(caller, g, other) == 200
        await policy(g.org, caller, "open", denied_tag_ids=[staff.id], tag_ids=[])
        assert await status_of(caller, g, other) == 404, "an open model is hidden from whom it denies"
        await policy(g.org, caller, "open", denied_tag_ids=[], denied_member_ids=[caller.member.id])
        assert await status_of(caller, g, other) == 404
        await policy(g.org, caller, "open", denied_member_ids=[])
        assert await status_of(caller, g, other) == 200
        await other.at_rest()


async def test_a_tag_of_everyone_opens_and_closes_without_a_row(g):
    caller = await g.org.caller(access="restricted")
    everyone = await tag(g.org)
    await policy(g.org, caller, "restricted", tag_ids=[everyone.id])
    assert await status_of(caller, g) == 404
    for flag, status in ((True, 200), (False, 404), (True, 200)):
        async with g.org.database.transaction() as tx:
            await identity.change_tag(tx, CLI, everyone.id, TagChanges(everyone=flag), now=now())
        assert await status_of(caller, g) == status
    await policy(g.org, caller, "open", tag_ids=[], denied_tag_ids=[everyone.id])
    assert await status_of(caller, g) == 404
    listed = await g.http.get("/v1/models", headers=caller.headers)
    assert listed.json()["data"] == []
    key = await g.http.get("/v1/key", headers=caller.headers)
    assert key.json()["allocations"] == []
    # Others of this file share the database.
    async with g.org.database.transaction() as tx:
        await identity.change_tag(tx, CLI, everyone.id, TagChanges(everyone=False), now=now())


async def test_a_stream_goes_on_after_its_tag_was_taken_away(g, sim):
    caller, neighbour = await g.org.caller(access="restricted"), await g.org.caller()
    staff = await tag(g.org)
    await policy(g.org, caller, "restricted", tag_ids=[staff.id])
    await give(g.org, staff, caller.member, neighbour.member)
    prompt = told(chunk_delay_ms=40, chunks=60)
    ended = asyncio.create_task(g.ask(caller, CHAT, chat_body(caller, prompt, stream=True)))
    kept = asyncio.create_task(g.ask(neighbour, CHAT, chat_body(neighbour, prompt, stream=True)))
    while sim.counters.open < 2:
        await asyncio.sleep(0.01)
    await take(g.org, staff, caller.member, neighbour.member)
    began = time.monotonic()
    answer = await ended
    assert time.monotonic() - began < 1.0
    assert not has_success_end(answer)
    assert error_of(answer)["code"] == "model_not_found"
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    assert record["outcome"] == "model_not_found"
    assert has_success_end(await kept), "who lost nothing is not stopped"


async def test_a_preview_stops_nobody(g):
    caller = await g.org.caller(access="restricted")
    staff = await tag(g.org)
    await policy(g.org, caller, "restricted", tag_ids=[staff.id])
    await give(g.org, staff, caller.member)
    assert await status_of(caller, g) == 200
    async with g.org.database.transaction() as tx:

        async def taken() -> identity.Membership:
            return await identity.remove_tag_members(tx, CLI, staff.id, Who(member_ids=[caller.member.id]))

        found = await access.preview_membership(tx, staff.id, taken)
    assert [each.id for each in found.loses.first] == [caller.member.id]
    assert await status_of(caller, g) == 200


async def test_each_member_of_a_tag_has_its_whole_limit(g, sim):
    """A limit of a tag counts all its members together, until it says otherwise."""
    async with beside(g, sim) as other:
        staff = await tag(g.org)
        served = await g.org.model()
        first, second, outside = [await g.org.caller(model=served) for _ in range(3)]
        await give(g.org, staff, first.member, second.member)
        limit = """INSERT INTO limits (id, subject_kind, tag_id, metric, window_kind, amount)
            VALUES (:id, 'tag', :tag_id, 'requests', 'lifetime', 3)"""
        async with g.org.database.transaction() as tx:
            await tx.execute(text(limit), {"id": uuid7(), "tag_id": staff.id})
            await bump_world(tx)
        assert [(await g.chat(each)).status for each in (first, second, first)] == [200, 200, 200]
        await g.at_rest()
        for replica, caller in ((g, second), (other, first), (other, second)):
            refused = await replica.chat(caller)
            assert refused.status == 429
        assert (await other.chat(outside)).status == 200
        await take(g.org, staff, first.member)
        assert (await g.chat(first)).status == 200, "not the tag's any more"
        await give(g.org, staff, outside.member)
        assert (await other.chat(outside)).status == 429
        await other.at_rest()


async def for_tags(org: Organization, caller: Caller, *tags: Tag) -> None:
    """Leaves the first route of the caller's model to members with these tags."""
    async with org.database.transaction() as tx:
        page = await providers.page_routes(tx, providers.RouteFilter(model_id=caller.model.id))
        await setup.revise_route(tx, CLI, page.items[0].id, tag_ids=[each.id for each in tags])


async def test_a_route_for_a_tag_serves_everybody_or_nobody(g, sim):
    async with beside(g, sim) as other:
        caller = await g.org.caller(usd="5")
        staff = await tag(g.org)
        await for_tags(g.org, caller, staff)
        answers = [await replica.chat(caller) for replica in (g, other)]
        assert {(each.status, error_of(each)["code"]) for each in answers} == {(503, "no_route")}
        record = await g.books.record(request_id=answers[0].headers["x-request-id"])
        assert (record["outcome"], record["billed_cost_nanos"]) == ("no_route", 0)
        spare = await g.org.key()
        await g.org.route(caller.model, spare, priority=200)
        answer = await g.chat(caller)
        assert (await g.books.record(request_id=answer.headers["x-request-id"]))["provider_key_id"] == spare.id
        await give(g.org, staff, caller.member)
        for replica in (g, other):
            answer = await replica.chat(caller)
            record = await g.books.record(request_id=answer.headers["x-request-id"])
            assert (record["outcome"], record["provider_key_id"]) == ("ok", caller.model.key.id)


async def test_a_stream_goes_on_by_a_route_that_is_for_others_by_now(g, sim):
    caller = await g.org.caller(usd="5")
    staff = await tag(g.org)
    await give(g.org, staff, caller.member)
    await for_tags(g.org, caller, staff)
    asked = asyncio.create_task(g.ask(caller, CHAT, chat_body(caller, told(chunk_delay_ms=40, chunks=60), stream=True)))
    while sim.counters.open < 1:
        await asyncio.sleep(0.01)
    await take(g.org, staff, caller.member)
    answer = await asked
    assert not has_success_end(answer)
    assert error_of(answer)["code"] == "no_route"
    assert (await g.books.record(request_id=answer.headers["x-request-id"]))["outcome"] == "no_route"

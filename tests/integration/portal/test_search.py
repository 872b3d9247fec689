"""Search: what begins so, by what the caller may know."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tests.integration.portal.examples_catalog import published
from tests.integration.portal.test_call_records import record
from tests.support.plans import MANY_PEOPLE, analyze, asked, many_calls, read_whole
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
SEARCH = "/api/search"
KINDS = ("members", "models", "credentials", "calls")


async def found(client: httpx.AsyncClient, q: str, **more: Any) -> dict[str, list[str]]:
    """What people would read of each kind that something of was found of."""
    answer = await client.get(SEARCH, params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    assert tuple(answer.json()) == KINDS
    named = {"members": "identifier", "models": "slug", "credentials": "name", "calls": "call_id"}
    return {kind: [each[named[kind]] for each in rows] for kind, rows in answer.json().items() if rows}


async def issued(portal: Portal, owner: Caller, member_id: UUID, name: str) -> dict[str, Any]:
    made = await owner.client.post("/api/admin/credentials", json={"member_id": str(member_id), "name": name})
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_search_finds_what_it_was_not_asked_for(portal: Portal, owner: Caller) -> None:
    mei = await portal.member(identifier="Mei.Lin@example.test", display_name="Lin Mei")
    await portal.member(identifier="lina@example.test", display_name="Somebody")
    await portal.member(identifier="100%@example.test", display_name="A_B")
    assert await found(owner.client, "mei.l") == {"members": ["Mei.Lin@example.test"]}
    # By the identifier first, then by the name.
    assert await found(owner.client, "LIN") == {"members": ["lina@example.test", "Mei.Lin@example.test"]}
    assert await found(owner.client, "  lin mei ") == {"members": ["Mei.Lin@example.test"]}
    assert await found(owner.client, "100%") == {"members": ["100%@example.test"]}
    for nothing in ("%", "_", "1%", "a_b_", "ei.lin", "\\", "\U0010ffff"):
        assert await found(owner.client, nothing) == {}, nothing

    for slug, name in (("acme/opus", "Great"), ("opus/small", "Small"), ("acme/other", "Magnum Opus")):
        await published(portal, slug=slug, display_name=name)
    assert await found(owner.client, "Opus") == {"models": ["acme/opus", "opus/small", "acme/other"]}

    credential = await issued(portal, owner, mei.id, "Laptop")
    for q in ("lap", credential["public_id"], credential["public_id"][:9], credential["display"][:13]):
        assert await found(owner.client, q) == {"credentials": ["Laptop"]}, q
    assert await found(owner.client, credential["public_id"].swapcase()) == {}

    call = str(await record(portal, portal.now(), request_id="from-a-client.1", member_id=mei.id))
    ours = str(await record(portal, portal.now(), member_id=mei.id))
    for q in (call, call.upper(), call[:20], "from-a-client.1"):
        assert call in (await found(owner.client, q))["calls"], q
    assert await found(owner.client, ours) == {"calls": [ours]}
    for nothing in (
        "from-a-client",
        "FROM-A-CLIENT.1",
        call[:7],
        "f" * 36,
        "0" * 8,
        "ffffffff-ffff-7fff-ffff-ffffffffffff",
    ):
        assert await found(owner.client, nothing) == {}, nothing

    for number in range(9):
        await portal.member(identifier=f"many{number}@example.test")
    assert len((await found(owner.client, "many"))["members"]) == 8
    assert len((await found(owner.client, "many", limit=3))["members"]) == 3
    for bad in (
        {},
        {"q": ""},
        {"q": " "},
        {"q": "x", "limit": 9},
        {"q": "x", "limit": 0},
        {"q": "x", "kind": "members"},
    ):
        assert (await owner.client.get(SEARCH, params=bad)).status_code == 422, bad
    assert (await owner.client.get(SEARCH, params={"q": "a\0b"})).status_code == 422
    assert (await portal.client().get(SEARCH, params={"q": "x"})).status_code == 401


async def test_a_search_shows_what_is_hidden_or_somebody_elses(portal: Portal, owner: Caller) -> None:
    caller, other = await portal.caller(), await portal.member(identifier="other@example.test")
    open_model = await published(portal, slug="acme/shown")
    hidden = await published(portal, slug="acme/hidden")
    archived = await published(portal, slug="acme/archived")
    opened = {"access": "open", "member_ids": []}
    for model in (open_model, archived):
        policy = await owner.client.put(f"/api/admin/models/{model.id}/policy", json=opened)
        assert policy.status_code == 200, policy.text
    assert (await owner.client.post(f"/api/admin/models/{archived.id}/archive")).status_code == 200
    mine = await issued(portal, owner, caller.member.id, "key of mine")
    theirs = await issued(portal, owner, other.id, "key of theirs")
    my_call = str(await record(portal, portal.now(), request_id="the-same-id", member_id=caller.member.id))
    hidden_call = str(
        await record(
            portal,
            portal.now(),
            request_id="the-same-id",
            member_id=caller.member.id,
            requested_model="nick",
            model="acme/hidden",
            model_id=hidden.id,
            outcome="model_not_found",
        )
    )
    their_call = str(await record(portal, portal.now(), request_id="the-same-id", member_id=other.id))

    assert await found(caller.client, "acme") == {"models": ["acme/shown"]}
    assert await found(caller.client, "key") == {"credentials": ["key of mine"]}
    assert set((await found(caller.client, "the-same-id"))["calls"]) == {my_call, hidden_call}
    assert await found(caller.client, my_call) == {"calls": [my_call]}
    told = (await caller.client.get(SEARCH, params={"q": "the-same-id"})).text
    assert "acme/hidden" not in told
    assert str(hidden.id) not in told
    for q in (
        "other", caller.member.identifier, "hidden", "acme/hidden", "archived", their_call, theirs["public_id"],
        theirs["display"], theirs["name"],
    ):  # fmt: skip
        assert await found(caller.client, q) == {}, q
    for q in (mine["public_id"], mine["display"][:12]):
        assert await found(caller.client, q) == {"credentials": ["key of mine"]}

    seen = await found(owner.client, "acme")
    assert seen == {"models": ["acme/archived", "acme/hidden", "acme/shown"]}
    assert set((await found(owner.client, "key"))["credentials"]) == {"key of mine", "key of theirs"}
    assert set((await found(owner.client, "the-same-id"))["calls"]) == {my_call, hidden_call, their_call}


async def test_a_search_reads_tables_of_many_rows_whole(portal: Portal, owner: Caller) -> None:
    database = portal.house.database
    caller = await portal.caller()
    async with database.transaction() as tx:
        for statement in (*MANY_PEOPLE, many_calls(f"'{caller.member.id}'::uuid")):
            await tx.execute(text(statement))
        some = (
            await tx.execute(text("SELECT call_id::text FROM call_records WHERE request_id = 'req-200'"))
        ).scalar_one()
    await analyze(database)
    with asked(database) as statements:
        for client in (owner.client, caller.client):
            for q in (
                "person1",
                "p",
                "cred_",
                "sk-aiapi-",
                "laptop 77",
                "req-200",
                some,
                some[:8],
                owner.member.identifier,
            ):
                answer = await client.get(SEARCH, params={"q": q})
                assert answer.status_code == 200
        assert (await found(owner.client, "person19999"))["members"] == ["person19999@example.org"]
        assert (await found(caller.client, "req-200"))["calls"] == [some]
        assert (await found(owner.client, some))["calls"] == [some]
    assert len(statements) > 60
    assert await read_whole(database, statements, "members", "credentials", "call_records") == []

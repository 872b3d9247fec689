"""Aliases through the portal: made, moved, deleted and listed, and never a name that something else has."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from ai_api import catalog
from tests.integration.portal.examples_catalog import published
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
ALIASES, MODELS = "/api/admin/aliases", "/api/admin/models"


async def made(admin: Caller, name: str, model_id: Any) -> dict[str, Any]:
    answer = await admin.client.post(ALIASES, json={"name": name, "model_id": str(model_id)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def state(portal: Portal) -> tuple[Any, ...]:
    """All that a write of aliases may change."""
    async with portal.house.database.transaction() as tx:
        found = []
        for query in (
            "SELECT epoch FROM world",
            "SELECT count(*) FROM audit_events",
            "SELECT * FROM aliases ORDER BY id",
            "SELECT * FROM models ORDER BY id",
        ):
            found.append(tuple((await tx.execute(text(query))).all()))
        return tuple(found)


async def latest_event(admin: Caller) -> dict[str, Any]:
    return dict((await admin.client.get("/api/admin/audit", params={"limit": 1})).json()["items"][0])


async def test_an_alias_is_made_read_moved_and_deleted(portal: Portal, admin: Caller) -> None:
    one, other = await published(portal), await published(portal)
    alias = await made(admin, " best ", one.id)
    assert (alias["name"], alias["model_id"]) == ("best", str(one.id))
    path = f"{ALIASES}/{alias['id']}"
    assert (await admin.client.get(path)).json() == alias
    event = await latest_event(admin)
    assert (event["action"], event["before"], event["after"]) == (
        "alias.create",
        None,
        {"name": "best", "model": one.slug},
    )

    moved = await admin.client.patch(path, json={"model_id": str(other.id)})
    assert moved.status_code == 200
    assert moved.json() == {**alias, "model_id": str(other.id), "updated_at": moved.json()["updated_at"]}
    event = await latest_event(admin)
    assert (event["action"], event["before"]["model"], event["after"]["model"]) == (
        "alias.change",
        one.slug,
        other.slug,
    )

    assert (await admin.client.delete(path)).status_code == 204
    assert (await latest_event(admin))["before"] == {"name": "best", "model": other.slug}
    for answer in (
        await admin.client.get(path),
        await admin.client.delete(path),
        await admin.client.patch(path, json={"model_id": str(one.id)}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "alias_not_found")
    await made(admin, "best", one.id)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "", "model_id": None},
        {"name": None},
        {"name": "x" * 129},
        {"name": "a b"},
        {"name": "a/../b"},
        {"name": "a", "model_id": "nonsense"},
        {"name": "a", "status": "active"},
    ],
    ids=str,
)
async def test_what_can_be_no_alias_is_refused_by_name(portal: Portal, admin: Caller, body: dict[str, Any]) -> None:
    model = await published(portal)
    answer = await admin.client.post(ALIASES, json={"model_id": str(model.id), **body} if body else body)
    assert answer.status_code in {400, 422}, body
    assert answer.json()["errors"]


async def test_an_alias_names_no_model_at_all(portal: Portal, admin: Caller) -> None:
    alias = await made(admin, "best", (await published(portal)).id)
    nothing = str(uuid4())
    for answer in (
        await admin.client.post(ALIASES, json={"name": "other", "model_id": nothing}),
        await admin.client.patch(f"{ALIASES}/{alias['id']}", json={"model_id": nothing}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "model_not_found")
    assert (await admin.client.get(ALIASES)).json()["items"] == [alias]


async def test_one_name_means_two_things(portal: Portal, admin: Caller) -> None:
    model, archived = await published(portal), await published(portal)
    await admin.client.post(f"{MODELS}/{archived.id}/archive")
    await made(admin, "openai/taken", model.id)
    for name in (model.slug, archived.slug, "openai/taken"):
        answer = await admin.client.post(ALIASES, json={"name": name, "model_id": str(model.id)})
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken"), name
        assert answer.json()["errors"][0]["field"] == "name"
    await made(admin, "OpenAI/taken", model.id)
    body = {"slug": "openai/taken", "display_name": "Taken", "operations": ["chat"]}
    answer = await admin.client.post(MODELS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    assert "alias" in answer.json()["detail"]


async def test_a_race_makes_a_slug_that_is_an_alias(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    for number in range(8):
        name = f"openai/raced-{number}"
        publish = {"slug": name, "display_name": "Raced", "operations": ["chat"]}
        asked = [
            admin.client.post(MODELS, json=publish),
            admin.client.post(ALIASES, json={"name": name, "model_id": str(model.id)}),
        ]
        answers = await asyncio.gather(*(asked if number % 2 else asked[::-1]))
        assert sorted(answer.status_code for answer in answers) == [201, 409], [each.text for each in answers]


async def test_the_second_of_two_waits_until_the_name_is_known_to_be_taken(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    async with portal.house.database.transaction() as tx:
        await catalog.create_alias(tx, CLI, name="openai/soon", model_id=model.id)
        body = {"slug": "openai/soon", "display_name": "Soon", "operations": ["chat"]}
        waiting = asyncio.create_task(admin.client.post(MODELS, json=body))
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
    assert (await waiting).json()["code"] == "slug_taken"


async def test_a_preview_says_what_a_name_would_mean_and_changes_nothing(portal: Portal, admin: Caller) -> None:
    one, two = await published(portal, slug="openai/gpt-5"), await published(portal, slug="azure/gpt-5")
    dry = {"dry_run": True}
    before = await state(portal)
    answer = await admin.client.post(ALIASES, params=dry, json={"name": "gpt-5", "model_id": str(two.id)})
    assert (answer.status_code, answer.json()) == (
        200,
        {"dry_run": True, "name": "gpt-5", "means": [two.slug, one.slug], "would_mean": [two.slug]},
    )
    assert await state(portal) == before
    refused = await admin.client.post(ALIASES, params=dry, json={"name": one.slug, "model_id": str(two.id)})
    assert refused.json()["code"] == "name_taken"

    alias = await made(admin, "gpt-5", one.id)
    before = await state(portal)
    answer = await admin.client.patch(f"{ALIASES}/{alias['id']}", params=dry, json={"model_id": str(two.id)})
    assert (answer.json()["means"], answer.json()["would_mean"]) == ([one.slug], [two.slug])
    assert await state(portal) == before


async def test_aliases_are_listed_page_by_page_searched_and_of_one_model(portal: Portal, admin: Caller) -> None:
    one, other = await published(portal), await published(portal)
    for number, name in enumerate(("delta", "alpha", "char_lie", "bravo", "echo")):
        await made(admin, name, (one, other)[number % 2].id)

    async def walked(**query: Any) -> list[str]:
        seen, cursor = [], None
        while True:
            page = (
                await admin.client.get(ALIASES, params={"limit": 2, **query} | ({"cursor": cursor} if cursor else {}))
            ).json()
            seen += [item["name"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return seen

    assert await walked() == ["alpha", "bravo", "char_lie", "delta", "echo"]
    assert await walked(sort="-name") == ["echo", "delta", "char_lie", "bravo", "alpha"]
    assert await walked(sort="created_at") == ["delta", "alpha", "char_lie", "bravo", "echo"]
    assert await walked(sort="-created_at", model_id=str(other.id)) == ["bravo", "alpha"]
    assert await walked(q="R_L") == ["char_lie"]
    cursor = (await admin.client.get(ALIASES, params={"limit": 2})).json()["next"]
    for query in ({"cursor": cursor, "sort": "-created_at"}, {"cursor": "nonsense"}):
        answer = await admin.client.get(ALIASES, params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
    assert (await admin.client.get(ALIASES, params={"sort": "model_id"})).status_code == 422


async def test_a_deleted_model_leaves_its_names_behind(portal: Portal, admin: Caller) -> None:
    model, other = await published(portal), await published(portal)
    await made(admin, "second", model.id)
    await made(admin, "first", model.id)
    assert (await admin.client.delete(f"{MODELS}/{model.id}")).status_code == 204
    assert (await admin.client.get(ALIASES)).json()["items"] == []
    assert (await latest_event(admin))["before"]["aliases"] == ["first", "second"]
    await made(admin, "first", other.id)

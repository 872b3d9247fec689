"""Models from the registry: made as nobody sees them, priced by nobody but an administrator, and never overwritten."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api import catalog, setup
from ai_api.catalog import Registry
from ai_api.core.errors import Refusal
from ai_api.setup import Review
from tests.integration.portal.examples_catalog import published
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
MODELS, IMPORT, PRICES = "/api/admin/models", "/api/admin/models/import", "/api/admin/prices"
GPT = {"provider": "openai", "key": "gpt-5.1"}
WHOLE = {"provider": "azure", "key": "azure/gpt-4o"}
"""An entry all of whose prices can be kept."""


def registry(version: str = "1.0", **said: Any) -> Registry:
    """A registry that knows one model, `x` of `acme`."""
    entry = {
        "litellm_provider": "acme",
        "mode": "chat",
        "max_input_tokens": 1_000,
        "max_output_tokens": 100,
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
        **said,
    }
    return Registry(version, json.loads(json.dumps({"x": entry}), parse_float=Decimal))


async def imported(portal: Portal, of: Registry) -> UUID:
    async with portal.house.database.transaction() as tx:
        return (await setup.import_model(tx, CLI, of, provider="acme", key="x")).id


async def reviewed(portal: Portal, model_id: UUID, by: Registry) -> Review:
    async with portal.house.database.transaction() as tx:
        return await setup.review_import(tx, model_id, by, now=portal.now())


async def applied(portal: Portal, model_id: UUID, by: Registry) -> catalog.Model:
    async with portal.house.database.transaction() as tx:
        return await setup.apply_import(tx, CLI, model_id, by, version=by.version)


async def priced(portal: Portal, model_id: UUID, by: Registry, *leave_out: str) -> str:
    async with portal.house.database.transaction() as tx:
        version = await setup.apply_suggested_price(
            tx, CLI, model_id, by, version=by.version, leave_out=leave_out, now=portal.now()
        )
        return version.source


async def revised(portal: Portal, model_id: UUID, **changes: Any) -> None:
    async with portal.house.database.transaction() as tx:
        await catalog.revise(tx, CLI, model_id, **changes)


async def counts(portal: Portal) -> tuple[Any, ...]:
    async with portal.house.database.transaction() as tx:
        tables = ("models", "model_imports", "price_versions", "audit_events")
        found = [(await tx.execute(text(f"SELECT count(*) FROM {each}"))).scalar_one() for each in tables]
        return (*found, (await tx.execute(text("SELECT epoch FROM world"))).scalar_one())


async def test_an_imported_model_is_seen_by_somebody_or_costs_what_nobody_decided(
    portal: Portal, admin: Caller
) -> None:
    answer = await admin.client.post(IMPORT, json=GPT)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["slug"], shown["source"], shown["provider"], shown["key"]) == (
        "openai/gpt-5.1",
        "litellm",
        "openai",
        "gpt-5.1",
    )
    assert shown["imported_version"] == shown["version"] == shown["price"]["version"] == "1.106.2"
    model = (await admin.client.get(f"{MODELS}/{shown['id']}")).json()
    assert (model["access"], model["member_ids"], model["operations"]) == ("restricted", [], ["chat", "responses"])
    assert (model["context_tokens"], model["output_tokens_max"]) == (272_000, 128_000)
    assert model["capabilities"]["vision"] is True
    for fact in shown["facts"]:
        assert fact["before"] == fact["now"] == fact["here"] == model[fact["name"]]
        assert not fact["kept"]
        assert not fact["applies"]
    assert (await admin.client.get(PRICES, params={"model_id": shown["id"]})).json()["items"] == []
    assert (shown["price"]["here"], shown["price"]["prices"]["output_usd"]) == (None, "10.00")
    event = (await admin.client.get("/api/admin/audit", params={"limit": 1})).json()["items"][0]
    assert event["action"] == "model.import"
    assert event["after"]["imported"] == {"source": "litellm", "version": "1.106.2", **GPT}
    assert (await admin.client.get(f"{MODELS}/{shown['id']}/suggestion")).json() == shown


async def test_a_dry_run_of_an_import_makes_something(portal: Portal, admin: Caller) -> None:
    before = await counts(portal)
    tried = await admin.client.post(IMPORT, params={"dry_run": True}, json=GPT)
    assert (tried.status_code, tried.json()["id"], tried.json()["slug"]) == (200, None, "openai/gpt-5.1")
    assert await counts(portal) == before
    made = (await admin.client.post(IMPORT, json=GPT)).json()
    assert {**tried.json(), "id": made["id"]} == made


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"provider": "azure", "key": "gpt-5.1"}, 404, "registry_entry_not_found"),
        ({"provider": "openai", "key": "gpt-5"[:-1]}, 404, "registry_entry_not_found"),
        ({"provider": "openai", "key": "text-embedding-3-small"}, 400, "registry_mode_unserved"),
        ({**GPT, "slug": "no slug"}, 400, "bad_slug"),
        ({"provider": "bedrock", "key": "bedrock/*/1-month-commitment/cohere.command-text-v14"}, 400, "bad_slug"),
        ({"provider": "openai"}, 422, "invalid_fields"),
    ],
    ids=str,
)
async def test_what_cannot_be_imported_is_imported_in_part(
    portal: Portal, admin: Caller, body: dict[str, str], status: int, code: str
) -> None:
    before = await counts(portal)
    answer = await admin.client.post(IMPORT, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["field"]
    assert await counts(portal) == before


async def test_an_import_overwrites_a_model_that_is_there(portal: Portal, admin: Caller) -> None:
    model = await published(portal, slug="openai/gpt-5.1")
    answer = await admin.client.post(IMPORT, json=GPT)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    for path, body in (("", None), ("/apply", {"version": "1.106.2"}), ("/price", {"version": "1.106.2"})):
        url = f"{MODELS}/{model.id}/suggestion{path}"
        answer = await (admin.client.get(url) if body is None else admin.client.post(url, json=body))
        assert (answer.status_code, answer.json()["code"]) == (404, "model_not_imported")
        gone = url.replace(str(model.id), str(uuid4()))
        answer = await (admin.client.get(gone) if body is None else admin.client.post(gone, json=body))
        assert (answer.status_code, answer.json()["code"]) == (404, "model_not_found")


async def test_a_suggested_price_is_published_as_it_was_reviewed(portal: Portal, admin: Caller) -> None:
    model_id = (await admin.client.post(IMPORT, json=WHOLE)).json()["id"]
    url = f"{MODELS}/{model_id}/suggestion"
    old = await admin.client.post(f"{url}/price", json={"version": "1.0"})
    assert (old.status_code, old.json()["code"]) == (409, "registry_changed")
    answer = await admin.client.post(f"{url}/price", json={"version": "1.106.2"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["prices"] == {"input_usd": "2.50", "cached_read_usd": "1.25", "output_usd": "10.00"}
    (version,) = (await admin.client.get(PRICES, params={"model_id": model_id})).json()["items"]
    assert version["prices"] == answer.json()["prices"]
    assert version["source"] == "litellm 1.106.2: azure azure/gpt-4o"
    shown = (await admin.client.get(url)).json()["price"]
    assert (shown["here"], shown["here_source"], shown["applies"]) == (version["prices"], version["source"], False)


async def test_a_price_that_cannot_be_kept_is_left_out_in_silence(portal: Portal, admin: Caller) -> None:
    shown = (await admin.client.post(IMPORT, json=GPT)).json()
    (outside,) = shown["price"]["outside"]
    url, body = f"{MODELS}/{shown['id']}/suggestion/price", {"version": "1.106.2"}
    for given in ([], ["input_cost_per_token"], [outside, "output_cost_per_token"]):
        answer = await admin.client.post(url, json={**body, "leave_out": given})
        assert (answer.status_code, answer.json()["code"]) == (409, "price_incomplete")
        assert outside in answer.json()["details"]["outside"]
    answer = await admin.client.post(url, json={**body, "leave_out": [outside]})
    assert answer.status_code == 201
    assert answer.json()["source"] == f"litellm 1.106.2: openai gpt-5.1 without {outside}"


@pytest.mark.parametrize(
    "said", [{"input_cost_per_token": 0}, {"output_cost_per_token": 0.0}, {"input_cost_per_token": None}], ids=str
)
async def test_a_model_whose_price_nobody_knows_is_free(portal: Portal, said: dict[str, Any]) -> None:
    known = registry(**said)
    model_id = await imported(portal, known)
    for leave_out in ((), tuple(said)):
        with pytest.raises(Refusal) as refused:
            await priced(portal, model_id, known, *leave_out)
        assert refused.value.code == "price_by_hand"


async def test_a_price_of_a_kind_never_seen_is_not_imported(portal: Portal) -> None:
    before = await counts(portal)
    with pytest.raises(Refusal) as refused:
        await imported(portal, registry(input_cost_per_token_turbo=1e-05))
    assert (refused.value.code, refused.value.details) == (
        "registry_price_unknown",
        {"fields": ["input_cost_per_token_turbo"]},
    )
    assert await counts(portal) == before
    model_id = await imported(portal, registry())
    later = registry("2.0", input_cost_per_token_turbo=1e-05)
    assert (await reviewed(portal, model_id, later)).price.suggested.unknown == ("input_cost_per_token_turbo",)
    with pytest.raises(Refusal) as refused:
        await priced(portal, model_id, later)
    assert refused.value.code == "price_by_hand"


async def test_a_later_version_overwrites_what_an_administrator_changed(portal: Portal) -> None:
    model_id = await imported(portal, registry())
    await revised(portal, model_id, context_tokens=900)
    second = registry("2.0", max_input_tokens=2_000, max_output_tokens=200, supports_vision=True)
    facts = {each.name: each for each in (await reviewed(portal, model_id, second)).facts}
    context = facts["context_tokens"]
    assert (context.before, context.now, context.here, context.kept, context.applies) == (
        1_000,
        2_000,
        900,
        True,
        False,
    )
    output = facts["output_tokens_max"]
    assert (output.before, output.now, output.here, output.kept, output.applies) == (100, 200, 100, False, True)

    model = await applied(portal, model_id, second)
    assert (model.context_tokens, model.output_tokens_max, model.capabilities) == (900, 200, {"vision": True})
    review = await reviewed(portal, model_id, second)
    assert (review.origin.facts_version, review.origin.facts["context_tokens"]) == ("2.0", 2_000)
    assert not any(each.applies for each in review.facts)

    # As the registry by chance, and still somebody's own.
    await revised(portal, model_id, context_tokens=2_000)
    third = registry("3.0", max_input_tokens=3_000, max_output_tokens=200, supports_vision=True)
    assert (await applied(portal, model_id, third)).context_tokens == 2_000


async def test_a_later_price_is_charged_without_anybody_saying_so(portal: Portal, admin: Caller) -> None:
    first, second = registry(), registry("2.0", input_cost_per_token=5e-06)
    model_id = await imported(portal, first)
    await priced(portal, model_id, first)
    review = await reviewed(portal, model_id, second)
    assert (review.price.changed, review.price.applies, review.has_news) == (("input_cost_per_token",), True, True)
    await applied(portal, model_id, second)
    versions = (await admin.client.get(PRICES, params={"model_id": str(model_id)})).json()["items"]
    assert [each["prices"]["input_usd"] for each in versions] == ["1.00"]
    assert (await reviewed(portal, model_id, second)).price.changed == ("input_cost_per_token",)
    assert await priced(portal, model_id, second) == "litellm 2.0: acme x"
    review = await reviewed(portal, model_id, second)
    assert (review.price.changed, review.price.applies, review.has_news) == ((), False, False)


async def test_a_model_that_the_registry_has_no_more_stays_as_it_is(portal: Portal) -> None:
    model_id = await imported(portal, registry())
    gone = Registry("2.0", {})
    review = await reviewed(portal, model_id, gone)
    assert (review.entry, review.has_news) == (None, True)
    assert not any(each.applies for each in review.facts)
    for write in (applied, priced):
        with pytest.raises(Refusal) as refused:
            await write(portal, model_id, gone)
        assert refused.value.code == "registry_entry_not_found"
    unserved = registry("2.0", mode="embedding")
    with pytest.raises(Refusal) as refused:
        await applied(portal, model_id, unserved)
    assert refused.value.code == "registry_mode_unserved"


async def test_a_deleted_model_leaves_its_origin_behind(portal: Portal, admin: Caller) -> None:
    model_id = await imported(portal, registry())
    assert (await admin.client.delete(f"{MODELS}/{model_id}")).status_code == 204
    assert (await counts(portal))[1] == 0


async def test_a_model_made_by_hand_cannot_be_compared(portal: Portal, admin: Caller) -> None:
    model = await published(portal, slug="acme/mine", context_tokens=500, operations=frozenset({"chat"}))
    link = f"{MODELS}/{model.id}/registry-entry"
    unknown = await admin.client.put(link, json={"provider": "azure", "key": "gpt-5.1"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "registry_entry_not_found")
    unserved = await admin.client.put(link, json={"provider": "openai", "key": "tts-1"})
    assert (unserved.status_code, unserved.json()["code"]) == (400, "registry_mode_unserved")
    shown = (await admin.client.put(link, json=GPT)).json()
    facts = {each["name"]: each for each in shown["facts"]}
    # What is said here stays; what is unknown here can be taken over.
    assert (facts["context_tokens"]["here"], facts["context_tokens"]["kept"]) == (500, True)
    assert (facts["output_tokens_max"]["here"], facts["output_tokens_max"]["applies"]) == (None, True)
    assert (shown["price"]["here"], shown["price"]["applies"]) == (None, True)
    detail = (await admin.client.get(f"{MODELS}/{model.id}")).json()
    assert (detail["context_tokens"], detail["output_tokens_max"]) == (500, None)
    applied = await admin.client.post(f"{MODELS}/{model.id}/suggestion/apply", json={"version": shown["version"]})
    here = {each["name"]: each["here"] for each in applied.json()["facts"]}
    assert (here["context_tokens"], here["output_tokens_max"]) == (500, facts["output_tokens_max"]["now"])
    again = (await admin.client.put(link, json=WHOLE)).json()
    assert (again["provider"], again["key"]) == ("azure", "azure/gpt-4o")
    async with portal.house.database.transaction() as tx:
        found = await tx.execute(
            text("SELECT before FROM audit_events WHERE action = 'model.link_registry' ORDER BY id")
        )
        assert [row.before and row.before["key"] for row in found] == [None, "gpt-5.1"]


async def test_nobody_finds_an_entry_without_knowing_its_name(portal: Portal, admin: Caller) -> None:
    found = (await admin.client.get("/api/admin/registry", params={"q": "GPT 5.1", "provider": "openai"})).json()
    assert GPT in [{"provider": each["provider"], "key": each["key"]} for each in found["items"]]
    assert found["total"] >= len(found["items"]) > 0
    one = (await admin.client.get("/api/admin/registry", params={"q": "gpt", "limit": 1})).json()
    assert (len(one["items"]), one["total"] > 1) == (1, True)
    nothing = await admin.client.get("/api/admin/registry", params={"q": "no-such-model"})
    assert (nothing.json()["items"], nothing.json()["total"]) == ([], 0)
    member = await portal.caller()
    assert (await member.client.get("/api/admin/registry", params={"q": "gpt"})).status_code == 403

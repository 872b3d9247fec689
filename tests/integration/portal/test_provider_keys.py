"""Provider keys through the portal: secrets stay where they were given to, and providers are asked without holding anything."""

from __future__ import annotations

import json
import socket
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from ai_api import providers, setup
from ai_api.core.dialling import Found
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing, SealError
from ai_api.providers import KeyDraft
from tests.integration.portal.examples_catalog import (
    NOWHERE,
    PROVIDER_KEYS,
    SECRET,
    catalog_examples,
    connected,
    published,
    routed,
)
from tests.support import upstream
from tests.support.portal import CLI, Caller, Portal, open_portal
from tests.support.service_account import EMAIL, service_account
from tests.unit.providers.raw_provider import answer, provider

pytestmark = pytest.mark.integration


async def rows(portal: Portal, statement: str, **values: Any) -> list[Any]:
    async with portal.house.database.transaction() as tx:
        return list(await tx.execute(text(statement), values))


async def epoch(portal: Portal) -> int:
    return int((await rows(portal, "SELECT epoch FROM world"))[0].epoch)


async def audited(portal: Portal, target_id: object) -> list[Any]:
    found = "SELECT action, before, after, actor_name FROM audit_events WHERE target_id = :id ORDER BY id"
    return await rows(portal, found, id=target_id)


async def test_every_write_of_the_catalog_works_once_with_one_audit_row(portal: Portal, admin: Caller) -> None:
    for example in await catalog_examples(portal):
        before, trail = await epoch(portal), len(await rows(portal, "SELECT id FROM audit_events"))
        answer = await admin.client.request(example.method, example.path, json=example.body)
        assert answer.status_code == example.status, (example.path, answer.text)
        newest = await rows(portal, "SELECT action, actor_name FROM audit_events ORDER BY id DESC")
        assert len(newest) == trail + 1, example.path
        assert (newest[0].action, newest[0].actor_name) == (example.action, admin.member.identifier)
        assert (await epoch(portal) != before) == example.moves_world, example.path


async def test_a_member_may_do_none_of_it(portal: Portal) -> None:
    caller = await portal.caller()
    for example in await catalog_examples(portal):
        answer = await caller.client.request(example.method, example.path, json=example.body)
        assert answer.status_code == 403, example.path


async def test_the_secret_is_sealed_and_nobody_is_shown_it(portal: Portal, admin: Caller) -> None:
    body = {"provider": "openai", "name": "Main", "secret": SECRET}
    made = await admin.client.post(PROVIDER_KEYS, json=body)
    assert made.status_code == 201
    key = made.json()
    assert key["base_url"] == "https://api.openai.com/v1"
    assert key["secret_display"] == "sk-…wxyz"
    stored = (await rows(portal, "SELECT * FROM provider_keys"))[0]
    assert SECRET.encode() not in bytes(stored.sealed_secret)
    everything = [
        made.text,
        (await admin.client.get(f"{PROVIDER_KEYS}/{key['id']}")).text,
        (await admin.client.get(PROVIDER_KEYS)).text,
        json.dumps([[one.before, one.after] for one in await audited(portal, key["id"])]),
    ]
    assert not [text for text in everything if SECRET in text or "0123456789" in text]


async def test_a_sealed_secret_opens_only_in_its_own_row(portal: Portal) -> None:
    one, other = await connected(portal), await connected(portal, secret="another-secret-for-another-row")
    assert providers.open_key(portal.house.ring, one).secret == SECRET
    swap = (
        "UPDATE provider_keys SET sealed_secret = (SELECT sealed_secret FROM provider_keys WHERE id = :a) WHERE id = :b"
    )
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(swap), {"a": one.id, "b": other.id})
        moved = await providers.get_key(tx, other.id)
    with pytest.raises(SealError):
        providers.open_key(portal.house.ring, moved)


async def test_a_base_url_changed_and_the_old_key_sent_there(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    path = f"{PROVIDER_KEYS}/{key.id}"
    for change in (
        {"base_url": "https://evil.example/v1"},
        {"base_url": "https://evil.example/v1", "allow_private_network": False},
    ):
        answer = await admin.client.patch(path, json=change)
        assert (answer.status_code, answer.json()["code"]) == (400, "secret_needed")
    assert (await admin.client.get(path)).json()["base_url"] == NOWHERE
    moved = await admin.client.patch(
        path, json={"base_url": "https://good.example/v1", "secret": "sk-the-new-secret-0000"}
    )
    assert moved.status_code == 200
    assert moved.json()["base_url"] == "https://good.example/v1"
    async with portal.house.database.transaction() as tx:
        opened = providers.open_key(portal.house.ring, await providers.get_key(tx, key.id))
    assert opened.secret == "sk-the-new-secret-0000"
    assert opened.wiring.urls["chat"] == "https://good.example/v1/chat/completions"


async def test_another_network_needs_the_secret_again_too(portal: Portal, admin: Caller) -> None:
    key = await connected(portal, provider="openai")
    path = f"{PROVIDER_KEYS}/{key.id}"
    refused = await admin.client.patch(path, json={"allow_private_network": True})
    assert (refused.status_code, refused.json()["code"]) == (400, "secret_needed")
    allowed = await admin.client.patch(path, json={"allow_private_network": True, "secret": SECRET})
    assert allowed.json()["allow_private_network"] is True


async def test_the_same_address_again_needs_nothing(portal: Portal, admin: Caller) -> None:
    key = await connected(portal, name="before")
    answer = await admin.client.patch(f"{PROVIDER_KEYS}/{key.id}", json={"name": "after", "base_url": NOWHERE + "/"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["secret_display"]) == ("after", "sk-…wxyz")


async def test_rotating_takes_the_flag_away_and_says_so_in_the_trail(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    async with portal.house.database.transaction() as tx:
        assert await providers.flag(tx, key.id, "upstream_auth")
        assert not await providers.flag(tx, key.id, "upstream_auth")
    path = f"{PROVIDER_KEYS}/{key.id}"
    flagged = (await admin.client.get(path)).json()
    assert flagged["flagged_code"] == "upstream_auth"
    assert flagged["flagged_at"] is not None
    rotated = (await admin.client.patch(path, json={"secret": "sk-rotated-0123456789-abcd"})).json()
    assert (rotated["flagged_code"], rotated["flagged_at"], rotated["secret_display"]) == (None, None, "sk-…abcd")
    trail = await audited(portal, key.id)
    assert [one.action for one in trail] == ["provider_key.connect", "provider_key.flag", "provider_key.change"]
    assert trail[1].actor_name == "gateway"
    assert trail[2].after["secret_replaced"] is True


UNCONNECTABLE: list[tuple[dict[str, Any], int, str]] = [
    ({"provider": "openai", "name": "x"}, 400, "secret_needed"),
    ({"provider": "local", "name": "x"}, 400, "bad_base_url"),
    ({"provider": "azure", "name": "x", "secret": SECRET}, 400, "bad_base_url"),
    ({"provider": "Bad Name", "name": "x", "secret": SECRET}, 400, "bad_provider"),
    ({"provider": "openai", "name": "x", "secret": "two words"}, 400, "bad_secret"),
    ({"provider": "openai", "name": "x", "secret": SECRET, "api_version": "v1"}, 400, "bad_api_version"),
    ({"provider": "openai", "name": "x", "secret": SECRET, "base_url": "http://a.example"}, 400, "bad_base_url"),
    ({"provider": "local", "name": "x", "base_url": "https://127.0.0.1/v1"}, 400, "bad_base_url"),
    ({"provider": "local", "name": "x", "base_url": "https://user:pw@a.example/v1"}, 400, "bad_base_url"),
    ({"provider": "openai", "name": "x", "secret": SECRET, "region": "o"}, 422, "invalid_fields"),
    ({"provider": "openai", "name": "x", "secret": SECRET, "allow_private_network": "yes"}, 422, "invalid_fields"),
    ({"provider": "openai", "name": "", "secret": SECRET}, 422, "invalid_fields"),
    ({"provider": "openai", "name": "x", "secret": ["sk-in-a-list-0123456789"]}, 422, "invalid_fields"),
]


async def test_what_cannot_be_connected(portal: Portal, admin: Caller) -> None:
    for body, status, code in UNCONNECTABLE:
        answer = await admin.client.post(PROVIDER_KEYS, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
        assert "0123456789" not in answer.text
    assert await rows(portal, "SELECT id FROM provider_keys") == []


INSIDE_URLS = [
    "https://127.0.0.1/v1",
    "https://10.0.0.1/v1",
    "https://127.1/v1",
    "https://2130706433/v1",
    "https://0x7f.1/v1",
    "https://0177.0.0.1/v1",
    "https://169.254.169.254/latest",
    "https://[::ffff:169.254.169.254]/latest",
    "https://[fd00:ec2::254]/latest",
    "https://100.100.100.200/latest",
    "https://168.63.129.16/v1",
    "https://[64:ff9b::10.0.0.1]/v1",
    "https://[fe80::1%25eth0]/v1",
    "https://0.0.0.0/v1",
    "https://localhost/v1",
    "https://metadata.google.internal/v1",
    "https://127.0.0.1./v1",
    "https://\uff11\uff12\uff17.0.0.1/v1",
    "https://api.openai.com@10.0.0.1/v1",
    "https://api.openai.com\\@10.0.0.1/v1",
]


async def test_a_service_account_is_shown_or_stored_broken(portal: Portal, admin: Caller) -> None:
    base_url = "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1"
    body = {"provider": "vertex", "name": "Vertex", "base_url": base_url, "secret": service_account()}
    made = await admin.client.post(PROVIDER_KEYS, json=body)
    assert (made.status_code, made.json()["secret_display"]) == (201, EMAIL)
    trail = await audited(portal, made.json()["id"])
    assert "PRIVATE KEY" not in made.text + str(trail)
    for wrong, code in (
        ({"secret": service_account(client_email=None)}, "bad_secret"),
        ({"base_url": "https://europe-west1-aiplatform.googleapis.com"}, "bad_base_url"),
    ):
        answer = await admin.client.post(PROVIDER_KEYS, json={**body, "name": "Another", **wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert "PRIVATE KEY" not in answer.text


async def test_a_base_url_that_leads_inside_is_saved(portal: Portal, admin: Caller) -> None:
    key = await connected(portal, base_url="https://good.example/v1", allow_private_network=False)
    for url in INSIDE_URLS:
        body = {"provider": "local", "name": "x", "base_url": url}
        made = await admin.client.post(PROVIDER_KEYS, json=body)
        assert (made.status_code, made.json()["code"]) == (400, "bad_base_url"), url
        moved = await admin.client.patch(f"{PROVIDER_KEYS}/{key.id}", json={"base_url": url, "secret": SECRET})
        assert (moved.status_code, moved.json()["code"]) == (400, "bad_base_url"), url
    stored = await rows(portal, "SELECT base_url, allow_private_network FROM provider_keys")
    assert [tuple(each) for each in stored] == [("https://good.example/v1", False)]


async def test_a_secret_is_used_before_the_log_knows_it(portal: Portal, admin: Caller) -> None:
    known: list[str] = []
    object.__setattr__(portal.house, "learn", known.append)
    body = {
        "provider": "local",
        "name": "x",
        "base_url": NOWHERE,
        "allow_private_network": True,
        "secret": "the-first-one",
    }
    path = f"{PROVIDER_KEYS}/{(await admin.client.post(PROVIDER_KEYS, json=body)).json()['id']}"
    await admin.client.patch(path, json={"secret": "the-second-one"})
    await admin.client.post(f"{path}/test")
    assert known == ["the-first-one", "the-second-one", "the-second-one"]


async def test_a_key_that_leads_inside_by_name_says_so_when_it_is_tested(database: str) -> None:
    async def inside(host: str, port: int) -> list[Found]:
        return [Found(hostname=host, host="10.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async with open_portal(database, egress=Egress(lookup=inside)) as portal:
        admin = await portal.owner()
        key = await connected(portal, base_url="https://good.example/v1", allow_private_network=False)
        tested = (await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/test")).json()
    assert (tested["ok"], tested["code"]) == (False, "upstream_unreachable")
    assert "may not reach" in tested["message"]


async def test_a_server_without_a_secret(portal: Portal, admin: Caller) -> None:
    body = {"provider": "ollama", "name": "desk", "base_url": NOWHERE, "allow_private_network": True}
    made = await admin.client.post(PROVIDER_KEYS, json=body)
    assert (made.status_code, made.json()["secret_display"]) == (201, None)
    moved = await admin.client.patch(f"{PROVIDER_KEYS}/{made.json()['id']}", json={"base_url": "http://127.0.0.1:8/v1"})
    assert moved.status_code == 200


async def test_names_are_unique_and_ids_are_not_guessed(portal: Portal, admin: Caller) -> None:
    await connected(portal, name="one")
    second = await connected(portal, name="two")
    taken = await admin.client.patch(f"{PROVIDER_KEYS}/{second.id}", json={"name": "one"})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    for path in (f"/{uuid4()}", "/not-an-id"):
        for method in ("GET", "PATCH", "DELETE"):
            answer = await admin.client.request(
                method, PROVIDER_KEYS + path, json={"name": "x"} if method == "PATCH" else None
            )
            assert answer.status_code == 404
        for verb in ("test", "discover", "disable", "enable"):
            assert (await admin.client.post(f"{PROVIDER_KEYS}{path}/{verb}")).status_code == 404


async def test_a_key_with_routes_is_not_deleted(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    route = await routed(portal, await published(portal), key)
    refused = await admin.client.delete(f"{PROVIDER_KEYS}/{key.id}")
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]) == (409, "in_use", {"routes": 1})
    assert (await admin.client.delete(f"/api/admin/routes/{route.id}")).status_code == 204
    assert (await admin.client.delete(f"{PROVIDER_KEYS}/{key.id}")).status_code == 204
    assert (await admin.client.get(f"{PROVIDER_KEYS}/{key.id}")).status_code == 404


async def test_disabled_keys_are_not_in_the_world(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    path = f"{PROVIDER_KEYS}/{key.id}"

    async def loaded() -> list[Any]:
        async with portal.house.database.transaction() as tx:
            return [one.id for one in await providers.load_keys(tx)]

    assert await loaded() == [key.id]
    assert (await admin.client.post(f"{path}/disable")).json()["status"] == "disabled"
    assert await loaded() == []
    again = await epoch(portal)
    assert (await admin.client.post(f"{path}/disable")).status_code == 200
    assert await epoch(portal) == again, "nothing changed, so nothing is reloaded"
    assert (await admin.client.patch(path, json={"status": "active"})).json()["status"] == "active"
    assert await loaded() == [key.id]


async def test_test_and_discover_against_a_provider(portal: Portal, admin: Caller, tmp_path: Any) -> None:
    async with upstream.running(log=tmp_path / "witness.jsonl") as sim:
        key = await connected(portal, base_url=f"{sim.url}/v1")
        path = f"{PROVIDER_KEYS}/{key.id}"
        async with portal.house.database.transaction() as tx:
            await providers.flag(tx, key.id, "upstream_auth")
        tested = await admin.client.post(f"{path}/test")
        assert tested.status_code == 200
        assert tested.json() | {"latency_ms": 0} == {
            "ok": True,
            "status": 200,
            "latency_ms": 0,
            "code": "ok",
            "message": "The provider answered.",
        }
        assert (await admin.client.get(path)).json()["flagged_code"] is None
        found = (await admin.client.post(f"{path}/discover")).json()
        assert found["next"] is None
        assert found["items"]
        assert all(item["id"] for item in found["items"])
        assert [item["operations"] for item in found["items"]] == [["chat", "responses"]] * len(found["items"])
        received = sim.requests.all()[0]
        assert received.header("authorization") == f"Bearer {SECRET}"
    trail = await audited(portal, key.id)
    assert [(one.action, one.after.get("outcome")) for one in trail[2:]] == [
        ("provider_key.test", "ok"),
        ("provider_key.discover", "ok"),
    ]


async def test_a_refused_secret_flags_the_key_and_the_providers_words_stay_outside(
    portal: Portal, admin: Caller
) -> None:
    refused = answer(401, {"error": {"message": f"invalid x-api-key: {SECRET}"}})
    async with provider(lambda target, headers: refused) as base:
        key = await connected(portal, provider="anthropic", base_url=base, allow_private_network=True)
        tested = await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/test")
        discovered = await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/discover")
    assert tested.status_code == 200
    assert (tested.json()["ok"], tested.json()["code"], tested.json()["status"]) == (False, "upstream_auth", 401)
    assert (discovered.status_code, discovered.json()["code"]) == (502, "upstream_auth")
    assert "invalid x-api-key" not in tested.text + discovered.text
    assert (await admin.client.get(f"{PROVIDER_KEYS}/{key.id}")).json()["flagged_code"] == "upstream_auth"


async def test_nobody_there_is_an_answer_to_test_and_an_error_to_discover(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    tested = await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/test")
    assert (tested.status_code, tested.json()["code"]) == (200, "upstream_unreachable")
    discovered = await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/discover")
    assert (discovered.status_code, discovered.json()["code"]) == (502, "upstream_unreachable")


async def test_a_slow_provider_holds_no_connection_of_ours(portal: Portal, admin: Caller) -> None:
    pool: Any = portal.house.database.engine.pool
    held: list[int] = []

    async def look() -> None:
        held.append(pool.checkedout())

    async with provider(lambda target, headers: answer(200, {"data": []}), before=look) as base:
        key = await connected(portal, base_url=base)
        for verb in ("test", "discover"):
            assert (await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/{verb}")).status_code == 200
    assert held == [0, 0]


async def test_a_secret_of_a_lost_ring_is_said_to_be_unreadable(portal: Portal, admin: Caller) -> None:
    foreign = KeyRing({"lost": bytes(32)})
    async with portal.house.database.transaction() as tx:
        key = await providers.connect(tx, CLI, foreign, KeyDraft(provider="openai", name="x", secret=SECRET))
    answer = await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/test")
    assert (answer.status_code, answer.json()["code"]) == (409, "secret_unreadable")


async def test_connecting_again_at_every_start_writes_only_what_changed(portal: Portal) -> None:
    def draft(port: int, secret: str | None = None) -> KeyDraft:
        base = f"http://127.0.0.1:{port}/v1"
        return KeyDraft(provider="local", name="local", base_url=base, allow_private_network=True, secret=secret)

    async def ensure(wanted: KeyDraft) -> providers.ProviderKey:
        async with portal.house.database.transaction() as tx:
            return await setup.ensure_provider(tx, CLI, portal.house.ring, wanted)

    first = await ensure(draft(8081))
    before = await epoch(portal)
    assert (await ensure(draft(8081))).id == first.id
    assert await epoch(portal) == before
    moved = await ensure(draft(8082, "a-new-secret"))
    assert (moved.id, moved.base_url) == (first.id, "http://127.0.0.1:8082/v1")
    assert providers.open_key(portal.house.ring, moved).secret == "a-new-secret"
    with pytest.raises(Refusal) as refused:
        await ensure(KeyDraft(provider="openai", name="local", secret=SECRET))
    assert refused.value.code == "provider_differs"


async def test_wiring_of_an_older_table_is_derived_again(portal: Portal) -> None:
    key = await connected(portal)
    async with portal.house.database.transaction() as tx:
        assert await providers.rewire(tx) == 0
        await tx.execute(
            text("UPDATE provider_keys SET wiring_version = 'old', wiring = jsonb_set(wiring, '{urls}', '{}')")
        )
        assert await providers.rewire(tx) == 1
        assert (await providers.get_key(tx, key.id)).wiring == key.wiring


async def test_lists_search_filter_sort_and_page(portal: Portal, admin: Caller) -> None:
    for name in ("b_one", "a%one", "c two"):
        await connected(portal, name=name, provider="openai" if name == "c two" else "local")

    async def names(**query: Any) -> list[str]:
        answer = await admin.client.get(PROVIDER_KEYS, params=query)
        assert answer.status_code == 200, answer.text
        return [item["name"] for item in answer.json()["items"]]

    assert await names() == ["a%one", "b_one", "c two"]
    assert await names(sort="-created_at") == ["c two", "a%one", "b_one"]
    assert await names(q="ONE") == ["a%one", "b_one"]
    assert await names(q="%") == ["a%one"]
    assert await names(q="_") == ["b_one"]
    assert await names(provider="openai", status="active") == ["c two"]
    for sort in ("name", "-name", "provider", "-provider", "created_at", "-created_at"):
        seen, cursor = [], None
        while True:
            query = {"limit": 1, "sort": sort, **({"cursor": cursor} if cursor else {})}
            page = (await admin.client.get(PROVIDER_KEYS, params=query)).json()
            seen += [item["name"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert sorted(seen) == ["a%one", "b_one", "c two"]
        assert seen == await names(sort=sort)
    for bad in ({"sort": "secret"}, {"colour": "red"}, {"status": "gone"}, {"limit": 0}):
        assert (await admin.client.get(PROVIDER_KEYS, params=bad)).status_code == 422
    assert (await admin.client.get(PROVIDER_KEYS, params={"cursor": "bogus"})).status_code == 400

"""Allocations through the portal: what is given is stored or refused, and who paused decides who may resume."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, insert, text

from ai_api import allocations, catalog
from ai_api.allocations import Allocation
from ai_api.core.errors import Refusal
from ai_api.quotas import AllocationLimits
from ai_api.quotas.tables import quota_accounts
from ai_api.quotas.windows import account_id, month_window
from tests.integration.portal.examples_access import ALLOCATIONS, access_examples, granted, model, moved
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration


async def row(portal: Portal, statement: str, **values: Any) -> Any:
    async with portal.house.database.transaction() as tx:
        return (await tx.execute(text(statement), values)).one()


async def rows(portal: Portal, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    async with portal.house.database.transaction() as tx:
        return [tuple(one) for one in await tx.execute(text(statement), values)]


async def book(
    portal: Portal, allocation: Allocation, metric: str, *, settled: int, held: int, zone: str = "UTC"
) -> None:
    """What the data plane books: an account of the present month."""
    window = month_window(zone, portal.now())
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            insert(quota_accounts).values(
                id=account_id("allocation", allocation.id, metric, window.start),
                subject_kind="allocation",
                subject_id=allocation.id,
                metric=metric,
                window_start=window.start,
                window_end=window.end,
                settled=settled,
                held=held,
            )
        )


async def test_a_limit_typed_when_granting_is_stored_and_not_dropped(portal: Portal, admin: Caller) -> None:
    member, wanted = await portal.member(), await model(portal)
    body = {"member_id": str(member.id), "model_id": str(wanted.id), "monthly_tokens": 5_000_000_000}
    made = await admin.client.post(ALLOCATIONS, json={**body, "monthly_cost_usd": "12345.678900001"})
    assert made.status_code == 201
    allocation = made.json()
    assert (allocation["monthly_tokens"], allocation["monthly_cost_usd"]) == (5_000_000_000, "12345.678900001")
    assert (allocation["state"], allocation["paused_by"], allocation["state_reason"]) == ("active", None, "")
    found = (await admin.client.get(f"{ALLOCATIONS}/{allocation['id']}")).json()
    every = found.pop("every_limit")
    assert (found, len(every["allocation"])) == (allocation, 2)
    stored = await rows(portal, "SELECT metric, window_kind, amount FROM limits ORDER BY metric")
    assert stored == [("cost", "month", 12_345_678_900_001), ("total_tokens", "month", 5_000_000_000)]


async def test_null_is_unlimited_and_zero_is_nothing(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    for tokens, left in ((None, None), (0, 0)):
        wanted = await model(portal)
        body = {"member_id": str(member.id), "model_id": str(wanted.id), "monthly_tokens": tokens}
        allocation = (await admin.client.post(ALLOCATIONS, json=body)).json()
        assert allocation["monthly_tokens"] == tokens
        assert allocation["monthly_cost_usd"] is None
        assert [limit["left"] for limit in allocation["limits"]] == [left, None]


@pytest.mark.parametrize(
    "wrong",
    [
        {"monthly_cost": "5.00"},
        {"limit": 5},
        {"monthly_tokens": -1},
        {"monthly_tokens": 2**63},
        {"monthly_tokens": "5"},
        {"monthly_tokens": 5.0},
        {"monthly_tokens": True},
        {"monthly_cost_usd": 5},
        {"monthly_cost_usd": "-1"},
        {"monthly_cost_usd": "1e3"},
        {"monthly_cost_usd": "0.0000000001"},
        {"monthly_cost_usd": "9223372037"},
        {"monthly_cost_usd": ""},
    ],
    ids=str,
)
async def test_a_limit_that_cannot_be_kept_is_refused_and_nothing_is_granted(
    portal: Portal, admin: Caller, wrong: dict[str, Any]
) -> None:
    member, wanted = await portal.member(), await model(portal)
    body = {"member_id": str(member.id), "model_id": str(wanted.id), **wrong}
    refused = await admin.client.post(ALLOCATIONS, json=body)
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == list(wrong)
    assert await rows(portal, "SELECT id FROM allocations") == []
    existing = await granted(portal, member, tokens=7, cost_nanos=8)
    assert (await admin.client.patch(f"{ALLOCATIONS}/{existing.id}", json=wrong)).status_code == 422
    assert sorted(await rows(portal, "SELECT amount FROM limits")) == [(7,), (8,)]


async def test_the_largest_limits_that_can_be_kept_are_kept(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member())
    largest = {"monthly_tokens": 2**63 - 1, "monthly_cost_usd": "9223372036.854775807"}
    answer = await admin.client.patch(f"{ALLOCATIONS}/{allocation.id}", json=largest)
    assert {name: answer.json()[name] for name in largest} == largest
    assert [limit["left"] for limit in answer.json()["limits"]] == list(largest.values())


async def test_a_change_stores_what_is_given_and_leaves_the_rest(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member(), tokens=100, cost_nanos=2_000_000_000)
    path = f"{ALLOCATIONS}/{allocation.id}"

    async def limits_after(change: dict[str, Any]) -> tuple[Any, Any]:
        answer = await admin.client.patch(path, json=change)
        assert answer.status_code == 200, answer.text
        found = (await admin.client.get(path)).json()
        assert answer.json() == {name: found[name] for name in answer.json()}
        return answer.json()["monthly_tokens"], answer.json()["monthly_cost_usd"]

    assert await limits_after({"monthly_tokens": 0}) == (0, "2.00")
    assert await limits_after({"monthly_cost_usd": None}) == (0, None)
    assert await limits_after({"monthly_tokens": None, "monthly_cost_usd": "10000"}) == (None, "10000.00")
    assert (await admin.client.patch(path, json={})).status_code == 422


async def test_what_is_left_is_the_accounts_and_never_below_nothing(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member(), tokens=3_000_000_000, cost_nanos=1_000_000_000)
    await book(portal, allocation, "total_tokens", settled=2_200_000_000, held=300_000_000)
    await book(portal, allocation, "cost", settled=1_000_000_007, held=5)
    tokens, cost = (await admin.client.get(f"{ALLOCATIONS}/{allocation.id}")).json()["limits"]
    now = portal.now()
    resets = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    assert tokens | {"window_start": None} == {
        "metric": "total_tokens",
        "scope": "allocation",
        "window_kind": "month",
        "limit": 3_000_000_000,
        "used": 2_200_000_000,
        "held": 300_000_000,
        "left": 500_000_000,
        "window_start": None,
        "resets_at": resets.isoformat().replace("+00:00", "Z"),
    }
    assert datetime.fromisoformat(tokens["window_start"]) == datetime(now.year, now.month, 1, tzinfo=UTC)
    assert (cost["limit"], cost["used"], cost["held"], cost["left"]) == ("1.00", "1.000000007", "0.000000005", "0.00")


async def test_a_limit_set_late_knows_what_was_used_before(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member())
    await book(portal, allocation, "total_tokens", settled=70, held=0)
    changed = await admin.client.patch(f"{ALLOCATIONS}/{allocation.id}", json={"monthly_tokens": 100})
    assert changed.json()["limits"][0]["left"] == 30


async def test_months_begin_at_midnight_of_the_organizations_zone(portal: Portal, admin: Caller) -> None:
    zone = "Asia/Taipei"
    assert (await admin.client.patch("/api/admin/system", json={"organization_zone": zone})).status_code == 200
    allocation = await granted(portal, await portal.member(), tokens=10)
    await book(portal, allocation, "total_tokens", settled=4, held=0, zone=zone)
    tokens = (await admin.client.get(f"{ALLOCATIONS}/{allocation.id}")).json()["limits"][0]
    assert datetime.fromisoformat(tokens["window_start"]) == month_window(zone, portal.now()).start
    assert tokens["window_start"].endswith("T16:00:00Z")
    assert tokens["left"] == 6


async def test_a_second_live_grant_of_the_same_is_refused_and_another_after_a_revocation_is_not(
    portal: Portal, admin: Caller
) -> None:
    member, wanted = await portal.member(), await model(portal)
    first = await granted(portal, member, of=wanted, tokens=5)
    body = {"member_id": str(member.id), "model_id": str(wanted.id)}
    for action in (None, "pause", "quarantine"):
        if action:
            assert (await admin.client.post(f"{ALLOCATIONS}/{first.id}/{action}")).status_code == 200
        again = await admin.client.post(ALLOCATIONS, json=body)
        assert (again.status_code, again.json()["code"]) == (409, "allocation_exists")
    assert (await admin.client.post(f"{ALLOCATIONS}/{first.id}/revoke")).status_code == 200
    assert (await admin.client.post(ALLOCATIONS, json=body)).status_code == 201


async def test_of_ten_grants_at_once_one_is_made(portal: Portal, admin: Caller) -> None:
    member, wanted = await portal.member(), await model(portal)
    body = {"member_id": str(member.id), "model_id": str(wanted.id), "monthly_tokens": 1}
    answers = await asyncio.gather(*(admin.client.post(ALLOCATIONS, json=body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert await rows(portal, "SELECT amount FROM limits") == [(1,)]


async def test_unknown_members_and_models_and_archived_models_are_refused(portal: Portal, admin: Caller) -> None:
    member, wanted = await portal.member(), await model(portal)
    ids = {"member_id": str(member.id), "model_id": str(wanted.id)}
    for field in ids:
        refused = await admin.client.post(ALLOCATIONS, json={**ids, field: str(uuid4())})
        assert (refused.status_code, refused.json()["code"]) == (404, field.removesuffix("_id") + "_not_found")
    async with portal.house.database.transaction() as tx:
        await catalog.archive(tx, CLI, wanted.id)
    refused = await admin.client.post(ALLOCATIONS, json=ids)
    assert (refused.status_code, refused.json()["code"]) == (409, "model_archived")


async def test_a_member_cannot_resume_what_an_administrator_paused(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member())
    assert (
        await admin.client.post(f"{ALLOCATIONS}/{allocation.id}/pause", json={"reason": "audit"})
    ).status_code == 200
    with pytest.raises(Refusal) as refused:
        await moved(portal, allocation, "resume", by="member")
    assert refused.value.kind == "forbidden"
    shown = (await admin.client.get(f"{ALLOCATIONS}/{allocation.id}")).json()
    assert (shown["state"], shown["paused_by"], shown["state_reason"]) == ("paused", "admin", "audit")
    resumed = (await admin.client.post(f"{ALLOCATIONS}/{allocation.id}/resume")).json()
    assert (resumed["state"], resumed["paused_by"], resumed["state_reason"]) == ("active", None, "")


async def test_every_verb_of_an_allocation_says_its_state_and_a_second_time_is_a_conflict(
    portal: Portal, admin: Caller
) -> None:
    allocation = await granted(portal, await portal.member())
    steps = [
        ("pause", "paused"),
        ("resume", "active"),
        ("quarantine", "quarantined"),
        ("release", "active"),
        ("revoke", "revoked"),
    ]
    for verb, state in steps:
        path = f"{ALLOCATIONS}/{allocation.id}/{verb}"
        done = await admin.client.post(path, json={"reason": f"because {verb}"})
        assert (done.status_code, done.json()["state"]) == (200, state)
        assert done.json()["state_reason"] == f"because {verb}"
        again = await admin.client.post(path)
        assert (again.status_code, again.json()["code"]) == (409, "allocation_state_conflict")
    patched = await admin.client.patch(f"{ALLOCATIONS}/{allocation.id}", json={"monthly_tokens": 1})
    assert (patched.status_code, patched.json()["code"]) == (409, "allocation_state_conflict")


async def test_of_two_moves_at_once_the_second_sees_the_first(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member())
    path = f"{ALLOCATIONS}/{allocation.id}/revoke"
    answers = await asyncio.gather(*(admin.client.post(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_the_list_is_filtered_paged_and_exact(portal: Portal, admin: Caller) -> None:
    ann, ben, wanted = await portal.member(), await portal.member(), await model(portal)
    of_ann = [await granted(portal, ann, of=wanted, tokens=0), *[await granted(portal, ann, tokens=n) for n in (1, 2)]]
    of_ben = await granted(portal, ben, of=wanted)
    await moved(portal, of_ann[1], "revoke", by="admin")

    async def listed(**query: str) -> list[str]:
        found, cursor = [], None
        while True:
            page = await admin.client.get(
                ALLOCATIONS, params={"limit": "1", **query, **({"cursor": cursor} if cursor else {})}
            )
            assert page.status_code == 200, page.text
            found += [item["id"] for item in page.json()["items"]]
            if (cursor := page.json()["next"]) is None:
                return found

    everything = [str(one.id) for one in (*of_ann, of_ben)]
    assert await listed() == everything[::-1]
    assert await listed(sort="created_at") == everything
    assert await listed(member_id=str(ann.id), sort="created_at") == everything[:3]
    assert sorted(await listed(model_id=str(wanted.id))) == sorted([everything[0], everything[3]])
    assert await listed(state="revoked") == [everything[1]]
    assert await listed(member_id=str(ben.id), state="paused") == []


async def test_a_page_costs_the_same_statements_however_long_it_is(portal: Portal, admin: Caller) -> None:
    member = await portal.member()

    async def statements() -> int:
        seen: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        engine = portal.house.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert (await admin.client.get(ALLOCATIONS, params={"limit": "200"})).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    await granted(portal, member, tokens=1)
    await statements()  # the first request also notes the use of the access token
    few = await statements()
    for _ in range(10):
        await granted(portal, member, tokens=1)
    assert await statements() == few


@pytest.mark.parametrize(
    "query",
    [
        "state=lost",
        "member_id=x",
        "limit=0",
        "limit=201",
        "q=x",
        "sort=state",
        "nonsense=1",
        "state=active&state=paused",
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(admin: Caller, query: str) -> None:
    assert (await admin.client.get(f"{ALLOCATIONS}?{query}")).status_code == 422


async def test_a_cursor_of_another_order_or_of_nobody_is_refused(portal: Portal, admin: Caller) -> None:
    for _ in range(2):
        await granted(portal, await portal.member())
    cursor = (await admin.client.get(ALLOCATIONS, params={"limit": "1"})).json()["next"]
    for wrong in (
        {"cursor": cursor, "sort": "created_at"},
        {"cursor": "WyJhIl0"},
        {"cursor": "WyItY3JlYXRlZF9hdCIsIngiXQ"},
    ):
        refused = await admin.client.get(ALLOCATIONS, params=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")


async def test_an_unknown_or_malformed_id_is_404(admin: Caller) -> None:
    for one in (str(uuid4()), "nonsense"):
        assert (await admin.client.get(f"{ALLOCATIONS}/{one}")).status_code == 404
        assert (await admin.client.patch(f"{ALLOCATIONS}/{one}", json={"monthly_tokens": 1})).status_code == 404
        for verb in ("pause", "resume", "quarantine", "release", "revoke"):
            assert (await admin.client.post(f"{ALLOCATIONS}/{one}/{verb}")).status_code == 404


async def test_every_write_moves_the_members_epoch_and_leaves_one_audit_row(portal: Portal, admin: Caller) -> None:
    for example in await access_examples(portal):
        epoch = (await row(portal, "SELECT epoch FROM members WHERE id = :id", id=example.member_id)).epoch
        known = (await row(portal, "SELECT count(*) AS n FROM audit_events")).n
        done = await admin.client.request(example.method, example.path, json=example.body)
        assert done.status_code == example.status, (example, done.text)
        noted = await rows(
            portal, "SELECT actor_name, address FROM audit_events ORDER BY id OFFSET :known", known=known
        )
        assert noted == [(admin.member.identifier, "192.0.2.7")], example
        assert (await row(portal, "SELECT epoch FROM members WHERE id = :id", id=example.member_id)).epoch != epoch, (
            example
        )


async def test_a_member_may_do_none_of_it(portal: Portal, owner: Caller) -> None:
    member = await portal.caller()
    for example in await access_examples(portal):
        for client, status in ((member.client, 403), (portal.client(), 401)):
            refused = await client.request(example.method, example.path, json=example.body)
            assert refused.status_code == status, example
    for path in (ALLOCATIONS, "/api/admin/credentials", "/api/admin/call-records"):
        assert (await member.client.get(path)).status_code == 403
        assert (await portal.client().get(path)).status_code == 401


async def test_a_refused_grant_leaves_the_transaction_usable(portal: Portal) -> None:
    member, wanted = await portal.member(), await model(portal)
    await granted(portal, member, of=wanted)
    async with portal.house.database.transaction() as tx:
        with pytest.raises(Refusal, match="already has"):
            await allocations.grant(tx, CLI, member_id=member.id, model_id=wanted.id, limits=AllocationLimits())
        assert (await tx.execute(text("SELECT 1"))).scalar_one() == 1


async def test_allocations_are_listed_by_a_tag_that_does_not_apply_to_their_member(
    portal: Portal, admin: Caller
) -> None:
    mine, other = await portal.member(), await portal.member()
    tags = [
        (
            await admin.client.post("/api/admin/tags", json={"name": f"{name} {uuid4()}", "everyone": name == "all"})
        ).json()
        for name in ("given", "nobody's", "all")
    ]
    given, nobodys, everyones = [each["id"] for each in tags]
    answer = await admin.client.post(f"/api/admin/tags/{given}/members", json={"member_ids": [str(mine.id)]})
    assert answer.status_code == 200, answer.text
    held = [await granted(portal, mine), await granted(portal, other), await granted(portal, mine)]
    await moved(portal, held[0], "pause", by="admin")

    async def found(**query: str) -> list[str]:
        page: dict[str, Any] = {"next": ""}
        ids: list[str] = []
        while page["next"] is not None:
            cursor = {"cursor": page["next"]} if page["next"] else {}
            page = (await admin.client.get(ALLOCATIONS, params={"limit": 1, **query, **cursor})).json()
            ids += [each["id"] for each in page["items"]]
        return ids

    first, others, second = [str(each.id) for each in held]
    assert await found(tag_id=given) == [second, first]
    assert await found(tag_id=given, sort="created_at") == [first, second]
    assert await found(tag_id=given, state="paused") == [first]
    assert await found(tag_id=given, member_id=str(other.id)) == []
    assert {first, others, second} <= set(await found(tag_id=everyones))
    assert await found(tag_id=nobodys) == await found(tag_id=str(uuid4())) == []
    assert (await admin.client.get(ALLOCATIONS, params={"tag_id": "research"})).status_code == 422
    assert (await admin.client.delete(f"/api/admin/tags/{everyones}")).status_code == 204

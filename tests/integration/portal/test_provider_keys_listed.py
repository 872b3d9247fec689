"""What the list of provider keys says of each: what it serves, whether it works, and what it cost, at no more cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ai_api import catalog
from ai_api.core.ids import uuid7
from ai_api.providers import ProviderKey, Route
from tests.integration.portal.examples_catalog import (
    MODELS,
    NOWHERE,
    PROVIDER_KEYS,
    ROUTES,
    connected,
    published,
    routed,
)
from tests.load.browsed import sum_up
from tests.support import upstream
from tests.support.plans import asked
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
# In Kathmandu it is the first of December already, 05:30.
MONTHS_END = datetime(2026, 11, 30, 23, 45, tzinfo=UTC)

_CALLED = """
INSERT INTO usage_quarters (quarter, member_id, model, provider, provider_key_id, outcome, calls, billed_cost_nanos,
    list_cost_nanos, unpriced_calls, told_calls, tags)
VALUES (date_bin('15 minutes', CAST(:at AS timestamptz), 'epoch'), :member_id, 'a/b', 'local', :key_id, :outcome, :calls, :nanos,
    :nanos, :unpriced, :calls, CAST(:tags AS jsonb))
"""


async def listed(admin: Caller, **query: Any) -> dict[str, dict[str, Any]]:
    """The provider keys of one page, by their names in the order of the page; each is shown alone as it is here."""
    answer = await admin.client.get(PROVIDER_KEYS, params=query)
    assert answer.status_code == 200, answer.text
    found = {item["name"]: item for item in answer.json()["items"]}
    zone = {"zone": query["zone"]} if "zone" in query else {}
    for item in found.values():
        assert (await admin.client.get(f"{PROVIDER_KEYS}/{item['id']}", params=zone)).json() == item
    return found


async def called(
    portal: Portal,
    key: ProviderKey,
    at: datetime,
    *,
    outcome: str = "ok",
    calls: int = 1,
    nanos: int = 0,
    unpriced: int = 0,
    told: bool = True,
) -> None:
    """A roll-up as settlements leave it; one that is not told had members of different tags."""
    given = {"at": at, "member_id": uuid7(), "key_id": key.id, "outcome": outcome, "calls": calls}
    given |= {"nanos": nanos, "unpriced": unpriced, "tags": "[]" if told else None}
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(_CALLED), given)


async def failing(portal: Portal, route: Route, code: str, *, until: datetime) -> None:
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text("INSERT INTO route_health VALUES (:id, :code, 1, :until_ms, false)"),
            {"id": route.id, "code": code, "until_ms": int(until.timestamp() * 1000)},
        )


async def test_a_key_that_does_not_work_looks_well(portal: Portal, admin: Caller, tmp_path: Any) -> None:
    async def state_of(key: ProviderKey) -> str:
        return str((await listed(admin))[key.name]["state"])

    async with upstream.running(log=tmp_path / "witness.jsonl") as sim:
        key = await connected(portal, base_url=f"{sim.url}/v1")
        path = f"{PROVIDER_KEYS}/{key.id}"
        assert await state_of(key) == "not_tested"
        assert (await admin.client.post(f"{path}/test")).json()["ok"] is True
        assert await state_of(key) == "working"
        renamed = await admin.client.patch(path, json={"name": key.name, "organization": "one of ours"})
        assert renamed.status_code == 200
        assert await state_of(key) == "working"
        rotated = await admin.client.patch(path, json={"secret": "sk-another-0123456789-abcd"})
        assert rotated.status_code == 200
        assert await state_of(key) == "not_tested"
        assert (await admin.client.post(f"{path}/discover")).status_code == 200
        assert await state_of(key) == "working"
        await admin.client.post(f"{path}/disable")
        assert await state_of(key) == "disabled"
        await admin.client.post(f"{path}/enable")
        assert await state_of(key) == "working"
    assert (await admin.client.post(f"{path}/test")).json()["ok"] is False
    assert await state_of(key) == "unreachable"
    await called(portal, key, datetime.now(UTC) + timedelta(minutes=30))
    portal.clock.move(timedelta(hours=1))
    assert await state_of(key) == "working"


async def test_a_key_by_which_nothing_goes_looks_well(portal: Portal, admin: Caller) -> None:
    key, busy = await connected(portal, name="down"), await connected(portal, name="busy")
    routes = [await routed(portal, await published(portal), key) for _ in range(2)]
    waits = await routed(portal, await published(portal), busy)
    for each in (key, busy):
        await called(portal, each, portal.now())
    until = portal.now() + timedelta(minutes=5)
    await failing(portal, routes[0], "upstream_timeout", until=until)
    # The provider answers, and wants fewer calls.
    await failing(portal, waits, "upstream_rate_limited", until=until)
    assert {name: item["state"] for name, item in (await listed(admin)).items()} == {
        "busy": "working",
        "down": "working",
    }
    await failing(portal, routes[1], "upstream_unreachable", until=until)
    assert {name: item["state"] for name, item in (await listed(admin)).items()} == {
        "busy": "working",
        "down": "unreachable",
    }
    refused = "UPDATE provider_keys SET flagged_code = 'upstream_auth', flagged_at = now() WHERE id = :id"
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(refused), {"id": key.id})
    assert (await listed(admin))["down"]["state"] == "refused"


async def test_models_that_a_key_does_not_serve_are_counted(portal: Portal, admin: Caller) -> None:
    key, other = await connected(portal, name="mine"), await connected(portal, name="other")
    slugs = ("a/one", "a/two", "b/off", "b/weightless", "b/archived", "c/others")
    models = {slug: await published(portal, slug=slug) for slug in slugs}
    await routed(portal, models["a/one"], key, "first")
    await routed(portal, models["a/one"], key, "second")
    await routed(portal, models["a/two"], key)
    off = await routed(portal, models["b/off"], key)
    assert (await admin.client.patch(f"{ROUTES}/{off.id}", json={"status": "disabled"})).status_code == 200
    await routed(portal, models["b/weightless"], key, weight=0)
    await routed(portal, models["b/archived"], key)
    await routed(portal, models["c/others"], other)
    async with portal.house.database.transaction() as tx:
        await catalog.archive(tx, CLI, models["b/archived"].id)

    async def served_by(key_id: UUID, **query: Any) -> list[str]:
        answer = await admin.client.get(MODELS, params={"served_by": str(key_id), **query})
        assert answer.status_code == 200, answer.text
        return [item["slug"] for item in answer.json()["items"]]

    assert {name: item["models"] for name, item in (await listed(admin)).items()} == {"mine": 2, "other": 1}
    assert await served_by(key.id) == ["a/one", "a/two"]
    assert await served_by(other.id) == ["c/others"]
    assert await served_by(uuid7()) == []
    assert await served_by(key.id, q="two") == ["a/two"]
    assert await served_by(key.id, lacks="route") == []
    assert await served_by(key.id, lacks="price") == ["a/one", "a/two"]
    assert (await admin.client.post(f"{PROVIDER_KEYS}/{key.id}/disable")).status_code == 200
    assert await served_by(key.id, lacks="route") == ["a/one", "a/two"]
    assert (await admin.client.get(MODELS, params={"served_by": "no-id"})).status_code == 422


async def test_what_another_key_spent_or_another_month_is_counted(portal: Portal, admin: Caller) -> None:
    portal.clock.move(MONTHS_END - portal.now())
    admin = await portal.caller(role="admin")
    key, other = await connected(portal, name="mine"), await connected(portal, name="other")
    await connected(portal, name="unused")
    begins = datetime(2026, 11, 1, tzinfo=UTC)
    await called(portal, key, begins - timedelta(minutes=1), nanos=10**15)
    await called(portal, key, begins, nanos=1_000_000_001, calls=3)
    await called(portal, key, begins + timedelta(days=12), outcome="upstream_error", nanos=250_000_000)
    await called(portal, key, begins + timedelta(days=12), unpriced=2, calls=5)
    # In Kathmandu this is of December already.
    await called(portal, key, MONTHS_END - timedelta(hours=1), nanos=7)
    await called(portal, other, begins + timedelta(days=3), nanos=10**14)
    november = {"calls": 10, "unpriced_calls": 2, "billed_cost_usd": "1.250000008"}
    nothing = {"calls": 0, "unpriced_calls": 0, "billed_cost_usd": "0.00"}
    shown = {name: item["this_month"] for name, item in (await listed(admin, zone="UTC")).items()}
    assert shown == {
        "mine": november,
        "other": {"calls": 1, "unpriced_calls": 0, "billed_cost_usd": "100000.00"},
        "unused": nothing,
    }
    report = {"by": "provider_key", "range": "this_month", "zone": "UTC"}
    told = (await admin.client.get("/api/admin/usage", params=report)).json()["items"]
    assert {row["name"]: row["billed_cost_usd"] for row in told} == {
        name: each["billed_cost_usd"] for name, each in shown.items() if name != "unused"
    }
    december = (await listed(admin, zone="Asia/Kathmandu"))["mine"]["this_month"]
    assert december == {"calls": 1, "unpriced_calls": 0, "billed_cost_usd": "0.000000007"}
    assert (await admin.client.get(PROVIDER_KEYS, params={"zone": "Mars/Base"})).json()["code"] == "bad_time_zone"


async def test_a_key_that_served_looks_as_if_it_never_had(portal: Portal, admin: Caller, database: str) -> None:
    now = portal.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    ago = {"now": 0, "days": 9, "months": 80, "untold": 8, "too_long": 95}
    keys = {name: await connected(portal, name=name) for name in (*ago, "failed", "never")}
    moments = {name: quarter - timedelta(days=days) for name, days in ago.items()}
    for name, at in moments.items():
        for earlier in (0, 15, 60 * 24 * 2):
            await called(portal, keys[name], at - timedelta(minutes=earlier), told=name != "untold")
        await called(portal, keys[name], at + timedelta(minutes=15), outcome="upstream_error")
    await called(portal, keys["failed"], quarter, outcome="upstream_timeout")

    async def said() -> dict[str, datetime | None]:
        found = {name: item["last_success_at"] for name, item in (await listed(admin)).items()}
        return {name: None if at is None else datetime.fromisoformat(at) for name, at in found.items()}

    expected = {**moments, "too_long": None, "failed": None, "never": None}
    assert await said() == expected
    await sum_up(database)
    assert await said() == expected
    # Something of a day that is summed comes late, and the day is not summed anew yet.
    late = moments["days"] + timedelta(minutes=30)
    await called(portal, keys["days"], late)
    assert await said() == {**expected, "days": late}


async def test_a_longer_list_of_keys_asks_the_database_more_often(portal: Portal, admin: Caller) -> None:
    counts = []
    # That the token was used is noted once a minute.
    await admin.client.get(PROVIDER_KEYS)
    for _ in range(2):
        for _ in range(5):
            key = await connected(portal, base_url=NOWHERE)
            await routed(portal, await published(portal), key)
            await called(portal, key, portal.now(), nanos=5)
        with asked(portal.house.database) as statements, asked(portal.house.reports) as reading:
            page = (await admin.client.get(PROVIDER_KEYS)).json()["items"]
        assert {item["models"] for item in page} == {1}
        assert {item["this_month"]["billed_cost_usd"] for item in page} == {"0.000000005"}
        counts.append((len(statements), len(reading)))
    assert counts[0] == counts[1]

"""What needs somebody: each condition is said as long as it holds, leads to where it is mended, and is gone afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ai_api import catalog, quotas
from ai_api.core.ids import uuid7
from ai_api.quotas import Reach
from ai_api.quotas.limit import account_of
from ai_api.setup.attention_rules import CONDITIONS
from tests.integration.portal.examples_catalog import connected, published, routed
from tests.integration.portal.test_call_records import record
from tests.support.plans import MANY, analyze, asked, read_whole
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
ATTENTION = "/api/admin/attention"
RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks"
NOBODY = UUID(int=0)
HOLDS_ELSEWHERE = {"assurance_one_role"}
"""Told apart where there are two roles: tests/integration/audit/test_roles.py."""


class House:
    """A portal whose administrator looks at what needs somebody."""

    def __init__(self, portal: Portal, owner: Caller) -> None:
        self.portal, self.owner = portal, owner
        self.seen: set[str] = set()

    async def run(self, *statements: str, **values: Any) -> None:
        async with self.portal.house.database.transaction() as tx:
            for statement in statements:
                await tx.execute(text(statement), values)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.owner.client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def found(self) -> dict[str, dict[str, Any]]:
        answer = await self.owner.client.get(ATTENTION)
        assert answer.status_code == 200, answer.text
        return {item["code"]: item for item in answer.json()["items"]}

    async def has(self, code: str, *names: str, count: int = 1, since: bool = True) -> dict[str, Any]:
        """A condition is said, of so many things, in words that name them, and leads somewhere."""
        item = (await self.found())[code]
        self.seen.add(code)
        assert (item["severity"], item["count"], item["at_least"]) == (CONDITIONS[code].severity, count, False)
        assert (item["since"] is not None) == since, item
        for name in names:
            assert name in item["words"], item
        assert {case["name"] for case in item["affected"]} >= set(names), item
        target = await self.owner.client.get(item["target"])
        assert target.status_code == 200, (item["target"], target.text)
        assert item["runbook"] is None or (RUNBOOKS / f"{item['runbook']}.md").is_file()
        return item

    async def has_not(self, *codes: str) -> None:
        """Conditions that were said are said no more."""
        assert self.seen.issuperset(codes), "it was never there"
        assert set(codes).isdisjoint(await self.found())


@pytest.fixture
async def house(portal: Portal, owner: Caller) -> House:
    return House(portal, owner)


async def keys_and_routes(house: House) -> None:
    key = await connected(house.portal, name="main key")
    await house.run("UPDATE provider_keys SET flagged_code = 'upstream_auth', flagged_at = now()")
    item = await house.has("provider_key_flagged", "main key")
    assert item["target"] == f"/api/admin/provider-keys/{key.id}"
    await house.run("UPDATE provider_keys SET flagged_code = NULL, flagged_at = NULL")

    model = await published(house.portal, slug="acme/served")
    assert "model_unserved" not in await house.found(), "nobody has a right to it"
    await house.post(
        "/api/admin/allocations", {"member_id": str((await house.portal.member()).id), "model_id": str(model.id)}
    )
    await house.has("model_unserved", "acme/served", since=False)
    route = await routed(house.portal, model, key)
    await house.has_not("provider_key_flagged", "model_unserved")

    cooling = "INSERT INTO route_health VALUES (:id, 'upstream_timeout', 1, :until_ms, false)"
    until = int((house.portal.now() + timedelta(minutes=1)).timestamp() * 1000)
    await house.run(cooling, id=route.id, until_ms=until)
    await house.has("route_cooling", "acme/served by main key", since=False)
    await house.has("model_unserved", "acme/served", since=False)
    second = await routed(house.portal, model, key, "second")
    await house.has_not("model_unserved")
    for broken, mended in (
        ("routes SET status = 'disabled'", "routes SET status = 'active'"),
        ("routes SET weight = 0", "routes SET weight = 1"),
    ):
        await house.run(f"UPDATE {broken} WHERE id = :id", id=second.id)
        await house.has("model_unserved", "acme/served", since=False)
        await house.run(f"UPDATE {mended} WHERE id = :id", id=second.id)
    await house.run("UPDATE route_health SET until_ms = until_ms - 3600000")
    await house.has_not("route_cooling", "model_unserved")
    await house.run("UPDATE provider_keys SET status = 'disabled'")
    await house.has("model_unserved", "acme/served", since=False)
    await house.run("UPDATE provider_keys SET status = 'active'")


async def money(house: House) -> None:
    call_id = uuid7()
    await house.run("INSERT INTO unsettled VALUES (:id, '{}', '22P05', 'no text', now())", id=call_id)
    await house.has("unsettled_records", str(call_id))
    await house.run("DELETE FROM unsettled")

    await house.run("INSERT INTO book_proofs VALUES ('held', now(), 5, now()), ('settled', now(), 0, NULL)")
    await house.has("books_unexplained", "held")
    await house.run("UPDATE book_proofs SET amount = 0, unexplained_at = NULL")

    stray = await record(house.portal, datetime(2001, 2, 3, tzinfo=UTC))
    item = await house.has("stray_records", str(stray))
    assert item["target"] == f"/api/admin/call-records/{stray}"
    await house.run(
        "ALTER TABLE call_records DISABLE TRIGGER only_added",
        "DELETE FROM call_records_default",
        "ALTER TABLE call_records ENABLE TRIGGER only_added",
    )
    await house.has_not("unsettled_records", "books_unexplained", "stray_records")


async def prices(house: House) -> None:
    model = await published(house.portal, slug="acme/unpriced")
    assert "model_without_price" not in await house.found(), "nobody called it"
    called = (
        "INSERT INTO usage_quarters (quarter, model_id, outcome, calls, unpriced_calls) VALUES (:at, :id, 'ok', 2, 1)"
    )
    await house.run(called, at=house.portal.now() - timedelta(hours=1), id=model.id)
    await house.has("model_without_price", "acme/unpriced")
    await house.post(
        "/api/admin/prices",
        {"model_id": str(model.id), "in_force_from": None, "prices": {"input_usd": "1", "output_usd": "2"}},
    )

    made = await house.post("/api/admin/models/import", {"provider": "azure", "key": "azure/gpt-4o"})
    assert "price_differs" not in await house.found(), "the registry says what it said"
    before = """UPDATE model_imports SET price_facts = '{"input_cost_per_token": "0.00001"}', price_version = '0.1'"""
    await house.run(before)
    item = await house.has("price_differs", "azure/gpt-4o", since=False)
    assert item["target"] == f"/api/admin/models/{made['id']}/suggestion"
    await house.post(
        f"/api/admin/models/{made['id']}/suggestion/price",
        {"version": catalog.registry_version(), "leave_out": []},
    )
    await house.has_not("model_without_price", "price_differs")
    await house.run(before)
    assert "price_differs" not in await house.found(), "what the registry says is the price in force"


async def limits(house: House) -> None:
    member = await house.portal.member(identifier="tight@example.test")
    of = {"subject_kind": "member", "subject_id": str(member.id), "metric": "requests", "amount": 10}
    lifetime = await house.post("/api/admin/limits", {**of, "window_kind": "lifetime"})
    await house.post("/api/admin/limits", {**of, "window_kind": "sliding", "window_s": 60})
    whole = {"subject_kind": "global", "metric": "cost", "amount": "1.00", "window_kind": "month"}
    await house.post("/api/admin/limits", whole)

    async def used(share: float) -> None:
        async with house.portal.house.database.transaction() as tx:
            found = await quotas.find_within(tx, Reach(everybody=True, member_ids=[member.id]))
        for limit in (each for each in found if each.window_kind != "sliding"):
            account = account_of(limit, zone="UTC", at=house.portal.now(), member_id=NOBODY, credential_id=NOBODY)
            await house.run(
                "INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start, window_end, settled) "
                "VALUES (:id, :kind, :subject, :metric, :start, :end, :settled) "
                "ON CONFLICT (id) DO UPDATE SET settled = excluded.settled",
                id=account.id,
                kind=account.subject_kind,
                subject=account.subject_id,
                metric=account.metric,
                start=account.window_start,
                end=account.window_end,
                settled=int(limit.amount * share),
            )

    await used(0.9)
    await house.has(
        "limit_nearly_used",
        "tight@example.test (requests in all)",
        "everybody (cost per month)",
        count=2,
        since=False,
    )
    await used(0.8)
    await house.has_not("limit_nearly_used")
    await used(1.0)
    await house.owner.client.delete(f"/api/admin/limits/{lifetime['id']}")
    await house.has("limit_nearly_used", "everybody (cost per month)", since=False)


async def people(house: House) -> None:
    await house.has("one_owner", house.owner.member.identifier, since=False)
    await house.portal.member("owner")
    await house.has_not("one_owner")

    responsible = await house.portal.member()
    service = await house.portal.member(
        kind="service", responsible_member_id=responsible.id, identifier="robot@example.test"
    )
    disable = "UPDATE members SET status = :status WHERE id = :id"
    await house.run(disable, status="disabled", id=responsible.id)
    item = await house.has("service_unanswered", "robot@example.test")
    assert item["target"] == f"/api/admin/members/{service.id}"
    await house.run(disable, status="active", id=responsible.id)

    member = await house.portal.member()
    credential = await house.post("/api/admin/credentials", {"member_id": str(member.id), "name": "laptop"})
    ends = "UPDATE credentials SET created_at = :made, expires_at = :ends WHERE id = :id"
    now, credential_id = house.portal.now(), UUID(credential["id"])
    await house.run(ends, made=now - timedelta(days=80), ends=now + timedelta(days=3), id=credential_id)
    await house.has("credentials_expiring", "laptop")
    await house.run(ends, made=now, ends=now + timedelta(days=3), id=credential_id)
    await house.has_not("credentials_expiring")
    await house.run(ends, made=now - timedelta(days=80), ends=now + timedelta(days=3), id=credential_id)
    await house.has("credentials_expiring", "laptop")
    await house.post(f"/api/admin/credentials/{credential_id}/rotate", {"overlap_s": 3600})
    await house.has_not("service_unanswered", "credentials_expiring")


async def letters(house: House) -> None:
    letter = (
        "INSERT INTO outbox (id, kind, recipient, sealed_payload, sealing_key_id, created_at, expires_at, next_try_at, {end}) "
        "VALUES (:id, 'reset', 'ana@example.test', {payload}, :at, :at, :at, {at})"
    )
    ended, waits = ("NULL, NULL", ":at"), ("'x', 'k'", "NULL")
    now = house.portal.now()

    async def put(end: str, form: tuple[str, str], at: datetime) -> None:
        await house.run(letter.format(end=end, payload=form[0], at=form[1]), id=uuid7(), at=at)

    await put("failed_at", ended, now - timedelta(hours=2))
    await house.has("letters_failed", "ana@example.test")
    await put("sent_at", ended, now - timedelta(hours=1))
    await put("failed_at", waits, now - timedelta(minutes=5))
    await house.has_not("letters_failed")
    assert "letters_waiting" not in await house.found(), "the next try is soon"
    await put("failed_at", waits, now - timedelta(hours=1))
    await house.has("letters_waiting", "ana@example.test")
    await house.run(
        "UPDATE outbox SET sent_at = now(), sealed_payload = NULL, sealing_key_id = NULL "
        "WHERE sealed_payload IS NOT NULL"
    )
    await house.has_not("letters_waiting")


async def machinery(house: House) -> None:
    await house.has("no_replica", since=False)
    replica = "INSERT INTO replicas (id, host, version, started_at, seen_at) VALUES (:id, 'h', :version, :at, :at)"
    now = house.portal.now()
    await house.run(replica, id=uuid7(), version="1.0", at=now)
    await house.has_not("no_replica")
    await house.run(replica, id=uuid7(), version="1.1", at=now)
    await house.has("replica_versions", "1.0", "1.1", count=2)
    await house.run("UPDATE replicas SET swept_at = now() WHERE version = '1.0'")
    await house.has_not("replica_versions")
    await house.run("UPDATE replicas SET seen_at = seen_at - interval '2 minutes'")
    await house.has("no_replica")

    await house.has("jobs_late", "every job", since=False)
    job = "INSERT INTO job_runs (name, every_s, known_at, done_at) VALUES (:name, 2, :at, :at)"
    await house.run(job, name="sweep_holds", at=now)
    await house.has_not("jobs_late")
    await house.run(job, name="prove_books", at=now - timedelta(minutes=6))
    await house.has("jobs_late", "prove_books")
    await house.run("UPDATE job_runs SET done_at = now()")
    await house.has_not("jobs_late")

    async with revised(house) as revision:
        await revision("0001")
        await house.has("schema_old", "0001", since=False)
        await revision("9999")
        await house.has("build_old", "9999", since=False)
    await house.has_not("schema_old", "build_old")
    await house.run("ALTER TABLE audit_events DISABLE TRIGGER only_added")
    await house.has("assurance_switched_off", "only_added on audit_events", since=False)
    await house.run("ALTER TABLE audit_events ENABLE TRIGGER only_added")
    await house.has_not("assurance_switched_off")


@asynccontextmanager
async def revised(house: House) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    async with house.portal.house.database.transaction() as tx:
        before = (await tx.execute(text("SELECT revision FROM schema_state"))).scalar_one()

    async def revise(revision: str) -> None:
        await house.run("UPDATE schema_state SET revision = :revision", revision=revision)

    yield revise
    await revise(before)


SCENES = (keys_and_routes, money, prices, limits, people, letters, machinery)


async def test_what_needs_somebody_is_never_said_or_said_for_ever(house: House) -> None:
    for scene in SCENES:
        await scene(house)
    assert house.seen == set(CONDITIONS) - HOLDS_ELSEWHERE
    items = (await house.owner.client.get(ATTENTION)).json()["items"]
    order = ["critical", "warning", "notice"]
    assert [order.index(item["severity"]) for item in items] == sorted(order.index(item["severity"]) for item in items)


async def test_a_large_house_is_read_whole_to_say_what_needs_somebody(house: House) -> None:
    database = house.portal.house.database
    await house.run(*MANY)
    await analyze(database)
    with asked(database) as statements:
        found = await house.found()
    assert (found["model_unserved"]["count"], found["credentials_expiring"]["at_least"]) == (200, True)
    assert len(statements) > len(CONDITIONS) - 5
    growing = ("members", "credentials", "allocations", "outbox", "usage_quarters", "limits")
    assert await read_whole(database, statements, *growing) == []

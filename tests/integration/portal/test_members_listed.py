"""What the list of members says of each: what they have, what they spend and when they were last seen, at no more cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from ai_api.core.ids import uuid7
from tests.integration.portal.examples_access import granted, model, moved
from tests.support.plans import asked
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
MEMBERS = "/api/admin/members"
# It is the first of December, 05:30, in Kathmandu.
MONTHS_END = datetime(2026, 11, 30, 23, 45, tzinfo=UTC)

_SPENT = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, model, outcome, calls, billed_cost_nanos, unpriced_calls)
VALUES (date_bin('15 minutes', CAST(:at AS timestamptz), 'epoch'), :member_id, :credential_id, 'a/b', 'ok', :calls, :nanos, :unpriced)
"""
_CALLED = """
INSERT INTO call_records (call_id, started_at, finished_at, member_id, dialect, operation, stream, outcome, usage_source, request_id)
VALUES (:id, :at, :at, :member_id, 'openai', 'chat', false, 'ok', 'none', 'r')
"""


async def shown(admin: Caller, who: Caller, **query: str) -> dict[str, Any]:
    answer = await admin.client.get(MEMBERS, params={"q": who.member.identifier, **query})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    return dict(found)


async def spent(
    portal: Portal, who: Caller, at: datetime, *, nanos: int = 0, unpriced: int = 0, calls: int = 1
) -> None:
    given = {"at": at, "member_id": who.member.id, "credential_id": uuid7(), "calls": calls}
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(_SPENT), {**given, "nanos": nanos, "unpriced": unpriced})


async def called(portal: Portal, who: Caller, at: datetime) -> None:
    given = {"id": uuid7(round(at.timestamp() * 1000)), "at": at, "member_id": who.member.id}
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(_CALLED), given)


async def test_an_allocation_that_was_taken_away_is_counted(portal: Portal, admin: Caller) -> None:
    who, other = await portal.caller(), await portal.caller()
    of = await model(portal)
    await granted(portal, who.member, of=of)
    held = await granted(portal, who.member)
    gone = await granted(portal, who.member)
    await granted(portal, other.member, of=of)
    await moved(portal, held, "pause", by="admin")
    await moved(portal, gone, "revoke", by="admin")
    assert (await shown(admin, who))["allocations"] == 2
    assert (await shown(admin, other))["allocations"] == 1
    assert (await shown(admin, admin))["allocations"] == 0


async def test_what_was_spent_in_another_month_or_by_another_member_is_counted(portal: Portal, admin: Caller) -> None:
    portal.clock.move(MONTHS_END - portal.now())
    who, other = await portal.caller(), await portal.caller()
    begins = datetime(2026, 11, 1, tzinfo=UTC)
    await spent(portal, who, begins - timedelta(minutes=1), nanos=10**15)
    await spent(portal, who, begins, nanos=1_000_000_001, calls=3)
    await spent(portal, who, begins + timedelta(days=12), nanos=250_000_000)
    await spent(portal, who, begins + timedelta(days=12), unpriced=2, calls=5)
    # In Kathmandu this is of December already, and the first of these of October.
    await spent(portal, who, MONTHS_END - timedelta(hours=1), nanos=7)
    await spent(portal, other, begins + timedelta(days=3), nanos=10**14)
    assert (await shown(admin, who, zone="UTC"))["this_month"] == {
        "calls": 10,
        "unpriced_calls": 2,
        "billed_cost_usd": "1.250000008",
    }
    assert (await shown(admin, who, zone="Asia/Kathmandu"))["this_month"] == {
        "calls": 1,
        "unpriced_calls": 0,
        "billed_cost_usd": "0.000000007",
    }
    assert (await shown(admin, other))["this_month"]["billed_cost_usd"] == "100000.00"
    assert (await shown(admin, admin))["this_month"] == {"calls": 0, "unpriced_calls": 0, "billed_cost_usd": "0.00"}
    assert (await admin.client.get(MEMBERS, params={"zone": "Mars/Base"})).json()["code"] == "bad_time_zone"


async def test_somebody_who_is_about_looks_as_if_they_had_left(portal: Portal, admin: Caller) -> None:
    never = await portal.member()
    answer = await admin.client.get(MEMBERS, params={"q": never.identifier})
    assert answer.json()["items"][0]["last_seen_at"] is None
    who = await portal.caller()

    async def was_seen_after(moment: datetime) -> bool:
        seen = (await shown(admin, who))["last_seen_at"]
        return moment <= datetime.fromisoformat(seen) < moment + timedelta(minutes=1)

    by_call = portal.now() - timedelta(days=3)
    await called(portal, who, by_call - timedelta(days=1))
    await called(portal, who, by_call)
    assert await was_seen_after(by_call)
    by_token = portal.now()
    assert (await who.client.get("/api/me")).status_code == 200
    assert await was_seen_after(by_token)
    portal.clock.move(timedelta(hours=1))
    by_session = portal.now()
    await (await portal.browser(who.member)).aclose()
    assert await was_seen_after(by_session)
    portal.clock.move(timedelta(hours=1))
    by_call = portal.now()
    await called(portal, who, by_call)
    assert await was_seen_after(by_call)


async def test_somebody_who_never_signed_in_is_called_active(portal: Portal, admin: Caller) -> None:
    """Until they sign in first, be it long ago; who needs no sign-in is not waited for."""
    late = await portal.member(identifier="late@invited.test")
    member_id = str(late.id)

    async def said(of: str) -> tuple[str | None, str | None]:
        one = (await admin.client.get(f"{MEMBERS}/{of}")).json()
        (listed,) = (await admin.client.get(MEMBERS, params={"ids": of})).json()["items"]
        return one["first_sign_in"], listed["first_sign_in"]

    assert await said(member_id) == ("awaited", "awaited")
    link = await admin.client.post(f"{MEMBERS}/{member_id}/invite")
    assert link.status_code == 201, link.text
    assert await said(member_id) == ("awaited", "awaited")
    portal.clock.move(timedelta(days=30))
    admin = await portal.caller(role="admin")
    assert await said(member_id) == ("link_expired", "link_expired")
    await (await portal.browser(late)).aclose()
    assert await said(member_id) == (None, None)
    service = {"kind": "service", "responsible_member_id": member_id, "identifier": "robot", "display_name": "R"}
    robot = await admin.client.post(MEMBERS, json=service)
    assert await said(robot.json()["id"]) == (None, None)


async def test_members_are_listed_by_a_tag_that_does_not_apply_to_them(portal: Portal, admin: Caller) -> None:
    mine, other = await portal.member(identifier="a@tagged.test"), await portal.member(identifier="b@tagged.test")
    tags = [
        (
            await admin.client.post("/api/admin/tags", json={"name": f"{name} {uuid7()}", "everyone": name == "all"})
        ).json()
        for name in ("given", "all")
    ]
    given, everyones = [each["id"] for each in tags]
    answer = await admin.client.post(f"/api/admin/tags/{given}/members", json={"member_ids": [str(mine.id)]})
    assert answer.status_code == 200, answer.text

    async def found(**query: str) -> set[str]:
        page = (await admin.client.get(MEMBERS, params={"q": "@tagged.test", **query})).json()
        return {each["identifier"] for each in page["items"]}

    both = {mine.identifier, other.identifier}
    assert await found(tag_id=given) == {mine.identifier}
    assert await found(tag_id=everyones) == both
    assert await found(tag_id=str(uuid7())) == set()
    assert (await found(identity="local"), await found(identity="oidc")) == (both, set())
    assert (await admin.client.get(MEMBERS, params={"identity": "guest"})).status_code == 422
    assert (await admin.client.delete(f"/api/admin/tags/{everyones}")).status_code == 204


async def test_a_member_is_twice_in_a_sorted_list_or_not_at_all(portal: Portal, admin: Caller) -> None:
    for name in ("bea", "Abe", "cleo", "abby", "ZOE", "zack"):
        await portal.member(identifier=f"{name}@sorted.test")

    async def walked(sort: str | None) -> list[str]:
        found: list[str] = []
        query: dict[str, Any] = {"q": "@sorted.test", "limit": 2, **({"sort": sort} if sort else {})}
        while True:
            page = (await admin.client.get(MEMBERS, params=query)).json()
            found += [item["identifier"].removesuffix("@sorted.test") for item in page["items"]]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]

    by_name = ["abby", "Abe", "bea", "cleo", "zack", "ZOE"]
    assert await walked("identifier") == by_name
    assert await walked("-identifier") == by_name[::-1]
    made = ["bea", "Abe", "cleo", "abby", "ZOE", "zack"]
    assert await walked("created_at") == made
    assert await walked("-created_at") == await walked(None) == made[::-1]
    cursor = (await admin.client.get(MEMBERS, params={"limit": 1, "sort": "identifier"})).json()["next"]
    for query in ({"sort": "-identifier"}, {"sort": "created_at"}, {}):
        assert (await admin.client.get(MEMBERS, params={**query, "cursor": cursor})).json()["code"] == "bad_cursor"
    assert (await admin.client.get(MEMBERS, params={"sort": "last_seen_at"})).status_code == 422


async def test_a_longer_list_of_members_asks_the_database_more_often(portal: Portal, admin: Caller) -> None:
    counts = []
    # That the token was used is noted once a minute.
    await shown(admin, admin)
    for _ in range(2):
        for _ in range(4):
            who = await portal.caller()
            await granted(portal, who.member)
            await spent(portal, who, portal.now(), nanos=5)
            await called(portal, who, portal.now())
        with asked(portal.house.database) as statements:
            assert (await admin.client.get(MEMBERS)).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_ids_are_named_one_by_one_or_as_somebody_else(portal: Portal, admin: Caller) -> None:
    wanted, other = [await portal.caller() for _ in range(2)], await portal.caller()
    ids = [str(each.member.id) for each in wanted]
    answer = await admin.client.get(MEMBERS, params={"ids": ",".join([*ids, ids[0], str(uuid7())])})
    assert {each["id"] for each in answer.json()["items"]} == set(ids)
    assert str(other.member.id) not in answer.text
    for bad in ("Mei", "", f"{ids[0]},", ",".join(str(uuid7()) for _ in range(101))):
        refused = await admin.client.get(MEMBERS, params={"ids": bad})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "ids"), bad

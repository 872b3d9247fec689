"""Members by what they spent and by when they were last seen: in that order, each once, however it is found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from ai_api.core.ids import uuid7
from ai_api.core.page import encode_cursor
from ai_api.identity import Filters, Member
from ai_api.jobs import store_days
from ai_api.setup import sort_members
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
MEMBERS = "/api/admin/members"
HERE = "@ranked.test"

_SPENT = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, model, outcome, calls, billed_cost_nanos, told_calls, tags)
VALUES (date_bin('15 minutes', CAST(:at AS timestamptz), 'epoch'), :member_id, :credential_id, 'a/b', 'ok', 1, :nanos, :told, '[]')
"""
_CALLED = """
INSERT INTO call_records (call_id, started_at, finished_at, member_id, dialect, operation, stream, outcome, usage_source, request_id)
VALUES (:id, :at, :at, :member_id, 'openai', 'chat', false, 'ok', 'none', 'r')
"""
_SESSION = """
INSERT INTO sessions (id, member_id, secret_hash, method, user_agent, seen_at, proved_at, expires_at)
VALUES (:id, :member_id, sha256(CAST(:secret AS bytea)), 'password', 'a browser', :at, :at, :at)
"""
_TOKEN = """
INSERT INTO access_tokens (id, member_id, name, secret_hash, display, last_used_at)
VALUES (:id, :member_id, 'a token', sha256(CAST(:secret AS bytea)), 'pat_…', :at)
"""


async def execute(portal: Portal, statement: str, **given: Any) -> None:
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(statement), given)


async def spent(portal: Portal, who: Member, at: datetime, nanos: int, *, told: int = 1) -> None:
    await execute(portal, _SPENT, at=at, member_id=who.id, credential_id=uuid7(), nanos=nanos, told=told)


async def called(portal: Portal, who: Member, at: datetime) -> None:
    """A call as it is settled: its record, and its quarter."""
    await execute(portal, _CALLED, id=uuid7(round(at.timestamp() * 1000)), at=at, member_id=who.id)
    await spent(portal, who, at, 0)


async def was_here(portal: Portal, who: Member, at: datetime, statement: str) -> None:
    await execute(portal, statement, id=uuid7(), member_id=who.id, secret=str(uuid7()).encode(), at=at)


async def people(portal: Portal, *names: str) -> list[Member]:
    return [await portal.member(identifier=f"{name}{HERE}") for name in names]


def names(found: list[str]) -> list[str]:
    return [each.removesuffix(HERE) for each in found]


async def walked(admin: Caller, sort: str, **more: str) -> list[str]:
    found: list[str] = []
    query: dict[str, Any] = {"q": HERE, "limit": 2, "sort": sort, **more}
    while True:
        answer = await admin.client.get(MEMBERS, params=query)
        assert answer.status_code == 200, answer.text
        found += [each["identifier"] for each in answer.json()["items"]]
        if answer.json()["next"] is None:
            return names(found)
        query["cursor"] = answer.json()["next"]


async def test_who_spent_most_is_not_first(portal: Portal, admin: Caller) -> None:
    portal.clock.move(datetime(2026, 11, 20, 12, tzinfo=UTC) - portal.now())
    zoe, abe, bea, cleo, dora = await people(portal, "zoe", "Abe", "bea", "cleo", "dora")
    begins = datetime(2026, 11, 1, tzinfo=UTC)
    for when in (begins, begins + timedelta(days=3), portal.now() - timedelta(minutes=20)):
        await spent(portal, bea, when, 3)
    await spent(portal, zoe, begins + timedelta(days=9), 8)
    await spent(portal, abe, begins + timedelta(days=2), 8)
    # Of the month before, and of a call that was for nothing.
    await spent(portal, cleo, begins - timedelta(minutes=1), 10**15)
    await spent(portal, dora, begins + timedelta(days=1), 0)
    # As much is by age; who spent nothing is by name.
    assert await walked(admin, "-this_month", zone="UTC") == ["bea", "zoe", "Abe", "cleo", "dora"]
    # In Taipei the month began eight hours before.
    assert await walked(admin, "-this_month", zone="Asia/Taipei") == ["cleo", "bea", "zoe", "Abe", "dora"]


async def test_who_spent_most_of_very_many_is_not_first(portal: Portal) -> None:
    """Of many members what they spent is added up of all at once; of few, of these alone. It is the same."""
    abe, bea, cleo, zoe = await people(portal, "abe", "bea", "cleo", "zoe")
    now = datetime.now(UTC)
    since, until = now.replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(days=9), now
    for day, nanos in ((8, 100), (6, 20), (4, 3)):
        await spent(portal, bea, now - timedelta(days=day), nanos)
    await spent(portal, abe, now - timedelta(days=6), 50)
    await spent(portal, abe, now - timedelta(days=6, hours=-1), 75, told=0)
    await spent(portal, zoe, now - timedelta(hours=1), 124)
    # Before the period begins.
    await spent(portal, cleo, since - timedelta(hours=1), 10**6)
    await spent(portal, cleo, now - timedelta(days=4), 122)
    expected = ["abe", "zoe", "bea", "cleo"]

    async def by_spending(few: int) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            async with portal.house.database.transaction() as tx:
                page = await sort_members.by_spending(
                    tx, Filters(q=HERE), limit=1, cursor=cursor, since=since, until=until, few=few
                )
            found += [each.identifier for each in page.items]
            cursor = page.next
            if cursor is None:
                return names(found)

    assert await by_spending(few=0) == expected
    assert await by_spending(few=1_000) == expected
    # Days that are summed up say the same, and a day to which is written afterwards is not forgotten.
    for day in range(2, 11):
        async with portal.house.database.transaction(repeatable_read=True) as tx:
            await store_days.sum_up(tx, (now - timedelta(days=day)).astimezone(UTC).date())
    assert await by_spending(few=0) == expected
    await spent(portal, cleo, now - timedelta(days=5), 4)
    await spent(portal, zoe, now - timedelta(days=5), 10)
    assert await by_spending(few=0) == ["zoe", "cleo", "abe", "bea"]


async def test_who_was_seen_last_is_not_first(portal: Portal, admin: Caller) -> None:
    order = ["now", "minutes", "hours", "day", "days", "month", "season", "year"]
    ages = [timedelta(hours=each) for each in (-0.1, 0.3, 5, 23, 50, 24 * 31, 24 * 100, 24 * 400)]
    members = dict(zip(sorted(order), await people(portal, *sorted(order)), strict=True))
    for number, (name, age) in enumerate(zip(order, ages, strict=True)):
        how = (_SESSION, _TOKEN, None)[number % 3]
        at = portal.now() - age
        if how is None:
            await called(portal, members[name], at)
        else:
            await was_here(portal, members[name], at, how)
        # What they did before that says nothing.
        await called(portal, members[name], at - timedelta(days=2))
        await was_here(portal, members[name], at - timedelta(hours=7), _SESSION)
    await people(portal, "Nobody", "never")
    expected = [*order, "never", "Nobody"]
    assert await walked(admin, "-last_seen_at") == expected

    async def by_last_seen(few: int, limit: int) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            async with portal.house.database.transaction() as tx:
                page = await sort_members.by_last_seen(
                    tx, Filters(q=HERE), limit=limit, cursor=cursor, now=portal.now(), few=few
                )
            found += [each.identifier for each in page.items]
            cursor = page.next
            if cursor is None:
                return names(found)

    for limit in (1, 3, 10, 11):
        assert await by_last_seen(few=0, limit=limit) == expected
    assert await by_last_seen(few=1_000, limit=3) == expected


@pytest.mark.parametrize("sort", ["-this_month", "-last_seen_at"])
async def test_a_cursor_that_no_list_gave_out_is_a_fault(admin: Caller, sort: str) -> None:
    last = str(uuid7())
    for values in (
        ("-created_at", "1", last),
        (sort, "1"),
        (sort, "many", last),
        (sort, "0", last),
        (sort, "-1", last),
        (sort, str(2**63), last),
        (sort, "1", "nobody"),
    ):
        answer = await admin.client.get(MEMBERS, params={"sort": sort, "cursor": encode_cursor(*values)})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), values
    far = await admin.client.get(MEMBERS, params={"sort": sort, "cursor": encode_cursor(sort, str(2**62), last)})
    assert far.status_code == 200
    for refused in ("this_month", "last_seen_at"):
        assert (await admin.client.get(MEMBERS, params={"sort": refused})).status_code == 422

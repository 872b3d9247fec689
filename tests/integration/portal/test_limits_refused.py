"""How many calls a limit refused this month, and which those are: by an index, and bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api.core.ids import first_id_of
from ai_api.reports import store_refused
from tests.integration.portal.test_call_records import RECORDS, record
from tests.integration.portal.test_limits import LIMITS, a_limit
from tests.load.browsed import fill
from tests.support.plans import asked
from tests.support.portal import Caller, Portal
from tests.support.portal_writes import Stage

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def november(portal: Portal) -> Portal:
    portal.clock.move(NOW - portal.now())
    return portal


async def refused(portal: Portal, at: datetime, limit_id: str, *, times: int = 0) -> str:
    details = {"limit_id": limit_id, "metric": "requests"}
    call_id = await record(portal, at, outcome="request_quota_exceeded", details=details, refused_count=times)
    return str(call_id)


async def listed(admin: Caller, limit_id: str, **query: Any) -> list[str]:
    answer = await admin.client.get(RECORDS, params={"limit_id": limit_id, **query})
    assert answer.status_code == 200, answer.text
    return [each["call_id"] for each in answer.json()["items"]]


async def told(admin: Caller, limit_id: str) -> tuple[int, bool]:
    """What is said of a limit, in the list as of itself."""
    (of_list,) = [each for each in (await admin.client.get(LIMITS)).json()["items"] if each["id"] == limit_id]
    alone = (await admin.client.get(f"{LIMITS}/{limit_id}")).json()
    assert of_list["refused"] == alone["refused"]
    return of_list["refused"]["calls"], of_list["refused"]["or_more"]


async def test_calls_of_another_limit_or_month_are_counted_as_refused(november: Portal, admin: Caller) -> None:
    one, other = [
        (await a_limit(admin, {"subject_kind": "global"}, metric=each))["id"] for each in ("requests", "total_tokens")
    ]
    assert await told(admin, one) == (0, False)
    first = await refused(november, MONTH, one)
    last = await refused(november, NOW, one)
    await refused(november, MONTH - timedelta(milliseconds=1), one)
    await refused(november, NOW, other)
    await record(november, NOW, outcome="ok")
    await record(november, NOW, outcome="no_route", details={"because": "provider_key_limited"})
    assert await told(admin, one) == (2, False)
    assert await told(admin, other) == (1, False)
    # A line that stands for many refusals counts as many, and the link leads to the calls that were counted.
    repeated = await refused(november, NOW - timedelta(days=1), one, times=218)
    assert await told(admin, one) == (220, False)
    month = (await admin.client.get(f"{LIMITS}/{one}")).json()["refused"]
    assert await listed(admin, one, since=month["since"], until=month["until"]) == [last, repeated, first]


async def test_the_month_of_another_zone_is_told(november: Portal, admin: Caller) -> None:
    limit = (await a_limit(admin, {"subject_kind": "global"}))["id"]
    await refused(november, MONTH - timedelta(hours=1), limit)
    assert await told(admin, limit) == (0, False)
    changed = await admin.client.patch("/api/admin/system", json={"organization_zone": "America/New_York"})
    assert changed.status_code == 200, changed.text
    assert await told(admin, limit) == (0, False)
    await admin.client.patch("/api/admin/system", json={"organization_zone": "Asia/Taipei"})
    assert await told(admin, limit) == (1, False)


async def test_a_limit_that_refuses_all_day_is_counted_to_the_last(
    november: Portal, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted up to a bound, and said that there are more."""
    monkeypatch.setattr(store_refused, "COUNTED_MAX", 3)
    limit = (await a_limit(admin, {"subject_kind": "global"}))["id"]
    for minutes in range(3):
        await refused(november, NOW - timedelta(minutes=minutes), limit)
    assert await told(admin, limit) == (3, False)
    await refused(november, NOW - timedelta(minutes=9), limit)
    assert await told(admin, limit) == (3, True)


async def test_a_page_of_very_many_limits_that_refuse_all_day_takes_seconds(
    november: Portal, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share what is counted at once."""
    monkeypatch.setattr(store_refused, "COUNTED_AT_ONCE_MAX", 4)
    limits = [
        (await a_limit(admin, {"subject_kind": "global"}, metric=each))["id"] for each in ("requests", "input_tokens")
    ]
    for limit in limits:
        for minutes in range(4):
            await refused(november, NOW - timedelta(minutes=minutes), limit)
    listed = (await admin.client.get(LIMITS)).json()["items"]
    assert [(each["refused"]["calls"], each["refused"]["or_more"]) for each in listed] == [(2, True)] * 2


async def test_a_provider_key_s_limit_says_that_it_refused_nothing(november: Portal, owner: Caller) -> None:
    """It passes calls on to another key, and no record names it."""
    key_id = await Stage(november, owner).provider_key()
    limit = (await a_limit(owner, {"subject_kind": "provider_key", "subject_id": key_id}))["id"]
    assert [each["refused"] for each in (await owner.client.get(LIMITS)).json()["items"]] == [None]
    assert (await owner.client.get(f"{LIMITS}/{limit}")).json()["refused"] is None


async def test_pages_of_refused_calls_lose_or_repeat_some(november: Portal, admin: Caller) -> None:
    limit = (await a_limit(admin, {"subject_kind": "global"}))["id"]
    ids = [await refused(november, NOW - timedelta(days=20 * number), limit) for number in range(5)]
    for sort, wanted in (("-started_at", ids), ("started_at", ids[::-1])):
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            query = {"limit_id": limit, "limit": "2", "sort": sort, **cursor}
            page = (await admin.client.get(RECORDS, params=query)).json()
            seen += [each["call_id"] for each in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert seen == wanted
    assert await listed(admin, limit, since=(NOW - timedelta(days=20)).isoformat(), until=NOW.isoformat()) == [ids[1]]
    one = (await admin.client.get(RECORDS, params={"limit_id": limit, "limit": "1"})).json()["items"][0]
    whole = (await admin.client.get(RECORDS, params={"limit": "200"})).json()["items"]
    assert one == next(each for each in whole if each["call_id"] == one["call_id"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"outcome": "failed"}, 422),
        ({"member_id": str(uuid4())}, 422),
        ({"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}, 400),
        ({"cursor": "bm8"}, 400),
    ],
)
async def test_a_filter_beside_the_limit_is_left_out(
    november: Portal, admin: Caller, query: dict[str, str], status: int
) -> None:
    answer = await admin.client.get(RECORDS, params={"limit_id": str(uuid4()), **query})
    assert answer.status_code == status, answer.text


async def test_counting_reads_the_month(november: Portal, admin: Caller, database: str) -> None:
    """One query for all limits of a page, and it is found by the index, as is the list; also before Postgres knows of it."""
    limits = [
        (await a_limit(admin, {"subject_kind": "global"}, metric=each))["id"] for each in ("requests", "input_tokens")
    ]
    await fill(database, records=12_000, members=100, now=NOW)
    for minutes in range(40):
        await refused(november, NOW - timedelta(minutes=minutes), limits[0])
    of_one = {"limit_id": limits[0], "since": MONTH.isoformat(), "until": NOW.isoformat()}
    for path, query in ((LIMITS, {}), (RECORDS, of_one)):
        with asked(november.house.reports) as statements:
            assert (await admin.client.get(path, params=query)).status_code == 200
        ((statement, given),) = [each for each in statements if "FROM call_records" in each[0]]
        async with november.house.reports.transaction() as tx:
            await tx.execute(text("SET LOCAL enable_bitmapscan = off"))
            plan = "\n".join((await tx.exec_driver_sql(f"EXPLAIN {statement}", given)).scalars())
        # Nothing but the default partition, which is empty, is read in another way.
        read = [
            line
            for line in plan.splitlines()
            if "Scan" in line and "call_records_default" not in line and "unnest" not in line
        ]
        assert read, plan
        assert all("call_records_2026_11_expr_call_id_idx" in line for line in read), plan


async def test_a_page_of_limits_waits_for_an_index_that_is_not_built(november: Portal, admin: Caller) -> None:
    """It says that it does not know, and asks no more."""
    limit = (await a_limit(admin, {"subject_kind": "global"}))["id"]
    await refused(november, NOW, limit)
    async with november.house.database.transaction() as tx:
        await tx.execute(text("DROP INDEX ix_call_records_limit"))
    assert [each["refused"] for each in (await admin.client.get(LIMITS)).json()["items"]] == [None]
    assert (await admin.client.get(f"{LIMITS}/{limit}")).json()["refused"] is None
    assert first_id_of(NOW) < UUID(await refused(november, NOW, limit))

"""Call records through the portal: every column as it was billed, and only the partitions a question is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.dialects import postgresql

from ai_api import ledger
from ai_api.core.errors import Refusal
from ai_api.core.ids import first_id_of, time_of, uuid7
from ai_api.ledger import Question
from ai_api.ledger.store import page_statement
from ai_api.ledger.tables import call_records
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration

RECORDS = "/api/admin/call-records"
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4)]


def id_at(moment: datetime) -> UUID:
    return uuid7(round(moment.timestamp() * 1000))


async def record(portal: Portal, at: datetime, **fields: Any) -> UUID:
    """A record as the data plane writes one."""
    call_id = id_at(at)
    values = {
        "call_id": call_id,
        "started_at": time_of(call_id),
        "finished_at": at + timedelta(seconds=1),
        "dialect": "openai_chat",
        "operation": "chat",
        "stream": False,
        "outcome": "ok",
        "usage_source": "provider",
        "request_id": str(call_id),
        **fields,
    }
    async with portal.house.database.transaction() as tx:
        await tx.execute(insert(call_records).values(**values))
    return call_id


async def make_partitions(portal: Portal) -> None:
    async with portal.house.database.transaction() as tx:
        for start, end in pairwise(MONTHS):
            name = f"call_records_{start:%Y_%m}"
            bounds = f"FROM ('{first_id_of(start)}') TO ('{first_id_of(end)}')"
            await tx.execute(text(f"CREATE TABLE {name} PARTITION OF call_records FOR VALUES {bounds}"))


async def test_a_record_shows_every_column_and_money_as_text(portal: Portal, admin: Caller) -> None:
    ids = {name: uuid4() for name in ("credential_id", "allocation_id", "member_id", "model_id", "route_id")}
    tag_id = uuid4()
    at = datetime(2026, 1, 5, 10, 30, 0, 123_000, tzinfo=UTC)
    call_id = await record(
        portal,
        at,
        **ids,
        provider_key_id=uuid4(),
        price_version_id=uuid4(),
        first_byte_at=at + timedelta(milliseconds=200),
        requested_model="gpt",
        model="openai/gpt",
        upstream_model="gpt-2026",
        provider="openai",
        attempts=[{"route_id": "r", "status": 503, "ms": 12, "cost_nanos": 0}, {"status": 200, "cost_nanos": 1_500}],
        details={"limit": 5, "left_nanos": None, "deep": [{"used_nanos": 2_500_000_000}]},
        upstream_status=200,
        finish_reason="stop",
        input_tokens=3_000_000_000,
        output_tokens=7,
        list_cost_nanos=12_345_678_900_001,
        billed_cost_nanos=0,
        held_nanos=9_223_372_036_854_775_807,
        bookings=[{"account_id": "a", "amount": 7}],
        client="openai-python",
        tags=[str(tag_id)],
    )
    shown = (await admin.client.get(f"{RECORDS}/{call_id}")).json()
    assert shown.pop("told") is None
    assert (await admin.client.get(RECORDS)).json() == {"items": [shown], "next": None}
    names = {column.name.replace("_nanos", "_usd") for column in call_records.columns}
    assert set(shown) == names
    assert {name: shown[name] for name in ids} == {name: str(value) for name, value in ids.items()}
    assert (shown["started_at"], shown["first_byte_at"]) == (
        "2026-01-05T10:30:00.123000Z",
        "2026-01-05T10:30:00.323000Z",
    )
    assert (shown["list_cost_usd"], shown["billed_cost_usd"]) == ("12345.678900001", "0.00")
    assert (shown["held_usd"], shown["overrun_usd"]) == ("9223372036.854775807", "0.00")
    assert shown["input_tokens"] == 3_000_000_000
    assert shown["attempts"][1] == {"status": 200, "cost_usd": "0.0000015"}
    assert shown["details"] == {"limit": 5, "left_usd": None, "deep": [{"used_usd": "2.50"}]}
    assert shown["bookings"] == [{"account_id": "a", "amount": 7}]
    assert shown["tags"] == [str(tag_id)]


async def test_a_call_without_a_price_costs_null_and_not_nothing(portal: Portal, admin: Caller) -> None:
    call_id = await record(portal, JANUARY)
    shown = (await admin.client.get(f"{RECORDS}/{call_id}")).json()
    assert (shown["list_cost_usd"], shown["billed_cost_usd"]) == (None, None)
    assert shown["member_id"] is None


async def test_every_filter_finds_its_records_and_no_others(portal: Portal, admin: Caller) -> None:
    fields: dict[str, Any] = {
        "member_id": uuid4(),
        "credential_id": uuid4(),
        "allocation_id": uuid4(),
        "model": "openai/gpt",
        "provider": "openai",
        "outcome": "upstream_timeout",
        "request_id": "req-1",
    }
    wanted = await record(portal, JANUARY, **fields)
    other = await record(portal, JANUARY + timedelta(hours=1), model="openai/gpt-mini")
    for query in (*({name: str(value)} for name, value in fields.items()), {"call_id": str(wanted)}):
        found = (await admin.client.get(RECORDS, params=query)).json()["items"]
        assert [item["call_id"] for item in found] == [str(wanted)], query
    both = {"member_id": str(fields["member_id"]), "outcome": "ok"}
    assert (await admin.client.get(RECORDS, params=both)).json()["items"] == []
    everything = (await admin.client.get(RECORDS)).json()["items"]
    assert [item["call_id"] for item in everything] == [str(other), str(wanted)]


async def test_a_period_includes_its_beginning_and_not_its_end_to_the_millisecond(
    portal: Portal, admin: Caller
) -> None:
    moments = [JANUARY + timedelta(milliseconds=ms) for ms in (-1, 0, 1, 998, 999, 1000)]
    ids = [str(await record(portal, moment)) for moment in moments]

    async def found(**query: str) -> list[str]:
        answer = await admin.client.get(RECORDS, params={**query, "sort": "started_at"})
        assert answer.status_code == 200, answer.text
        return [item["call_id"] for item in answer.json()["items"]]

    assert await found(since="2026-01-01T00:00:00Z", until="2026-01-01T00:00:01Z") == ids[1:5]
    assert await found(since="2026-01-01T00:00:00.0005Z", until="2026-01-01T00:00:00.9985Z") == ids[2:4]
    assert await found(since="2026-01-01T08:00:00+08:00") == ids[1:]
    assert await found(until="2026-01-01T00:00:00Z") == ids[:1]
    assert await found(since="0001-01-01T00:00:00Z", until="9999-12-31T23:59:59.999999Z") == ids


async def test_pages_go_both_ways_and_stay_exact_while_calls_arrive(portal: Portal, admin: Caller) -> None:
    ids = [str(await record(portal, JANUARY + timedelta(seconds=number))) for number in range(5)]
    first = (await admin.client.get(RECORDS, params={"limit": "2"})).json()
    await record(portal, JANUARY + timedelta(seconds=9))
    second = (await admin.client.get(RECORDS, params={"limit": "2", "cursor": first["next"]})).json()
    last = (await admin.client.get(RECORDS, params={"limit": "2", "cursor": second["next"]})).json()
    assert [item["call_id"] for page in (first, second, last) for item in page["items"]] == ids[::-1]
    assert last["next"] is None
    up = (await admin.client.get(RECORDS, params={"limit": "3", "sort": "started_at"})).json()
    assert [item["call_id"] for item in up["items"]] == ids[:3]
    turned = await admin.client.get(RECORDS, params={"cursor": up["next"]})
    assert (turned.status_code, turned.json()["code"]) == (400, "bad_cursor")


async def test_a_question_by_time_reads_only_the_partitions_of_its_months(portal: Portal) -> None:
    await make_partitions(portal)
    for month in MONTHS[:3]:
        await record(portal, month + timedelta(days=10))
    plain = set(await plan(portal, Question()))
    assert plain == {"call_records_2026_01", "call_records_2026_02", "call_records_2026_03", "call_records_default"}
    february = Question(since=datetime(2026, 2, 3, tzinfo=UTC), until=datetime(2026, 2, 20, tzinfo=UTC))
    assert set(await plan(portal, february)) - {"call_records_default"} == {"call_records_2026_02"}
    member = Question(member_id=uuid4(), since=datetime(2026, 2, 3, tzinfo=UTC), until=datetime(2026, 3, 9, tzinfo=UTC))
    assert set(await plan(portal, member)) - {"call_records_default"} == {
        "call_records_2026_02",
        "call_records_2026_03",
    }
    since = Question(since=datetime(2026, 3, 3, tzinfo=UTC))
    assert set(await plan(portal, since)) - {"call_records_default"} == {"call_records_2026_03"}
    behind = set(await plan(portal, Question(until=MONTHS[2]), after=id_at(MONTHS[0] + timedelta(days=3))))
    assert behind - {"call_records_default"} == {"call_records_2026_01"}


async def test_one_record_is_found_in_its_own_partition_alone(portal: Portal) -> None:
    await make_partitions(portal)
    at = MONTHS[1] + timedelta(days=10)
    assert await plan(portal, Question(call_id=id_at(at))) == ["call_records_2026_02"]


async def plan(portal: Portal, question: Question, *, after: UUID | None = None) -> list[str]:
    """The partitions that Postgres would read for the statement of a page."""
    statement = page_statement(question, newest_first=True, after=after, limit=51)
    compiled = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    async with portal.house.database.transaction() as tx:
        (explained,) = (
            await tx.execute(text(f"EXPLAIN (FORMAT JSON) {str(compiled).replace(':', chr(92) + ':')}"))
        ).one()
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if "Relation Name" in node:
            found.append(node["Relation Name"])
        for child in node.get("Plans", ()):
            walk(child)

    walk(explained[0]["Plan"])
    return sorted(found)


async def test_a_page_of_records_is_one_statement(portal: Portal, admin: Caller) -> None:
    for number in range(6):
        await record(portal, JANUARY + timedelta(seconds=number))
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = portal.house.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        async with portal.house.database.transaction() as tx:
            assert len((await ledger.list_page(tx, Question(), limit=200)).items) == 6
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 400),
        ("since=2026-01-01T00:00:00", 422),
        ("since=yesterday", 422),
        ("q=x", 422),
        ("sort=billed_cost_usd", 422),
        ("member_id=x", 422),
        ("model=", 422),
        ("model=a%00b", 422),
        ("from=2026-01-01T00:00:00Z", 422),
        ("cursor=x", 400),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(admin: Caller, query: str, status: int) -> None:
    refused = await admin.client.get(f"{RECORDS}?{query}")
    assert refused.status_code == status, refused.text


async def test_an_unknown_or_malformed_id_is_404(admin: Caller) -> None:
    for one in (str(uuid4()), "x"):
        assert (await admin.client.get(f"{RECORDS}/{one}")).status_code == 404


async def test_nothing_can_be_written(admin: Caller) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (RECORDS, f"{RECORDS}/{uuid4()}"):
            assert (await admin.client.request(method, path, json={})).status_code == 405


async def test_the_room_refuses_an_order_it_does_not_have(portal: Portal) -> None:
    async with portal.house.database.transaction() as tx:
        with pytest.raises(Refusal, match="started_at"):
            await ledger.list_page(tx, Question(), limit=1, sort="outcome")


async def test_what_a_client_was_told_is_another_thing_to_its_member_than_to_an_administrator(
    portal: Portal, admin: Caller
) -> None:
    """Alike, word for word, in one record; in no list; and the reason that was not told stays so."""
    member = await portal.caller()
    facts = {"member_id": member.member.id, "dialect": "openai", "attempts": [], "requested_model": "one"}
    refused = {"outcome": "model_not_found", "model": "secret/one", "details": {"because": "hidden_by_policy"}}
    call_id = await record(portal, datetime.now(UTC) - timedelta(minutes=1), **facts, **refused)
    good = await record(portal, datetime.now(UTC) - timedelta(minutes=2), **facts, model="acme/one")
    seen = (await admin.client.get(f"{RECORDS}/{call_id}")).json()
    own = await member.client.get(f"/api/me/call-records/{call_id}")
    assert seen["details"]["because"] == "hidden_by_policy"
    assert own.json()["told"] == seen["told"]
    assert (seen["told"]["status"], seen["told"]["code"], seen["told"]["not_stored"]) == (404, "model_not_found", [])
    assert "'one'" in seen["told"]["sentence"][0]
    assert "secret" not in own.text
    assert (await admin.client.get(f"{RECORDS}/{good}")).json()["told"] is None
    for listed in (await admin.client.get(RECORDS), await member.client.get("/api/me/call-records")):
        assert listed.json()["items"]
        assert all("told" not in each for each in listed.json()["items"])


@pytest.mark.parametrize(
    "details",
    [
        {"limit_id": "?", "needed": "much"},
        {"limit_id": str(uuid4()), "needed": 5, "subject": "member", "metric": "cost", "window": "per fortnight"},
        {
            "limit_id": str(uuid4()),
            "metric": "requests",
            "limit": 3,
            "window": "per day",
            "used": 1,
            "held": 0,
            "needed": 1,
        },
        {"limit_id": str(uuid4()), "output_tokens": None},
    ],
)
async def test_a_record_of_another_version_cannot_be_looked_at(portal: Portal, admin: Caller, details: Any) -> None:
    call_id = await record(
        portal, datetime.now(UTC), dialect="openai", outcome="cost_quota_exceeded", details=details, model="acme/one"
    )
    answer = await admin.client.get(f"{RECORDS}/{call_id}")
    told = answer.json()["told"]
    # What its code says by itself is certain, whatever the facts are.
    assert (told["status"], told["type"], told["sentence"]) == (429, "insufficient_quota", [])
    assert told["not_stored"] == ["sentence"]


async def test_a_record_in_a_dialect_that_is_gone_cannot_be_looked_at(portal: Portal, admin: Caller) -> None:
    call_id = await record(portal, datetime.now(UTC), dialect="esperanto", outcome="member_disabled")
    answer = await admin.client.get(f"{RECORDS}/{call_id}")
    assert (answer.status_code, answer.json()["told"]) == (200, None)

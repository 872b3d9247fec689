"""Reports are the ledger: whatever they group by, in whatever zone, and whoever was deleted since."""

from __future__ import annotations

import asyncio
import math
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import text

from ai_api.core.db import Database
from ai_api.core.ids import first_id_of
from ai_api.jobs.store_days import sum_up, sum_up_month
from ai_api.portal.house import House
from ai_api.reports import OVERLAP
from tests.integration.portal.reports_scene import COLUMNS, SINCE, SPANS, SUMS, UNTIL, Ledger, begin_of, seed
from tests.support.database import Databases, Prepare
from tests.support.plans import analyze, asked, plans, read_whole
from tests.support.portal import Caller, open_portal

pytestmark = pytest.mark.integration
in_one_loop = pytest.mark.asyncio(loop_scope="module")

USAGE, MINE = "/api/admin/usage", "/api/me/usage"
SINCE_DAY, UNTIL_DAY = date(2026, 3, 1), date(2026, 12, 1)
UNSUMMED, WRITTEN_TO = date(2026, 10, 25), date(2026, 10, 31)
WHOLE = {"since": SINCE, "until": UNTIL}
ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
PRESETS = (
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_quarter", "last_quarter", "this_year",
    "last_24_hours", "last_7_days", "last_30_days",
)  # fmt: skip

# Three months of quarters of an hour with some calls in each; every thousandth row as an older build has left it.
MANY = (
    """INSERT INTO usage_quarters (quarter, member_id, model, provider, outcome, calls, told_calls, tags)
    SELECT timestamptz '2026-09-01 00:00Z' + make_interval(mins => 15 * (n / 5)), md5('member' || n % 50)::uuid, 'acme/' || n % 5,
        'openai', 'ok', 1, CASE WHEN n % 1000 = 7 THEN 0 ELSE 1 END, '[]' FROM generate_series(1, 40000) n""",
    """INSERT INTO call_records (call_id, started_at, finished_at, member_id, model, provider, dialect, operation, stream, outcome,
        usage_source, request_id)
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || right(md5(n::text), 19))::uuid, at, at,
        md5('member' || n % 50)::uuid, 'acme/' || n % 5, 'openai', 'openai', 'chat', false, 'ok', 'none', 'req-' || n
    FROM (SELECT n, timestamptz '2026-09-01 00:01Z' + make_interval(mins => 15 * (n / 5)) AS at FROM generate_series(1, 40000) n) c""",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["quarters", "days"])
async def ledger(
    request: pytest.FixtureRequest, postgres_server: Databases, prepare_database: Prepare
) -> AsyncIterator[Ledger]:
    """The same is told by quarters of an hour alone, and by days that are summed but for some of them."""
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    async with open_portal(dsn) as portal:
        seeded = await seed(portal)
        if request.param == "days":
            await sum_most_days(portal.house.database)
        yield seeded
    postgres_server.drop(dsn)


async def sum_most_days(database: Database) -> None:
    """One day is not summed, and one is written to afterwards; of all that are, each cut says something."""
    summed: list[date] = []
    for number in range((UNTIL_DAY - SINCE_DAY).days):
        day = SINCE_DAY + timedelta(days=number)
        if day != UNSUMMED:
            summed.append(day)
            async with database.transaction(repeatable_read=True) as tx:
                await sum_up(tx, day)
    for month in sorted({day.replace(day=1) for day in summed}):
        if month != UNSUMMED.replace(day=1):
            async with database.transaction(repeatable_read=True) as tx:
                await sum_up_month(tx, month)
    async with database.transaction() as tx:
        late = "UPDATE usage_quarters SET calls = calls WHERE quarter >= :day AND quarter < :day + interval '1 day'"
        await tx.execute(text(late), {"day": datetime.combine(WRITTEN_TO, time(), UTC)})
    async with database.transaction() as tx:
        stale = (await tx.execute(text("SELECT day FROM usage_days_stale"))).scalars().all()
        cuts = (await tx.execute(text("SELECT cut, count(*) FROM usage_days GROUP BY 1"))).all()
        await tx.execute(text("ANALYZE"))
    assert set(stale) == {UNSUMMED, WRITTEN_TO}
    assert {cut for cut, rows in cuts if rows > 20} == {
        "callers",
        "models",
        "model_quarters",
        "callers_month",
        "models_month",
    }


async def ask(caller: Caller, path: str, **query: Any) -> dict[str, Any]:
    answer = await caller.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def sums_of(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in SUMS}


def by_key(items: list[dict[str, Any]]) -> dict[str | None, dict[str, Any]]:
    """The sums of rows by key; `none` is the key of those without one."""
    assert len({each["key"] for each in items}) == len(items)
    assert all((each["kind"] == "none") == (each["key"] is None) for each in items)
    return {each["key"]: sums_of(each) for each in items}


@in_one_loop
@pytest.mark.parametrize("by", [*COLUMNS, "tag"])
async def test_a_report_is_not_what_the_ledger_says(ledger: Ledger, by: str) -> None:
    shown = await ask(ledger.admin, USAGE, by=by, top=1000, **WHOLE)
    total = ledger.summed(ledger.records)
    assert sums_of(shown["total"]) == total
    assert by_key(shown["items"]) == ledger.grouped(by)
    assert (shown["groups"], shown["note"]) == (len(shown["items"]), OVERLAP if by == "tag" else None)
    assert shown["total"]["failed_share"] == round(total["failed_calls"] / total["calls"], 6)
    whose, tag = str(ledger.ids["member_id"][0]), str(ledger.ids["tags"][0])
    filters: list[tuple[dict[str, str], Any]] = [
        ({"member_id": whose}, lambda each: str(each["member_id"]) == whose),
        (
            {"model": "acme/gone", "provider": "azure"},
            lambda each: (each["model"], each["provider"]) == ("acme/gone", "azure"),
        ),
        ({"tag_id": tag}, lambda each: tag in each["tags"]),
        ({"outcome": "rate_limited"}, lambda each: each["outcome"] == "rate_limited"),
        *(
            ({name: str(ledger.ids[name][0])}, lambda each, name=name: each[name] == ledger.ids[name][0])
            for name in ("allocation_id", "credential_id", "provider_key_id")
        ),
    ]
    for query, where in filters:
        narrow = await ask(ledger.admin, USAGE, by=by, top=1000, **WHOLE, **query)
        assert by_key(narrow["items"]) == ledger.grouped(by, where=where), query
        assert sums_of(narrow["total"]) == ledger.summed(filter(where, ledger.records)), query


@in_one_loop
@pytest.mark.parametrize("measure", ["billed_cost", "list_cost", "calls", "failed_calls", "tokens"])
async def test_the_first_rows_and_the_others_are_not_the_whole(
    ledger: Ledger, measure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def size(sums: dict[str, Any]) -> float:
        if measure == "tokens":
            return float(sums["input_tokens"] + sums["output_tokens"])
        return float(sums[measure if measure.endswith("calls") else f"{measure}_usd"])

    for by in ("provider", "outcome", "tag"):
        every = ledger.grouped(by)
        shown = await ask(
            ledger.admin, USAGE, by=by, top=2, measure=measure, each="month", zone="Asia/Kathmandu", **WHOLE
        )
        first, second, other = shown["items"]
        at_once = await ask(ledger.admin, USAGE, by=by, top=2, measure=measure, zone="Asia/Kathmandu", **WHOLE)
        assert (at_once["items"], at_once["total"], at_once["groups"]) == (
            shown["items"],
            shown["total"],
            shown["groups"],
        )
        monkeypatch.setattr(sys.modules["ai_api.reports.make"], "CELLS_FOLDED_MAX", 3)
        assert (
            await ask(ledger.admin, USAGE, by=by, top=2, measure=measure, each="month", zone="Asia/Kathmandu", **WHOLE)
            == shown
        )
        monkeypatch.undo()
        ordered = sorted(map(size, every.values()), reverse=True)
        assert [size(sums_of(each)) for each in (first, second)] == ordered[:2]
        assert (other["kind"], other["key"], shown["groups"]) == ("other", None, len(every))
        parts = [first, second, other]
        if by != "tag":
            assert {name: added(parts, name) for name in SUMS} == numbers(shown["total"])
        rest = [sums for key, sums in every.items() if key not in {first["key"], second["key"]}]
        assert numbers(other) == {name: added(rest, name) for name in SUMS}
        for step in shown["steps"]:
            if by != "tag":
                assert {name: added(step["items"], name) for name in SUMS} == numbers(step["total"])
        for row in parts:
            same = [
                each
                for step in shown["steps"]
                for each in step["items"]
                if (each["kind"], each["key"]) == (row["kind"], row["key"])
            ]
            assert {name: added(same, name) for name in SUMS} == numbers(row)


def numbers(sums: dict[str, Any]) -> dict[str, int]:
    return {name: added([sums], name) for name in SUMS}


def added(rows: list[dict[str, Any]], name: str) -> int:
    """Whole calls or tokens, or nano-dollars."""
    return sum(nanos(row[name]) if name.endswith("_usd") else row[name] for row in rows)


def nanos(usd: str) -> int:
    whole, _, fraction = usd.partition(".")
    return int(whole) * 10**9 + int(fraction.ljust(9, "0"))


@in_one_loop
@pytest.mark.parametrize("zone_name", ZONES)
async def test_a_step_of_time_is_not_what_clocks_showed(ledger: Ledger, zone_name: str) -> None:
    """On days of 23, 24 and 25 hours, at +5:30 and +5:45, and where clocks move by half an hour."""
    zone = ZoneInfo(zone_name)
    for step in ("day", "week", "month"):
        shown = await ask(ledger.admin, USAGE, by="outcome", each=step, zone=zone_name, **WHOLE)
        assert shown["zone"] == zone_name
        found = {
            begin_of(datetime.fromisoformat(each["since"]).astimezone(zone).replace(tzinfo=None), step): sums_of(
                each["total"]
            )
            for each in shown["steps"]
            if each["total"]["calls"]
        }
        assert found == ledger.by_local(zone, step), step
        said = {begin: (sums["calls"], nanos(sums["billed_cost_usd"])) for begin, sums in found.items()}
        assert said == await by_postgres(ledger, zone_name, step), step
    for since, until in SPANS:
        for step in ("hour", "quarter_hour"):
            query = {"since": since.isoformat(), "until": until.isoformat(), "each": step, "zone": zone_name}
            shown = await ask(ledger.admin, USAGE, by="outcome", **query)
            for each in shown["steps"]:
                begin, end = datetime.fromisoformat(each["since"]), datetime.fromisoformat(each["until"])
                within = [record for record in ledger.records if begin <= record["started_at"] < end]
                assert sums_of(each["total"]) == ledger.summed(within), (step, each["since"])
            inner = [
                (datetime.fromisoformat(each["since"]), datetime.fromisoformat(each["until"]))
                for each in shown["steps"][1:-1]
            ]
            lengths = {end - begin for begin, end in inner}
            assert lengths <= {timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)}


async def by_postgres(ledger: Ledger, zone: str, step: str) -> dict[datetime, tuple[int, int]]:
    """Calls and nano-dollars of the raw ledger, by the clocks as Postgres knows them."""
    statement = text(
        "SELECT date_trunc(:step, started_at AT TIME ZONE :zone) AS begin, sum(greatest(1, refused_count)) AS calls, "
        "coalesce(sum(billed_cost_nanos), 0) AS nanos FROM call_records GROUP BY 1"
    )
    async with ledger.portal.house.database.transaction() as tx:
        rows = (await tx.execute(statement, {"step": step, "zone": zone})).all()
    return {row.begin: (int(row.calls), int(row.nanos)) for row in rows}


@in_one_loop
@pytest.mark.parametrize("zone_name", ZONES)
async def test_an_hour_of_the_week_is_anothers(ledger: Ledger, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    expected: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for record in ledger.records:
        here = record["started_at"].astimezone(zone)
        expected[here.isoweekday(), here.hour].append(record)
    shown = await ask(ledger.admin, f"{USAGE}/heat-map", zone=zone_name, **WHOLE)
    cells = {(each["weekday"], each["hour"]): sums_of(each) for each in shown["cells"]}
    assert list(cells) == [(weekday, hour) for weekday in range(1, 8) for hour in range(24)]
    assert cells == {cell: ledger.summed(expected[cell]) for cell in cells}


@in_one_loop
async def test_totals_change_and_names_are_lost_when_somebody_is_deleted(ledger: Ledger) -> None:
    for by, key, name in (
        ("member", str(ledger.ids["member_id"][1]), "Kofi Gone"),
        ("tag", str(ledger.ids["tags"][2]), "gone"),
        ("model", "acme/gone", "acme/gone"),
    ):
        shown = await ask(ledger.admin, USAGE, by=by, **WHOLE)
        (row,) = (each for each in shown["items"] if each["key"] == key)
        assert (row["name"], row["deleted"]) == (name, True)
        present = {each["name"] for each in shown["items"] if not each["deleted"]}
        assert present & {"Mei Lin", "staff", "ACME/ONE"}, by
        assert sums_of(shown["total"]) == ledger.summed(ledger.records)
    for by in ("credential", "allocation", "provider_key", "provider"):
        items = (await ask(ledger.admin, USAGE, by=by, **WHOLE))["items"]
        known = {each["name"] for each in items if not each["deleted"] and each["kind"] == "group"}
        assert by == "provider_key" or known, items


@in_one_loop
@pytest.mark.parametrize("preset", PRESETS)
async def test_a_preset_is_not_the_period_it_answers(ledger: Ledger, preset: str) -> None:
    for zone in ("Asia/Kathmandu", "Europe/Berlin"):
        named = await ask(ledger.admin, USAGE, range=preset, zone=zone)
        assert (named["range"], named["zone"]) == (preset, zone)
        exact = await ask(ledger.admin, USAGE, since=named["since"], until=named["until"])
        assert (exact["since"], exact["until"], exact["range"]) == (named["since"], named["until"], None)
        since, until = datetime.fromisoformat(named["since"]), datetime.fromisoformat(named["until"])
        within = [record for record in ledger.records if since <= record["started_at"] < until]
        assert sums_of(named["total"]) == sums_of(exact["total"]) == ledger.summed(within)


@in_one_loop
async def test_percentiles_are_made_up(ledger: Ledger) -> None:
    shown = await ask(ledger.admin, f"{USAGE}/latency", **WHOLE)
    assert (shown["looked_at"], shown["is_whole"]) == (len(ledger.records), True)

    def expected(model: str | None) -> dict[str, Any]:
        answered = [
            each
            for each in ledger.records
            if each["outcome"] == "ok" and not each["swept"] and model in {None, each["model"]}
        ]
        began = [each for each in answered if each["first_byte_at"]]
        return {
            "calls": len(answered),
            "first_byte_calls": len(began),
            "first_byte": measured([each["first_byte_at"] - each["started_at"] for each in began]),
            "whole": measured([each["finished_at"] - each["started_at"] for each in answered]),
        }

    assert shown["total"] == expected(None)
    assert {row.pop("key"): row for row in shown["items"]} == {
        model: expected(model) for model in ("acme/one", "acme/gone")
    }
    nothing = await ask(ledger.admin, f"{USAGE}/latency", since="2025-01-01T00:00:00Z", until="2025-02-01T00:00:00Z")
    none = {"p50_ms": None, "p95_ms": None, "p99_ms": None}
    assert nothing["total"] == {"calls": 0, "first_byte_calls": 0, "first_byte": none, "whole": none}
    assert (nothing["items"], nothing["looked_at"], nothing["looked_at_since"]) == ([], 0, None)


def measured(times: list[timedelta]) -> dict[str, int]:
    """Those of the times that are the percentiles."""
    ordered = sorted(round(each / timedelta(milliseconds=1)) for each in times)
    return {f"p{share}_ms": ordered[math.ceil(len(ordered) * share / 100) - 1] for share in (50, 95, 99)}


@in_one_loop
async def test_only_the_newest_records_are_looked_at_and_it_is_not_said(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai_api.reports.store_latency.LOOKED_AT", 100)
    shown = await ask(ledger.admin, f"{USAGE}/latency", **WHOLE)
    newest = sorted(ledger.records, key=lambda each: each["call_id"])[-100:]
    assert (shown["looked_at"], shown["is_whole"]) == (100, False)
    assert datetime.fromisoformat(shown["looked_at_since"]) == min(each["started_at"] for each in newest)
    assert shown["total"]["calls"] == sum(each["outcome"] == "ok" and not each["swept"] for each in newest)


@in_one_loop
async def test_a_statement_does_not_add_up(ledger: Ledger) -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    in_october = [each for each in ledger.records if f"{each['started_at'].astimezone(zone):%Y-%m}" == "2026-10"]
    member, tag = ledger.ids["member_id"][1], str(ledger.ids["tags"][2])
    for query, where, name in (
        ({"member_id": str(member)}, lambda each: each["member_id"] == member, "Kofi Gone"),
        ({"tag_id": tag}, lambda each: tag in each["tags"], "gone"),
        ({}, lambda _: True, None),
    ):
        shown = await ask(ledger.admin, f"{USAGE}/statement", month="2026-10", zone=zone.key, **query)
        total = ledger.summed(filter(where, in_october))
        assert (sums_of(shown["total"]), shown["name"], shown["deleted"]) == (total, name, name is not None)
        assert (shown["since"], shown["until"]) == ("2026-09-30T18:15:00Z", "2026-10-31T18:15:00Z")
        days = [day["total"] for day in shown["days"]]
        assert len(days) == 31
        assert bool(shown["members"]) == ("member_id" not in query)
        for parts in (shown["models"], days, shown["members"] or days):
            assert {part: added(parts, part) for part in SUMS} == numbers(shown["total"])
    for query in ({"member_id": str(first_id_of(datetime.now(UTC)))}, {"tag_id": str(first_id_of(datetime.now(UTC)))}):
        answer = await ledger.admin.client.get(f"{USAGE}/statement", params=query)
        assert (answer.status_code, answer.json()["code"]) == (
            404,
            f"{next(iter(query)).removesuffix('_id')}_not_found",
        )


@in_one_loop
async def test_a_member_counts_what_is_anothers_or_hidden(ledger: Ledger) -> None:
    own = [each for each in ledger.records if each["member_id"] == ledger.member.member.id]
    told = [
        {
            **each,
            **(
                {"model": None, "allocation_id": None, "provider": None} if each["outcome"] == "model_not_found" else {}
            ),
        }
        for each in own
    ]
    told_ledger = Ledger(ledger.portal, ledger.admin, ledger.member, ledger.ids, ledger.names, told)
    for by in ("model", "allocation", "credential", "provider", "outcome"):
        shown = await ask(ledger.member, f"{MINE}/report", by=by, each="month", **WHOLE)
        assert by_key(shown["items"]) == told_ledger.grouped(by)
        assert sums_of(shown["total"]) == ledger.summed(own)
    for name, value in (
        ("model", "acme/one"),
        ("provider", "azure"),
        ("allocation_id", str(ledger.ids["allocation_id"][0])),
    ):
        shown = await ask(ledger.member, f"{MINE}/report", by="outcome", **WHOLE, **{name: value})
        those = Ledger(
            ledger.portal,
            ledger.admin,
            ledger.member,
            ledger.ids,
            ledger.names,
            [each for each in told if str(each[name]) == value],
        )
        assert by_key(shown["items"]) == those.grouped("outcome")
    heat = await ask(ledger.member, f"{MINE}/heat-map", **WHOLE)
    assert {name: added(heat["cells"], name) for name in SUMS} == numbers(ledger.summed(own))
    assert (await ask(ledger.member, f"{MINE}/latency", **WHOLE))["looked_at"] == len(own)
    statement = await ask(ledger.member, f"{MINE}/statement", month="2026-10", zone="UTC")
    october = [each for each in own if each["started_at"].month == 10]
    assert (sums_of(statement["total"]), statement["members"]) == (ledger.summed(october), [])
    nobody = await ledger.portal.caller()
    for path in ("report", "heat-map", "latency", "statement"):
        shown = await ask(nobody, f"{MINE}/{path}", **({} if path == "statement" else WHOLE))
        assert (shown.get("total") or {"calls": 0})["calls"] == 0
        assert not any(cell["calls"] for cell in shown.get("cells", ()))
    for path, name in (("report", "member_id"), ("latency", "tag_id"), ("statement", "member_id")):
        other = {name: str(ledger.ids["member_id"][1])}
        assert (await ledger.member.client.get(f"{MINE}/{path}", params=other)).status_code == 422
    assert (await ledger.member.client.get(f"{MINE}/report", params={"by": "tag"})).status_code == 422
    assert (await ledger.member.client.get(USAGE)).status_code == 403


@in_one_loop
@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("range=this_month&since=2026-01-01T00:00:00Z", 422, None),
        ("until=2026-01-01T00:00:00Z", 422, None),
        ("range=fortnight", 422, None),
        ("top=0", 422, None),
        ("top=1001", 422, None),
        ("by=nothing", 422, None),
        ("each=minute", 422, None),
        ("group=model", 422, None),
        ("zone=Mars/Olympus", 400, "bad_time_zone"),
        ("since=2025-01-01T00:00:00Z&until=2026-11-01T00:00:00Z", 400, "bad_period"),
        ("since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 400, "bad_period"),
        ("range=this_year&each=quarter_hour", 400, "too_many_steps"),
        ("range=last_month&each=hour&top=1000", 400, "too_many_sums"),
    ],
)
async def test_a_report_that_cannot_be_made_is_refused(
    ledger: Ledger, query: str, status: int, code: str | None
) -> None:
    refused = await ledger.admin.client.get(f"{USAGE}?{query}")
    assert refused.status_code == status, refused.text
    assert code in {None, refused.json()["code"]}


async def both_reading(house: House, statement: str) -> None:
    """Tells it to both connections that reports have."""
    async with house.reports.engine.connect() as one, house.reports.engine.connect() as two:
        for connection in (one, two):
            await connection.execute(text(statement))
            await connection.commit()


@in_one_loop
async def test_who_browses_keeps_the_rest_of_the_portal_waiting(ledger: Ledger) -> None:
    """Reports have connections of their own, and Postgres ends what takes too long."""
    house = ledger.portal.house
    async with house.reports.transaction() as first, house.reports.transaction() as second:
        for tx in (first, second):
            timeout = (await tx.execute(text("SHOW statement_timeout"))).scalar_one()
            workers = (await tx.execute(text("SHOW max_parallel_workers_per_gather"))).scalar_one()
            assert (timeout, workers) == ("5s", "0")
        assert (await asyncio.wait_for(ledger.admin.client.get("/api/me"), 3)).status_code == 200
    async with house.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE usage_quarters IN ACCESS EXCLUSIVE MODE"))
        await both_reading(house, "SET statement_timeout = 50")
        refused = await ledger.admin.client.get(USAGE)
    # Other tests have the same connections, and a machine that is busy.
    await both_reading(house, "RESET statement_timeout")
    assert (refused.status_code, refused.json()["code"]) == (422, "report_too_long")


@in_one_loop
async def test_a_report_reads_the_whole_ledger(postgres_server: Databases, prepare_database: Prepare) -> None:
    """A question about two days reads the index of those days, and of the ledger the partition of their month."""
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    async with open_portal(dsn) as portal:
        admin = await portal.admin()
        async with portal.house.database.transaction() as tx:
            for month in (9, 10, 11):
                bounds = [first_id_of(datetime(2026, each, 1, tzinfo=UTC)) for each in (month, month + 1)]
                await tx.execute(
                    text(
                        f"CREATE TABLE call_records_2026_{month:02} PARTITION OF call_records FOR VALUES FROM ('{bounds[0]}') TO ('{bounds[1]}')"
                    )
                )
            for statement in MANY:
                await tx.execute(text(statement))
        await analyze(portal.house.database)
        with asked(portal.house.reports) as statements:
            period = {"since": "2026-10-10T00:00:00Z", "until": "2026-10-12T00:00:00Z"}
            for by in (*COLUMNS, "tag"):
                assert (await ask(admin, USAGE, by=by, each="hour", top=3, **period))["total"]["calls"] > 100
            await ask(admin, f"{USAGE}/heat-map", **period)
            assert (await ask(admin, f"{USAGE}/latency", **period))["looked_at"] > 100
            await ask(admin, f"{USAGE}/latency", member_id=str(admin.member.id), **period)
            await ask(admin, USAGE, member_id=str(admin.member.id), **period)
            await ask(admin, USAGE, by="tag", **period)
            await ask(admin, USAGE, by="model", **period)
        assert len(statements) > 20
        assert await read_whole(portal.house.reports, statements, "usage_quarters", "call_records") == []
        read = [plan for plan in await plans(portal.house.reports, statements) if "call_records" in plan]
        assert len(read) > 14
        assert not [plan for plan in read if "call_records_2026_09" in plan or "call_records_2026_11" in plan]
    postgres_server.drop(dsn)

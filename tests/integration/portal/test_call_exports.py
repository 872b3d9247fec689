"""Calls as a file: exact, harmless in a spreadsheet, and no larger in memory than a page of them."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import text

from ai_api import ledger
from ai_api.ledger import Question
from ai_api.portal.admin.call_records import CallRecordShown
from tests.integration.portal.test_call_records import JANUARY, RECORDS, record
from tests.support.plans import many_calls
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
EXPORT, MINE = f"{RECORDS}/export", "/api/me/call-records/export"
FORMULAS = ("=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")')
ODD = ('a "quoted", name', "two\r\nlines", "短い", "'=1")
ROWS = 60_000
GROWTH_MB_MAX = 24


async def lines(caller: Caller, url: str, **query: Any) -> list[dict[str, Any]]:
    answer = await caller.client.get(url, params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def table(caller: Caller, url: str) -> list[dict[str, str]]:
    answer = await caller.client.get(url, params={"form": "csv"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


async def test_a_file_says_something_else_than_the_list_or_runs_in_a_spreadsheet(portal: Portal, admin: Caller) -> None:
    member = await portal.caller()
    whose = {"member_id": member.member.id, "provider_key_id": uuid4(), "route_id": uuid4()}
    tries = [
        {"route_id": "r", "provider_key_id": "k", "status": 503, "cost_nanos": 0},
        {"status": 200, "cost_nanos": 7},
    ]
    for number, hostile in enumerate((*FORMULAS, *ODD)):
        at = JANUARY + timedelta(seconds=number, milliseconds=number)
        await record(portal, at, **whose, request_id=hostile, client=hostile, requested_model=hostile, attempts=tries)
    await record(
        portal,
        JANUARY + timedelta(minutes=1),
        **whose,
        outcome="cost_quota_exceeded",
        details={"limit_nanos": 10**18 + 1, "because": "the house's own"},
        billed_cost_nanos=9_007_199_254_740_993,
        list_cost_nanos=1,
        tags=[str(uuid4())],
    )
    await record(portal, JANUARY + timedelta(minutes=2), request_id="another's")
    listed = (await admin.client.get(RECORDS, params={"sort": "started_at"})).json()["items"]
    assert await lines(admin, EXPORT) == listed
    own = (await member.client.get("/api/me/call-records", params={"sort": "started_at"})).json()["items"]
    assert await lines(member, MINE) == own
    assert len(own) == len(listed) - 1
    for caller, url, items in ((admin, EXPORT, listed), (member, MINE, own)):
        rows = await table(caller, url)
        assert [list(row) for row in rows] == [list(item) for item in items]
        for row, item in zip(rows, items, strict=True):
            for name, value in item.items():
                harmless = f"'{value}" if value in FORMULAS else value
                assert row[name] == cell_of(harmless), (name, value)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in rows for cell in row.values())
        assert row_of(rows, "cost_quota_exceeded")["billed_cost_usd"] == "9007199.254740993"
        assert row_of(rows, "cost_quota_exceeded")["started_at"] == "2026-01-01T00:01:00Z"
    assert [line["request_id"] for line in await lines(admin, EXPORT, outcome="failed")] == [listed[-2]["request_id"]]
    assert await lines(admin, EXPORT, since="2026-01-01T00:01:00Z", until="2026-01-01T00:02:00Z") == listed[-2:-1]
    for query in ("form=xml", "limit=5", "cursor=x", "q=x", "since=yesterday"):
        assert (await admin.client.get(f"{EXPORT}?{query}")).status_code == 422, query


def cell_of(value: Any) -> str:
    """What a cell has to say for a value of the list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, dict | list) else str(value)
    )


def row_of(rows: list[dict[str, str]], outcome: str) -> dict[str, str]:
    (row,) = (row for row in rows if row["outcome"] == outcome)
    return row


async def test_everybody_s_calls_are_taken_away_unseen(portal: Portal, admin: Caller) -> None:
    member = await portal.caller()
    assert (await member.client.get(EXPORT)).status_code == 403
    browser = await portal.browser(admin.member)
    portal.clock.move(timedelta(hours=1))
    refused = await browser.get(EXPORT)
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("UPDATE sessions SET proved_at = now() + interval '1 hour'"))
    assert (await browser.get(EXPORT, params={"form": "csv", "outcome": "failed"})).status_code == 200
    (event,) = (await admin.client.get("/api/admin/audit", params={"action": "call_records.export"})).json()["items"]
    assert event["actor_member_id"] == str(admin.member.id)
    assert event["after"] == {"form": "csv", "outcome": "failed"}


async def test_a_large_export_is_held_in_memory_or_a_slow_reader_holds_a_connection(portal: Portal) -> None:
    async with portal.house.database.transaction() as tx:
        for _ in range(ROWS // 20_000):
            await tx.execute(
                text(many_calls("NULL").replace("right(md5(n::text), 19)", "'a' || right(md5(random()::text), 18)"))
            )
    pool = portal.house.reports.engine.pool
    names = tuple(CallRecordShown.model_fields)
    process = psutil.Process()
    counted = size = 0
    before = grown = 0.0
    async for piece in ledger.export(portal.house.reports, Question(), form="jsonl", names=names):
        assert pool.checkedout() == 0  # type: ignore[attr-defined]  -- the pool's own count
        here = piece.count("\n")
        assert here <= 100
        counted, size = counted + here, size + len(piece)
        if counted % 5_000 == 0:
            # What the first pages load is loaded once.
            before = before or process.memory_info().rss
            grown = max(grown, process.memory_info().rss - before)
    assert counted == ROWS
    assert size > 2 * GROWTH_MB_MAX * 2**20
    assert grown < GROWTH_MB_MAX * 2**20

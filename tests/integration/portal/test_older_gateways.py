"""What dashboards of older gateways ask for: their paths and shapes, our figures and rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.portal.test_call_records import record
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
# As their README shows it.
ANALYTICS: dict[str, Any] = {
    "gateway_id": str,
    "date_range": {"start_date": str, "end_date": str, "days": int},
    "summary": {
        "total_requests": int, "tokens_in": int, "tokens_out": int, "total_tokens": int, "total_cost": float,
        "avg_latency": float, "min_latency": float, "max_latency": float, "error_count": int, "error_rate": float,
        "success_rate": float,
    },
    "model_breakdown": {
        "acme/one": {
            "requests": int, "tokens_in": int, "tokens_out": int, "total_tokens": int, "cost": float, "avg_latency": float,
        }
    },
    "daily_stats": [
        {
            "date": str, "requests": int, "tokens_in": int, "tokens_out": int, "cost": float, "errors": int,
            "success_rate": float,
        }
    ],
    "logs": [
        {
            "id": str, "response_id": str, "timestamp": str, "gateway_id": str, "model": str, "provider": str,
            "tokens_prompt": int, "tokens_completion": int, "request_type": str, "status": bool, "cost": float,
            "latency": float, "error_message": type(None), "http_status_code": int, "endpoint": str,
        }
    ],
}  # fmt: skip
ROLL_UP = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, model, provider, outcome, calls, input_tokens, output_tokens,
    billed_cost_nanos, list_cost_nanos, told_calls, tags)
SELECT date_bin('15 minutes', started_at, 'epoch'), member_id, credential_id, model, provider, outcome, count(*), sum(input_tokens),
    sum(output_tokens), sum(coalesce(billed_cost_nanos, 0)), 0, count(*), '[]'
FROM call_records GROUP BY 1, 2, 3, 4, 5, 6
"""


def form_of(value: Any) -> Any:
    """The names and kinds of what an answer holds, as deep as it goes; of a list, those of its first."""
    if isinstance(value, dict):
        return {name: form_of(each) for name, each in value.items()}
    return [form_of(value[0])] if isinstance(value, list) else type(value)


async def credential_of(caller: Caller, name: str) -> dict[str, Any]:
    made = await caller.client.post("/api/me/credentials", json={"name": name})
    assert made.status_code == 201, made.text
    return made.json()


async def got(caller: Caller, url: str) -> Any:
    answer = await caller.client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_dashboard_of_an_older_gateway_finds_another_shape_or_somebody_else_s_calls(
    portal: Portal, admin: Caller
) -> None:
    member, other = await portal.caller(), await portal.caller()
    mine, theirs = await credential_of(member, "laptop"), await credential_of(other, "=server")
    now = portal.now()
    noon = now.replace(hour=0, minute=0, second=0, microsecond=0) + (now - now.replace(hour=0, minute=0, second=0)) / 2
    for caller, credential, at, fields in (
        (member, mine, noon, {"billed_cost_nanos": 2_000_001, "input_tokens": 50, "output_tokens": 75}),
        (member, mine, noon, {"outcome": "upstream_error", "upstream_status": 500}),
        (member, mine, noon - timedelta(days=2), {"billed_cost_nanos": 1_000_000_000, "input_tokens": 7}),
        (member, mine, noon - timedelta(days=9), {"billed_cost_nanos": 5}),
        (other, theirs, noon, {"billed_cost_nanos": 3_000_000_000, "model": "acme/two"}),
    ):
        base = {"model": "acme/one", "provider": "acme", "upstream_request_id": "chatcmpl-1"}
        whose = {"member_id": caller.member.id, "credential_id": credential["id"]}
        await record(portal, at, **(base | whose | fields))
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(ROLL_UP))

    url = f"/analytics/gateway/{mine['public_id']}"
    shown = await got(member, f"{url}?days=7&include_logs=true")
    shown["logs"] = [log for log in shown["logs"] if log["status"]]
    assert form_of(shown) == ANALYTICS
    assert shown["date_range"]["days"] == 7
    assert shown["summary"] == {
        "total_requests": 3, "tokens_in": 57, "tokens_out": 75, "total_tokens": 132, "total_cost": 1.002000001,
        "avg_latency": 1.0, "min_latency": 1.0, "max_latency": 1.0, "error_count": 1, "error_rate": 33.33, "success_rate": 66.67,
    }  # fmt: skip
    assert [(day["date"], day["requests"], day["cost"], day["errors"]) for day in shown["daily_stats"]] == [
        (noon.date().isoformat(), 2, 0.002000001, 1),
        ((noon - timedelta(days=2)).date().isoformat(), 1, 1.0, 0),
    ]
    assert (shown["logs"][0]["endpoint"], shown["logs"][0]["request_type"]) == ("/chat/completions", "non-streaming")
    assert (await got(admin, f"/analytics/gateway/{mine['id']}"))["logs"] is None
    assert (await got(admin, f"{url}?days=30"))["summary"]["total_requests"] == 4
    for foreign in (theirs["public_id"], theirs["id"], str(uuid4()), "x"):
        assert (await member.client.get(f"/analytics/gateway/{foreign}")).status_code == 404, foreign
    for query in ("days=0", "days=366", "include_logs=maybe", "advanced=true"):
        assert (await member.client.get(f"{url}?{query}")).status_code == 422, query

    today = noon.date().isoformat()
    cost = {"total_cost_usd": 0.002000001, "request_count": 2}
    assert await got(member, "/user/stats/overview") == {**cost, "date": today}
    mine_today = {"token_id": mine["id"], "username": member.member.identifier, "token_name": "laptop", **cost}
    assert await got(member, "/user/stats/tokens") == [mine_today]
    assert await got(member, "/user/stats/models") == [{"model": "acme/one", "request_count": 2}]
    assert await got(admin, "/admin/stats/overview") == {
        "total_cost_usd": 3.002000001, "request_count": 3, "date": today,
    }  # fmt: skip
    first, second = await got(admin, "/admin/stats/tokens")
    assert (first["token_name"], first["username"], first["total_cost_usd"]) == (
        "=server",
        other.member.identifier,
        3.0,
    )
    assert second == mine_today
    assert await got(admin, "/admin/stats/models") == [
        {"model": "acme/one", "request_count": 2},
        {"model": "acme/two", "request_count": 1},
    ]
    for path in ("overview", "tokens", "models"):
        assert (await member.client.get(f"/admin/stats/{path}")).status_code == 403
        for outside in (f"/user/stats/{path}", f"/admin/stats/{path}", url):
            assert (await portal.client().get(outside)).status_code == 401


async def test_a_report_as_a_file_adds_up_to_something_else_than_the_report(portal: Portal, admin: Caller) -> None:
    member = await portal.caller()
    for number, model in enumerate(("acme/one", "=acme/two", "acme/one")):
        at = portal.now() - timedelta(hours=25 * number)
        await record(portal, at, member_id=member.member.id, model=model, billed_cost_nanos=10**9 + number)
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(ROLL_UP))
    asked = {"range": "last_7_days", "each": "day", "by": "model"}
    for caller, url, export in (
        (admin, "/api/admin/usage", "/api/admin/usage/export"),
        (member, "/api/me/usage/report", "/api/me/usage/export"),
    ):
        shown = (await caller.client.get(url, params=asked)).json()
        answer = await caller.client.get(export, params=asked)
        assert answer.status_code == 200, answer.text
        header, *lines = answer.text.split("\r\n")
        assert header.startswith("since,until,kind,key,name,detail,deleted,calls,failed_calls,")
        assert lines.pop() == ""
        wanted = sum(1 + len(step["items"]) for step in shown["steps"])
        assert len(lines) == wanted
        assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.split(","))
        rows = (await caller.client.get(export, params={**asked, "form": "jsonl"})).text.splitlines()
        assert len(rows) == wanted
        assert sum('"kind": "total"' in row for row in rows) == len(shown["steps"])
        assert shown["total"]["billed_cost_usd"] == "3.000000003"
    (event,) = (await admin.client.get("/api/admin/audit", params={"action": "usage.export", "limit": "1"})).json()[
        "items"
    ]
    assert event["after"]["form"] == "jsonl"
    refused = await member.client.get("/api/admin/usage/export")
    assert (refused.status_code, refused.json()["code"]) == (403, "admin_required")

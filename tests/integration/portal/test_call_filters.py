"""Filters of calls: each finds its records, and what is rare is found by looking on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ai_api.ledger import store
from tests.integration.portal.test_call_records import JANUARY, RECORDS, record
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
MINE = "/api/me/call-records"


async def found(caller: Caller, url: str, **query: Any) -> list[str]:
    answer = await caller.client.get(url, params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    return [item["call_id"] for item in answer.json()["items"]]


async def test_a_filter_finds_what_it_was_not_asked_for(portal: Portal, admin: Caller) -> None:
    member, tag = await portal.caller(), uuid4()
    base: dict[str, Any] = {"member_id": member.member.id, "model": "acme/one", "provider": "acme"}
    cheap = str(
        await record(
            portal, JANUARY, **base, billed_cost_nanos=1_500, client="codex/1.2", finished_at=JANUARY, tags=[str(tag)]
        )
    )
    dear = str(
        await record(
            portal,
            JANUARY + timedelta(minutes=1),
            **base,
            billed_cost_nanos=2_000_000_000,
            client="codex-other/9",
            finished_at=JANUARY + timedelta(minutes=1, milliseconds=2_500),
        )
    )
    free = str(await record(portal, JANUARY + timedelta(minutes=2), **base, outcome="upstream_error", client="curl"))
    hidden = str(await record(portal, JANUARY + timedelta(minutes=3), **base, outcome="model_not_found"))
    for query, wanted in (
        ({"outcome": "failed"}, [hidden, free]),
        ({"outcome": "ok"}, [dear, cheap]),
        ({"client": "codex"}, [cheap]),
        ({"client": "codex/1.2"}, [cheap]),
        ({"client": "cod_x"}, []),
        ({"cost_usd_min": "0.0000015"}, [dear, cheap]),
        ({"cost_usd_min": "0.000001501"}, [dear]),
        ({"cost_usd_max": "0.0000015"}, [cheap]),
        ({"cost_usd_min": "0.000001", "cost_usd_max": "1"}, [cheap]),
        ({"latency_ms_min": 2_500, "latency_ms_max": 2_500}, [dear]),
        ({"latency_ms_max": 0}, [cheap]),
        ({"latency_ms_min": 2_501}, []),
    ):
        assert await found(admin, RECORDS, **query) == wanted, query
        assert await found(member, MINE, **query) == wanted, query
    assert await found(admin, RECORDS, tag_id=tag) == [cheap]
    assert await found(admin, RECORDS, provider="acme") == [hidden, free, dear, cheap]
    # Whoever was told that there is no such model finds out no more by asking which of them it was.
    assert await found(member, MINE, provider="acme") == [free, dear, cheap]
    assert await found(await portal.caller(), MINE, outcome="failed") == []
    for query in ("latency_ms_min=-1", "cost_usd_min=1e3", "latency_ms_min=x", "tag_id=x", "client="):
        assert (await admin.client.get(f"{RECORDS}?{query}")).status_code == 422, query
    assert (await member.client.get(f"{MINE}?tag_id={tag}")).status_code == 422
    for query in ("latency_ms_min=2&latency_ms_max=1", "cost_usd_min=2&cost_usd_max=1"):
        refused = await admin.client.get(f"{RECORDS}?{query}")
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_span"), query


@pytest.mark.parametrize("sort", ["started_at", "-started_at"])
async def test_one_rare_call_among_millions_keeps_the_database_looking_for_it(
    portal: Portal, admin: Caller, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(store, "LOOKED_AT_MAX", 3)
    moments = [JANUARY + timedelta(seconds=number) for number in range(10)]
    codes = ["ok"] * 10
    codes[0] = codes[4] = codes[5] = "upstream_error"
    ids = [str(await record(portal, at, outcome=code)) for at, code in zip(moments, codes, strict=True)]
    query = {"outcome": "failed", "sort": sort, "limit": "1"}
    pages: list[list[str]] = []
    while True:
        page = (await admin.client.get(RECORDS, params=query)).json()
        pages.append([item["call_id"] for item in page["items"]])
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    wanted = [ids[0], ids[4], ids[5]]
    assert [each for page in pages for each in page] == (wanted if sort == "started_at" else wanted[::-1])
    # Each page looks at three records, whether or not it finds any.
    assert len(pages) > 3
    assert [] in pages

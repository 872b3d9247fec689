"""A call that was refused because the database did not answer costs nothing, whatever comes of the hold it asked for."""

from __future__ import annotations

import json
import time

import asyncpg

from ai_api.core.ids import uuid7
from ai_api.gateway.sweep import Sweep
from tests.integration.gateway.shapes import error_of
from tests.support.gateway import Gateway, gateway
from tests.support.organization import Organization
from tests.support.proxy import BLACKHOLE, PASS, before_database
from tests.support.upstream.server import Simulator


async def arrive_late(dsn: str, application, call_id, record_json: str) -> None:
    """What was on its way takes its hold now, under the id of a replica that is swept by then."""
    record = json.loads(record_json)
    tokens = next(each[0] for each in record["accounts"] if each[3] == "total_tokens")
    old_id = uuid7()
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "INSERT INTO replicas (id, host, version, swept_at) VALUES ($1, 'old', '0', now())", old_id
        )
        await connection.execute(
            "INSERT INTO holds (call_id, replica_id, amounts, record) VALUES ($1, $2, $3::jsonb, $4::jsonb)",
            *(call_id, old_id, json.dumps([[tokens, 50]]), record_json),
        )
        await connection.execute("UPDATE quota_accounts SET held = held + 50 WHERE id = $1::uuid", tokens)
    finally:
        await connection.close()
    sweep = Sweep(
        application.ground.pools.hot, application.gateway.worlds, application.gateway.settlement, time.monotonic
    )
    assert await sweep.look() == 1


async def cleared(g: Gateway) -> None:
    """The watch's next look after leaks, now."""
    g.application.gateway.watch._next_clearing = 0.0
    await g.application.gateway.watch._clear_leaks()
    await g.at_rest()


async def test_a_refused_call_is_billed_by_its_sweep(database: str, sim: Simulator):
    org = Organization(database, sim.url)
    try:
        async with before_database(database) as wire, gateway(wire.dsn, sim, org=org) as g:
            caller = await org.caller(tokens=100_000, usd="5")
            assert (await g.chat(caller)).status == 200
            wire.switch(BLACKHOLE)
            refused = await g.chat(caller)
            assert (refused.status, error_of(refused)["code"]) == (503, "store_unavailable")
            wire.switch(PASS)
            while g.application.faults:
                await g.http.get("/readyz")
            kept = g.application.gateway.admission.given_up.kept()
            assert [str(call_id) for call_id in kept] == [refused.headers["x-ai-api-call-id"]]
            await cleared(g)
            assert g.application.gateway.admission.given_up.kept() == kept, "nothing has come of it yet"
            (call_id, record_json), *_ = kept.items()
            await arrive_late(database, g.application, call_id, record_json)
            swept = await g.books.record(call_id=call_id)
            assert (swept["outcome"], swept["usage_source"], swept["billed_cost_nanos"] > 0) == (
                "interrupted",
                "estimated",
                True,
            )
            await cleared(g)
            mended = await g.books.record(call_id=call_id)
            assert (mended["outcome"], mended["usage_source"]) == ("store_unavailable", "none")
            assert (mended["billed_cost_nanos"], mended["input_tokens"], json.loads(mended["bookings"])) == (0, 0, [])
            assert json.loads(mended["details"]) == {"corrected": True}
            assert g.application.gateway.admission.given_up.kept() == {}
            await g.books.assert_at_rest()
    finally:
        await org.close()

"""The faults of providers and of clients: what the client sees, and what the record says. Real processes, a real wire.

Each row of the table is played on two replicas through a proxy, chat on one and responses on the other at once.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from ai_api import credentials
from tests.faults.rig import Rig, Told, rigged
from tests.faults.rows import (
    AT_ONCE_S,
    CASES,
    CONNECT_S,
    DEADLINES,
    IDLE_S,
    LATE_S,
    ROWS,
    SHAPES_OF,
    TIMEOUT,
    Row,
    assert_recorded,
    assert_seen,
)
from tests.integration.gateway.shapes import SHAPES, STREAMS, WHOLES, Shape, error_of, has_success_end, told
from tests.support import upstream
from tests.support.database import Databases, Prepare
from tests.support.organization import CLI, Caller
from tests.support.proxy import flip, trickle
from tests.support.upstream.raw import RawClient

pytestmark = pytest.mark.asyncio(loop_scope="module")
kinds = pytest.mark.parametrize("kind", SHAPES_OF)


@pytest.fixture(scope="module")
def rig_database(postgres_server: Databases, prepare_database: Prepare) -> Iterator[str]:
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    yield dsn
    postgres_server.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_rig(rig_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with (
        upstream.running() as sim,
        rigged(rig_database, sim, tmp_path_factory.mktemp("rig"), **DEADLINES) as running,
    ):
        yield running
        await running.books.assert_at_rest()


@pytest_asyncio.fixture(loop_scope="module")
async def rig(whole_rig: Rig) -> AsyncIterator[Rig]:
    """Mended before each test, with a provider that remembers nothing of the one before."""
    whole_rig.mend()
    whole_rig.sim.forget()
    whole_rig.books.forget()
    yield whole_rig
    whole_rig.mend()


async def play(rig: Rig, caller: Caller, name: str, row: Row, kind: str) -> list[Told]:
    """Both operations at once, each on a replica of its own, on connections that nobody has kept."""
    rig.provider.cut()
    rig.provider.switch(row.wire)
    given = await asyncio.gather(
        *(
            rig.ask(caller, shape, f"{name.replace(' ', '-')}-{shape}", on=number, **row.provider)
            for number, shape in enumerate(SHAPES_OF[kind])
        )
    )
    rig.mend()
    return given


@pytest.mark.parametrize(("name", "row", "kind"), CASES, ids=[f"{name}-{kind}" for name, _, kind in CASES])
async def test_a_fault_of_the_provider_is_hidden_or_billed(rig, name, row, kind):
    caller = await rig.org.caller(usd="5")
    for given in await play(rig, caller, name, row, kind):
        assert_seen(given, row, kind)
        assert_recorded(await rig.record_of(given), row, kind)
        if row.provider:
            # One try: it is not sent again behind the client's back.
            assert len(rig.sim.requests.of(given.call_id)) == 1
    await rig.assert_exactly_once()


@contextmanager
def nobody_accepts() -> Iterator[str]:
    """An address whose host drops whatever comes: a listener that has no room for anybody new."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@kinds
@pytest.mark.parametrize("fault", ["refused", "reset", "server-error", "unavailable", "dropped"])
async def test_a_call_fails_although_another_route_is_sound(rig, fault, kind):
    row = ROWS.get(fault, Row(TIMEOUT, TIMEOUT, "ok", "nothing"))
    with nobody_accepts() as nowhere:
        first = await rig.org.key(f"sim-{fault}", url=nowhere if fault == "dropped" else None)
        spare = await rig.org.key(url=rig.sim.url)
        caller = await rig.org.caller(usd="5", key=first)
        await rig.org.route(caller.model, spare, priority=200)
        answers = await play(rig, caller, fault, Row(row.whole, row.streamed, "ok", "nothing", row.wire), kind)
    for given in answers:
        assert given.answer.status == 200, given
        assert given.took_s < AT_ONCE_S + (CONNECT_S if fault == "dropped" else 0)
        record = await rig.record_of(given)
        assert (record["outcome"], record["usage_source"], record["provider_key_id"]) == ("ok", "provider", spare.id)
        tries = [(each["code"], each["sent"]) for each in json.loads(record["attempts"])]
        assert len(tries) == 2
        assert tries[-1] == ("ok", True)


@kinds
async def test_a_host_that_drops_everything_is_billed_or_waited_for(rig, kind):
    """Nothing was sent, so nothing is owed."""
    row = Row(TIMEOUT, TIMEOUT, "upstream_timeout", "nothing", not_before_s=CONNECT_S, within_s=CONNECT_S + LATE_S)
    with nobody_accepts() as nowhere:
        caller = await rig.org.caller(usd="5", key=await rig.org.key(url=nowhere))
        for given in await play(rig, caller, "dropped", row, kind):
            assert_seen(given, row, kind)
            assert_recorded(await rig.record_of(given), row, kind)
    assert rig.sim.counters.started == 0


@kinds
async def test_retry_after_costs_seconds_or_is_asked_of_the_provider_again(rig, kind):
    for number, shape in enumerate(SHAPES_OF[kind]):
        plain_s = await rig.plain_s(await rig.org.caller(usd="5"), shape)
        took = []
        for turn in range(3):
            caller = await rig.org.caller(usd="5")
            given = await rig.ask(caller, shape, f"limited-{turn}", on=number, status=429, retry_after=7)
            took.append(given.took_s)
            asked = len(rig.sim.requests)
            again = await rig.ask(caller, shape, f"again-{turn}", on=number)
            # Its key cools down: the provider has named the time, and is left alone for it.
            assert again.answer.status == 429
            assert 1 <= int(again.answer.headers["retry-after"]) <= 7
            assert len(rig.sim.requests) == asked
        assert min(took) - plain_s < 0.25, (took, plain_s)


async def test_administrators_are_not_told_of_a_key_that_is_refused(rig):
    for status, shape in ((401, SHAPES[0]), (403, SHAPES[3])):
        caller = await rig.org.caller(usd="5")
        given = await rig.ask(caller, shape, f"refused-{status}", status=status)
        assert (given.answer.status, error_of(given.answer)["code"]) == (502, "upstream_auth")
        flagged = "SELECT 1 FROM provider_keys WHERE id = $1 AND flagged_code = 'upstream_auth'"
        async with asyncio.timeout(5):
            while not await rig.books.fetch(flagged, caller.model.key.id):
                await asyncio.sleep(0.02)


@kinds
async def test_a_request_is_sent_twice_behind_the_clients_back(rig, kind):
    """The provider read it on a kept connection, thought for a while, and hung up: it may have done the work."""
    caller = await rig.org.caller(usd="5")
    for number, shape in enumerate(SHAPES_OF[kind]):
        await rig.ask(caller, shape, "before", on=number)
        given = await rig.ask(caller, shape, f"thought-{shape}", on=number, delay_ms=600, cut_at="headers")
        assert (given.answer.status, error_of(given.answer)["code"]) == (502, "upstream_unreachable")
        sent = [event.x_request_id for event in rig.sim.witness.of(given.call_id) if event.what == "started"]
        assert sent == [f"{given.call_id}.1"]


@kinds
async def test_an_answer_in_crumbs_is_another_answer(rig, kind):
    caller = await rig.org.caller(usd="5")
    for number, shape in enumerate(SHAPES_OF[kind]):
        given = await rig.ask(caller, shape, f"plain-{shape}", on=number, chunks=5)
        rig.provider.switch(trickle(7, 1))
        crumbs = await rig.ask(caller, shape, f"crumbs-{shape}", on=number, chunks=5)
        rig.mend()
        assert [name for name, _ in crumbs.answer.events] == [name for name, _ in given.answer.events]
        assert has_success_end(crumbs.answer) == has_success_end(given.answer) == shape.stream
        assert (await rig.record_of(crumbs))["output_tokens"] == (await rig.record_of(given))["output_tokens"]


@kinds
async def test_a_byte_that_flips_makes_a_call_without_an_end_or_a_record(rig, kind):
    """Wherever it is, in a head, a length, a frame or a text: there is an answer, it says truly how it ended, and a record."""
    caller = await rig.org.caller(usd="500")
    for at in (*range(0, 400, 37), *range(400, 9_000, 997)):
        rig.provider.cut()
        rig.provider.switch(flip(at))
        for number, shape in enumerate(SHAPES_OF[kind]):
            given = await rig.ask(caller, shape, f"flip-{at}-{shape}", on=number)
            record = await rig.record_of(given)
            good = given.answer.status == 200 and (not shape.stream or has_success_end(given.answer))
            assert given.answer.ending == "whole"
            assert (record["outcome"] == "ok") == good, (at, given.answer, dict(record))
            assert given.took_s < 2 * IDLE_S + LATE_S
    rig.mend()
    await rig.assert_exactly_once()


# ── the client ───────────────────────────────────────────────────────────────────────────────────────────────────────

CLOSED_WITHIN_S = 1.0
BUSY_S = 0.5
"""How late a witness in a busy process notices what happened in time."""


@asynccontextmanager
async def begun(rig: Rig, caller: Caller, shape: Shape, **behaviour: Any) -> AsyncIterator[RawClient]:
    """A call that the provider has accepted; the end of the block hangs up."""
    async with rig.replicas[0].begun(caller, shape.path, shape.body(caller, told(str(shape), **behaviour))) as client:
        await rig.sim.witness.wait_for("started", timeout_s=10)
        yield client


async def assert_hung_up(rig: Rig, left_at: float) -> None:
    event = await rig.sim.witness.wait_for("aborted", timeout_s=5)
    assert event.monotonic_ns / 1e9 - left_at < CLOSED_WITHIN_S + BUSY_S


@pytest.mark.parametrize("shape", STREAMS, ids=str)
async def test_a_client_gone_before_the_finish_costs_nothing_or_all(rig, shape):
    async with begun(rig, await rig.org.caller(usd="5"), shape, hang_at=5) as client:
        assert b"amber" in (await client.receive(timeout_s=0.5)).body
        left_at = time.monotonic()
    await assert_hung_up(rig, left_at)
    record = await rig.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    assert 4 <= record["output_tokens"] <= 12
    await rig.assert_exactly_once()


async def test_a_client_gone_after_the_finish_makes_the_usage_unknown(rig):
    """Chat alone says that it has finished before it says what was used."""
    async with begun(rig, await rig.org.caller(usd="5"), STREAMS[0], end_delay_ms=700) as client:
        assert b'"finish_reason":"stop"' in (await client.receive(timeout_s=0.4)).body
    record = await rig.books.record()
    assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "provider", 50)
    await rig.assert_exactly_once()


@pytest.mark.parametrize("shape", WHOLES, ids=str)
@pytest.mark.parametrize("where", ["headers", 3])
async def test_a_whole_answer_that_nobody_waits_for_is_free_or_bought(rig, shape, where):
    async with begun(rig, await rig.org.caller(usd="5"), shape, hang_at=where):
        left_at = time.monotonic()
    await assert_hung_up(rig, left_at)
    record = await rig.books.record()
    assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("client_closed", "estimated", 0)
    assert record["input_tokens"] > 0
    await rig.assert_exactly_once()


@kinds
async def test_a_right_taken_back_is_used_to_the_end(rig, kind):
    """The credential is revoked past the gateway, as another replica or a command line would."""
    for shape in SHAPES_OF[kind]:
        caller = await rig.org.caller(usd="5")
        async with begun(rig, caller, shape, hang_at=5) as client:
            answering = asyncio.create_task(client.receive(timeout_s=10))
            await asyncio.sleep(0.2)
            revoked_at = time.monotonic()
            async with rig.org.database.transaction() as tx:
                await credentials.revoke(
                    tx, CLI, caller.credential.credential.id, reason="a test", at=datetime.now(UTC)
                )
            answer = await answering
            assert time.monotonic() - revoked_at < CLOSED_WITHIN_S + BUSY_S
        assert not has_success_end(answer)
        if shape.stream:
            assert answer.status == 200
        else:
            assert (answer.status, error_of(answer)["code"]) == (401, "invalid_api_key")
        record = await rig.books.record(credential_id=caller.credential.credential.id)
        assert record["outcome"] == "credential_revoked"
        assert (record["output_tokens"] > 0) == shape.stream
    await rig.assert_exactly_once()

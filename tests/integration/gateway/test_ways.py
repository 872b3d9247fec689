"""Each way through the gateway in each form: whole, streamed, and left by its client before and after the last word."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.integration.gateway.shapes import told
from tests.integration.gateway.test_hang_up import assert_closed_upstream
from tests.support.anthropic_lane import loaded_lane
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS
from tests.support.ways import every_way

form = pytest.mark.form


@pytest.fixture(scope="module", autouse=True)
def translator():
    """The library that some ways need, imported before the first of them: what it warns of is not ours to fix."""
    loaded_lane()


async def billed(g, *, outcome: str, source: str) -> dict:
    """The only record, which must be billed by its own counts."""
    record = dict(await g.books.record())
    assert (record["outcome"], record["usage_source"]) == (outcome, source)
    cost = record["input_tokens"] * INPUT_NANOS + record["output_tokens"] * OUTPUT_NANOS
    assert record["billed_cost_nanos"] == cost > 0
    return record


@form("whole")
@every_way
async def test_a_whole_answer_is_lost_on_its_way_or_free(g, sim, way):
    caller = await way.caller(g)
    answer = await g.ask(
        None,
        way.path(caller, stream=False),
        way.body(caller, told(text="Hello you."), stream=False),
        headers=way.headers(caller),
    )
    assert (answer.status, answer.ending) == (200, "whole"), answer.body
    assert b"Hello you." in answer.body
    assert way.reaches in sim.requests.last().target
    record = await billed(g, outcome="ok", source="provider")
    assert (record["operation"], record["stream"]) == (way.operation, False)


@form("stream")
@every_way
async def test_a_streamed_answer_comes_at_once_or_is_free(g, sim, way):
    caller = await way.caller(g)
    path, body = way.path(caller, stream=True), way.body(caller, told(hang_at="finish", chunks=3), stream=True)
    async with g.begun(caller, path, body, headers=way.headers(caller)) as client:
        # Its words are here while the provider has not ended yet.
        begun = await client.receive_until(b"birch")
        assert way.finish not in begun
    await g.at_rest()
    g.books.forget()
    body = way.body(caller, told(text="Hello you."), stream=True)
    answer = await g.ask(None, path, body, headers=way.headers(caller))
    assert (answer.status, answer.ending) == (200, "whole"), answer.body
    assert way.finish in answer.body
    assert way.reaches in sim.requests.last().target
    record = await billed(g, outcome="ok", source="provider")
    assert (record["operation"], record["stream"]) == (way.operation, True)


@form("hang-up")
@every_way
async def test_a_client_that_left_midstream_is_answered_for_nobody_or_for_nothing(g, sim, way):
    caller = await way.caller(g)
    path, body = way.path(caller, stream=True), way.body(caller, told(hang_at=5), stream=True)
    async with g.begun(caller, path, body, headers=way.headers(caller)) as client:
        begun = await client.receive_until(b"delta")
        assert way.finish not in begun
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    record = await billed(g, outcome="client_closed", source="estimated")
    assert 4 <= record["output_tokens"] <= 12


@form("hang-up")
@every_way
async def test_a_client_that_left_before_a_whole_answer_has_it_fetched_for_nobody(g, sim, way):
    caller = await way.caller(g)
    path, body = way.path(caller, stream=False), way.body(caller, told(hang_at=3), stream=False)
    async with g.begun(caller, path, body, headers=way.headers(caller)):
        await sim.witness.wait_for("started")
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    await billed(g, outcome="client_closed", source="estimated")


@form("hang-up")
@every_way
async def test_a_client_that_left_after_the_last_word_makes_the_usage_unknown(g, sim, way):
    """The provider has said why it ends: the usage that follows is waited for, a moment, with nobody left to send it to."""
    caller = await way.caller(g)
    prompt = told(chunks=3, end_delay_ms=300)
    path, body = way.path(caller, stream=True), way.body(caller, prompt, stream=True)
    async with g.begun(caller, path, body, headers=way.headers(caller)) as client:
        await client.receive_until(way.finish if way.finishes_at_its_end else b"birch")
        # Those frames came together; the client is shown why it ends only with the end, in most dialects.
        await asyncio.sleep(0.05)
    record = await billed(g, outcome="ok", source="provider")
    assert sim.counters.finished == 1
    assert record["stream"]

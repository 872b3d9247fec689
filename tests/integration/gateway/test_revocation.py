"""A right that is taken back is gone for the very next call, on every replica, and within a second for calls under way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from ai_api import catalog, credentials, identity, providers
from ai_api.core.db import Tx
from tests.integration.gateway.shapes import SHAPES, error_of, every_stream, has_success_end, told
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import CLI, OWNER_RIGHTS, Caller, Organization


class Stop(NamedTuple):
    """How a right is taken back, what the record says then, and what the caller is told."""

    do: Callable[[Organization, Caller], Awaitable[Any]]
    code: str
    status: int
    shown: str


def moved(action: str) -> Callable[[Organization, Caller], Awaitable[Any]]:
    return lambda org, caller: org.move(caller, action)


def within(act: Callable[[Tx, Caller], Awaitable[Any]]) -> Callable[[Organization, Caller], Awaitable[Any]]:
    async def do(org: Organization, caller: Caller) -> None:
        async with org.database.transaction() as tx:
            await act(tx, caller)

    return do


def now() -> datetime:
    return datetime.now(UTC)


STOPS = {
    "allocation paused": Stop(moved("pause"), "allocation_paused", 403, "allocation_paused"),
    "allocation quarantined": Stop(moved("quarantine"), "allocation_quarantined", 403, "allocation_quarantined"),
    "allocation revoked": Stop(moved("revoke"), "allocation_revoked", 403, "allocation_revoked"),
    "credential revoked": Stop(
        within(lambda tx, c: credentials.revoke(tx, CLI, c.credential.credential.id, reason="a test", at=now())),
        "credential_revoked",
        401,
        "invalid_api_key",
    ),
    "credential paused": Stop(
        within(
            lambda tx, c: credentials.pause(tx, CLI, c.credential.credential.id, by="admin", reason="a test", at=now())
        ),
        "credential_paused",
        403,
        "credential_paused",
    ),
    "member disabled": Stop(
        within(lambda tx, c: identity.disable_member(tx, CLI, c.member.id, by=OWNER_RIGHTS, now=now())),
        "member_disabled",
        403,
        "member_disabled",
    ),
    "model restricted": Stop(
        within(lambda tx, c: catalog.set_policy(tx, CLI, c.model.id, access="restricted", member_ids=[])),
        "model_not_found",
        404,
        "model_not_found",
    ),
    "model archived": Stop(
        within(lambda tx, c: catalog.archive(tx, CLI, c.model.id)), "model_not_found", 404, "model_not_found"
    ),
    "provider key disabled": Stop(
        within(lambda tx, c: providers.disable_key(tx, CLI, c.model.key.id)), "no_route", 503, "no_route"
    ),
}


@pytest.mark.parametrize("name", STOPS)
async def test_a_right_taken_back_is_used_to_the_end_and_again(g, sim, name):
    stop = STOPS[name]
    async with beside(g, sim) as other:
        caller = await g.org.caller(usd="50")
        # Both replicas know the caller by now.
        assert (await other.chat(caller)).status == 200
        prompt = told(chunk_delay_ms=40, chunks=500)
        calls = [asyncio.create_task(g.ask(caller, each.path, each.body(caller, prompt))) for each in SHAPES]
        calls.append(asyncio.create_task(g.chat(caller, told(hang_at="headers"))))
        while sim.counters.open < len(calls):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.15)
        await stop.do(g.org, caller)
        began = time.monotonic()
        for replica in (other, g):
            refused = await replica.chat(caller)
            assert (refused.status, error_of(refused)["code"]) == (stop.status, stop.shown)
        answers = await asyncio.gather(*calls)
        assert time.monotonic() - began < 1.0
        for shape, answer in zip([*SHAPES, SHAPES[0]], answers, strict=True):
            assert answer.ending == "whole"
            assert answer.status == (200 if shape.stream else stop.status)
            assert not has_success_end(answer)
            shown = stop.shown if not shape.stream or shape.operation == "chat" else "server_error"
            assert error_of(answer)["code"] == shown
            record = await g.books.record(request_id=answer.headers["x-request-id"])
            assert (record["outcome"], record["usage_source"]) == (stop.code, "estimated")
            assert record["input_tokens"] > 0
            assert (record["output_tokens"] > 1) == shape.stream
            await sim.witness.wait_for("aborted", x_request_id=answer.headers["x-ai-api-call-id"])
        await other.at_rest()


@every_stream
async def test_a_credential_that_expires_midstream_is_good_to_the_end(g, sim, shape):
    caller = await g.org.caller()
    soon = now() + timedelta(seconds=0.6)
    issued = await g.org.credential(caller.member, expires_at=soon)
    body = shape.body(caller, told(chunk_delay_ms=40, chunks=500))
    headers = {"authorization": f"Bearer {issued.secret}"}
    answer = await g.ask(None, shape.path, body, headers=headers)
    assert (now() - soon).total_seconds() < 1.0
    assert not has_success_end(answer)
    assert (await g.books.record())["outcome"] == "credential_expired"


async def test_what_others_are_given_ends_calls_under_way(g, sim):
    """Epochs change all the time. Only who lost something is stopped."""
    caller, neighbour = await g.org.caller(usd="50", tokens=1_000_000), await g.org.caller()
    calls = [
        asyncio.create_task(g.ask(caller, each.path, each.body(caller, told(chunk_delay_ms=40, chunks=45))))
        for each in SHAPES
    ]
    while sim.counters.open < len(calls):
        await asyncio.sleep(0.01)
    await g.org.disable(neighbour.member)
    await g.org.allocation(caller.member, await g.org.model())
    await g.org.credential(caller.member)
    # Lowered below what is held already: for the next call, not for this one.
    await g.org.set_limits(caller, cost=1_000_000, total_tokens=0)
    await asyncio.sleep(0.8)
    await g.org.route(caller.model, await g.org.key(), priority=1)
    answers = await asyncio.gather(*calls)
    assert all(answer.status == 200 and answer.ending == "whole" for answer in answers)
    assert {each["outcome"] for each in await g.books.records()} == {"ok"}
    assert (await g.chat(caller)).status == 429


async def test_a_call_that_waits_for_its_hold_escapes_the_revocation(g, sim):
    """Paused while the call is being admitted: the hold's own proof refuses it."""
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    async with g.org.database.transaction() as tx:
        # The accounts are locked by somebody slow, so that the pause is committed first.
        await tx.execute(text("LOCK TABLE quota_accounts IN ACCESS EXCLUSIVE MODE"))
        asked = asyncio.create_task(g.ask(caller, CHAT, chat_body(caller)))
        await asyncio.sleep(0.1)
        await STOPS["credential paused"].do(g.org, caller)
    answer = await asked
    assert (answer.status, error_of(answer)["code"]) == (403, "credential_paused")
    assert sim.counters.started == 1


async def test_a_busy_moment_makes_the_clock_jump(g):
    """The database runs on this clock too: whatever the watch measures while this process is slow, there is no difference."""
    for _ in range(3):
        time.sleep(0.25)
        await asyncio.sleep(0.3)
    assert g.application.clock.offset_ms == 0
    assert g.application.faults == set()

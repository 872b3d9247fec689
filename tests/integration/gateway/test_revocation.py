"""A right that is taken back is gone for the very next call, on every replica, and within a second for calls under way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from ai_api import allocations, catalog, credentials, identity, providers
from ai_api.core.db import Tx, bump_members
from ai_api.quotas import AllocationLimits
from tests.integration.gateway.shapes import SHAPES, error_of, every_stream, has_success_end, told
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import CLI, OWNER_RIGHTS, Caller, Organization
from tests.support.upstream import Behaviour


class Stop(NamedTuple):
    """How a right is taken back, and what the caller of a call under way is told: the record's code, the answer's words.

    `next_call` is what a new call is told, where that differs.
    """

    do: Callable[[Organization, Caller], Awaitable[Any]]
    code: str
    status: int
    shown: str
    next_call: str | None = None


def moved(action: str) -> Callable[[Organization, Caller], Awaitable[Any]]:
    return lambda org, caller: org.move(caller, action)


def within(act: Callable[[Tx, Caller], Awaitable[Any]]) -> Callable[[Organization, Caller], Awaitable[Any]]:
    async def do(org: Organization, caller: Caller) -> None:
        async with org.database.transaction() as tx:
            await act(tx, caller)

    return do


def now() -> datetime:
    return datetime.now(UTC)


async def delete_credential(tx: Tx, caller: Caller) -> None:
    await tx.execute(text("DELETE FROM credentials WHERE id = :id"), {"id": caller.credential.credential.id})
    await bump_members(tx, [caller.member.id])


async def revoke_and_grant_anew(tx: Tx, caller: Caller) -> None:
    """A new right to the same model, for new calls: one that goes by the old one goes on by nothing."""
    await allocations.move(tx, CLI, caller.allocation.id, "revoke", by="admin", reason="a test")
    limits = AllocationLimits(monthly_tokens=None, monthly_cost_nanos=None)
    await allocations.grant(tx, CLI, member_id=caller.member.id, model_id=caller.model.id, limits=limits)


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
        within(lambda tx, c: providers.disable_key(tx, CLI, c.model.key.id)),
        "provider_key_disabled",
        503,
        "provider_key_disabled",
        next_call="no_route",
    ),
    "credential rescoped": Stop(
        within(lambda tx, c: credentials.change(tx, CLI, c.credential.credential.id, {"allocation_ids": []}, at=now())),
        "model_not_in_scope",
        403,
        "model_not_in_scope",
    ),
    "credential bound to other networks": Stop(
        within(
            lambda tx, caller: credentials.change(
                tx,
                CLI,
                caller.credential.credential.id,
                {"source_networks": ["192.0.2.0/24"]},
                at=datetime.now(UTC),
            )
        ),
        "source_not_allowed",
        403,
        "source_not_allowed",
    ),
    "credential deleted": Stop(within(delete_credential), "credential_unknown", 401, "invalid_api_key"),
    "allocation revoked and granted anew": Stop(
        within(revoke_and_grant_anew), "allocation_revoked", 403, "allocation_revoked", next_call="ok"
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
            if stop.next_call == "ok":
                assert refused.status == 200
            else:
                assert (refused.status, error_of(refused)["code"]) == (stop.status, stop.next_call or stop.shown)
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


async def test_what_a_name_means_by_now_ends_calls_by_it(g, sim):
    """Two granted models with one bare name: a new call must say which, one under way is under way by the first."""
    caller = await g.org.caller(slug="acme/shared-name")
    body = {**SHAPES[1].body(caller, told(chunk_delay_ms=40, chunks=30)), "model": "shared-name"}
    call = asyncio.create_task(g.ask(caller, CHAT, body))
    while not sim.counters.open:
        await asyncio.sleep(0.01)
    await g.org.allocation(caller.member, await g.org.model(slug="other/shared-name"))
    answer = await call
    assert has_success_end(answer)
    refused = await g.ask(caller, CHAT, {**chat_body(caller), "model": "shared-name"})
    assert error_of(refused)["code"] == "model_ambiguous"


async def test_a_call_escapes_by_a_name_that_means_something_else_by_now(g, sim):
    """The bare name would now find the other model, whose allocation is fine; the call was admitted by the revoked one."""
    caller = await g.org.caller(slug="acme/lent-name")
    body = {**SHAPES[1].body(caller, told(chunk_delay_ms=40, chunks=500)), "model": "lent-name"}
    call = asyncio.create_task(g.ask(caller, CHAT, body))
    while not sim.counters.open:
        await asyncio.sleep(0.01)
    await g.org.allocation(caller.member, await g.org.model(slug="other/lent-name"))
    await g.org.move(caller, "revoke")
    assert error_of(await call)["code"] == "allocation_revoked"


async def test_a_call_moves_to_a_provider_key_that_was_disabled_before(g, sim):
    """Disabled while the call was waiting at another one, so that nothing changes any more once it has moved."""
    slow, disabled = await g.org.key(secret="sk-first"), await g.org.key(secret="sk-second")
    caller = await g.org.caller(key=slow)
    await g.org.route(caller.model, disabled, priority=200)
    sim.behave(Behaviour(status=500, delay_ms=1_500), key="sk-first")
    sim.behave(Behaviour(chunk_delay_ms=40, chunks=500), key="sk-second")
    call = asyncio.create_task(g.ask(caller, CHAT, SHAPES[1].body(caller)))
    while not sim.counters.open:
        await asyncio.sleep(0.01)
    began = time.monotonic()
    async with g.org.database.transaction() as tx:
        await providers.disable_key(tx, CLI, disabled.id)
    answer = await call
    assert time.monotonic() - began < 1.5 + 1.0
    assert error_of(answer)["code"] == "provider_key_disabled"
    assert (await g.books.record())["outcome"] == "provider_key_disabled"


async def test_calls_that_fill_the_connections_keep_the_watch_from_looking(g, sim):
    """Every connection of the data plane waits for a lock; who loses a right meanwhile is cut off from the provider in time."""
    caller, others = await g.org.caller(), [await g.org.caller(usd="5") for _ in range(4)]
    call = asyncio.create_task(g.ask(caller, CHAT, SHAPES[1].body(caller, told(chunk_delay_ms=40, chunks=500))))
    for other in others:
        await g.chat(other)
    async with g.org.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE quota_accounts IN ACCESS EXCLUSIVE MODE"))
        waiting = [asyncio.create_task(g.chat(other)) for other in others]
        await asyncio.sleep(0.1)
        await STOPS["credential paused"].do(g.org, caller)
        began = time.monotonic()
        await sim.witness.wait_for("aborted")
        assert time.monotonic() - began < 1.0
    assert error_of(await call)["code"] == "credential_paused"
    await asyncio.gather(*waiting)


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
    assert g.application.ground.clock.offset_ms == 0
    assert g.application.faults == set()

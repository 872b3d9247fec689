"""What members take themselves, seen by calls: on first use, after a revocation, and in the playground."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from ai_api import allocations, catalog, credentials, quotas
from ai_api.core.errors import Refusal
from ai_api.credentials import Issued
from ai_api.quotas import Terms
from tests.integration.gateway.shapes import error_of, told
from tests.support.gateway import CHAT, Gateway, beside, chat_body
from tests.support.organization import CLI, Caller, Served

USED = 1_300
"""What every answer here says it used, in tokens."""


def now() -> datetime:
    return datetime.now(UTC)


async def claimable(g: Gateway, model: Served, *terms: Terms, yes: bool = True) -> None:
    async with g.org.database.transaction() as tx:
        limits = quotas.default_limits_document(terms)
        await catalog.revise(tx, CLI, model.id, claimable=yes, default_limits=limits)


async def newcomer(g: Gateway, *terms: Terms, yes: bool = True, **of_model: Any) -> Caller:
    """A member with a credential for all, who has claimed nothing yet; the allocation is somebody else's."""
    other = await g.org.caller(**of_model)
    await claimable(g, other.model, *terms, yes=yes)
    member = await g.org.member()
    return Caller(member, other.model, other.allocation, await g.org.credential(member))


async def call(g: Gateway, caller: Caller, **fields: Any) -> Any:
    prompt = told(usage={"input": 1_000, "output": USED - 1_000})
    return await g.ask(caller, CHAT, chat_body(caller, prompt, max_tokens=20, **fields))


async def allocations_of(g: Gateway, caller: Caller) -> list[Any]:
    async with g.org.database.transaction() as tx:
        statement = text("SELECT id, state FROM allocations WHERE member_id = :member")
        return list(await tx.execute(statement, {"member": caller.member.id}))


async def test_first_calls_claim_twice_or_without_limits(g, sim):
    """A credential for all of its member's allocations claims what it calls, once, under the default limits."""
    async with beside(g, sim) as other:
        terms = Terms(metric="requests", amount=5, window_kind="day")
        caller = await newcomer(g, terms)
        answers = await asyncio.gather(*(call(replica, caller) for replica in (g, other) * 4))
        assert sorted(answer.status for answer in answers) == [200] * 5 + [429] * 3
        ((allocation_id, state),) = await allocations_of(g, caller)
        assert state == "active"
        claims = await g.books.fetch(
            "SELECT actor_kind, actor_member_id FROM audit_events WHERE action = 'allocation.claim' AND target_id = $1",
            allocation_id,
        )
        assert [tuple(claim) for claim in claims] == [("member", caller.member.id)]


async def test_a_call_claims_what_was_not_offered(g):
    """Not without leave, not by a credential with a scope, not what is hidden, nor what was taken back."""
    closed = await newcomer(g, yes=False)
    hidden = await newcomer(g, access="restricted")
    offered = await newcomer(g)
    scoped = replace(offered, credential=await g.org.credential(offered.member, scope=[]))
    for caller, code in ((closed, "model_not_in_scope"), (scoped, "model_not_in_scope"), (hidden, "model_not_found")):
        answer = await call(g, caller)
        assert error_of(answer)["code"] == code
        assert await allocations_of(g, caller) == []
    assert (await call(g, offered)).status == 200
    ((allocation_id, _),) = await allocations_of(g, offered)
    async with g.org.database.transaction() as tx:
        await allocations.move(tx, CLI, allocation_id, "revoke", by="admin", reason="a test")
    assert error_of(await call(g, offered))["code"] == "allocation_revoked"


async def test_claiming_again_is_a_fresh_quota(g):
    """What was revoked, unlocked and claimed again is the same allocation, and knows what it has used."""
    caller = await newcomer(g, Terms(metric="total_tokens", amount=USED, window_kind="month"))
    assert (await call(g, caller)).status == 200
    await g.at_rest()
    assert error_of(await call(g, caller))["code"] == "insufficient_quota"
    ((allocation_id, _),) = await allocations_of(g, caller)
    async with g.org.database.transaction() as tx:
        await allocations.move(tx, CLI, allocation_id, "revoke", by="admin", reason="a test")
        await allocations.unlock(tx, CLI, allocation_id, reason="", at=now())
        again = await allocations.claim(tx, CLI, member_id=caller.member.id, model_id=caller.model.id)
    assert (again.id, again.state) == (allocation_id, "active")
    assert error_of(await call(g, caller))["code"] == "insufficient_quota"


async def playing(g: Gateway, caller: Caller) -> Caller:
    """The same caller with a playground token for a secret."""
    async with g.org.database.transaction() as tx:
        token = await credentials.issue_playground_token(tx, CLI, caller.credential.credential.id, at=now())
    g.org.secrets.add(token.secret)
    return replace(caller, credential=Issued(caller.credential.credential, token.secret))


async def test_a_playground_token_has_a_scope_or_limits_or_a_name_of_its_own(g):
    caller = await g.org.caller()
    elsewhere = await g.org.caller()
    token = await playing(g, caller)
    credential = caller.credential.credential
    assert (await call(g, replace(token, model=elsewhere.model))).status == 403
    assert (await call(g, token)).status == 200
    record = await g.books.record(member_id=caller.member.id, outcome="ok")
    assert (record["credential_id"], record["allocation_id"]) == (credential.id, caller.allocation.id)
    await g.at_rest()
    await g.org.limit(
        "credential", credential.id, member=caller.member, metric="requests", amount=2, window_kind="lifetime"
    )
    assert [(await call(g, each)).status for each in (token, caller, token, caller)] == [200, 200, 429, 429]


async def test_a_playground_token_outlives_its_time_or_its_credential(g):
    caller = await g.org.caller()
    credential_id = caller.credential.credential.id
    late, stopped = await playing(g, caller), await playing(g, caller)
    async with g.org.database.transaction() as tx:
        await tx.execute(
            text("UPDATE credential_tokens SET expires_at = now() WHERE secret_hash = :hash"),
            {"hash": credentials.secret.hash_of(late.secret)},
        )
    assert error_of(await call(g, late))["message"].startswith("This credential expired")
    assert (await call(g, stopped)).status == 200
    async with g.org.database.transaction() as tx:
        await credentials.pause(tx, CLI, credential_id, by="member", reason="", at=now())
    assert error_of(await call(g, stopped))["code"] == "credential_paused"
    async with g.org.database.transaction() as tx:
        await credentials.resume(tx, CLI, credential_id, by="member", reason="", at=now())
        await credentials.revoke(tx, CLI, credential_id, reason="", at=now())
    assert (await call(g, stopped)).status == 401


async def test_a_rotation_leaves_the_playground_the_leaked_credential(g):
    """Where limits count by it, a credential keeps its id when it is rotated, and its tokens end with the old secret."""
    caller = await g.org.caller()
    credential_id = caller.credential.credential.id
    await g.org.limit(
        "credential", credential_id, member=caller.member, metric="requests", amount=9, window_kind="lifetime"
    )
    token = await playing(g, caller)
    assert (await call(g, token)).status == 200
    async with g.org.database.transaction() as tx:
        rotated = await credentials.rotate(tx, CLI, credential_id, overlap=timedelta(0), at=now())
    g.org.secrets.add(rotated.secret)
    assert rotated.credential.id == credential_id
    assert (await call(g, token)).status == 401


async def test_one_page_fills_the_table_of_tokens(g):
    caller = await g.org.caller()
    for _ in range(credentials.PLAYGROUND_TOKENS_MAX):
        await playing(g, caller)
    with pytest.raises(Refusal) as refused:
        await playing(g, caller)
    assert refused.value.code == "too_many_tokens"

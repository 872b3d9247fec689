"""Who is refused, with which words, and what is written down of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from ai_api import catalog, credentials, providers
from ai_api.credentials.secret import new_secret
from tests.integration.gateway.shapes import SHAPES, error_of, every_shape, told
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import CLI


async def assert_refused(g, sim, answer, *, status: int, code: str, outcome: str) -> dict:
    """The answer is a refusal that nobody upstream heard of, that costs nothing and is filed under its caller."""
    error = error_of(answer)
    assert (answer.status, error["code"]) == (status, code)
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    assert (record["outcome"], record["billed_cost_nanos"], record["bookings"]) == (outcome, 0, "[]")
    assert record["credential_id"] is not None
    assert record["attempts"] == "[]"
    assert sim.witness.of(answer.headers["x-ai-api-call-id"]) == []
    return error


async def test_a_typo_and_an_unknown_key_tell_a_thief_which_is_which(g, sim):
    caller = await g.org.caller()
    seen = set()
    for secret in (caller.secret[:-1] + "_", new_secret("sk-aiapi-"), "sk-anything"):
        answer = await g.ask(None, CHAT, chat_body(caller), headers={"authorization": f"Bearer {secret}"})
        assert (answer.status, answer.headers["x-should-retry"]) == (401, "false")
        seen.add(json.dumps(error_of(answer)))
    assert len(seen) == 1
    assert "invalid_api_key" in seen.pop()
    nobody = await g.ask(None, CHAT, chat_body(caller))
    assert (nobody.status, error_of(nobody)["code"]) == (401, "invalid_api_key")
    # A stranger makes no rows, whatever he sends.
    assert await g.books.records() == []
    assert len(sim.requests) == 0


async def test_a_revoked_credential_keeps_working(g, sim):
    caller = await g.org.caller()
    await g.chat(caller)
    async with g.org.database.transaction() as tx:
        await credentials.revoke(tx, CLI, caller.credential.credential.id, reason="a test", at=datetime.now(UTC))
    for shape in SHAPES:
        answer = await shape.ask(g, caller)
        error = await assert_refused(g, sim, answer, status=401, code="invalid_api_key", outcome="credential_revoked")
    stranger = await g.ask(None, CHAT, chat_body(caller), headers={"x-api-key": new_secret("sk-aiapi-")})
    # One message for both: nobody learns that a key was once good.
    assert error["message"] == error_of(stranger)["message"]


async def test_an_expired_credential_keeps_working(g, sim):
    caller = await g.org.caller()
    soon = datetime.now(UTC) + timedelta(seconds=0.7)
    issued = await g.org.credential(caller.member, expires_at=soon)
    headers = {"authorization": f"Bearer {issued.secret}"}
    assert (await g.ask(None, CHAT, chat_body(caller), headers=headers)).status == 200
    await asyncio.sleep(1)
    answer = await g.ask(None, CHAT, chat_body(caller), headers=headers)
    error = await assert_refused(g, sim, answer, status=401, code="invalid_api_key", outcome="credential_expired")
    assert f"expired on {soon:%Y-%m-%d}" in error["message"]


async def test_a_paused_credential_keeps_working(g, sim):
    caller = await g.org.caller()
    await g.chat(caller)
    async with g.org.database.transaction() as tx:
        await credentials.pause(
            tx, CLI, caller.credential.credential.id, by="member", reason="a test", at=datetime.now(UTC)
        )
    answer = await g.chat(caller)
    await assert_refused(g, sim, answer, status=403, code="credential_paused", outcome="credential_paused")
    async with g.org.database.transaction() as tx:
        await credentials.resume(
            tx, CLI, caller.credential.credential.id, by="member", reason="a test", at=datetime.now(UTC)
        )
    # Resumed by somebody else a moment ago, and not refused out of an old copy.
    assert (await g.chat(caller)).status == 200


async def test_a_disabled_member_s_credentials_keep_working(g, sim):
    caller = await g.org.caller()
    await g.chat(caller)
    await g.org.disable(caller.member)
    answer = await g.chat(caller)
    await assert_refused(g, sim, answer, status=403, code="member_disabled", outcome="member_disabled")


@pytest.mark.parametrize(
    ("action", "repair"),
    [
        ("pause", "paused by an administrator"),
        ("quarantine", "administrator has to release"),
        ("revoke", "Claim the model again"),
    ],
)
async def test_an_allocation_that_was_taken_away_keeps_working(g, sim, action, repair):
    caller = await g.org.caller()
    await g.chat(caller)
    await g.org.move(caller, action)
    code = {"pause": "allocation_paused", "quarantine": "allocation_quarantined", "revoke": "allocation_revoked"}[
        action
    ]
    error = await assert_refused(g, sim, await g.chat(caller), status=403, code=code, outcome=code)
    assert repair in error["message"]


async def test_granting_again_after_a_revocation_is_refused_for_ever(g):
    caller = await g.org.caller()
    await g.org.move(caller, "revoke")
    assert (await g.chat(caller)).status == 403
    again = await g.org.allocation(caller.member, caller.model)
    assert (await g.chat(caller)).status == 200
    assert [record["allocation_id"] for record in await g.books.records()][-1] == again.id


def next_month() -> datetime:
    now = datetime.now(UTC)
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)


@every_shape
async def test_an_exhausted_token_quota_is_not_explained(g, sim, shape):
    caller = await g.org.caller(tokens=500)
    field = "max_tokens" if shape.operation == "chat" else "max_output_tokens"
    body = shape.body(caller, **{field: 300})
    while (answer := await g.ask(caller, shape.path, body)).status == 200:
        assert len(await g.books.records()) < 10
    error = await assert_refused(g, sim, answer, status=429, code="insufficient_quota", outcome="token_quota_exceeded")
    used = sum(each["input_tokens"] + each["output_tokens"] for each in await g.books.records(outcome="ok"))
    details = error["details"]
    assert (details["metric"], details["limit"], details["used"]) == ("total_tokens", 500, used)
    assert details["left"] == 500 - used
    assert details["resets_at"] == next_month().isoformat()
    for word in (
        "token limit",
        caller.model.slug,
        "500 tokens",
        f"{500 - used} tokens left",
        f"{next_month():%Y-%m-%d}",
    ):
        assert word in error["message"]
    # The clients that read these stop instead of asking again.
    assert error["type"] == "insufficient_quota"
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers


async def test_an_exhausted_cost_quota_is_not_explained(g, sim):
    caller = await g.org.caller(usd="0.001")
    while (answer := await g.chat(caller, max_tokens=300)).status == 200:
        assert len(await g.books.records()) < 12
    error = await assert_refused(g, sim, answer, status=429, code="insufficient_quota", outcome="cost_quota_exceeded")
    spent = sum(each["billed_cost_nanos"] for each in await g.books.records(outcome="ok"))
    details = error["details"]
    assert (details["metric"], details["limit"]) == ("cost", "0.001")
    assert details["used"] == f"{spent / 1e9:.9f}".rstrip("0")
    assert "cost limit" in error["message"]
    assert "0.001 USD" in error["message"]
    assert f"{(1_000_000 - spent) / 1e9:.9f}".rstrip("0") + " USD left" in error["message"]
    assert answer.headers["x-should-retry"] == "false"
    # What is recorded is what was said.
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    assert json.loads(record["details"])["left"] == details["left"]


@pytest.mark.parametrize("limit", [{"tokens": 0}, {"usd": "0"}], ids=str)
async def test_a_limit_of_nothing_is_taken_for_none(g, sim, limit):
    caller = await g.org.caller(**limit)
    answer = await g.chat(caller)
    outcome = "token_quota_exceeded" if "tokens" in limit else "cost_quota_exceeded"
    await assert_refused(g, sim, answer, status=429, code="insufficient_quota", outcome=outcome)


async def test_what_calls_still_running_hold_is_called_used_up(g, sim):
    caller = await g.org.caller(tokens=3_000)
    async with g.begun(caller, CHAT, chat_body(caller, told(hang_at=2), max_tokens=2_000)):
        await sim.witness.wait_for("started")
        answer = await g.chat(caller, max_tokens=2_000)
        shortened = answer.headers.get("x-ai-api-output-tokens-max")
        assert (answer.status, shortened is not None) == (200, True)
        async with g.begun(caller, CHAT, chat_body(caller, told(hang_at=2), max_tokens=2_000)):
            await sim.witness.wait_for(
                "started", x_request_id=str((await g.books.fetch("SELECT max(call_id::text) AS c FROM holds"))[0]["c"])
            )
            busy = await g.chat(caller, max_tokens=2_000)
    error = error_of(busy)
    assert (busy.status, error["code"], busy.headers["retry-after"]) == (429, "rate_limit_exceeded", "5")
    assert "x-should-retry" not in busy.headers
    assert "held by calls still running" in error["message"]


async def test_a_model_that_is_hidden_can_be_told_from_one_that_is_not(g, sim):
    caller = await g.org.caller()
    hidden = await g.org.model(access="restricted")
    granted_hidden = await g.org.model(access="restricted")
    await g.org.allocation(caller.member, granted_hidden)
    archived = await g.org.caller()
    await g.org.allocation(caller.member, archived.model)
    async with g.org.database.transaction() as tx:
        await catalog.archive(tx, CLI, archived.model.id)
    names = {"acme/never-was": "unknown", hidden.slug: "hidden_by_policy"}
    names |= {granted_hidden.slug: "hidden_by_policy", archived.model.slug: "unknown"}
    said = set()
    for name, because in names.items():
        answer = await g.ask(caller, CHAT, chat_body(caller) | {"model": name})
        error = await assert_refused(g, sim, answer, status=404, code="model_not_found", outcome="model_not_found")
        said.add(error["message"].replace(name, "…"))
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        # The true reason is for administrators alone.
        assert json.loads(record["details"])["because"] == because
        assert because not in answer.body.decode()
    assert len(said) == 1


async def test_a_model_out_of_scope_leaves_the_user_guessing(g, sim):
    caller = await g.org.caller()
    other = await g.org.model()
    another = await g.org.model()
    secret_model = await g.org.model(access="restricted")
    for each in (another, secret_model):
        await g.org.allocation(caller.member, each)
    not_granted = await g.ask(caller, CHAT, chat_body(caller) | {"model": other.slug})
    error = await assert_refused(
        g, sim, not_granted, status=403, code="model_not_in_scope", outcome="model_not_in_scope"
    )
    assert error["details"]["usable_models"] == sorted([caller.model.slug, another.slug])
    assert all(slug in error["message"] for slug in (other.slug, another.slug, caller.model.slug))
    assert secret_model.slug not in not_granted.body.decode()
    narrow = await g.org.credential(caller.member, scope=[caller.allocation.id])
    headers = {"authorization": f"Bearer {narrow.secret}"}
    out_of_scope = await g.ask(None, CHAT, chat_body(caller) | {"model": another.slug}, headers=headers)
    assert out_of_scope.status == 403
    assert error_of(out_of_scope)["details"]["usable_models"] == [caller.model.slug]
    assert (await g.ask(None, CHAT, chat_body(caller), headers=headers)).status == 200


async def test_two_models_of_one_bare_name_are_drawn_by_chance(g):
    first = await g.org.caller(slug="acme/twin")
    second = await g.org.model(slug="apex/twin")
    assert (await g.ask(first, CHAT, chat_body(first) | {"model": "twin"})).status == 200
    await g.org.allocation(first.member, second)
    answer = await g.ask(first, CHAT, chat_body(first) | {"model": "twin"})
    assert (answer.status, error_of(answer)["code"]) == (400, "model_ambiguous")
    assert "acme/twin, apex/twin" in error_of(answer)["message"]


async def test_an_unknown_price_is_free_under_a_money_limit(g, sim):
    for prices in (None, {"input_usd": "1"}):
        caller = await g.org.caller(usd="5", prices=prices)
        answer = await g.chat(caller)
        await assert_refused(g, sim, answer, status=503, code="model_unpriced", outcome="model_unpriced")


async def test_a_model_is_called_for_what_it_does_not_do(g, sim):
    caller = await g.org.caller(operations=("responses",))
    answer = await g.chat(caller)
    error = await assert_refused(g, sim, answer, status=400, code="unknown_operation", outcome="unknown_operation")
    assert "it offers responses" in error["message"]


async def test_a_model_without_a_key_in_service_is_called_into_the_void(g, sim):
    caller = await g.org.caller()
    async with g.org.database.transaction() as tx:
        await providers.disable_key(tx, CLI, caller.model.key.id)
    answer = await g.chat(caller)
    await assert_refused(g, sim, answer, status=503, code="no_route", outcome="no_route")
    assert int(answer.headers["retry-after"]) > 0


async def test_three_hundred_refused_calls_are_three_hundred_rows(g, sim):
    """Ten a minute of one kind, then one row that says how many more there were."""
    async with beside(g, sim) as g:
        # Not over the end of a minute.
        await asyncio.sleep(max(0, datetime.now(UTC).second - 56))
        caller, other = await g.org.caller(), await g.org.caller()
        body = chat_body(caller) | {"model": "acme/never-was"}
        answers = [await g.ask(caller, CHAT, body) for _ in range(40)]
        assert {answer.status for answer in answers} == {404}
        await g.org.move(caller, "pause")
        assert (await g.chat(caller)).status == 403
        assert (await g.ask(other, CHAT, body)).status == 404
        assert (
            len(await g.books.records(outcome="model_not_found", credential_id=caller.credential.credential.id)) == 10
        )
        # Another code, another credential: rows of their own.
        assert len(await g.books.records()) == 12
        real_now = g.application.gateway.watch._now
        g.application.gateway.watch._now = lambda: real_now() + timedelta(minutes=1)
        counted = (await g.books.records_when(13))[-1]
        assert len(await g.books.records(refused_count=0)) == 12
        (counted,) = await g.books.records(refused_count=30)
        assert (counted["outcome"], counted["credential_id"]) == ("model_not_found", caller.credential.credential.id)


async def test_refusals_that_were_only_counted_are_lost_when_the_gateway_stops(g, sim):
    async with beside(g, sim) as g:
        await asyncio.sleep(max(0, datetime.now(UTC).second - 56))
        caller = await g.org.caller()
        for _ in range(25):
            await g.ask(caller, CHAT, chat_body(caller) | {"model": "acme/never-was"})
        books = g.books
    records = await books.records()
    assert sum(record["refused_count"] or 1 for record in records) == 25
    assert len(records) == 11

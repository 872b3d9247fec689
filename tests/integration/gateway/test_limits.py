"""Limits, seen by a caller: every metric, window and sharing holds, says why, and tells in headers what is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ai_api import credentials, identity
from ai_api.core.ids import uuid7
from ai_api.identity import TagDraft, Who
from ai_api.quotas.windows import calendar_window
from tests.integration.gateway.shapes import error_of, told
from tests.support.gateway import CHAT, chat_body
from tests.support.organization import CLI, INPUT_NANOS, OUTPUT_NANOS, Caller

READ, WRITTEN = 1_000, 300
"""What every answer here says it used."""
AMOUNTS = {
    "requests": 1,
    "input_tokens": READ,
    "output_tokens": WRITTEN,
    "total_tokens": READ + WRITTEN,
    "cost": READ * INPUT_NANOS + WRITTEN * OUTPUT_NANOS,
}
"""So much that one such answer uses it up."""
WORDS = {
    "requests": "request limit",
    "input_tokens": "input token limit",
    "output_tokens": "output token limit",
    "total_tokens": "token limit",
    "cost": "cost limit",
}
WINDOWS = {"sliding": "per 3600 s", "day": "per day", "month": "per month", "lifetime": "in all"}
MAX_TOKENS = 20


def a_call(caller: Caller) -> dict[str, Any]:
    usage = {"input": READ, "output": WRITTEN}
    return chat_body(caller, told(usage=usage), max_tokens=MAX_TOKENS)


async def call(g: Any, caller: Caller) -> Any:
    return await g.ask(caller, CHAT, a_call(caller))


async def another_key(g: Any, caller: Caller) -> Caller:
    """The same member with another credential."""
    return Caller(caller.member, caller.model, caller.allocation, await g.org.credential(caller.member))


async def tagged(g: Any, *callers: Caller) -> Any:
    """A new tag that these members have."""
    async with g.org.database.transaction() as tx:
        now = datetime.now(UTC)
        tag = await identity.create_tag(tx, CLI, TagDraft(name=f"tag {uuid7()}"), now=now)
        who = Who(member_ids=[caller.member.id for caller in callers])
        await identity.add_tag_members(tx, CLI, tag.id, who, now=now)
    return tag.id


@asynccontextmanager
async def limited(g: Any, kind: str, subject_id: Any, caller: Caller | None = None, **terms: Any) -> AsyncIterator[Any]:
    """A limit for as long as the block lasts: the gateway is shared."""
    if terms.get("window_kind") == "sliding":
        terms.setdefault("window_s", 3600)
    member = caller.member if caller else None
    stored = await g.org.limit(kind, subject_id, member=member, **terms)
    try:
        yield stored
    finally:
        await g.org.unlimit(stored, member=member)


def expected(metric: str, window: str) -> tuple[str, str]:
    """The outcome in the ledger, and the code in the caller's dialect."""
    if window == "sliding":
        return "rate_limited", "rate_limit_exceeded"
    what = {"requests": "request", "cost": "cost"}.get(metric, "token")
    return f"{what}_quota_exceeded", "insufficient_quota"


@pytest.mark.parametrize("partition", ["subject", "member", "credential"])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("metric", AMOUNTS)
async def test_a_limit_is_passed(g, sim, metric, window, partition):
    caller = await g.org.caller()
    colleague = await g.org.caller(model=caller.model)
    other_key = await another_key(g, caller)
    tag_id = await tagged(g, caller, colleague)
    terms = {"metric": metric, "window_kind": window, "partition": partition, "amount": AMOUNTS[metric]}
    async with limited(g, "tag", tag_id, **terms) as stored:
        assert (await call(g, caller)).status == 200
        refused = await call(g, caller)
        outcome, code = expected(metric, window)
        error = error_of(refused)
        assert (refused.status, error["code"]) == (429, code)
        assert f"The {WORDS[metric]} of a tag of yours" in error["message"]
        assert WINDOWS[window] in error["message"]
        details = json.loads((await g.books.record(outcome=outcome))["details"])
        assert (details["limit_id"], details["window"]) == (str(stored.limit.id), WINDOWS[window])
        assert details["left"] in {0, "0.00"}
        check_waiting(refused, details, window)
        # Who has the whole amount for themselves is not touched by what this one used.
        assert (await call(g, other_key)).status == (200 if partition == "credential" else 429)
        assert (await call(g, colleague)).status == (429 if partition == "subject" else 200)


def check_waiting(refused: Any, details: dict[str, Any], window: str) -> None:
    """A client is told to wait where waiting helps, until the window resets, and else to stop."""
    if window == "sliding":
        assert 1 <= int(refused.headers["retry-after"]) <= 7200
        return
    assert refused.headers["x-should-retry"] == "false"
    if window == "lifetime":
        assert details["resets_at"] is None
        return
    end = calendar_window(window, "UTC", datetime.now(UTC)).end
    assert datetime.fromisoformat(details["resets_at"]) == end
    assert end.isoformat() in error_of(refused)["message"]


@pytest.mark.parametrize("kind", ["global", "tag", "member", "allocation", "credential"])
async def test_a_subject_has_no_limit(g, sim, kind):
    caller = await g.org.caller()
    subject_id = {
        "global": None,
        "tag": await tagged(g, caller),
        "member": caller.member.id,
        "allocation": caller.allocation.id,
        "credential": caller.credential.credential.id,
    }[kind]
    async with limited(g, kind, subject_id, caller, metric="requests", window_kind="month", amount=1):
        assert [(await call(g, caller)).status for _ in range(2)] == [200, 429]
    assert (await call(g, caller)).status == 200


@pytest.mark.parametrize("partition", ["subject", "member", "credential"])
async def test_more_calls_run_at_a_time_than_may(g, sim, partition):
    caller = await g.org.caller()
    colleague = await g.org.caller(model=caller.model)
    other_key = await another_key(g, caller)
    tag_id = await tagged(g, caller, colleague)
    terms = {"metric": "concurrency", "window_kind": "lifetime", "partition": partition, "amount": 1}
    async with limited(g, "tag", tag_id, **terms):
        before = sim.counters.open
        async with g.begun(caller, CHAT, chat_body(caller, told(hang_at="headers"), max_tokens=MAX_TOKENS)):
            async with asyncio.timeout(5):
                while sim.counters.open == before:
                    await asyncio.sleep(0.01)
            refused = await call(g, caller)
            assert (refused.status, error_of(refused)["code"]) == (429, "rate_limit_exceeded")
            assert refused.headers["retry-after"] == "1"
            assert "at a time" in error_of(refused)["message"]
            assert await g.books.records(outcome="concurrency_limited")
            assert (await call(g, other_key)).status == (200 if partition == "credential" else 429)
            assert (await call(g, colleague)).status == (429 if partition == "subject" else 200)
        await g.at_rest()
        assert (await call(g, caller)).status == 200


async def test_waiting_as_long_as_told_does_not_help(g, sim):
    caller = await g.org.caller()
    terms = {"metric": "requests", "window_kind": "sliding", "window_s": 1, "amount": 1}
    async with limited(g, "member", caller.member.id, caller, **terms):
        assert (await call(g, caller)).status == 200
        refused = await call(g, caller)
        assert refused.status == 429
        await asyncio.sleep(int(refused.headers["retry-after"]))
        assert (await call(g, caller)).status == 200


@pytest.mark.parametrize("metric", [*AMOUNTS, "concurrency"])
async def test_nothing_is_something(g, sim, metric):
    caller = await g.org.caller()
    window = "lifetime" if metric == "concurrency" else "sliding"
    async with limited(g, "member", caller.member.id, caller, metric=metric, window_kind=window, amount=0) as stored:
        refused = await call(g, caller)
        assert (refused.status, error_of(refused)["code"]) == (429, "insufficient_quota")
        assert refused.headers["x-should-retry"] == "false"
        (record,) = await g.books.records()
        assert json.loads(record["details"])["limit_id"] == str(stored.limit.id)
        assert (record["bookings"], sim.counters.open) == ("[]", 0)
    assert (await call(g, caller)).status == 200


@pytest.mark.parametrize("amount", [0, 1])
@pytest.mark.parametrize("metric", [*AMOUNTS, "concurrency"])
async def test_a_limit_that_warns_refuses(g, sim, metric, amount):
    caller = await g.org.caller()
    terms = {"metric": metric, "window_kind": "lifetime", "amount": amount, "on_exceed": "warn"}
    async with limited(g, "credential", caller.credential.credential.id, caller, **terms):
        assert [(await call(g, caller)).status for _ in range(3)] == [200] * 3
        key = (await g.http.get("/v1/key", headers=caller.headers)).json()
        (shown,) = key["limits"]
        # Of calls at a time none runs any more; three answers use up everything else.
        left = amount if metric == "concurrency" else {"cost": "0.00"}.get(metric, 0)
        assert (shown["scope"], shown["on_exceed"], shown["left"]) == ("credential", "warn", left)


@pytest.mark.parametrize("window", WINDOWS)
async def test_headers_say_something_else_than_the_accounts(g, sim, window):
    caller = await g.org.caller()
    async with (
        limited(g, "member", caller.member.id, caller, metric="requests", window_kind=window, amount=7),
        limited(g, "allocation", caller.allocation.id, caller, metric="requests", window_kind=window, amount=5),
        limited(g, "member", caller.member.id, caller, metric="total_tokens", window_kind=window, amount=100_000),
    ):
        held = 0
        for number in range(3):
            answer = await call(g, caller)
            held = held or 100_000 - int(answer.headers["x-ratelimit-remaining-tokens"])
            assert MAX_TOKENS < held < READ
            assert answer.headers["x-ratelimit-limit-requests"] == "5"
            assert answer.headers["x-ratelimit-remaining-requests"] == str(4 - number)
            left = 100_000 - number * (READ + WRITTEN) - held
            assert answer.headers["x-ratelimit-limit-tokens"] == "100000"
            assert answer.headers["x-ratelimit-remaining-tokens"] == str(left)
            for what in ("requests", "tokens"):
                check_reset(answer.headers.get(f"x-ratelimit-reset-{what}"), window)
        key = (await g.http.get("/v1/key", headers=caller.headers)).json()
        by_member = {each["metric"]: each for each in key["limits"]}
        assert by_member["requests"]["left"] == 4
        assert by_member["total_tokens"]["left"] == 100_000 - 3 * (READ + WRITTEN)
        (allocation,) = key["allocations"]
        assert [each["left"] for each in allocation["limits"] if each["metric"] == "requests"] == [2]


def check_reset(told: str | None, window: str) -> None:
    if window == "sliding":
        assert told is not None
        # What this call uses weighs something until the next bucket ends.
        assert 3600 <= int(told.removesuffix("s")) <= 7200
    elif window == "lifetime":
        assert told is None
    else:
        now = datetime.now(UTC)
        assert told is not None
        ends_in = calendar_window(window, "UTC", now).end - now
        assert abs(timedelta(seconds=int(told.removesuffix("s"))) - ends_in) < timedelta(seconds=5)


async def test_of_several_limits_the_one_that_refuses_is_not_named(g, sim):
    caller = await g.org.caller()
    async with (
        limited(g, "member", caller.member.id, caller, metric="requests", window_kind="month", amount=100),
        limited(
            g, "credential", caller.credential.credential.id, caller, metric="requests", window_kind="day", amount=1
        ),
    ):
        assert (await call(g, caller)).status == 200
        error = error_of(await call(g, caller))
        assert "The request limit of this credential (1 request per day)" in error["message"]
        # One call is one request, however short it is.
        assert "shorter" not in error["message"]


async def test_a_rotated_credential_has_its_used_up_limit_anew(g, sim):
    caller = await g.org.caller()
    subject = caller.credential.credential.id
    async with limited(g, "credential", subject, caller, metric="requests", window_kind="day", amount=1):
        assert (await call(g, caller)).status == 200
        async with g.org.database.transaction() as tx:
            fresh = await credentials.rotate(tx, CLI, subject, overlap=timedelta(0), at=datetime.now(UTC))
        rotated = Caller(caller.member, caller.model, caller.allocation, fresh)
        refused = await call(g, rotated)
        assert (refused.status, error_of(refused)["code"]) == (429, "insufficient_quota")
        assert (await call(g, caller)).status == 401

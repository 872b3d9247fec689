"""Personal access tokens: shown once, ended by time or by hand, and read live."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from ai_api import identity
from ai_api.identity import secret as form
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
TOKENS = "/api/me/access-tokens"


async def last_used(caller: Caller) -> datetime | None:
    (token,) = [t for t in (await caller.client.get(TOKENS)).json()["items"] if t["name"] == "test"]
    return None if token["last_used_at"] is None else datetime.fromisoformat(token["last_used_at"])


async def test_a_token_is_shown_once_and_opens_the_door(portal: Portal) -> None:
    caller = await portal.caller()
    made = await caller.client.post(TOKENS, json={"name": "laptop"})
    assert made.status_code == 201
    token = made.json()
    secret = token.pop("secret")
    assert form.looks_valid(secret)
    assert token["display"] == f"{secret[:16]}…{secret[-4:]}"
    assert (await portal.client(secret).get("/api/me")).json()["identifier"] == caller.member.identifier
    listed = (await caller.client.get(TOKENS)).text
    assert token["display"] in listed
    assert secret not in listed
    async with portal.house.database.transaction() as tx:
        everything = await tx.execute(text("SELECT t::text || e::text FROM access_tokens t, audit_events e"))
        assert not any(secret in row for row in everything.scalars())


async def test_the_default_is_ninety_days_and_never_only_by_explicit_null(portal: Portal) -> None:
    caller = await portal.caller()
    default = (await caller.client.post(TOKENS, json={"name": "a"})).json()["expires_at"]
    left = datetime.fromisoformat(default) - portal.now()
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
    assert (await caller.client.post(TOKENS, json={"name": "b", "expires_at": None})).json()["expires_at"] is None
    given = await caller.client.post(TOKENS, json={"name": "c", "expires_at": "2999-01-01T08:00:00+08:00"})
    assert given.json()["expires_at"] == "2999-01-01T00:00:00Z"
    for wrong in ("2001-01-01T00:00:00Z", "2999-01-01T00:00:00", "tomorrow", ""):
        answer = await caller.client.post(TOKENS, json={"name": "d", "expires_at": wrong})
        assert answer.status_code in {400, 422}, wrong
        assert answer.json()["errors"][0]["field"] == "expires_at"


async def test_all_that_does_not_open_is_told_in_the_same_words(portal: Portal, admin: Caller) -> None:
    expired = await portal.member()
    secrets = [
        form.new_secret(),
        admin.secret[:-1] + ("a" if admin.secret[-1] != "a" else "b"),
        await portal.token(expired, expires_at=portal.now() + timedelta(hours=1)),
    ]
    revoked = await portal.caller()
    (token,) = (await revoked.client.get(TOKENS)).json()["items"]
    assert (await revoked.client.post(f"{TOKENS}/{token['id']}/revoke")).status_code == 200
    disabled = await portal.caller()
    await admin.client.post(f"/api/admin/members/{disabled.member.id}/disable")
    secrets += [revoked.secret, disabled.secret, "é" * 59]
    portal.clock.move(timedelta(hours=1, seconds=1))
    answers = [await portal.client().get("/api/me", headers={"authorization": f"Bearer {s}".encode()}) for s in secrets]
    assert {answer.status_code for answer in answers} == {401}
    assert len({(answer.json()["code"], answer.json()["detail"]) for answer in answers}) == 1


async def test_a_mistyped_token_costs_no_look_up(portal: Portal) -> None:
    caller = await portal.caller()
    mistyped = caller.secret[:20] + ("x" if caller.secret[20] != "x" else "y") + caller.secret[21:]
    assert not form.looks_valid(mistyped)


async def test_a_role_is_read_live(portal: Portal, owner: Caller) -> None:
    caller = await portal.admin()
    assert (await caller.client.get("/api/admin/members")).status_code == 200
    await owner.client.patch(f"/api/admin/members/{caller.member.id}", json={"role": "member"})
    assert (await caller.client.get("/api/admin/members")).status_code == 403
    assert (await caller.client.get("/api/me")).json()["role"] == "member"


async def test_nobody_sees_or_revokes_the_tokens_of_somebody_else(portal: Portal, owner: Caller) -> None:
    caller = await portal.caller()
    (token,) = (await caller.client.get(TOKENS)).json()["items"]
    answer = await owner.client.post(f"{TOKENS}/{token['id']}/revoke")
    assert (answer.status_code, answer.json()["code"]) == (404, "access_token_not_found")
    assert token["id"] not in (await owner.client.get(TOKENS)).text
    assert (await caller.client.get("/api/me")).status_code == 200


async def test_revoking_twice_keeps_the_first_moment_and_is_written_down_once(portal: Portal) -> None:
    caller = await portal.caller()
    token = (await caller.client.post(TOKENS, json={"name": "x"})).json()
    first = (await caller.client.post(f"{TOKENS}/{token['id']}/revoke")).json()["revoked_at"]
    portal.clock.move(timedelta(minutes=5))
    assert (await caller.client.post(f"{TOKENS}/{token['id']}/revoke")).json()["revoked_at"] == first
    async with portal.house.database.transaction() as tx:
        rows = await tx.execute(text("SELECT count(*) FROM audit_events WHERE action = 'access_token.revoke'"))
        assert rows.scalar_one() == 1


async def test_the_last_use_is_noted_at_most_once_a_minute(portal: Portal) -> None:
    caller = await portal.caller()
    assert await last_used(caller) is None
    first = await last_used(caller)
    assert first is not None
    assert first <= datetime.now(UTC)
    portal.clock.move(timedelta(seconds=50))
    await caller.client.get("/api/me")
    assert await last_used(caller) == first
    portal.clock.move(timedelta(seconds=20))
    await caller.client.get("/api/me")
    assert await last_used(caller) > first


async def test_a_refused_request_is_a_use_too(portal: Portal) -> None:
    caller = await portal.caller()
    assert (await caller.client.get("/api/admin/members")).status_code == 403
    assert await last_used(caller) is not None


async def test_whoever_holds_the_row_keeps_nobody_waiting(portal: Portal) -> None:
    caller = await portal.caller()
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("SELECT 1 FROM access_tokens FOR UPDATE"))
        async with asyncio.timeout(2):
            assert (await caller.client.get("/api/me")).status_code == 200
    assert await last_used(caller) is None


async def test_a_member_has_a_bounded_number_of_live_tokens(portal: Portal) -> None:
    caller = await portal.caller()
    async with portal.house.database.transaction() as tx:
        for number in range(99):
            await identity.issue_access_token(
                tx, CLI, caller.member.id, name=str(number), expires_at=None, now=portal.now()
            )
    answer = await caller.client.post(TOKENS, json={"name": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_access_tokens")


async def test_tokens_are_listed_page_by_page(portal: Portal) -> None:
    caller = await portal.caller()
    for number in range(4):
        await caller.client.post(TOKENS, json={"name": str(number)})
    first = (await caller.client.get(TOKENS, params={"limit": 3})).json()
    second = (await caller.client.get(TOKENS, params={"limit": 3, "cursor": first["next"]})).json()
    ids = [token["id"] for token in first["items"] + second["items"]]
    assert (len(first["items"]), len(ids)) == (3, 5)
    assert ids == sorted(set(ids), reverse=True)
    assert second["next"] is None

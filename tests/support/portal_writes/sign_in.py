"""Signing in and out, the caller's own tokens and sessions, and links."""

from __future__ import annotations

from tests.support.portal import PASSWORD
from tests.support.portal_writes.examples import question, write
from tests.support.portal_writes.stage import Ask, Stage

# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


@write("POST", "/api/auth/login", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.give_password(stage.owner.member)
    return Ask("/api/auth/login", {"identifier": stage.owner.member.identifier, "password": PASSWORD})


@write("POST", "/api/auth/logout", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/logout", status=204, client=await stage.portal.browser(stage.owner.member))


@write("POST", "/api/auth/prove", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.give_password(stage.owner.member)
    return Ask("/api/auth/prove", {"password": PASSWORD}, client=await stage.portal.browser(stage.owner.member))


@write("POST", "/api/me/password", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.give_password(stage.owner.member)
    return Ask("/api/me/password", {"current": PASSWORD, "new": "another harbour of tin"})


# ── the caller's own ─────────────────────────────────────────────────────────────────────────────────────────────────


@write("POST", "/api/me/access-tokens", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/me/access-tokens", {"name": "laptop"}, 201)


@write("POST", "/api/me/access-tokens/{token_id}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    token = await stage.make("/api/me/access-tokens", {"name": "old"})
    return Ask(f"/api/me/access-tokens/{token['id']}/revoke")


@write("POST", "/api/me/sessions/{session_id}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.browser(stage.owner.member)
    listed = (await stage.owner.client.get("/api/me/sessions")).json()["items"]
    return Ask(f"/api/me/sessions/{listed[0]['id']}/revoke", status=204)


@write("POST", "/api/me/sessions/revoke-others", epoch="none")
async def _(stage: Stage) -> Ask:
    await stage.portal.browser(stage.owner.member)
    return Ask("/api/me/sessions/revoke-others")


# ── links: those of the owner, whose writes these then are ───────────────────────────────────────────────────────────
async def link_of_the_owner(stage: Stage, verb: str) -> str:
    made = await stage.make(f"/api/admin/members/{stage.owner.member.id}/{verb}", {})
    return made["url"].partition("#")[2]


@write("POST", "/api/auth/invitation", epoch="none")
async def _(stage: Stage) -> Ask:
    body = {"secret": await link_of_the_owner(stage, "invite"), "password": PASSWORD}
    return Ask("/api/auth/invitation", body)


@write("POST", "/api/auth/reset", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/reset", {"secret": await link_of_the_owner(stage, "reset"), "password": PASSWORD})


@question("POST", "/api/auth/invitation/look")
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/invitation/look", {"secret": await link_of_the_owner(stage, "invite")})


@question("POST", "/api/auth/forgot")
async def _(stage: Stage) -> Ask:
    return Ask("/api/auth/forgot", {"identifier": "somebody@example.test"}, 202)


# On this stage there is an owner, so there is no first one to make; tests/integration/portal/test_links.py makes one.
@question("POST", "/api/auth/set-up")
async def _(stage: Stage) -> Ask:
    body = {"secret": "none", "identifier": "first@example.test", "display_name": "First", "password": PASSWORD}
    return Ask("/api/auth/set-up", body, 404)

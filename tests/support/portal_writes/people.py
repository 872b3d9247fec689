"""Members, the organization, tags and tag rules."""

from __future__ import annotations

from tests.support.portal_writes.examples import change, deletion, question, verb, write
from tests.support.portal_writes.stage import Ask, Stage

# ── members and the organization ─────────────────────────────────────────────────────────────────────────────────────
MEMBER = "/api/admin/members/{member_id}"


@write("DELETE", f"{MEMBER}/identities/{{identity_id}}", epoch="none")
async def _(stage: Stage) -> Ask:
    member = await stage.portal.member()
    return Ask(f"/api/admin/members/{member.id}/identities/{await stage.portal.identity(member)}", status=204)


# A new member can do nothing yet, and one that can be deleted never could: no replica needs to know.
@write("POST", "/api/admin/members", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/members", {"identifier": f"new{stage.number()}@example.test", "display_name": "New"}, 201)


deletion(MEMBER, Stage.member, epoch="none")
change(MEMBER, Stage.service, {"display_name": "Renamed"}, epoch="member")
verb(f"{MEMBER}/disable", Stage.member, epoch="member")
verb(f"{MEMBER}/enable", Stage.member, epoch="member", first="disable")
verb(f"{MEMBER}/invite", Stage.member, epoch="none", status=201)
verb(f"{MEMBER}/reset", Stage.member, epoch="none", status=201)


@write("POST", "/api/admin/members/bulk", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/members/bulk", {"lines": [f"line{stage.number()}@example.test"]})


@write("POST", f"{MEMBER}/invitations/{{invitation_id}}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    of = f"/api/admin/members/{await stage.member()}"
    made = await stage.make(f"{of}/invite", {})
    return Ask(f"{of}/invitations/{made['id']}/revoke", status=204)


@write("POST", f"{MEMBER}/sessions/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/members/{await stage.member()}/sessions/revoke")


@write("POST", f"{MEMBER}/access-tokens", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/members/{await stage.service()}/access-tokens", {"name": "deploys"}, 201)


@write("POST", f"{MEMBER}/access-tokens/{{token_id}}/revoke", epoch="none")
async def _(stage: Stage) -> Ask:
    of = f"/api/admin/members/{await stage.service()}/access-tokens"
    return Ask(f"{of}/{(await stage.make(of, {'name': 'old'}))['id']}/revoke")


@write("PATCH", "/api/admin/system", epoch="world")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/system", {"organization_zone": "Asia/Taipei"})


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
TAG = "/api/admin/tags/{tag_id}"


# Nobody has a new tag, and nothing names it.
@write("POST", "/api/admin/tags", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/tags", {"name": f"new tag {stage.number()}"}, 201)


change(TAG, Stage.tag, {"everyone": True}, epoch="world")
deletion(TAG, Stage.tag, epoch="world")
RULE = "/api/admin/tag-rules/{rule_id}"


# A rule is for those who come later.
@write("POST", "/api/admin/tag-rules", epoch="none")
async def _(stage: Stage) -> Ask:
    body = {"name": "Students", "kind": "domain", "value": "example.test", "tag_id": await stage.tag()}
    return Ask("/api/admin/tag-rules", body, 201)


change(RULE, Stage.tag_rule, {"enabled": False}, epoch="none")
deletion(RULE, Stage.tag_rule, epoch="none")
verb(f"{RULE}/apply", Stage.tag_rule, epoch="member")


@write("POST", f"{TAG}/members", epoch="member")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/tags/{await stage.tag()}/members", {"member_ids": [await stage.member()]})


@write("POST", f"{TAG}/members/remove", epoch="member")
async def _(stage: Stage) -> Ask:
    members, body = f"/api/admin/tags/{await stage.tag()}/members", {"member_ids": [await stage.member()]}
    await stage.do(members, body)
    return Ask(f"{members}/remove", body)


@question("POST", "/api/admin/tag-rules/test")
async def _(stage: Stage) -> Ask:
    await stage.tag_rule()
    return Ask("/api/admin/tag-rules/test", {"identifier": "new@example.test"})

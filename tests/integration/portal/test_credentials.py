"""Credentials through the portal: shown once, kept as a hash, stopped at once, never wider than their member."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api import credentials
from ai_api.core.errors import Refusal
from ai_api.credentials.secret import hash_of, looks_valid
from ai_api.identity import Member
from ai_api.portal.credentials_shown import CredentialIssued
from ai_api.portal.house import PortalSettings
from tests.integration.portal.examples_access import ALLOCATIONS, CREDENTIALS, granted, issued, paused
from tests.support.portal import CLI, Caller, Portal, open_portal

pytestmark = pytest.mark.integration


async def rows(portal: Portal, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    async with portal.house.database.transaction() as tx:
        return [tuple(one) for one in await tx.execute(text(statement), values)]


async def disable(admin: Caller, member: Member) -> None:
    answer = await admin.client.post(f"/api/admin/members/{member.id}/disable")
    assert answer.status_code == 200, answer.text


async def read(admin: Caller, path: str) -> dict[str, Any]:
    """A credential at its own address, without what is left to it."""
    found: dict[str, Any] = (await admin.client.get(path)).json()
    del found["limits"]
    return found


def life_of(credential: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(credential["expires_at"]) - datetime.fromisoformat(credential["created_at"])


async def test_a_secret_is_answered_once_and_only_its_hash_is_kept(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    made = await admin.client.post(CREDENTIALS, json={"member_id": str(member.id), "name": "laptop"})
    assert made.status_code == 201
    credential = made.json()
    secret = credential.pop("secret")
    assert secret.startswith("sk-aiapi-")
    assert looks_valid(secret)
    assert credential["display"] == f"{secret[:15]}…{secret[-4:]}"
    assert (credential["state"], credential["all_allocations"], credential["allocation_ids"]) == ("active", True, None)
    assert life_of(credential) == timedelta(days=90)

    assert await read(admin, f"{CREDENTIALS}/{credential['id']}") == credential
    assert (await admin.client.get(CREDENTIALS)).json()["items"] == [{**credential, "own_limits": []}]
    assert await rows(portal, "SELECT secret_hash FROM credentials") == [(hash_of(secret),)]
    noted = await rows(portal, "SELECT row_to_json(a)::text FROM audit_events a WHERE target_kind = 'credential'")
    kept = await rows(portal, "SELECT row_to_json(c)::text FROM credentials c")
    assert len(noted) == len(kept) == 1
    assert secret[15:-4] not in str([noted, kept])
    assert hash_of(secret).hex() not in str(noted)


async def test_a_default_life_may_be_another_or_none(database: str) -> None:
    settings = PortalSettings(credential_prefix="acme_", credential_ttl_days=7)
    forever = PortalSettings(credential_ttl_days=None)
    async with open_portal(database, settings=settings) as portal, open_portal(database, settings=forever) as other:
        owner = await portal.owner()
        body = {"member_id": str(owner.member.id), "name": "a"}
        made = (await owner.client.post(CREDENTIALS, json=body)).json()
        assert made["secret"].startswith("acme_")
        assert life_of(made) == timedelta(days=7)
        never = (await owner.client.post(CREDENTIALS, json={**body, "expires_at": None})).json()
        assert never["expires_at"] is None
        unset = (await other.client(owner.secret).post(CREDENTIALS, json=body)).json()
        assert unset["expires_at"] is None


async def test_a_prefix_and_an_expiry_are_as_given(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    body = {"member_id": str(member.id), "name": "ci", "prefix": "team-7_", "expires_at": "2999-01-01T09:00:00+08:00"}
    made = (await admin.client.post(CREDENTIALS, json=body)).json()
    assert made["secret"].startswith("team-7_")
    assert len(made["secret"]) == len("team-7_") + 49
    assert made["expires_at"] == "2999-01-01T01:00:00Z"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 101}, 422),
        ({"name": "a\nb"}, 422),
        ({"name": None}, 422),
        ({"prefix": ""}, 422),
        ({"prefix": "SK-"}, 422),
        ({"prefix": "x" * 21}, 422),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
        ({"expires_at": "2999-01-01T00:00:00"}, 422),
        ({"expires_at": "soon"}, 422),
        ({"allocation_ids": ["x"]}, 422),
        ({"allocation_ids": ["018f0000-0000-7000-8000-000000000000"] * 201}, 422),
        ({"scope": "all"}, 422),
        ({"secret": "sk-aiapi-mine"}, 422),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_what_cannot_be_kept_is_refused(
    portal: Portal, admin: Caller, wrong: dict[str, Any], status: int
) -> None:
    member = await portal.member()
    refused = await admin.client.post(CREDENTIALS, json={"member_id": str(member.id), "name": "a", **wrong})
    assert refused.status_code == status, refused.text
    assert await rows(portal, "SELECT id FROM credentials") == []


async def test_a_disabled_or_unknown_member_is_given_no_secret(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    existing = (await issued(portal, member)).credential
    await disable(admin, member)
    refused = await admin.client.post(CREDENTIALS, json={"member_id": str(member.id), "name": "a"})
    assert (refused.status_code, refused.json()["code"]) == (409, "member_disabled")
    refused = await admin.client.post(f"{CREDENTIALS}/{existing.id}/rotate")
    assert (refused.status_code, refused.json()["code"]) == (409, "member_disabled")
    unknown = await admin.client.post(CREDENTIALS, json={"member_id": str(uuid4()), "name": "a"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")
    assert len(await rows(portal, "SELECT id FROM credentials")) == 1


async def test_a_scope_is_all_some_or_none_of_the_members_own_allocations(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    first, second = await granted(portal, member), await granted(portal, member)
    body = {"member_id": str(member.id), "name": "a", "allocation_ids": [str(second.id), str(first.id), str(first.id)]}
    made = (await admin.client.post(CREDENTIALS, json=body)).json()
    path = f"{CREDENTIALS}/{made['id']}"
    assert (made["all_allocations"], made["allocation_ids"]) == (False, [str(first.id), str(second.id)])
    for scope in ([str(second.id)], [], None, [str(first.id)]):
        changed = (await admin.client.patch(path, json={"allocation_ids": scope})).json()
        assert (changed["all_allocations"], changed["allocation_ids"]) == (scope is None, scope)
        assert await read(admin, path) == changed
        assert changed["name"] == "a"


async def test_a_scope_never_reaches_another_members_allocation(portal: Portal, admin: Caller) -> None:
    member, other = await portal.member(), await portal.member()
    own, foreign, revoked = await granted(portal, member), await granted(portal, other), await granted(portal, member)
    assert (await admin.client.post(f"{ALLOCATIONS}/{revoked.id}/revoke")).status_code == 200
    existing = (await issued(portal, member, allocation_ids=[own.id])).credential
    said = set()
    for wrong in (foreign.id, uuid4(), revoked.id):
        scope = [str(own.id), str(wrong)]
        for refused in (
            await admin.client.post(
                CREDENTIALS, json={"member_id": str(member.id), "name": "a", "allocation_ids": scope}
            ),
            await admin.client.patch(f"{CREDENTIALS}/{existing.id}", json={"name": "b", "allocation_ids": scope}),
        ):
            assert (refused.status_code, refused.json()["code"]) == (400, "scope_not_of_member")
            assert refused.json()["details"] == {"allocation_ids": [str(wrong)]}
            said.add(refused.json()["detail"])
    assert len(said) == 1
    kept = (await admin.client.get(f"{CREDENTIALS}/{existing.id}")).json()
    assert (kept["name"], kept["allocation_ids"]) == ("laptop", [str(own.id)])
    assert len(await rows(portal, "SELECT id FROM credentials")) == 1


async def test_a_change_stores_what_is_given_and_leaves_the_rest(portal: Portal, admin: Caller) -> None:
    made = (await issued(portal, await portal.member(), expires_at=portal.now() + timedelta(days=3))).credential
    path = f"{CREDENTIALS}/{made.id}"
    renamed = (await admin.client.patch(path, json={"name": "desktop"})).json()
    assert (renamed["name"], datetime.fromisoformat(renamed["expires_at"])) == ("desktop", made.expires_at)
    moved = (await admin.client.patch(path, json={"expires_at": "2999-01-01T00:00:00Z"})).json()
    assert (moved["name"], moved["expires_at"]) == ("desktop", "2999-01-01T00:00:00Z")
    assert (await admin.client.patch(path, json={"expires_at": None})).json()["expires_at"] is None
    for wrong, status in (
        ({}, 422),
        ({"name": None}, 422),
        ({"name": ""}, 422),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
    ):
        assert (await admin.client.patch(path, json=wrong)).status_code == status
    for fixed in ("member_id", "prefix", "display", "secret", "paused_by", "state"):
        assert (await admin.client.patch(path, json={fixed: "x"})).status_code == 422


async def test_who_paused_decides_who_may_resume(portal: Portal, admin: Caller) -> None:
    one = (await issued(portal, await portal.member())).credential
    path = f"{CREDENTIALS}/{one.id}"

    async def resume_as_member() -> None:
        async with portal.house.database.transaction() as tx:
            await credentials.resume(tx, CLI, one.id, by="member", reason="", at=portal.now())

    await paused(portal, one.id, by="member")
    await resume_as_member()
    await paused(portal, one.id, by="member")
    over = await admin.client.post(f"{path}/pause", json={"reason": "leaked"})
    assert (over.status_code, over.json()["state"], over.json()["paused_by"]) == (200, "paused", "admin")
    with pytest.raises(Refusal, match="only an administrator") as refused:
        await resume_as_member()
    assert refused.value.kind == "forbidden"
    assert (await admin.client.post(f"{path}/pause")).status_code == 409
    resumed = await admin.client.post(f"{path}/resume")
    assert (resumed.status_code, resumed.json()["state"], resumed.json()["paused_at"]) == (200, "active", None)
    assert (await admin.client.post(f"{path}/resume")).status_code == 409


async def test_a_revocation_is_final(portal: Portal, admin: Caller) -> None:
    one = (await issued(portal, await portal.member())).credential
    path = f"{CREDENTIALS}/{one.id}"
    revoked = await admin.client.post(f"{path}/revoke", json={"reason": "stolen"})
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    for verb in ("revoke", "pause", "resume", "rotate"):
        again = await admin.client.post(f"{path}/{verb}")
        assert (again.status_code, again.json()["code"]) == (409, "credential_revoked")
    assert (await admin.client.patch(path, json={"name": "b"})).status_code == 409
    noted = await rows(portal, "SELECT after FROM audit_events WHERE action = 'credential.revoke'")
    assert noted[0][0]["reason"] == "stolen"


async def test_a_rotation_gives_a_new_secret_beside_the_old_until_the_overlap_ends(
    portal: Portal, admin: Caller
) -> None:
    member = await portal.member()
    allocation = await granted(portal, member)
    old = await issued(
        portal, member, prefix="team_7-", expires_at=portal.now() + timedelta(days=30), allocation_ids=[allocation.id]
    )
    path = f"{CREDENTIALS}/{old.credential.id}"
    rotated = await admin.client.post(f"{path}/rotate", json={"overlap_s": 86_400})
    assert rotated.status_code == 201
    successor = rotated.json()
    assert successor["secret"].startswith("team_7-")
    assert looks_valid(successor["secret"])
    assert successor["secret"] != old.secret
    assert successor["id"] != str(old.credential.id)
    assert successor["public_id"] != old.credential.public_id
    assert (successor["name"], successor["member_id"]) == ("laptop", str(member.id))
    assert successor["allocation_ids"] == [str(allocation.id)]
    assert abs(life_of(successor) - timedelta(days=30)) < timedelta(seconds=10)
    ending = (await admin.client.get(path)).json()
    assert ending["state"] == "active"
    end = datetime.fromisoformat(ending["expires_at"])
    assert end == datetime.fromisoformat(successor["created_at"]) + timedelta(days=1)
    portal.clock.move(timedelta(days=1, seconds=1))
    assert (await admin.client.get(path)).json()["state"] == "expired"
    assert (await admin.client.get(f"{CREDENTIALS}/{successor['id']}")).json()["state"] == "active"


async def test_a_rotation_without_overlap_revokes_the_old_secret_at_once(portal: Portal, admin: Caller) -> None:
    old = (await issued(portal, await portal.member())).credential
    rotated = await admin.client.post(f"{CREDENTIALS}/{old.id}/rotate")
    assert (rotated.status_code, rotated.json()["expires_at"]) == (201, None)
    assert (await admin.client.get(f"{CREDENTIALS}/{old.id}")).json()["state"] == "revoked"


async def test_a_rotation_never_lengthens_the_old_secrets_life_nor_ends_a_pause(portal: Portal, admin: Caller) -> None:
    ends = portal.now() + timedelta(hours=1)
    old = (await issued(portal, await portal.member(), expires_at=ends)).credential
    await paused(portal, old.id, by="admin")
    successor = (await admin.client.post(f"{CREDENTIALS}/{old.id}/rotate", json={"overlap_s": 7200})).json()
    assert (successor["state"], successor["paused_by"]) == ("paused", "admin")
    shown = (await admin.client.get(f"{CREDENTIALS}/{old.id}")).json()
    assert (datetime.fromisoformat(shown["expires_at"]), shown["state"]) == (ends, "paused")


@pytest.mark.parametrize("overlap", [-1, 86_401, 1.5, "60", None, True])
async def test_an_overlap_is_at_most_a_day(portal: Portal, admin: Caller, overlap: Any) -> None:
    old = (await issued(portal, await portal.member())).credential
    refused = await admin.client.post(f"{CREDENTIALS}/{old.id}/rotate", json={"overlap_s": overlap})
    assert refused.status_code == 422
    with pytest.raises(Refusal, match="24 hours"):
        async with portal.house.database.transaction() as tx:
            await credentials.rotate(tx, CLI, old.id, overlap=timedelta(hours=24, seconds=1), at=portal.now())


async def test_of_two_rotations_at_once_without_overlap_one_gives_a_secret(portal: Portal, admin: Caller) -> None:
    old = (await issued(portal, await portal.member())).credential
    answers = await asyncio.gather(*(admin.client.post(f"{CREDENTIALS}/{old.id}/rotate") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_the_list_is_searched_filtered_sorted_and_paged(portal: Portal, admin: Caller) -> None:
    ann, ben = await portal.member(), await portal.member()
    names = ["b_1%", "a", "c", "a"]
    made = [(await issued(portal, ann, name=name)).credential for name in names]
    other = (await issued(portal, ben, name="z", expires_at=portal.now() + timedelta(minutes=1))).credential
    await paused(portal, made[0].id, by="member")
    await admin.client.post(f"{CREDENTIALS}/{made[1].id}/revoke")
    portal.clock.move(timedelta(minutes=2))

    async def listed(**query: str) -> list[UUID]:
        found, cursor = [], None
        while True:
            given = {"limit": "1", **query, **({"cursor": cursor} if cursor else {})}
            page = await admin.client.get(CREDENTIALS, params=given)
            assert page.status_code == 200, page.text
            found += [UUID(item["id"]) for item in page.json()["items"]]
            if (cursor := page.json()["next"]) is None:
                return found

    ids = [one.id for one in (*made, other)]
    assert await listed() == ids[::-1]
    assert await listed(sort="created_at") == ids
    assert await listed(sort="name") == [ids[1], ids[3], ids[0], ids[2], ids[4]]
    assert await listed(sort="-name") == [ids[4], ids[2], ids[0], ids[3], ids[1]]
    assert await listed(member_id=str(ben.id)) == [ids[4]]
    for state, expected in (("paused", ids[0]), ("revoked", ids[1]), ("expired", ids[4])):
        assert await listed(state=state) == [expected]
    assert await listed(state="active", sort="created_at") == [ids[2], ids[3]]
    assert await listed(q="_1%") == [ids[0]]
    assert await listed(q=made[2].public_id) == [ids[2]]
    assert await listed(q=made[3].display[-4:], member_id=str(ann.id))
    assert await listed(q="sk-aiapi-", sort="created_at") == ids
    assert await listed(q="nobody") == []


@pytest.mark.parametrize(
    "cursor", [["-name", "a", "x"], ["-name", "a\0", str(uuid4())], ["name", "a", str(uuid4())], ["a"]]
)
async def test_a_forged_cursor_is_refused(admin: Caller, cursor: list[str]) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
    refused = await admin.client.get(CREDENTIALS, params={"sort": "-name", "cursor": forged})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("moment", ["x", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01"])
async def test_a_cursor_with_a_forged_time_is_an_answer_and_no_fault(admin: Caller, moment: str) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(["-created_at", moment, str(uuid4())]).encode()).decode().rstrip("=")
    assert (await admin.client.get(CREDENTIALS, params={"cursor": forged})).status_code in {200, 400}


async def test_an_unknown_or_malformed_id_is_404(admin: Caller) -> None:
    for one in (str(uuid4()), "cred_x"):
        assert (await admin.client.get(f"{CREDENTIALS}/{one}")).status_code == 404
        assert (await admin.client.patch(f"{CREDENTIALS}/{one}", json={"name": "b"})).status_code == 404
        for verb in ("pause", "resume", "revoke", "rotate"):
            assert (await admin.client.post(f"{CREDENTIALS}/{one}/{verb}")).status_code == 404


async def test_neither_an_issued_credential_nor_its_answer_prints_its_secret(portal: Portal) -> None:
    made = await issued(portal, await portal.member())
    assert made.secret not in repr(made)
    assert made.secret not in f"{made}"
    field = CredentialIssued.model_fields["secret"]
    assert field.repr is False


async def test_states_in_a_list_and_in_python_agree_at_the_very_moment_of_expiry(portal: Portal) -> None:
    ends = datetime(2999, 1, 1, tzinfo=UTC)
    one = (await issued(portal, await portal.member(), expires_at=ends)).credential
    for at, state in ((ends - timedelta(microseconds=1), "active"), (ends, "expired")):
        assert one.state(at) == state
        async with portal.house.database.transaction() as tx:
            page = await credentials.list_page(tx, credentials.Filters(state=state), at=at, limit=9)
        assert [found.id for found in page.items] == [one.id]

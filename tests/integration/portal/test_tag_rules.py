"""Tag rules through the portal: made and changed, tried, applied at once to everybody, and to one who signs in first."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from ai_api import identity
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
RULES = "/api/admin/tag-rules"


async def tag(admin: Caller, name: str) -> str:
    return (await admin.client.post("/api/admin/tags", json={"name": name})).json()["id"]


async def rule(admin: Caller, tag_id: str, **fields: Any) -> str:
    """The address of a new rule."""
    body = {"name": "rule", "kind": "domain", "value": "cs.example.edu", "tag_id": tag_id, **fields}
    answer = await admin.client.post(RULES, json=body)
    assert answer.status_code == 201, answer.text
    return f"{RULES}/{answer.json()['id']}"


async def have(admin: Caller, tag_id: str) -> set[str]:
    listed = (await admin.client.get(f"/api/admin/tags/{tag_id}/members")).json()["items"]
    return {item["identifier"] for item in listed}


async def test_a_rule_is_made_read_found_changed_and_deleted(portal: Portal, admin: Caller) -> None:
    students, staff = await tag(admin, "students"), await tag(admin, "staff")
    path = await rule(admin, students)
    other = await rule(admin, staff, name="Payroll", kind="claim", claim="groups", value="payroll|hr")
    shown = (await admin.client.get(path)).json()
    assert (shown["kind"], shown["value"], shown["claim"], shown["enabled"]) == ("domain", "cs.example.edu", None, True)
    listed = (await admin.client.get(RULES, params={"limit": 1})).json()
    assert [f"{RULES}/{item['id']}" for item in listed["items"]] == [other]
    listed = (await admin.client.get(RULES, params={"limit": 1, "cursor": listed["next"]})).json()
    assert (listed["items"], listed["next"]) == ([shown], None)
    for query, found in (({"q": "PAYR"}, other), ({"q": "cs.ex"}, path), ({"tag_id": students}, path)):
        listed = (await admin.client.get(RULES, params=query)).json()["items"]
        assert [f"{RULES}/{item['id']}" for item in listed] == [found]
    # What it is afterwards has to be a rule: a pattern alone is no rule on a claim.
    answer = await admin.client.patch(path, json={"kind": "claim"})
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["field"]) == (
        400,
        "bad_tag_rule",
        "claim",
    )
    changed = await admin.client.patch(path, json={"kind": "claim", "claim": "dept", "value": "cs", "tag_id": staff})
    assert {**shown, **changed.json(), "updated_at": None} == {
        **shown, "kind": "claim", "claim": "dept", "value": "cs", "tag_id": staff, "updated_at": None
    }  # fmt: skip
    assert (await admin.client.delete(path)).status_code == 204
    assert (await admin.client.get(path)).json()["code"] == "tag_rule_not_found"


async def test_a_rule_gives_a_tag_that_is_none_or_is_deleted(portal: Portal, admin: Caller) -> None:
    tag_id = await tag(admin, "students")
    body = {"name": "rule", "kind": "always", "tag_id": str((await portal.member()).id)}
    answer = await admin.client.post(RULES, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "tag_id")
    path = await rule(admin, tag_id)
    answer = await admin.client.delete(f"/api/admin/tags/{tag_id}")
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["rule_count"]) == (409, "tag_in_use", 1)
    await admin.client.delete(path)
    assert (await admin.client.delete(f"/api/admin/tags/{tag_id}")).status_code == 204


async def test_applying_a_rule_means_others_than_its_preview(portal: Portal, admin: Caller) -> None:
    """The preview names who gains and changes nothing; then exactly these gain, once, and know at their next call."""
    tag_id = await tag(admin, "students")
    path = await rule(admin, tag_id)
    students = [await portal.member(identifier=f"s{i}@CS.example.edu") for i in range(3)]
    await portal.member(identifier="eve@example.edu")
    await portal.member(identifier="bot@cs.example.edu", kind="service", responsible_member_id=students[0].id)
    gone = await portal.member(identifier="gone@cs.example.edu")
    await admin.client.post(f"/api/admin/members/{gone.id}/disable")
    await admin.client.post(f"/api/admin/tags/{tag_id}/members", json={"member_ids": [str(students[0].id)]})
    seen = (await admin.client.post(f"{path}/apply", params={"dry_run": True})).json()
    assert (seen["dry_run"], seen["gains"]["count"]) == (True, 2)
    assert [each["identifier"] for each in seen["gains"]["first"]] == [each.identifier for each in students[1:]]
    assert await have(admin, tag_id) == {students[0].identifier}
    done = (await admin.client.post(f"{path}/apply")).json()
    assert {**done, "dry_run": True} == seen
    assert await have(admin, tag_id) == {each.identifier for each in students}
    assert (await admin.client.post(f"{path}/apply")).json()["gains"] == {"count": 0, "first": []}
    on_claim = await rule(admin, tag_id, kind="claim", claim="groups")
    assert (await admin.client.post(f"{on_claim}/apply")).json()["code"] == "tag_rule_needs_claims"


async def test_whoever_signs_in_first_gets_tags_of_rules_that_do_not_mean_them(portal: Portal, admin: Caller) -> None:
    """The same rules that a trial names give their tags, once, with one row of audit; disabled ones give none."""
    everybody, students, staff, off = [await tag(admin, name) for name in ("everybody", "students", "staff", "off")]
    await rule(admin, everybody, kind="always", value=None)
    await rule(admin, students)
    await rule(admin, staff, kind="claim", claim="groups", value="staff")
    await rule(admin, off, kind="always", value=None, enabled=False)
    asked = {"identifier": "ana@cs.example.edu", "claims": {"groups": ["staff"]}}
    tried = (await admin.client.post(f"{RULES}/test", json=asked)).json()
    assert tried["tag_ids"] == sorted([everybody, students, staff])
    assert len(tried["rules"]) == 3
    member = await portal.member(identifier="ana@cs.example.edu")
    async with portal.house.database.transaction() as tx:
        before = (await tx.execute(text("SELECT count(*) FROM audit_events"))).scalar_one()
        gained = await identity.apply_tag_rules(tx, CLI, member, asked["claims"], now=portal.now())
        assert [str(each.id) for each in gained] == sorted([everybody, students, staff])
        assert await identity.apply_tag_rules(tx, CLI, member, asked["claims"], now=portal.now()) == ()
        assert (await tx.execute(text("SELECT count(*) FROM audit_events"))).scalar_one() == before + 1
    shown = (await admin.client.get(f"/api/admin/members/{member.id}")).json()
    assert {each["name"] for each in shown["tags"]} == {"everybody", "students", "staff"}
    assert (await (await portal.caller()).client.post(f"{RULES}/test", json=asked)).status_code == 403

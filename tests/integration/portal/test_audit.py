"""The audit trail through the portal: who, from where, before and after, found again."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api import audit
from ai_api.audit import SecretInAudit
from ai_api.core.errors import Refusal
from tests.integration.portal.examples_access import granted, model, moved
from tests.support.plans import asked
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
AUDIT = "/api/admin/audit"


async def test_a_write_leaves_who_from_where_before_and_after(portal: Portal, admin: Caller) -> None:
    member = await portal.member(display_name="Old")
    answer = await admin.client.patch(f"/api/admin/members/{member.id}", json={"display_name": "New"})
    (event,) = (await admin.client.get(AUDIT, params={"action": "member.update"})).json()["items"]
    assert event["actor_kind"] == "member"
    assert event["actor_member_id"] == str(admin.member.id)
    assert event["actor_name"] == admin.member.identifier
    assert event["address"] == "192.0.2.7"
    assert event["request_id"] == answer.headers["x-request-id"]
    assert (event["target_kind"], event["target_id"]) == ("member", str(member.id))
    assert (event["before"]["display_name"], event["after"]["display_name"]) == ("Old", "New")


async def test_an_event_does_not_say_whose_right_to_which_model_it_changed(portal: Portal, admin: Caller) -> None:
    """From what the event holds, or, of one that holds neither, from its target; whatever it is, in one statement."""
    member = await portal.member(display_name="Mei Tanaka")
    of = await model(portal)
    allocation = await granted(portal, member, of=of)
    await moved(portal, allocation, "pause", by="admin")
    about = {"target": None, "member_id": str(member.id), "member": "Mei Tanaka", "model": of.slug}
    events = (await admin.client.get(AUDIT, params={"target_id": str(allocation.id)})).json()["items"]
    assert [(each["action"], each["about"]) for each in events] == [
        ("allocation.pause", about),
        ("allocation.grant", about),
    ]
    limit = {"subject_kind": "member", "subject_id": str(member.id), "metric": "requests", "window_kind": "lifetime"}
    made = await admin.client.post("/api/admin/limits", json={**limit, "amount": 5})
    assert made.status_code == 201, made.text
    (event,) = (await admin.client.get(AUDIT, params={"target_id": made.json()["id"]})).json()["items"]
    assert (event["about"]["target"], event["about"]["member"]) == (None, "Mei Tanaka")
    (event,) = (await admin.client.get(AUDIT, params={"target_id": str(member.id)})).json()["items"]
    assert event["about"] == {"target": "Mei Tanaka", "member_id": None, "member": None, "model": None}
    counts = []
    for _ in range(2):
        with asked(portal.house.database) as statements:
            assert (await admin.client.get(AUDIT)).status_code == 200
        counts.append(len(statements))
        await granted(portal, member)
    assert counts[0] == counts[1]


async def test_a_write_that_is_refused_leaves_nothing(admin: Caller, owner: Caller) -> None:
    refused = await admin.client.patch(f"/api/admin/members/{owner.member.id}", json={"display_name": "X"})
    assert refused.status_code == 403
    assert (await admin.client.get(AUDIT, params={"action": "member.update"})).json()["items"] == []


async def test_the_row_goes_when_the_write_is_rolled_back(portal: Portal, admin: Caller) -> None:
    async def write_and_fail() -> None:
        async with portal.house.database.transaction() as tx:
            await audit.note(tx, CLI, action="probe.fail", target_kind="probe", target_id=None, before=None, after=None)
            raise Refusal("no", "conflict", "No.")

    with pytest.raises(Refusal):
        await write_and_fail()
    assert (await admin.client.get(AUDIT, params={"action": "probe.fail"})).json()["items"] == []


async def test_filters_narrow_and_pages_go_on(portal: Portal, admin: Caller) -> None:
    target, other = uuid4(), uuid4()
    async with portal.house.database.transaction() as tx:
        for number in range(5):
            await audit.note(
                tx,
                CLI,
                action="probe.write",
                target_kind="probe",
                target_id=target if number % 2 else other,
                before=None,
                after={"number": number},
            )
    found = await _all(admin, action="probe.write")
    assert [event["id"] for event in found] == sorted((event["id"] for event in found), reverse=True)
    assert {event["after"]["number"] for event in found} == set(range(5))
    assert {event["after"]["number"] for event in await _all(admin, target_id=str(target))} == {3, 1}
    assert len(await _all(admin, target_kind="probe", actor="TES")) == 5
    assert await _all(admin, target_kind="probe", actor="nobody") == []
    assert await _all(admin, target_kind="probe", actor_member_id=str(admin.member.id)) == []
    soon, ago = portal.now() + timedelta(minutes=1), portal.now() - timedelta(minutes=1)
    assert await _all(admin, target_kind="probe", since=soon.isoformat()) == []
    assert await _all(admin, target_kind="probe", until=ago.isoformat()) == []
    assert len(await _all(admin, target_kind="probe", since=ago.isoformat(), until=soon.isoformat())) == 5
    assert (await admin.client.get(AUDIT, params={"since": "2026-01-01T00:00:00"})).status_code == 422


async def test_the_trail_is_exported_to_administrators_who_have_proved_themselves(
    portal: Portal, admin: Caller
) -> None:
    exported = await admin.client.get(f"{AUDIT}/export", params={"action": "member.create"})
    assert (exported.status_code, exported.headers["content-type"]) == (200, "application/x-ndjson")
    assert exported.headers["content-disposition"] == 'attachment; filename="audit.jsonl"'
    lines = [json.loads(line) for line in exported.text.splitlines()]
    assert [line["action"] for line in lines] == ["member.create"] * 2
    table = await admin.client.get(f"{AUDIT}/export", params={"form": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("seq,at,actor_kind,")
    for wrong in ({"form": "xml"}, {"limit": "5"}, {"since": "2026-01-01T00:00:00"}):
        assert (await admin.client.get(f"{AUDIT}/export", params=wrong)).status_code == 422
    assert (await (await portal.caller()).client.get(f"{AUDIT}/export")).status_code == 403
    browser = await portal.browser(admin.member)
    assert (await browser.get(f"{AUDIT}/export")).status_code == 200
    portal.clock.move(timedelta(minutes=11))
    refused = await browser.get(f"{AUDIT}/export")
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")


@pytest.mark.parametrize("name", ["secret", "password_hash", "api_key"])
async def test_what_is_named_like_a_secret_is_never_written(portal: Portal, name: str) -> None:
    async with portal.house.database.transaction() as tx:
        for after in ({name: "x"}, {"deep": {"er": [{name: "x"}]}}):
            with pytest.raises(SecretInAudit):
                await audit.note(tx, CLI, action="a.b", target_kind="a", target_id=None, before=None, after=after)


async def test_values_are_kept_as_plain_json(portal: Portal) -> None:
    after = {
        "at": portal.now(),
        "id": UUID(int=7),
        "set": frozenset({"b", "a"}),
        "none": None,
        "flag": True,
        "n": 2**60,
    }
    async with portal.house.database.transaction() as tx:
        await audit.note(tx, CLI, action="a.b", target_kind="a", target_id=None, before=None, after=after)
        (event,) = (await audit.read(tx, filters=audit.Filters(action="a.b"), limit=10)).items
    assert event.after == {
        "at": after["at"].isoformat(), "id": str(UUID(int=7)), "set": ["a", "b"], "none": None, "flag": True, "n": 2**60,
    }  # fmt: skip
    assert event.at.tzinfo is not None


async def _all(caller: Caller, **query: str) -> list[dict]:
    found, cursor = [], {}
    while True:
        answer = await caller.client.get(AUDIT, params={**query, **cursor, "limit": "2"})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            return found
        cursor = {"cursor": answer.json()["next"]}


async def test_a_trail_that_was_changed_behind_our_back_is_not_called_verified(portal: Portal, admin: Caller) -> None:
    for name in ("One", "Two"):
        await admin.client.post("/api/admin/tags", json={"name": name.lower()})
    right = (await admin.client.get(f"{AUDIT}/verification")).json()
    assert right["broken"] is None
    assert right["is_whole"]
    assert right["checked"] == right["to_seq"] >= 2
    assert len(right["hash"]) == 64
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        await tx.execute(text("UPDATE audit_events SET actor_name = 'nobody' WHERE action = 'tag.create'"))
    wrong = (await admin.client.get(f"{AUDIT}/verification")).json()
    assert wrong["broken"]["fault"] == "changed"
    assert wrong["broken"]["seq"] == wrong["to_seq"] + 1
    assert wrong["broken"]["event_id"] is not None
    assert "changed" in wrong["broken"]["detail"] or "sealed" in wrong["broken"]["detail"]

"""Credentials that members keep themselves, what they called with them, and who else could."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ai_api.core.ids import uuid7
from ai_api.portal.house import PortalSettings
from ai_api.quotas import Terms
from tests.integration.portal.examples_access import granted, issued, paused
from tests.support.portal import Caller, Portal, open_portal

pytestmark = pytest.mark.integration
MINE, RECORDS, USAGE = "/api/me/credentials", "/api/me/call-records", "/api/me/usage"
VERBS = ("pause", "resume", "revoke", "rotate", "playground-token")


async def called(portal: Portal, member: Caller, credential_id: str | None, **given: Any) -> UUID:
    """A record of a call of the member, with its roll-up, as a settlement leaves them."""
    call_id = uuid7()
    at = given.pop("at", None) or portal.now()
    row = {"outcome": "ok", "model": "acme/one", "details": "{}", "attempts": "[]", "cost": 1_500_000_000, **given}
    values = {**row, "id": call_id, "at": at, "member": member.member.id, "credential": credential_id}
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO call_records (call_id, started_at, finished_at, member_id, credential_id, dialect, operation, stream, "
                "requested_model, model, attempts, outcome, details, usage_source, billed_cost_nanos, multiplier_millionths, "
                "held_nanos, overrun_nanos, funded_by, bookings, swept, refused_count, request_id, client, tags, input_tokens) "
                "VALUES (:id, :at, :at, :member, :credential, 'openai', 'chat', false, 'one', :model, CAST(:attempts AS jsonb), "
                ":outcome, CAST(:details AS jsonb), 'provider', :cost, 1000000, 0, 0, 'quota', '[]', false, 0, 'r', 'curl', '[]', 7)"
            ),
            values,
        )
        await tx.execute(
            text(
                "INSERT INTO usage_quarters (quarter, member_id, credential_id, model, outcome, calls, input_tokens, billed_cost_nanos) "
                "VALUES (date_bin('15 minutes', CAST(:at AS timestamptz), 'epoch'), :member, :credential, :model, :outcome, 1, 7, :cost) "
                "ON CONFLICT (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome) "
                "DO UPDATE SET calls = usage_quarters.calls + 1, input_tokens = usage_quarters.input_tokens + 7, "
                "billed_cost_nanos = usage_quarters.billed_cost_nanos + excluded.billed_cost_nanos"
            ),
            {name: values[name] for name in ("at", "member", "credential", "model", "outcome", "cost")},
        )
    return call_id


async def make(member: Caller, **fields: Any) -> dict[str, Any]:
    answer = await member.client.post(MINE, json={"name": "laptop", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_members_own_credential_lives_as_one_of_an_administrators_would(portal: Portal) -> None:
    member = await portal.caller()
    own = await granted(portal, member.member)
    made = await make(member, prefix="team_7-", allocation_ids=[str(own.id)])
    assert made["secret"].startswith("team_7-")
    assert datetime.fromisoformat(made["expires_at"]) - portal.now() > timedelta(days=89)
    one = f"{MINE}/{made['id']}"
    shown = (await member.client.get(one)).json()
    assert "secret" not in shown
    assert (shown["member_id"], shown["allocation_ids"]) == (str(member.member.id), [str(own.id)])
    assert (await member.client.patch(one, json={"name": "desktop", "allocation_ids": None})).json()["all_allocations"]
    assert (await member.client.post(f"{one}/pause", json={"reason": "lost"})).json()["paused_by"] == "member"
    assert (await member.client.post(f"{one}/playground-token")).json()["code"] == "credential_state_conflict"
    assert (await member.client.post(f"{one}/resume")).json()["state"] == "active"
    rotated = (await member.client.post(f"{one}/rotate", json={"overlap_s": 3600})).json()
    assert rotated["id"] != made["id"]
    token = await member.client.post(f"{MINE}/{rotated['id']}/playground-token")
    assert token.status_code == 201
    assert (
        timedelta(minutes=14)
        < datetime.fromisoformat(token.json()["expires_at"]) - portal.now()
        < timedelta(minutes=16)
    )
    assert (await member.client.post(f"{MINE}/{rotated['id']}/revoke")).json()["state"] == "revoked"
    assert (await member.client.post(f"{MINE}/{rotated['id']}/playground-token")).json()["code"] == "credential_revoked"
    async with portal.house.database.transaction() as tx:
        told = str((await tx.execute(text("SELECT * FROM audit_events"))).all())
    assert token.json()["secret"] not in told
    assert rotated["secret"] not in told


async def test_a_members_credential_reaches_anothers_allocation(portal: Portal) -> None:
    member, other = await portal.caller(), await portal.caller()
    foreign = await granted(portal, other.member)
    refused = await member.client.post(MINE, json={"name": "mine", "allocation_ids": [str(foreign.id)]})
    assert refused.json()["code"] == "scope_not_of_member"


async def test_a_foreign_credential_is_found(portal: Portal) -> None:
    member, other = await portal.caller(), await portal.caller()
    foreign = (await issued(portal, other.member)).credential.id
    for credential_id in (foreign, uuid4()):
        one = f"{MINE}/{credential_id}"
        answers = [await member.client.post(f"{one}/{verb}") for verb in VERBS]
        answers += [await member.client.get(one), await member.client.patch(one, json={"name": "mine now"})]
        answers += [await member.client.get(f"{one}/history")]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "credential_not_found")}
    assert (await member.client.get(MINE)).json()["items"] == []
    assert (await other.client.get(f"{MINE}/{foreign}")).json()["state"] == "active"


async def test_a_members_credential_was_stopped_and_its_history_hides_it_or_names_who(portal: Portal) -> None:
    admin, member = await portal.caller("admin"), await portal.caller()
    made, other = await make(member), await make(member, name="another")
    one, ours = f"{MINE}/{made['id']}", f"/api/admin/credentials/{made['id']}"
    assert (await member.client.patch(one, json={"name": "desktop", "expires_at": None})).status_code == 200
    assert (await member.client.post(f"{one}/playground-token")).status_code == 201
    assert (await admin.client.post(f"{ours}/pause", json={"reason": "looks stolen"})).status_code == 200
    assert (await admin.client.post(f"{ours}/resume")).status_code == 200
    assert (await member.client.post(f"{one}/rotate", json={"overlap_s": 60})).status_code == 201
    assert (await member.client.post(f"{one}/revoke")).status_code == 200
    answer = await member.client.get(f"{one}/history")
    assert [(each["did"], each["by"], each["changed"]) for each in answer.json()["items"]] == [
        ("revoke", "member", []),
        ("rotate", "member", []),
        ("resume", "administrator", []),
        ("pause", "administrator", []),
        ("change", "member", ["name", "expires_at"]),
        ("issue", "member", []),
    ]
    for hidden in ("looks stolen", admin.member.display_name, str(admin.member.id), "127.0.0.1"):
        assert hidden not in answer.text
    first = (await member.client.get(f"{one}/history", params={"limit": 4})).json()
    rest = (await member.client.get(f"{one}/history", params={"limit": 4, "cursor": first["next"]})).json()
    assert first["items"] + rest["items"] == answer.json()["items"]
    assert [each["did"] for each in (await member.client.get(f"{MINE}/{other['id']}/history")).json()["items"]] == [
        "issue"
    ]


async def test_a_member_resumes_the_credential_that_an_administrator_paused(portal: Portal) -> None:
    member = await portal.caller()
    made = await make(member)
    await paused(portal, UUID(made["id"]), by="admin")
    refused = await member.client.post(f"{MINE}/{made['id']}/resume")
    assert (refused.status_code, refused.json()["code"]) == (403, "credential_action_forbidden")
    rotated = (await member.client.post(f"{MINE}/{made['id']}/rotate")).json()
    assert (rotated["state"], rotated["paused_by"]) == ("paused", "admin")


async def test_a_member_gives_their_credential_more_than_is_usual(database: str) -> None:
    usual = (Terms(metric="requests", amount=100, window_kind="day"),)
    async with open_portal(database, settings=PortalSettings(credential_limits=usual)) as portal:
        member = await portal.caller()
        a_day = {"metric": "requests", "window_kind": "day"}
        for wrong in ({"amount": 101}, {"amount": 100, "on_exceed": "warn"}):
            refused = await member.client.post(MINE, json={"name": "more", "limits": [{**a_day, **wrong}]})
            assert (refused.status_code, refused.json()["code"]) == (403, "limit_above_usual")
        assert (
            await member.client.post(MINE, json={"name": "none", "limits": [{**a_day, "amount": None}]})
        ).status_code == 422
        less = await make(
            member, limits=[{**a_day, "amount": 5}, {"metric": "cost", "window_kind": "day", "amount": "9"}]
        )
        shown = (await member.client.get(f"{MINE}/{less['id']}")).json()["limits"]["credential"]
        assert [(each["metric"], each["limit"]) for each in shown] == [("requests", 5), ("cost", "9.00")]


async def test_use_is_of_another_credential_or_another_member(portal: Portal) -> None:
    member, other = await portal.caller(), await portal.caller()
    used, unused, theirs = [await make(each) for each in (member, member, other)]
    await called(portal, member, used["id"])
    last = await called(portal, member, used["id"], outcome="token_quota_exceeded", cost=0)
    await called(portal, member, used["id"], at=portal.now() - timedelta(days=40))
    await called(portal, other, theirs["id"])

    listed = {each["id"]: each for each in (await member.client.get(MINE)).json()["items"]}
    assert set(listed) == {used["id"], unused["id"]}
    assert (listed[used["id"]]["month"]["calls"], listed[used["id"]]["month"]["billed_cost_usd"]) == (2, "1.50")
    assert (listed[used["id"]]["last_client"], listed[unused["id"]]["last_used_at"]) == ("curl", None)

    own = (await member.client.get(RECORDS)).json()["items"]
    assert len(own) == 3
    assert all(each["credential_id"] == used["id"] for each in own)
    assert (await member.client.get(f"{RECORDS}/{last}")).json()["outcome"] == "token_quota_exceeded"
    assert (await other.client.get(f"{RECORDS}/{last}")).status_code == 404
    assert (await other.client.get(RECORDS, params={"credential_id": used["id"]})).json()["items"] == []
    by = {"by": "credential", "each": "day"}
    sums = (await member.client.get(USAGE, params=by)).json()["items"]
    assert [(each["credential_id"], each["calls"], each["refused_calls"]) for each in sums] == [(used["id"], 2, 1)]
    assert (await other.client.get(USAGE, params={"credential_id": used["id"]})).json()["items"] == []
    assert (await member.client.get(USAGE, params={"since": "2020-01-01T00:00:00Z"})).json()["code"] == "bad_period"


async def test_a_month_begins_by_another_clock_than_the_readers(portal: Portal) -> None:
    """By the reader's zone it does on every page that sums up a month, and they say the same of it."""
    portal.clock.move(_into_the_new_month(portal, "Pacific/Kiritimati"))
    member = await portal.caller()
    used = await make(member)
    # Two hours ago it was the same month in Greenwich, and the one before in Kiritimati.
    await called(portal, member, used["id"], at=portal.now() - timedelta(hours=2))
    await called(portal, member, used["id"])
    one, report = f"{MINE}/{used['id']}", f"{USAGE}/report"
    for zone, calls in (("Pacific/Kiritimati", 1), ("UTC", 2)):
        asked = {"zone": zone}
        listed = (await member.client.get(MINE, params=asked)).json()["items"][0]["month"]
        assert listed["calls"] == calls
        assert (await member.client.get(one, params=asked)).json()["month"] == listed
        told = (await member.client.get(report, params={**asked, "range": "this_month"})).json()
        summed = (await member.client.get(USAGE, params=asked)).json()
        assert sum(each["calls"] for each in summed["items"]) == calls
        assert (summed["zone"], summed["since"]) == (zone, told["since"])
    for address in (MINE, one, USAGE):
        assert (await member.client.get(address, params={"zone": "Mars/Olympus"})).json()["code"] == "bad_time_zone"


def _into_the_new_month(portal: Portal, zone: str) -> timedelta:
    """How long it is until a zone's next month is an hour old."""
    here = portal.now().astimezone(ZoneInfo(zone))
    first = (here.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
    return first + timedelta(hours=1) - here


async def test_a_record_tells_the_member_what_they_were_not_told(portal: Portal) -> None:
    """Which hidden model they met, why it was refused in truth, and by which keys the house is served."""
    member = await portal.caller()
    details = '{"because": "hidden_by_policy", "limit_nanos": 1500000000}'
    attempts = '[{"route_id": "r", "provider_key_id": "k", "status": 429, "cost_nanos": 5}]'
    hidden = await called(
        portal, member, None, outcome="model_not_found", model="secret/one", details=details, attempts=attempts, cost=0
    )
    found = await member.client.get(f"{RECORDS}/{hidden}")
    shown = found.json()
    assert (shown["model"], shown["model_id"], shown["requested_model"]) == (None, None, "one")
    assert (shown["details"], shown["attempts"]) == (
        {"limit_usd": "1.50"},
        [{"status": 429, "cost_usd": "0.000000005"}],
    )
    assert (await member.client.get(RECORDS, params={"model": "secret/one"})).json()["items"] == []
    assert (await member.client.get(USAGE, params={"model": "secret/one"})).json()["items"] == []
    sums = await member.client.get(
        USAGE, params={"by": "model", "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    )
    assert [(each["model"], each["calls"]) for each in sums.json()["items"]] == [(None, 1)]
    assert "secret" not in found.text + sums.text

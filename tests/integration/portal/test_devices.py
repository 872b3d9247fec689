"""Programs that ask for a credential by a code: one test for each way in which one gets what nobody gave it, or gets nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from ai_api import devices, setup
from ai_api.core.secret_form import hash_of
from ai_api.devices.rules import OPEN_MAX, OPEN_OF_NETWORK_MAX
from ai_api.jobs.forget_links import forget_links
from ai_api.portal.house import PortalSettings
from ai_api.quotas import Terms
from tests.integration.portal.examples_access import granted
from tests.support.portal import Caller, Portal, open_portal
from tests.support.portal_writes.devices import GRANT_TYPE

pytestmark = pytest.mark.integration
HOUR = timedelta(hours=1)
FAST = "198.51.100.9"


@dataclass
class Program:
    """A program without a browser, and what it was answered when it asked."""

    client: httpx.AsyncClient
    codes: dict[str, Any]

    @property
    def page(self) -> str:
        return f"/api/me/device/{self.codes['user_code']}"

    async def poll(self, **other: str) -> httpx.Response:
        form = {"grant_type": GRANT_TYPE, "device_code": self.codes["device_code"], "client_id": "codex-install"}
        return await self.client.post("/api/device/token", data={**form, **other})

    async def error(self, **other: str) -> str:
        answer = await self.poll(**other)
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["error"])


async def ask(portal: Portal, *, address: str = "203.0.113.20", **fields: str) -> Program:
    client = portal.client(address=address)
    form = {"client_id": "codex-install", "device_name": "build-7", "scope": "responses", **fields}
    answer = await client.post("/api/device/authorize", data=form, headers={"user-agent": "curl/8.1"})
    assert answer.status_code == 200, answer.text
    return Program(client, answer.json())


async def approve(member: Caller, program: Program, **body: Any) -> dict[str, Any]:
    answer = await member.client.post(f"{program.page}/approve", json={"name": "build", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def all_that_is_stored(portal: Portal) -> str:
    async with portal.house.database.transaction() as tx:
        tables = ("device_authorizations", "audit_events", "credentials", "sign_in_attempts")
        return "".join(
            [str((await tx.execute(text(f"SELECT to_jsonb(t)::text FROM {name} t"))).all()) for name in tables]
        )


async def test_nobody_sees_what_asks_or_it_gets_another_credential_than_was_approved(portal: Portal) -> None:
    member = await portal.caller()
    mine, other = await granted(portal, member.member), await granted(portal, member.member)
    program = await ask(portal)
    codes = program.codes
    assert codes["verification_uri"] == "http://portal.test/app/device"
    assert codes["verification_uri_complete"] == f"http://portal.test/app/device?code={codes['user_code']}"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert await program.error() == "authorization_pending"

    typed = f" {codes['user_code'].replace('-', '').lower()} "
    shown = (await member.client.get(f"/api/me/device/{typed}")).json()
    assert (shown["client_id"], shown["device_name"], shown["user_agent"]) == ("codex-install", "build-7", "curl/8.1")
    assert (shown["address"], shown["same_network"], shown["state"]) == ("203.0.113.20", False, "pending")
    assert (shown["user_code"], shown["suggested_name"]) == (codes["user_code"], "codex-install on build-7")
    assert abs(datetime.fromisoformat(shown["requested_at"]) - portal.now()) < timedelta(minutes=1)
    # Models of chats serve a program that speaks responses.
    assert {(each["allocation_id"], each["fits"], each["chosen"]) for each in shown["models"]} == {
        (str(each.id), True, None) for each in (mine, other)
    }
    ends = portal.now() + timedelta(days=7)
    approved = await approve(
        member, program, name="Build 7", allocation_ids=[str(mine.id)], expires_at=ends.isoformat()
    )
    assert (approved["state"], [each["chosen"] for each in approved["models"]]) == ("approved", [True, False])
    assert (await member.client.get("/api/me/credentials")).json()["items"] == []

    answer = await program.poll()
    assert (answer.status_code, answer.headers["cache-control"], answer.headers["pragma"]) == (
        200,
        "no-store",
        "no-cache",
    )
    given = answer.json()
    assert (given["token_type"], given["scope"], given["name"]) == ("Bearer", "responses", "Build 7")
    assert given["models"] == [shown["models"][0]["slug"]]
    assert 7 * 86_400 - 60 < given["expires_in"] <= 7 * 86_400
    (made,) = (await member.client.get("/api/me/credentials")).json()["items"]
    assert (made["id"], made["allocation_ids"]) == (given["credential_id"], [str(mine.id)])
    async with portal.house.database.transaction() as tx:
        stored = (await tx.execute(text("SELECT secret_hash FROM credentials"))).scalar_one()
        events = (await tx.execute(text("SELECT * FROM audit_events ORDER BY id DESC LIMIT 2"))).all()
    assert stored == hash_of(given["access_token"])
    issue, approval = events
    assert [(each.action, each.actor_member_id, each.address) for each in (approval, issue)] == [
        ("device.approve", member.member.id, "192.0.2.7"),
        ("credential.issue", member.member.id, "203.0.113.20"),
    ]
    assert (approval.after["address"], approval.after["ordered"]["name"]) == ("203.0.113.20", "Build 7")
    after = (await member.client.get(program.page)).json()
    assert (after["state"], after["credential_id"]) == ("collected", made["id"])
    kept = await all_that_is_stored(portal)
    secrets = (codes["device_code"], codes["user_code"], typed.strip().upper(), given["access_token"])
    # Bytes are shown in hexadecimal.
    assert not [each for each in secrets if each in kept or each.encode().hex() in kept]


async def test_two_polls_at_once_are_given_two_credentials(portal: Portal) -> None:
    """And whoever polls again, with a code that was in a log, is given none."""
    member = await portal.caller()
    for round_ in range(20):
        program = await ask(portal, address=f"203.0.{round_}.20")
        await approve(member, program)
        answers = await asyncio.gather(*(program.poll() for _ in range(2)))
        assert sorted(each.status_code for each in answers) == [200, 400]
        assert {each.json().get("error") for each in answers} == {None, "invalid_grant"}
        assert await program.error() == "invalid_grant"
    async with portal.house.database.transaction() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM credentials"))).scalar_one() == 20


async def test_a_code_works_when_its_time_is_over(portal: Portal) -> None:
    member = await portal.caller()
    waiting, approved = await ask(portal), await ask(portal)
    await approve(member, approved)
    portal.clock.move(timedelta(minutes=10))
    assert (await waiting.error(), await approved.error()) == ("expired_token", "expired_token")
    late = [await member.client.post(f"{waiting.page}/{verb}", json={"name": "late"}) for verb in ("approve",)]
    late += [await member.client.post(f"{waiting.page}/deny"), await member.client.get(waiting.page)]
    assert {told(each) for each in late} == {(404, "device_code_not_found")}
    assert (await member.client.get(approved.page)).json()["state"] == "expired"
    assert told(await member.client.post(f"{approved.page}/deny")) == (409, "device_already_decided")
    forget = forget_links(portal.house.database, portal.clock)
    assert await forget.run() == 0
    portal.clock.move(timedelta(days=1, seconds=1))
    assert await forget.run() == 2
    assert await approved.error() == "invalid_grant"


async def test_what_was_denied_or_taken_back_is_collected(portal: Portal) -> None:
    member, another = await portal.caller(), await portal.caller()
    denied, taken_back = await ask(portal), await ask(portal)
    assert (await member.client.post(f"{denied.page}/deny")).json()["state"] == "denied"
    await approve(member, taken_back)
    assert (await member.client.post(f"{taken_back.page}/deny")).json()["state"] == "denied"
    for program in (denied, taken_back):
        assert await program.error() == "access_denied"
        again = await member.client.post(f"{program.page}/approve", json={"name": "again"})
        assert told(again) == (409, "device_already_decided")
        for answer in (
            await another.client.get(program.page),
            await another.client.post(f"{program.page}/approve", json={"name": "mine"}),
            await another.client.post(f"{program.page}/deny"),
        ):
            assert told(answer) == (404, "device_code_not_found")
    assert (await member.client.get("/api/me/credentials")).json()["items"] == []


async def test_two_members_approve_one_program(portal: Portal) -> None:
    members = [await portal.caller() for _ in range(2)]
    for round_ in range(5):
        program = await ask(portal)
        answers = await asyncio.gather(
            *(each.client.post(f"{program.page}/approve", json={"name": str(round_)}) for each in members)
        )
        assert sorted(each.status_code for each in answers) == [200, 404]
        assert (await program.poll()).status_code == 200


async def test_a_member_who_may_no_more_gives_a_credential(portal: Portal, owner: Caller) -> None:
    """Disabled since they approved, also for a moment only; or what it was for was taken from them."""
    for comes_back in (False, True):
        member = await portal.caller()
        program = await ask(portal)
        await approve(member, program)
        of = f"/api/admin/members/{member.member.id}"
        assert (await owner.client.post(f"{of}/disable")).status_code == 200
        if comes_back:
            assert (await owner.client.post(f"{of}/enable")).status_code == 200
        assert await program.error() == "access_denied"
    member = await portal.caller()
    allocation = await granted(portal, member.member)
    program = await ask(portal)
    await approve(member, program, allocation_ids=[str(allocation.id)])
    assert (await owner.client.post(f"/api/admin/allocations/{allocation.id}/revoke")).status_code == 200
    assert await program.error() == "access_denied"
    async with portal.house.database.transaction() as tx:
        # As if they had been disabled by what knows nothing of programs.
        await tx.execute(text("UPDATE device_authorizations SET decision = 'approved'"))
        await tx.execute(text("UPDATE members SET status = 'disabled' WHERE role = 'member'"))
    assert await program.error() == "access_denied"
    async with portal.house.database.transaction() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM credentials"))).scalar_one() == 0


async def test_a_code_is_guessed(portal: Portal) -> None:
    """What cannot be a code is no guess; one that is none is, and another member's is as good as none."""
    member, neighbour = await portal.caller(), await portal.caller()
    program = await ask(portal)
    guess = f"/api/me/device/{'BCDF-GHJK' if program.codes['user_code'] != 'BCDF-GHJK' else 'BCDF-GHJL'}"
    for nonsense in ("WDJB", "AEIO-UAEI", "%E2%82%AC" * 8, "B" * 500):
        assert told(await member.client.get(f"/api/me/device/{nonsense}")) == (404, "device_code_not_found")
    # At once, and by whichever verb: each counts.
    answers = await asyncio.gather(*(member.client.get(guess) for _ in range(15)))
    answers += [await member.client.post(f"{guess}/approve", json={"name": "x"}) for _ in range(3)]
    answers += [await member.client.post(f"{guess}/deny") for _ in range(2)]
    assert {told(each) for each in answers} == {(404, "device_code_not_found")}
    for answer in (await member.client.get(guess), await member.client.get(program.page)):
        assert told(answer) == (429, "too_many_codes")
        assert 0 < int(answer.headers["retry-after"]) <= 60
    # Nobody else waits; and to look at the right one counts nothing.
    for _ in range(setup.GUESSING.free + 1):
        assert (await neighbour.client.get(program.page)).status_code == 200
    portal.clock.move(timedelta(seconds=61))
    assert (await member.client.get(program.page)).status_code == 200
    # Many members of one network, each with few guesses, wait in the end as well.
    async with portal.house.database.transaction() as tx:
        almost = text("UPDATE sign_in_attempts SET attempts = 199 WHERE network = '192.0.2.0/24' RETURNING attempts")
        assert (await tx.execute(almost)).scalars().all() == [199]
    assert told(await neighbour.client.get(guess)) == (404, "device_code_not_found")
    assert told(await neighbour.client.get(program.page)) == (429, "too_many_codes")


async def test_polls_come_as_fast_as_they_like(portal: Portal) -> None:
    program = await ask(portal)
    wait, soon = "authorization_pending", "slow_down"
    # One second too soon is in time; then the interval is ten seconds, fifteen, and twenty.
    for seconds, answer in ((0, wait), (4, wait), (1, soon), (5, soon), (10, soon), (20, wait), (15, soon), (25, wait)):
        portal.clock.move(timedelta(seconds=seconds))
        assert await program.error() == answer, seconds
    hasty = await ask(portal)
    at_once = await asyncio.gather(*(hasty.poll() for _ in range(4)))
    assert sorted(each.json()["error"] for each in at_once) == [wait, soon, soon, soon]
    # What was approved is given to the hasty as well.
    member = await portal.caller()
    await approve(member, hasty)
    assert (await hasty.poll()).status_code == 200


async def test_programs_fill_the_table_or_flood_it(portal: Portal) -> None:
    async def refused(address: str) -> tuple[int, str]:
        answer = await portal.client(address=address).post("/api/device/authorize", data={"client_id": "flood"})
        assert int(answer.headers["retry-after"]) > 0
        return answer.status_code, answer.json()["error"]

    first = await ask(portal, address=FAST)
    fill = text(
        "INSERT INTO device_authorizations (id, device_code_hash, user_code_hash, client_id, operations, network, user_agent, "
        "expires_at, interval_s) SELECT gen_random_uuid(), sha256(n::text::bytea), sha256(n::text::bytea), 'x', '{}', :network, '', "
        ":expires_at, 5 FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n"
    )
    until = portal.now() + timedelta(minutes=9)
    async with portal.house.database.transaction() as tx:
        own = {"network": "198.51.100.0/24", "expires_at": until, "first": 2, "last": OPEN_OF_NETWORK_MAX}
        await tx.execute(fill, own)
    assert await refused("198.51.100.200") == (429, "slow_down")
    async with portal.house.database.transaction() as tx:
        rest = {"network": "unknown", "expires_at": until, "first": OPEN_OF_NETWORK_MAX + 1, "last": OPEN_MAX}
        await tx.execute(fill, rest)
    assert await refused("192.0.2.99") == (503, "temporarily_unavailable")
    # One that is decided makes room, and so does time.
    member = await portal.caller()
    await approve(member, first)
    await ask(portal, address=FAST)
    assert await refused(FAST) == (429, "slow_down")
    portal.clock.move(timedelta(minutes=11))
    for _ in range(OPEN_OF_NETWORK_MAX):
        await ask(portal, address=FAST)
    portal.clock.move(timedelta(minutes=9))
    assert await refused(FAST) == (429, "slow_down")


async def test_a_network_asks_without_end_one_after_another(portal: Portal) -> None:
    """Each is denied at once, so that few wait."""
    who = devices.Asked("flood", None, (), FAST, "198.51.100.0/24", "")
    async with portal.house.database.transaction() as tx:
        for _ in range(setup.ASKING.free - 1):
            begun = await setup.begin_device(tx, who, now=portal.now())
            await tx.execute(text("DELETE FROM device_authorizations WHERE id = :id"), {"id": begun.device.id})
    answers = [
        await portal.client(address=FAST).post("/api/device/authorize", data={"client_id": "x"}) for _ in range(2)
    ]
    assert [(each.status_code, each.json().get("error")) for each in answers] == [(200, None), (429, "slow_down")]
    assert 0 < int(answers[1].headers["retry-after"]) <= 15


async def test_the_address_is_relative_or_another_sites(database: str) -> None:
    async with open_portal(database, settings=PortalSettings()) as portal:
        for host, begins in (
            ("127.0.0.1:8080", "http://127.0.0.1:8080/app/device"),
            ("localhost", "http://localhost/app/device"),
        ):
            answer = await portal.client().post(
                "/api/device/authorize", data={"client_id": "x"}, headers={"host": host}
            )
            assert answer.json()["verification_uri"] == begins
            assert answer.json()["verification_uri_complete"].startswith(f"{begins}?code=")
        answer = await portal.client().post(
            "/api/device/authorize", data={"client_id": "x"}, headers={"host": "evil.example"}
        )
        assert told(answer) == (409, "public_url_needed")


async def test_the_protocol_is_another_than_the_rfcs(portal: Portal) -> None:
    client = portal.client(address=FAST)
    as_form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}

    async def begin(body: str) -> tuple[int, str | None]:
        answer = await client.post("/api/device/authorize", content=body.encode(), headers=as_form)
        return answer.status_code, answer.json().get("error")

    assert await begin("client_id=x&audience=y&scope=&device_name=") == (200, None)
    assert await begin("client_id=x&scope=messages+responses+messages") == (200, None)
    for wrong in (
        "",
        "client_id=",
        "client_id=x&client_id=x",
        "client_id=%FF",
        "client_id=%00",
        "client_id=x%E2%80%AEy",
        "&" * 60,
    ):
        assert await begin(wrong) == (400, "invalid_request"), wrong
    assert await begin("client_id=" + "x" * 101) == (400, "invalid_request")
    assert await begin("client_id=x&scope=everything") == (400, "invalid_scope")
    for body in (b"{", b"[" * 100_000, b"[]", b'"x"'):
        answer = await client.post("/api/device/authorize", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, answer.text
    foreign = await client.post(
        "/api/device/authorize", data={"client_id": "x"}, headers={"origin": "https://evil.example"}
    )
    assert told(foreign) == (403, "foreign_origin")

    program = await ask(portal)
    assert await program.error(grant_type="authorization_code") == "unsupported_grant_type"
    assert await program.error(client_id="another") == "invalid_grant"
    assert await program.error(device_code="") == "invalid_request"
    for code in ("x", program.codes["device_code"][:-1] + "!", program.codes["user_code"]):
        assert await program.error(device_code=code) == "invalid_grant"
    assert await program.error() == "authorization_pending"


async def test_an_approval_gives_more_than_a_credential_could_have(database: str) -> None:
    usual = (Terms(metric="requests", amount=100, window_kind="day"),)
    settings = PortalSettings(public_url="http://portal.test", credential_limits=usual)
    async with open_portal(database, settings=settings) as portal:
        member, other = await portal.caller(), await portal.caller()
        foreign = await granted(portal, other.member)
        program = await ask(portal)
        for body, code in (
            ({"limits": [{"metric": "requests", "window_kind": "day", "amount": 101}]}, "limit_above_usual"),
            ({"limits": [{"metric": "concurrency", "window_kind": "day", "amount": 1}]}, "bad_limit"),
            ({"limits": [{"metric": "cost", "window_kind": "day", "amount": "1"}] * 2}, "limit_exists"),
            ({"allocation_ids": [str(foreign.id)]}, "scope_not_of_member"),
            ({"source_networks": ["10.0.0.1/8"]}, "bad_network"),
            ({"expires_at": (portal.now() - HOUR).isoformat()}, "bad_expiry"),
        ):
            refused = await member.client.post(f"{program.page}/approve", json={"name": "x", **body})
            assert refused.json()["code"] == code
        assert await program.error() == "authorization_pending"
        own = [{"metric": "requests", "window_kind": "day", "amount": 7}]
        await approve(member, program, limits=own, source_networks=["192.0.2.0/24"], expires_at=None, prefix="dev-")
        given = (await program.poll()).json()
        assert given["access_token"].startswith("dev-")
        assert "expires_in" not in given
        assert given["expires_at"] is None
        made = (await member.client.get(f"/api/me/credentials/{given['credential_id']}")).json()
        assert [each["limit"] for each in made["limits"]["credential"]] == [7]
        assert made["source_networks"] == ["192.0.2.0/24"]


async def test_a_right_that_ended_in_the_moment_of_collecting_is_given(portal: Portal) -> None:
    """Whoever disables a member either is first, or disables the credential with them."""
    member = await portal.caller()
    program = await ask(portal)
    await approve(member, program)
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("UPDATE members SET status = 'disabled' WHERE id = :id"), {"id": member.member.id})
        polled = asyncio.create_task(program.poll())
        while not (await tx.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted"))).first():
            await asyncio.sleep(0)
    assert (await polled).json()["error"] == "access_denied"

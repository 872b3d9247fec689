"""Signing in by a password: one test for each way in which somebody could guess one, or keep its member out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import argon2
import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from ai_api import identity, sign_in
from ai_api.identity import Changes, Member, Passwords
from ai_api.jobs.forget_sign_ins import forget_sign_ins
from tests.support.portal import CLI, OWNER_RIGHTS, PASSWORD, Caller, Portal

pytestmark = pytest.mark.integration
WRONG = "not the password of anybody"
NEW = "another harbour of tin"


class Counting(PasswordHasher):
    """Hashes as the house does, and counts what it is asked."""

    verified: int = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002  -- the library's name
        self.verified += 1
        return super().verify(hash, password)


@pytest.fixture
def counting(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Counting:
    hasher = Counting(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    monkeypatch.setattr(portal.house.passwords, "_hasher", hasher)
    return hasher


@pytest.fixture
async def ana(portal: Portal) -> Member:
    member = await portal.member(identifier="Ana@example.test")
    await portal.give_password(member)
    return member


async def log_in(
    client: httpx.AsyncClient, identifier: str, password: str = PASSWORD, **more: object
) -> httpx.Response:
    return await client.post("/api/auth/login", json={"identifier": identifier, "password": password, **more})


def as_page(client: httpx.AsyncClient, answer: httpx.Response) -> httpx.AsyncClient:
    """The browser, with a page of ours that was told what to send."""
    client.headers.update({"x-csrf-token": answer.json()["csrf_token"], "origin": "http://portal.test"})
    return client


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


async def test_a_sign_in_takes_up_a_session_that_was_there(portal: Portal, ana: Member):
    """Whoever planted a cookie in a browser does not share what is signed in with it later."""
    browser = portal.client()
    first = await log_in(browser, "ana@EXAMPLE.test", next="/app/usage?by=day#top")
    assert first.status_code == 200
    assert (first.json()["member"]["id"], first.json()["next"]) == (str(ana.id), "/app/usage?by=day#top")
    cookie = first.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/"))
    planted = browser.cookies["aiapi_session"]
    second = await log_in(browser, ana.identifier)
    assert second.json()["next"] == "/app/"
    assert browser.cookies["aiapi_session"] != planted
    other = portal.client()
    other.cookies.set("aiapi_session", planted)
    assert code_of(await other.get("/api/me")) == "session_ended"
    assert (await as_page(browser, second).get("/api/me")).json()["id"] == str(ana.id)
    assert (await browser.post("/api/auth/logout")).status_code == 204
    assert "aiapi_session" not in browser.cookies
    other.cookies.set("aiapi_session", second.cookies["aiapi_session"])
    assert code_of(await other.get("/api/me")) == "session_ended"


async def test_another_site_signs_a_browser_in_or_is_where_it_goes_then(portal: Portal, ana: Member):
    browser = portal.client()
    browser.headers["origin"] = "http://evil.test"
    assert code_of(await log_in(browser, ana.identifier)) == "foreign_origin"
    del browser.headers["origin"]
    typed = f'{{"identifier": "{ana.identifier}", "password": "{PASSWORD}"}}'
    plain = await browser.post("/api/auth/login", content=typed, headers={"content-type": "text/plain"})
    assert plain.status_code == 415
    refused = await log_in(browser, ana.identifier, next="//evil.test")
    assert (refused.status_code, code_of(refused)) == (400, "bad_next")
    assert "aiapi_session" not in browser.cookies


async def test_who_is_known_can_be_told_from_who_is_not(portal: Portal, ana: Member, counting: Counting):
    """One answer for all who do not get in, after exactly as much work."""
    responsible, disabled, otherwise = ana, await portal.member(), await portal.member()
    await portal.give_password(disabled)
    async with portal.house.database.transaction() as tx:
        await identity.disable_member(tx, CLI, disabled.id, by=OWNER_RIGHTS, now=portal.now())
    service = await portal.member(kind="service", responsible_member_id=responsible.id)
    answers = []
    for name in (ana.identifier, "nobody@example.test", disabled.identifier, otherwise.identifier, service.identifier):
        before = counting.verified
        answer = await log_in(portal.client(), name, WRONG if name == ana.identifier else PASSWORD)
        assert counting.verified - before == 1, name
        answers.append((answer.status_code, answer.json()["code"], answer.json()["detail"]))
    assert set(answers) == {(401, "sign_in_failed", answers[0][2])}


async def test_of_200_guesses_at_once_more_than_five_are_looked_at_or_the_member_is_kept_out(
    portal: Portal, ana: Member, counting: Counting
):
    attacker = portal.client(address="198.51.100.9")
    names = (ana.identifier, "ANA@example.test", "ana@Example.Test")
    answers = await asyncio.gather(*(log_in(attacker, names[n % 3], f"{WRONG} {n}") for n in range(200)))
    assert counting.verified <= 5
    # 503 is for who waited too long for a connection, on a machine that is busy with other things.
    assert {401, 429} <= {answer.status_code for answer in answers} <= {401, 429, 503}
    late = [answer for answer in answers if answer.status_code == 429]
    assert {(code_of(answer), int(answer.headers["retry-after"]) <= 90) for answer in late} == {
        ("too_many_attempts", True)
    }
    neighbour = portal.client(address="198.51.100.200")
    assert (await log_in(neighbour, ana.identifier)).status_code == 429
    elsewhere = portal.client(address="203.0.113.1")
    assert (await log_in(elsewhere, ana.identifier)).status_code == 200
    portal.clock.move(timedelta(seconds=60))
    assert (await log_in(attacker, ana.identifier)).status_code == 200


async def test_guesses_of_whoever_is_signed_in_are_not_counted(portal: Portal, ana: Member, counting: Counting):
    """A browser that was left open is not a place to guess at: neither to prove, nor to change the password."""
    browser = portal.client()
    as_page(browser, await log_in(browser, ana.identifier))
    asked = [browser.post("/api/auth/prove", json={"password": f"{WRONG} {n}"}) for n in range(10)]
    asked += [browser.post("/api/me/password", json={"current": f"{WRONG} {n}", "new": NEW}) for n in range(10)]
    codes = [code_of(answer) for answer in await asyncio.gather(*asked)]
    assert sorted(set(codes)) == ["password_wrong", "too_many_attempts"]
    assert counting.verified == 1 + 5


async def test_a_password_that_others_know_goes_on_working_where_they_used_it(portal: Portal, ana: Member):
    here, there = portal.client(), portal.client()
    for browser in (here, there):
        as_page(browser, await log_in(browser, ana.identifier))
    before = here.cookies["aiapi_session"]
    for body, code, field in (
        ({"current": WRONG, "new": NEW}, "password_wrong", "current"),
        ({"current": PASSWORD, "new": "Password2024!!"}, "common_password", "new"),
        ({"current": PASSWORD, "new": "i am ana@example.test myself"}, "bad_password", "new"),
        ({"current": PASSWORD, "new": PASSWORD}, "bad_password", "new"),
    ):
        refused = await here.post("/api/me/password", json=body)
        assert (code_of(refused), refused.json()["errors"][0]["field"]) == (code, field)
    changed = await here.post("/api/me/password", json={"current": PASSWORD, "new": NEW})
    assert changed.status_code == 200
    assert here.cookies["aiapi_session"] != before
    assert (await as_page(here, changed).post("/api/me/sessions/revoke-others")).json() == {"ended": 0}
    assert code_of(await there.get("/api/me")) == "session_ended"
    there.cookies.set("aiapi_session", before)
    assert code_of(await there.get("/api/me")) == "session_ended"
    assert (await log_in(portal.client(), ana.identifier)).status_code == 401
    assert (await log_in(portal.client(), ana.identifier, NEW)).status_code == 200


async def test_a_member_cannot_prove_again_who_they_are(portal: Portal, owner: Caller):
    await portal.give_password(owner.member)
    browser = await portal.browser(owner.member)
    portal.clock.move(timedelta(minutes=10))
    assert code_of(await browser.post("/api/me/access-tokens", json={"name": "t"})) == "proof_needed"
    assert code_of(await browser.post("/api/auth/prove", json={"password": WRONG})) == "password_wrong"
    assert code_of(await browser.post("/api/me/access-tokens", json={"name": "t"})) == "proof_needed"
    assert (await browser.post("/api/auth/prove", json={"password": PASSWORD})).status_code == 200
    assert (await browser.post("/api/me/access-tokens", json={"name": "t"})).status_code == 201
    for path, body in (("prove", {"password": PASSWORD}), ("logout", None)):
        answer = await owner.client.post(f"/api/auth/{path}", json=body)
        assert (answer.status_code, code_of(answer)) == (403, "session_needed")


async def test_a_hash_of_old_parameters_stays(portal: Portal, ana: Member):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("UPDATE members SET password_hash = :weak"), {"weak": weak})
    assert (await log_in(portal.client(), ana.identifier)).status_code == 200
    async with portal.house.database.transaction() as tx:
        kept = (await tx.execute(text("SELECT password_hash FROM members"))).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert argon2.PasswordHasher().verify(kept, PASSWORD)


@pytest.mark.parametrize("change", ["disabled", "another password"])
async def test_a_member_is_signed_in_who_was_disabled_while_their_password_was_looked_at(
    portal: Portal, ana: Member, monkeypatch: pytest.MonkeyPatch, change: str
):
    verify, another = Passwords.verify, await portal.house.passwords.hash(NEW)

    async def slowly(passwords: Passwords, password: str, password_hash: str | None) -> bool:
        fits = await verify(passwords, password, password_hash)
        async with portal.house.database.transaction() as tx:
            if change == "disabled":
                await identity.change_member(
                    tx, CLI, ana.id, Changes(status="disabled"), by=OWNER_RIGHTS, now=portal.now()
                )
            else:
                await identity.set_password(tx, CLI, ana.id, password_hash=another, now=portal.now())
        return fits

    monkeypatch.setattr(Passwords, "verify", slowly)
    assert code_of(await log_in(portal.client(), ana.identifier)) == "sign_in_failed"


async def test_whoever_finds_too_many_before_them_has_used_up_an_attempt(
    portal: Portal, ana: Member, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(portal.house.passwords, "_asked", 1_000)
    for _ in range(8):
        answer = await log_in(portal.client(), ana.identifier)
        assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (503, "passwords_busy", "1")
    monkeypatch.setattr(portal.house.passwords, "_asked", 0)
    assert (await log_in(portal.client(), ana.identifier)).status_code == 200


async def test_what_is_over_is_kept_for_ever(portal: Portal, ana: Member):
    browser = portal.client()
    as_page(browser, await log_in(browser, ana.identifier))
    await log_in(portal.client(address="198.51.100.9"), "nobody@example.test")
    await browser.post("/api/auth/logout")
    job = forget_sign_ins(portal.house.database, portal.clock)

    async def left() -> tuple[int, int]:
        await job.run()
        async with portal.house.database.transaction() as tx:
            counts = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM sign_in_attempts)"
            row = (await tx.execute(text(counts))).one()
            return row[0], row[1]

    assert await left() == (1, 6)
    portal.clock.move(timedelta(days=1, seconds=1))
    # What is left is that the member has signed in from there.
    assert await left() == (1, 1)
    portal.clock.move(timedelta(days=29))
    assert await left() == (0, 1)
    portal.clock.move(timedelta(days=60))
    assert await left() == (0, 0)


async def test_a_new_password_does_not_help_whoever_was_kept_waiting(portal: Portal, ana: Member):
    browser = portal.client()
    for _ in range(6):
        last = await log_in(browser, ana.identifier, WRONG)
    assert last.status_code == 429
    async with portal.house.database.transaction() as tx:
        await sign_in.forgive_attempts(tx, "ANA@example.test")
    assert (await log_in(browser, ana.identifier)).status_code == 200

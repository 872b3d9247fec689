"""Letters: lost, sent twice, read in the database, or in everybody's way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from ai_api.core.db import Database
from ai_api.jobs.send_mail import Postman
from ai_api.mail import SmtpServer
from ai_api.portal.house import PortalSettings
from tests.support.mail_server import MailServer, mail_server
from tests.support.portal import Portal, open_portal

ANA = "ana@example.test"
MEMBERS = "/api/admin/members"
PASSWORD = "correct horse battery"
WITH_MAIL = PortalSettings(public_url="http://portal.test", sends_mail=True)


@pytest.fixture
async def server():
    async with mail_server() as server:
        yield server


@pytest.fixture
async def portal(database):
    async with open_portal(database, settings=WITH_MAIL) as portal:
        yield portal


def postman(portal: Portal, server: MailServer, log, *, security="none", database: Database | None = None) -> Postman:
    at = SmtpServer(host="127.0.0.1", port=server.port, sender="ai@portal.test", security=security)
    return Postman(database or portal.house.database, portal.house.ring, at, portal.clock, log)


async def rows(portal: Portal):
    async with portal.house.database.transaction() as tx:
        return (await tx.execute(text("SELECT * FROM outbox ORDER BY id"))).all()


async def invite(portal: Portal, **fields) -> str:
    owner = await portal.owner()
    member = await portal.member(identifier=ANA, **fields)
    answer = await owner.client.post(f"{MEMBERS}/{member.id}/invite")
    assert answer.json()["mailed"] is True, answer.text
    return answer.json()["url"]


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content()


async def test_an_invited_member_gets_no_letter_or_cannot_use_it(portal, server, log):
    url = await invite(portal, display_name="Ana <b>")
    assert await postman(portal, server, log).round() == 1
    (letter,) = server.letters
    assert server.recipients == [ANA]
    assert url in text_of(letter)
    page = letter.get_body(("html",)).get_content()
    assert f'href="{url}"' in page
    assert "Ana &lt;b&gt;" in page
    headers = str(letter.items())
    assert "aiapi_" not in headers
    assert letter["Auto-Submitted"] == "auto-generated"
    body = {"secret": url.partition("#")[2], "password": PASSWORD}
    assert (await portal.client().post("/api/auth/invitation", json=body)).status_code == 200
    assert await postman(portal, server, log).round() == 0


async def test_the_outbox_is_in_clear(portal, server, log):
    """Whoever reads the table could come in as anybody who was invited."""
    url = await invite(portal)
    secret = url.partition("#")[2]
    (waits,) = await rows(portal)
    assert waits.sealed_payload is not None
    assert secret not in str(waits)
    assert secret.encode() not in bytes(waits.sealed_payload)
    await postman(portal, server, log).round()
    (sent,) = await rows(portal)
    assert (sent.sealed_payload, sent.sent_at is not None, sent.tries) == (None, True, 1)


async def test_a_letter_of_a_write_that_failed_is_sent(portal, server, log):
    owner = await portal.owner()
    body = {"lines": [ANA], "invite": True}
    dry = await owner.client.post(f"{MEMBERS}/bulk?dry_run=true", json=body)
    assert dry.json()["made"] == 1
    assert await rows(portal) == []


async def test_a_server_that_is_away_loses_letters(portal, server, log):
    """It is tried again, later each time, and goes out once there is one."""
    await invite(portal)
    gone = MailServer(port=1)
    worker = postman(portal, gone, log)
    assert await worker.round() == 1
    assert await worker.round() == 0, "not again at once"
    (waits,) = await rows(portal)
    assert (waits.tries, waits.sent_at, waits.failed_at) == (1, None, None)
    assert waits.last_error == "SMTPConnectError"
    server.refusals.append("451 busy: your secret is hunter2")
    portal.clock.move(timedelta(seconds=30))
    assert await postman(portal, server, log).round() == 1
    (waits,) = await rows(portal)
    assert waits.last_error == "SMTPDataError 451"
    portal.clock.move(timedelta(seconds=59))
    assert await postman(portal, server, log).round() == 0
    portal.clock.move(timedelta(seconds=1))
    assert await postman(portal, server, log).round() == 1
    assert len(server.letters) == 1


async def test_a_letter_is_tried_for_ever(portal, server, log):
    """Given up when it is refused for good, after twelve tries, or when its link is over; somebody is told."""
    await invite(portal)
    server.refusals.append("550 no such mailbox")
    worker = postman(portal, server, log)
    assert await worker.round() == 1
    (failed,) = await rows(portal)
    assert (failed.sealed_payload, failed.failed_at is not None) == (None, True)
    assert [line["event"] for line in log.lines] == ["letter_given_up"]
    assert ANA not in str(log.lines)
    await worker._look()
    assert {name: samples[0][2] for name, _, _, samples in worker.families()}["ai_gateway_letters_given_up"] == 1
    owner = await portal.owner()
    slow, late = (
        await portal.member(identifier="slow@example.test"),
        await portal.member(identifier="late@example.test"),
    )
    await owner.client.post(f"{MEMBERS}/{slow.id}/invite")
    server.refusals += ["451 later"] * 12
    for _ in range(12):
        assert await worker.round() == 1
        portal.clock.move(timedelta(hours=1))
    assert (await rows(portal))[1].failed_at is not None
    await owner.client.post(f"{MEMBERS}/{late.id}/reset")
    portal.clock.move(timedelta(hours=1))
    await worker.round()
    assert (await rows(portal))[2].last_error == "expired"
    assert server.letters == []


async def test_two_who_send_send_twice_or_hold_a_connection(portal, server, log, database):
    """Each letter goes to one of them, and while the server takes its time nobody holds a connection or a lock."""
    await invite(portal)
    server.hold = asyncio.Event()
    narrow = Database(database, pool_size=1)
    narrow.engine.pool._max_overflow = 0
    try:
        sending = asyncio.create_task(postman(portal, server, log, database=narrow).round())
        while not server.under_way:
            await asyncio.sleep(0)
        assert await postman(portal, server, log).round() == 0
        assert narrow.engine.pool.checkedout() == 0
        # Whoever took it died: somebody else takes it when the lease is over, under the same id.
        portal.clock.move(timedelta(minutes=5))
        again = asyncio.create_task(postman(portal, server, log).round())
        while server.under_way < 2:
            await asyncio.sleep(0)
        server.hold.set()
        assert (await sending, await again) == (1, 1)
    finally:
        await narrow.close()
    first, second = server.letters
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_password_goes_over_a_line_that_anybody_reads(portal, server, log):
    """A server that does not offer what the settings ask for gets nothing."""
    await invite(portal)
    await postman(portal, server, log, security="starttls").round()
    assert server.under_way == 0
    assert (await rows(portal))[0].last_error == "SMTPException"


async def forgot(portal: Portal, identifier: str, *, address: str = "192.0.2.7"):
    return await portal.client(address=address).post("/api/auth/forgot", json={"identifier": identifier})


async def test_whoever_forgot_their_password_stays_out(portal, server, log):
    member = await portal.member(identifier="Bea@example.test")
    assert (await forgot(portal, "bea@EXAMPLE.test")).status_code == 202
    server.refusals.append("451 later")
    worker = postman(portal, server, log)
    await worker.round()
    portal.clock.move(timedelta(seconds=30))
    await worker.round()
    (letter,) = server.letters
    assert server.recipients == ["Bea@example.test"]
    secret = text_of(letter).partition("#")[2].split()[0]
    entered = await portal.client().post("/api/auth/reset", json={"secret": secret, "password": PASSWORD})
    assert entered.json()["member"]["id"] == str(member.id)


async def test_who_asks_learns_who_there_is(portal, server, log):
    """Known and unknown are the same request to us: the same answer, the same row, and nothing is looked up before it is sent."""
    await portal.member(identifier=ANA)
    disabled = await portal.member(identifier="gone@example.test")
    await (await portal.owner()).client.post(f"{MEMBERS}/{disabled.id}/disable")
    answers = [await forgot(portal, each) for each in (ANA, "nobody@example.test", "gone@example.test", "no address")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"sends_mail":true}')}
    waiting = await rows(portal)
    assert [(row.kind, row.tries) for row in waiting] == [("forgot", 0)] * 3
    worker = postman(portal, server, log)
    await worker.round()
    assert server.recipients == [ANA]
    assert [row.sent_at is None for row in await rows(portal)] == [False, True, True]
    assert [row.dropped_at is None for row in await rows(portal)] == [True, False, False]
    assert dict(worker._results) == {"sent": 1, "dropped": 2}


async def test_a_stranger_fills_somebodys_mailbox(portal, server, log):
    """Three an hour for an address, in silence; thirty for a network, and that is said. Also when all come at once."""
    await portal.member(identifier=ANA)
    answers = await asyncio.gather(*(forgot(portal, ANA, address=f"192.0.2.{number}") for number in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await rows(portal)) == 3
    for number in range(30):
        assert (await forgot(portal, f"x{number}@example.test", address=f"2001:db8::{number:x}")).status_code == 202
    refused = await forgot(portal, "y@example.test", address="2001:db8::ffff:1")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert (await forgot(portal, "y@example.test", address="2001:db8:1::1")).status_code == 202
    portal.clock.move(timedelta(hours=1))
    before = len(await rows(portal))
    await forgot(portal, ANA, address="2001:db8::1")
    assert len(await rows(portal)) == before + 1

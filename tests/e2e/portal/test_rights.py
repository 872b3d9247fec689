"""Why somebody cannot call a model and what repairs it; what a stop stops; and a session that ends while somebody types."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import desk
from tests.e2e.portal.people import joined

pytestmark = pytest.mark.e2e
WITHIN_S = 1.0


def asked(office, secret: str, slug: str) -> int:
    """The status of a call."""
    return office.call(secret, slug).status_code


def test_it_is_not_told_why_somebody_cannot_call_a_model_or_the_repair_does_not_help(owners_desk, office):
    person = joined(office.house, "Mei Tanaka")
    slug = "anthropic/claude-opus-5"
    office.publish(slug, operations=("chat",), access="restricted", upstream="claude-opus-4-1")
    secret = office.house.made("credentials", member_id=person.id, name="laptop")["secret"]
    assert asked(office, secret, slug) in {403, 404}
    at = owners_desk
    at.go(f"/admin/members/{person.id}?model={slug}")
    at.shows("No. The model’s policy does not let Mei Tanaka see it.")
    repair = at.page.locator("ol").get_by_role("button", name=re.compile(r"Allow by name|Grant the model")).first
    for _ in range(2):
        name = repair.inner_text()
        repair.click()
        at.page.get_by_role("button", name=name, exact=True).wait_for(state="detached")
        at.settle()
    at.shows("Yes. A call by Mei Tanaka would be made now.")
    assert asked(office, secret, slug) == 200
    at.press("Audit", role="tab")
    at.settle()
    assert person.name in at.page.locator("h1").inner_text()


def test_a_tag_that_would_open_a_model_is_not_offered_or_does_not_open_it(owners_desk, office):
    person = joined(office.house, "Mei Sato")
    slug = "anthropic/claude-opus-4-1"
    office.grant(person.id, slug)
    secret = office.house.made("credentials", member_id=person.id, name="laptop")["secret"]
    assert asked(office, secret, slug) == 404
    at = owners_desk
    at.go(f"/admin/members/{person.id}?model={slug}")
    at.shows("No. The model’s policy does not let Mei Sato see it.")
    at.shows("1 member gains")
    at.page.locator("ol").get_by_role("button", name="Give tag research", exact=True).click()
    at.shows("Yes. A call by Mei Sato would be made now.")
    assert asked(office, secret, slug) == 200
    rows = office.house.asked("GET", "audit", target_id=office.tags["research"])["items"]
    assert sum(person.id in str(row) for row in rows) == 1


def test_a_repair_is_told_in_another_language_than_the_readers(browser, office):
    """Two checks refuse: the policy hides the model, and nobody granted it."""
    person = joined(office.house, "Yuki Arai")
    slug = "anthropic/claude-opus-4-1"
    with desk(browser, office.url, cookies=office.owner.cookies, language="zh-TW") as at:
        at.go(f"/admin/members/{person.id}?model={slug}")
        at.shows("將成員加入模型的允許名單。")
        chain = at.page.get_by_role("main").locator("ol").last
        chain.get_by_text("將此模型授予成員").wait_for()
        chain.get_by_text("未取得此模型，或模型不在憑證範圍內。").wait_for()
        assert re.findall(r"[A-Za-z]+(?: [a-z]+){2,}", chain.inner_text()) == []


def test_a_revoked_credential_goes_on_working_or_nobody_said_what_would_stop(browser, office):
    person = joined(office.house, "Omar Haddad")
    office.grant(person.id, "openai/gpt-5-mini")
    made = office.house.made("credentials", member_id=person.id, name="Omar's laptop")
    assert asked(office, made["secret"], "openai/gpt-5-mini") == 200
    with desk(browser, office.url, cookies=person.cookies) as at:
        for _ in range(20):
            at.go(f"/credentials/{made['id']}")
            at.press("Revoke")
            at.page.get_by_role("dialog").get_by_text(re.compile("No call is running now")).wait_for()
            if "by codex_cli_rs" in at.dialog() and "1 call" in at.dialog():
                break
            at.page.wait_for_timeout(250)
        assert "Revoke Omar's laptop?" in at.dialog()
        assert "by codex_cli_rs" in at.dialog()
        stops = at.page.get_by_role("dialog").get_by_role("region", name="Used it in the last 7 days, and will stop")
        assert re.fullmatch(r"codex_cli_rs\S*\s+1 call · .+", stops.get_by_role("listitem").inner_text())
        assert at.violations() == []
        expect(at.page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
        with at.page.expect_response(re.compile(r"/revoke$")):
            at.press("Revoke", within="dialog")
        pressed = time.monotonic()
        while asked(office, made["secret"], "openai/gpt-5-mini") != 401:
            assert time.monotonic() - pressed < WITHIN_S
        at.shows("Revoked")


def test_a_session_that_ends_elsewhere_takes_what_was_typed_with_it(browser, office):
    person = joined(office.house, "Ines Ferreira", role="admin")
    with desk(browser, office.url, cookies=person.cookies) as at:
        at.go("/admin/tags")
        at.press("New tag")
        at.fill("Name", "lisbon")
        office.house.asked("POST", f"members/{person.id}/sessions/revoke")
        at.expected.add(401)
        at.press("Create tag", within="dialog")
        at.shows("Your session ended")
        at.fill("Password", person.password)
        at.press("Sign in")
        # Made, and shown on a page of its own.
        at.page.get_by_role("heading", name="lisbon", level=1).wait_for()
    assert httpx.get(f"{office.url}/api/me").status_code == 401

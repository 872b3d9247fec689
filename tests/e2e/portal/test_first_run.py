"""The owner's first run: from the printed link to members who are invited to models with prices."""

from __future__ import annotations

import re

import pytest

from tests.e2e.portal.browser import desk
from tests.e2e.portal.fresh import fresh_gateway
from tests.e2e.portal.people import PASSWORD

pytestmark = pytest.mark.e2e


def test_an_owner_is_stuck_on_the_way_from_the_printed_link_to_invited_members(browser, office):
    with fresh_gateway() as fresh, desk(browser, fresh.url) as at:
        be_owner(at, fresh.link)
        connect(at, office.house.simulator.url)
        publish(at)
        invite(at)
        at.go("/admin")
        at.shows("4 of 5 done")


def be_owner(at, link):
    at.page.goto(link)
    # Until the link was looked at, the button takes no press.
    at.settle()
    at.fill("Your name", "Ada Park")
    at.fill("Email or user name", "ada@example.test")
    at.fill("New password", PASSWORD)
    at.press("Create owner")
    # They set up, and call nothing yet.
    at.page.wait_for_url("**/app/admin")
    at.settle()
    at.shows("0 of 5 done")


def connect(at, provider_url):
    at.press("Connect a provider", role="link")
    at.press("Add key", role="link", within="main")
    at.fill("Secret", "sk-first-run-0123456789")
    at.page.locator("summary", has_text="More").click()
    at.fill("Base URL", f"{provider_url}/v1")
    at.page.get_by_label("Allow private networks").check()
    at.press("Save and test")
    at.shows(re.compile(r"It works\. Answered in "))


def publish(at):
    at.press("Add models", role="link", within="main")
    for name in ("gpt-5", "gpt-5-mini"):
        at.page.get_by_role("checkbox", name=name, exact=True).check()
    at.page.get_by_label("Who can see them").select_option("Everybody")
    # Both are in the registry: their prices are known before anything is published.
    at.shows("$1.25 in, $10.00 out")
    at.press("Publish 2 models")
    at.page.get_by_role("link", name="Published", exact=True).nth(1).wait_for()


def invite(at):
    at.go("/admin")
    at.press("Invite members", role="link", within="ol")
    at.fill("Who", "mei.chen@example.test\nkofi.mensah@example.test\nmei.chen@example.test\n")
    at.press(re.compile(r"^Send 2 "))
    at.shows("2 members were made")
    at.press("Copy the link of mei.chen@example.test")
    at.shows("Copied")
    link = at.page.evaluate("() => navigator.clipboard.readText()")
    assert link.startswith(f"{at.url}/app/invitation#")

"""What an administrator opens now and then, each once from its button to its effect."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import Desk, desk
from tests.e2e.portal.people import joined

pytestmark = pytest.mark.e2e


def looked_after(at: Desk) -> None:
    """Nothing is wrong with what is open now, a dialog above all."""
    assert at.violations() == []


def test_an_administrator_cannot_see_or_stop_what_a_member_has(owners_desk, office):
    person = joined(office.house, "Rosa Klein")
    office.grant(person.id, "openai/gpt-5-mini")
    made = office.house.made("credentials", member_id=person.id, name="Rosa's tablet")
    at = owners_desk
    at.go(f"/admin/members/{person.id}?tab=credentials")
    at.press("Actions on Rosa's tablet")
    at.press("Pause", role="menuitem")
    at.fill("Reason", "Lost on a train.")
    looked_after(at)
    at.press("Pause", within="dialog")
    at.shows("Paused")
    assert office.call(made["secret"], "openai/gpt-5-mini").status_code in {401, 403}
    at.press("Audit", role="tab")
    at.shows("member.create")
    looked_after(at)


def test_a_name_that_tools_keep_is_not_made_or_not_taken_away(owners_desk, office):
    at = owners_desk
    at.go("/admin/aliases")
    at.press("New alias")
    at.fill("Alias", "house-default")
    at.page.get_by_role("dialog").get_by_label("Model").select_option("openai/gpt-5")
    at.shows("house-default means nothing now, and then openai/gpt-5.")
    looked_after(at)
    at.press("Save", within="dialog")
    at.press("Delete the alias house-default")
    at.shows("house-default means openai/gpt-5 now, and then nothing.")
    looked_after(at)
    at.press("Delete", within="dialog")
    at.page.get_by_role("button", name="Delete the alias house-default").wait_for(state="detached")


def test_a_provider_s_new_secret_is_not_used_or_shown_to_somebody(owners_desk, office):
    url = f"{office.house.simulator.url}/v1"
    key = office.house.made("provider-keys", provider="openai", name="openai-spare", base_url=url, secret="sk-before-0123456789-aaaa", allow_private_network=True)  # fmt: skip
    at = owners_desk
    at.go(f"/admin/provider-keys/{key['id']}")
    at.shows("sk-…aaaa")
    at.press("Rotate")
    at.fill("Secret", "sk-after-0123456789-bbbb")
    looked_after(at)
    at.press("Rotate", within="dialog")
    at.shows("openai-spare has a new secret")
    at.shows("sk-…bbbb")
    assert "0123456789" not in at.page.content()
    before = len(office.house.simulator.targets())
    at.press("Test")
    at.shows(re.compile(r"It works\. Answered in "))
    assert len(office.house.simulator.targets()) > before
    at.press("Disable")
    looked_after(at)
    at.press("Disable", within="dialog")
    at.shows("Disabled")


def test_a_route_is_changed_and_calls_go_where_they_went(owners_desk, office):
    office.publish("openai/gpt-routed", upstream="gpt-5-mini")
    person = joined(office.house, "Theo Blum")
    office.grant(person.id, "openai/gpt-routed")
    secret = office.house.made("credentials", member_id=person.id, name="laptop")["secret"]
    at = owners_desk
    at.expected.add(404)  # The registry knows nothing of a model of this name.
    at.go("/admin/models/openai/gpt-routed")
    at.press("Actions for the route gpt-5-mini")
    at.press("Edit route", role="menuitem")
    at.fill("Name at the provider", "gpt-routed")
    at.fill("Priority", "7")
    looked_after(at)
    at.press("Save", within="dialog")
    at.page.get_by_role("button", name="Actions for the route gpt-routed", exact=True).wait_for()
    assert office.call(secret, "openai/gpt-routed").status_code == 200
    assert office.house.simulator.asked("gpt-routed")


def test_a_rule_gives_its_tag_to_others_than_it_said(owners_desk, office):
    joined(office.house, "Uma Visiting")
    at = owners_desk
    at.go("/admin/tags/rules")
    at.press("Add rule", within="main")
    at.fill("Name", "Visitors")
    at.page.get_by_label("Means whoever has").select_option("a name before the @ that matches")
    at.fill("Value", r".*\.visiting")
    at.page.get_by_role("combobox", name="Tag they get").fill("staff")
    at.page.get_by_role("option", name="staff").click()
    looked_after(at)
    at.press("Save rule", within="dialog")
    at.press("Apply Visitors to members")
    at.shows("1 member gains the tag")
    looked_after(at)
    at.press("Apply", within="dialog")
    at.shows(re.compile("^1 member"))
    at.press("Change Visitors")
    at.page.get_by_role("dialog").get_by_label("In force").uncheck()
    at.press("Save rule", within="dialog")
    at.shows("Not in force")
    at.press("Delete Visitors")
    looked_after(at)
    at.press("Delete", within="dialog")
    at.page.get_by_role("button", name="Delete Visitors").wait_for(state="detached")


def test_a_limit_below_what_is_used_is_saved_without_a_word(owners_desk, office):
    person = joined(office.house, "Vera Nowak")
    office.grant(person.id, "openai/gpt-5", monthly_cost_usd="5.00")
    secret = office.house.made("credentials", member_id=person.id, name="laptop")["secret"]
    assert office.call(secret, "openai/gpt-5", tokens=(100_000, 9_000)).status_code == 200
    at = owners_desk
    at.go(f"/admin/members/{person.id}?tab=allocations")
    at.press("Actions on this allocation")
    at.press("Change limits", role="menuitem")
    at.fill("Cost each month", "0.01")
    at.press("Save limits", within="dialog")
    at.shows("More than this is used already this month")
    looked_after(at)
    at.press("Save anyway", within="dialog")
    at.page.get_by_role("dialog").wait_for(state="detached")
    assert office.call(secret, "openai/gpt-5").status_code in {402, 429}


def test_an_access_token_is_not_shown_does_not_work_or_works_on(browser, office):
    person = joined(office.house, "Wanda Stern")
    with desk(browser, office.url, cookies=person.cookies) as at:
        at.go("/account/access-tokens")
        at.press("New access token")
        at.fill("Name", "reports")
        looked_after(at)
        at.press("Create", within="dialog")
        secret = at.page.get_by_label("Secret", exact=True).input_value()
        headers = {"authorization": f"Bearer {secret}"}
        assert httpx.get(f"{office.url}/api/me", headers=headers).json()["display_name"] == "Wanda Stern"
        at.press("Revoke")
        looked_after(at)
        at.press("Revoke", within="dialog")
        expect(at.page.get_by_text("Revoked", exact=True)).to_be_visible()
        assert httpx.get(f"{office.url}/api/me", headers=headers).status_code == 401

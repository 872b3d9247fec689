"""What an administrator opens now and then, each once from its button to its effect."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import Desk, desk
from tests.e2e.portal.office import Office
from tests.e2e.portal.people import joined
from tests.support.up import until

pytestmark = pytest.mark.e2e


def looked_after(at: Desk) -> None:
    """Nothing is wrong with what is open now, a dialog above all."""
    assert at.violations() == []


def test_an_administrator_cannot_see_or_stop_what_a_member_has(owners_desk, office):
    person = joined(office.house, "Rosa Klein")
    office.grant(person.id, "openai/gpt-5-mini")
    made = office.house.made("credentials", member_id=person.id, name="Rosa's tablet")
    for _ in range(2):
        assert office.call(made["secret"], "openai/gpt-5-mini").is_success
    at = owners_desk
    for _ in range(20):
        at.go(f"/admin/members/{person.id}?tab=credentials")
        at.press("Actions on Rosa's tablet")
        at.press("Pause", role="menuitem")
        at.page.get_by_role("dialog").get_by_text(re.compile("in the last 7 days")).wait_for()
        if "2 calls" in at.dialog():
            break
        at.page.wait_for_timeout(250)
    stops = at.page.get_by_role("dialog").get_by_role("region", name="Used it in the last 7 days, and will stop")
    assert re.fullmatch(r"codex_cli_rs\S*\s+2 calls · .+", stops.get_by_role("listitem").inner_text())
    at.fill("Reason", "Lost on a train.")
    looked_after(at)
    at.press("Pause", within="dialog")
    at.shows("Paused")
    assert office.call(made["secret"], "openai/gpt-5-mini").status_code in {401, 403}
    at.press("Audit", role="tab")
    at.shows("Member created")
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


def test_a_filter_of_calls_cannot_be_set_or_cleared_or_shows_an_id(owners_desk, office):
    at = owners_desk
    kofi, slug = office.people["Kofi Mensah"], "openai/gpt-5"
    allocation, credential = office.allocations["Kofi Mensah", slug], office.credentials["Kofi Mensah"]
    call_id = office.house.asked("GET", "call-records", allocation_id=allocation, outcome="ok", limit=1)["items"][0][
        "call_id"
    ]
    at.go(f"/admin/calls?allocation_id={allocation}&member_id={kofi.id}&credential_id={credential}&range=all")
    filters = at.page.get_by_role("group", name="Filters")
    for shown in (f"Kofi Mensah, {slug}", "Kofi's laptop"):
        filters.get_by_text(shown).wait_for()
    assert not re.search(r"\b01a[0-9a-f]{5}\b", filters.inner_text()), filters.inner_text()
    at.press("More filters")
    for label, value in (
        ("Call id", call_id),
        ("Cost at least", "0.01"),
        ("Cost at most", "0.005"),
        ("Took at least", "0"),
        ("Took at most", "60"),
    ):
        at.fill(label, value)
    at.press("Show calls")
    at.shows("The most is below the least.")
    at.fill("Cost at most", "5")
    at.press("Show calls")
    at.settle()
    for shown in (call_id, "$0.01", "$5", "0.0 s", "1 min"):
        filters.get_by_text(shown).first.wait_for()
    assert at.page.get_by_role("table").get_by_text("Kofi Mensah").count() == 1
    for name, asked in (
        ("Cost at least", "cost_usd_min"),
        ("Took at most", "latency_ms_max"),
        ("Allocation", "allocation_id"),
    ):
        assert asked in at.page.url
        filters.get_by_role("button", name=re.compile(f"^{name}")).click()
        at.page.wait_for_function(f"() => !location.search.includes('{asked}')")
    at.press("Clear filters", within='[role="group"]')
    at.page.wait_for_function("() => !/_id|_min|_max/.test(location.search)")
    at.press("Credential")
    at.page.get_by_role("dialog").get_by_role("button", name=re.compile("Kofi's laptop")).click()
    filters.get_by_text("Kofi's laptop").wait_for()
    assert f"credential_id={credential}" in at.page.url


def test_a_list_of_limits_names_nobody_and_nothing_of_what_is_left(owners_desk, office):
    at = owners_desk
    at.go("/admin/limits?subject=allocation")
    row = at.page.get_by_role("row").filter(has_text="$0.05 each month")
    row.get_by_text("Allocation of Kofi Mensah").wait_for()
    assert "openai/gpt-5" in row.inner_text()
    assert row.get_by_role("meter").get_attribute("aria-valuenow") == "100"
    assert "Resets" in row.inner_text()


def test_members_are_not_in_the_order_of_what_they_spent_or_of_when_they_were_seen(owners_desk, office):
    at = owners_desk
    at.go("/admin/members")
    table = at.page.get_by_role("table")
    heads = table.get_by_role("columnheader").all_inner_texts()

    def column(head: str) -> list[str]:
        number = heads.index(head)
        rows = table.get_by_role("row").all()[1:]
        return [row.get_by_role("cell").all_inner_texts()[number] for row in rows]

    table.get_by_role("button", name="This month", exact=True).click()
    at.page.wait_for_url(re.compile("sort=-this_month"))
    at.settle()
    spent = [float(each.split("\n")[0].lstrip("<$").replace(",", "")) for each in column("This month")]
    assert spent == sorted(spent, reverse=True)
    assert spent[0] > spent[-1] == 0
    table.get_by_role("button", name="Last seen", exact=True).click()
    at.page.wait_for_url(re.compile("sort=-last_seen_at"))
    at.settle()
    seen = column("Last seen")
    never = [each for each in seen if each == "Never"]
    assert never
    assert seen[-len(never) :] == never
    # Once more, and the newest member is first again: there is no other way round.
    table.get_by_role("button", name="Last seen", exact=True).click()
    at.page.wait_for_url(re.compile("members/?$"))


def test_an_allocation_is_not_found_by_its_member_s_tag_or_the_filter_stays(owners_desk, office):
    at = owners_desk
    at.go("/admin/allocations")
    filters = at.page.get_by_role("group", name="Filters")
    filters.get_by_role("button", name="Tags").click()
    at.page.get_by_role("dialog").get_by_role("combobox").fill("teach")
    at.page.get_by_role("option", name=re.compile("teaching")).click()
    at.page.wait_for_url(re.compile(f"tag={office.tags['teaching']}"))
    at.settle()
    rows = at.page.get_by_role("row").all_inner_texts()[1:]
    assert rows
    assert all("Mei Chen" in row or "Pia Sommer" in row for row in rows)
    looked_after(at)
    filters.get_by_role("button", name=re.compile("^Tags teaching")).click()
    at.page.wait_for_url(re.compile("allocations/?$"))
    at.page.get_by_role("row").filter(has_text="Tomas Rivera").first.wait_for()


def test_a_member_of_a_tag_who_is_only_invited_looks_active(owners_desk, office):
    at = owners_desk
    at.go(f"/admin/tags/{office.tags['teaching']}")
    at.page.get_by_role("row").filter(has_text="amara.okafor").get_by_text("Invited", exact=True).wait_for()
    at.page.get_by_role("row").filter(has_text="Mei Chen").get_by_text("Active", exact=True).wait_for()


def test_a_setting_is_not_found_or_its_secret_is_on_the_page(owners_desk, office):
    at = owners_desk
    at.go("/admin/system")
    table = at.page.get_by_role("table", name="Configuration")
    # `ai-api up` says itself where its database is.
    row = table.get_by_role("row").filter(has_text="AI_API_DATABASE_URL")
    assert "Set, secret" in row.inner_text()
    assert "The command" in row.inner_text()
    assert table.get_by_role("row").filter(has_text="AI_API_UPSTREAM__IDLE_S").count() == 0
    at.fill("Search settings", "idle_s")
    row = table.get_by_role("row").filter(has_text="AI_API_UPSTREAM__IDLE_S")
    row.wait_for()
    assert "120.0" in row.inner_text()
    assert "Default" in row.inner_text()
    at.page.wait_for_url(re.compile("q=idle_s"))
    looked_after(at)
    assert "postgresql://" not in at.page.content()


def _route_of(office: Office, slug: str) -> dict[str, Any]:
    (route,) = office.house.asked("GET", "routes", model_id=office.models[slug])["items"]
    return dict(route)


def test_it_is_not_seen_which_route_is_left_alone_or_why(owners_desk, office):
    slug = "openai/gpt-cooling"
    office.publish(slug)
    secret = office.house.made("credentials", member_id=office.owner.id, name="cooling")["secret"]
    office.grant(office.owner.id, slug)
    office.house.simulator.behave("gpt-cooling", status=429)
    assert office.call(secret, slug, status=429).status_code == 429
    # The page asks again after half a minute only: it is opened when the replica has told it.
    assert until(lambda: _route_of(office, slug)["cooling"] is not None, 10)
    at = owners_desk
    at.expected.add(404)  # The registry does not know every model.
    at.go(f"/admin/models/{slug}")
    routes = at.page.get_by_role("table", name="Routes")
    # It is left alone for five seconds; then the next call is to try it, and there is none.
    routes.get_by_text(re.compile("Cooling down|Trying again")).wait_for()
    routes.get_by_text("upstream_rate_limited").wait_for()
    assert re.search(r"(until|Cooled down at) \d\d:\d\d", routes.inner_text()), routes.inner_text()
    at.page.reload()
    at.page.wait_for_timeout(5_000)
    at.page.reload()
    routes.get_by_text("Trying again").wait_for()
    looked_after(at)

"""What somebody used: on the page of a credential and of a model, not only in reports; and where a newcomer goes next."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.portal.browser import PHONE, WIDE, Desk, desk
from tests.e2e.portal.office import Office
from tests.e2e.portal.people import signed_in

pytestmark = pytest.mark.e2e

MEI, NEWCOMER = "Mei Chen", "Pia Sommer"
LAST_CALLS = 5


def _card(at: Desk, title: str) -> str:
    """What stands in the card with this title."""
    return at.page.locator("section", has=at.page.get_by_role("heading", name=title, exact=True)).last.inner_text()


def _first(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return found.group(0)


def test_a_page_hides_what_its_credential_or_its_model_was_used_for(browser: Browser, office: Office):
    credential = office.credentials[MEI]
    with desk(browser, office.url, cookies=office.cookies_of(MEI), size=WIDE) as at:
        at.go(f"/credentials/{credential}")
        spent = _first(_card(at, "Spend this month"), r"\$[\d,.]+")
        assert spent != "$0.00"
        assert spent == _first(_card(at, "This month"), r"\$[\d,.]+")
        calls = at.page.get_by_role("table", name="Last calls").get_by_role("link")
        assert calls.count() == LAST_CALLS
        calls.first.click()
        at.page.wait_for_url(re.compile(rf"/app/usage/calls\?credential_id={credential}&call="))
        at.settle()
        at.go("/catalog/openai/gpt-5")
        of_model = _first(_card(at, "Spend this month"), r"\$[\d,.]+")
        assert of_model not in {"$0.00", spent}
        rows = at.page.get_by_role("table", name="Last calls").get_by_role("link").all_inner_texts()
        assert rows == ["gpt-5"] * LAST_CALLS
        at.press("All usage", role="link")
        at.page.wait_for_url(f"{office.url}/app/usage?model=openai%2Fgpt-5")


def test_a_newcomer_is_offered_the_same_twice_or_no_tool_they_know(browser: Browser, office: Office):
    with desk(browser, office.url, cookies=office.cookies_of(NEWCOMER), size=WIDE) as at:
        at.go("/")
        offered = at.page.get_by_role("main").get_by_role("button", name=re.compile("^Claim")).count()
        names = at.page.get_by_role("main").locator("a[href^='/app/catalog/']").all_inner_texts()
        assert offered == len(names) == len(set(names)) > 0
        at.page.get_by_role("link", name=re.compile("^Claude Code")).click()
        at.page.wait_for_url(f"{office.url}/app/apps/claude-code")
        at.settle()


def test_somebodys_calls_cannot_be_narrowed_or_a_filter_has_no_name(browser: Browser, office: Office):
    with desk(browser, office.url, cookies=office.cookies_of(MEI), size=PHONE) as at:
        at.go("/usage/calls")
        filters = at.page.get_by_role("group", name="Filters")
        name = _pick_a_credential(at)
        expect(filters.get_by_role("button", name=f"Credential {name}")).to_be_visible()
        at.page.wait_for_url(re.compile(rf"credential_id={office.credentials[MEI]}"))
        at.press("Model", within="main")
        at.page.get_by_role("dialog").get_by_role("button", name="openai/gpt-5", exact=True).click()
        expect(filters.get_by_role("button", name="Model openai/gpt-5")).to_be_visible()
        filters.get_by_label("Period").select_option(label="Last 7 days")
        _more_filters(at, {"Cost at least": "0.000001", "Took at least": "0"})
        expect(filters.get_by_role("button", name="Took at least 0.0 s")).to_be_visible()
        assert at.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(at.page.get_by_role("main").get_by_text("openai/gpt-5").first).to_be_visible()
        # The address is the whole question: another visit shows the same, and what matches nothing says so.
        at.page.reload()
        at.settle()
        _more_filters(at, {"Cost at least": "999999"})
        expect(at.page.get_by_text("No calls match.")).to_be_visible()
        filters.get_by_role("button", name="Cost at least").click()
        expect(at.page.get_by_text("No calls match.")).to_be_hidden()
        at.page.get_by_role("main").get_by_role("button", name="Clear filters").click()
        at.page.wait_for_url(f"{office.url}/app/usage/calls")


def test_somebodys_calls_cannot_be_taken_away_or_others_are_among_them(browser: Browser, office: Office):
    person = office.people[MEI]
    # Whoever takes them away has proved within ten minutes that it is them.
    with desk(browser, office.url, cookies=signed_in(office.url, person.identifier, person.password)) as at:
        at.go("/usage/calls?model=openai/gpt-5")
        at.press("Export")
        with at.page.expect_download() as downloaded:
            at.press("CSV", role="menuitem")
        rows = list(csv.DictReader(Path(downloaded.value.path()).read_text().splitlines()))
        assert downloaded.value.suggested_filename == "my-calls.csv"
        asked = {"member_id": person.id, "model": "openai/gpt-5", "limit": 200}
        kept = office.house.asked("GET", "call-records", **asked)["items"]
        assert sorted(row["call_id"] for row in rows) == sorted(call["call_id"] for call in kept)
        assert rows


def test_a_period_is_of_another_zone_than_the_readers(browser: Browser, office: Office):
    with desk(browser, office.url, cookies=office.cookies_of(MEI), size=WIDE) as at:
        at.page.add_init_script("localStorage.setItem('ai-api.zone', 'America/New_York')")
        at.go("/usage/calls")
        at.page.get_by_label("Period").select_option(label="Choose a period…")
        at.page.get_by_label("From", exact=True).fill("2026-11-01T00:00")
        at.page.get_by_label("Until", exact=True).fill("2026-10-01T00:00")
        expect(at.page.get_by_text("It ends before it begins.")).to_be_visible()
        at.page.get_by_label("Until", exact=True).fill("2026-11-02T00:00")
        at.press("Show calls", within="dialog")
        at.page.wait_for_url(re.compile(r"since=2026-11-01T04%3A00%3A00\.000Z&until=2026-11-02T05%3A00%3A00\.000Z"))


def test_a_credentials_scope_is_for_ever_or_nobody_knows_what_was_done_to_it(browser: Browser, office: Office):
    address = f"/credentials/{office.credentials[MEI]}"
    with desk(browser, office.url, cookies=office.cookies_of(MEI), size=PHONE) as at:
        at.go(address)
        assert re.search(r"\d+ · ", _card(at, "Used by")), _card(at, "Used by")
        assert "Created by an administrator" in _card(at, "History")
        at.press("Change scope")
        at.page.get_by_label("Chosen ones").check()
        at.page.get_by_role("checkbox").first.check()
        assert not at.violations()
        assert not at.overflows()
        at.press("Save")
        expect(at.page.get_by_text(re.compile(r"^1 of your \d+ allocations$"))).to_be_visible()
        expect(at.page.get_by_text("Changed: scope by you")).to_be_visible()
        # What others of this office see of it is as it was.
        at.press("Change scope")
        at.page.get_by_label("All my allocations, now and later").check()
        at.press("Save")
        expect(at.page.get_by_text("Changed: scope by you")).to_have_count(2)
        assert not at.overflows()


def _pick_a_credential(at: Desk) -> str:
    """Chooses the only credential there is, by its name, which is answered."""
    at.press("Credential", within="main")
    choice = at.page.get_by_role("dialog").get_by_role("listitem").first
    name = choice.locator("span.font-medium").inner_text()
    choice.get_by_role("button").click()
    return name


def _more_filters(at: Desk, given: dict[str, str]) -> None:
    at.press("More filters", within="main")
    for label, value in given.items():
        at.page.get_by_label(label).fill(value)
    at.press("Show calls", within="dialog")

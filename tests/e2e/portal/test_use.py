"""What somebody used: on the page of a credential and of a model, not only in reports; and where a newcomer goes next."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.e2e.portal.browser import WIDE, Desk, desk
from tests.e2e.portal.office import Office

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

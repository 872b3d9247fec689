"""What a page says is so: a title is a name, what was refused is told, and what was copied is in the clipboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import desk

pytestmark = pytest.mark.e2e
_REFUSES = "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"


def test_a_refused_write_says_nothing_or_takes_what_was_typed_with_it(owners_desk, office):
    at = owners_desk
    at.go("/admin/tags")
    at.press("New tag")
    at.fill("Name", "research")
    at.expected.add(409)
    at.press("Create tag", within="dialog")
    at.page.get_by_role("dialog").get_by_text(
        re.compile("research|this name|taken|already", re.IGNORECASE)
    ).first.wait_for()
    assert at.page.get_by_label("Name", exact=True).input_value() == "research"
    assert at.violations() == []


def test_a_title_that_is_somebody_s_name_is_an_id(owners_desk, office):
    at = owners_desk
    mei = office.people["Mei Chen"]
    for list_page, name, address in (
        ("/admin/members", "Mei Chen", f"/admin/members/{mei.id}"),
        ("/admin/tags", "teaching", f"/admin/tags/{office.tags['teaching']}"),
        ("/admin/provider-keys", "openai-main", f"/admin/provider-keys/{office.provider_keys['openai-main']}"),
    ):
        at.go(list_page)
        at.page.locator("main").get_by_role("link", name=name).first.click()
        at.page.wait_for_url(f"**/app{address}")
        # The page before stays until the new one has what it shows.
        expect(at.page.locator("h1")).to_contain_text(name)
        assert name in at.page.title()


def test_something_is_said_to_be_copied_that_was_not(browser, office):
    with desk(browser, office.url, cookies=office.cookies_of("Mei Chen")) as at:
        at.go("/catalog/openai/gpt-5-mini")
        at.page.evaluate(_REFUSES)
        at.press("Copy the code")
        at.shows("Select and press Ctrl C")
        assert at.page.get_by_text("Copied", exact=True).count() == 0
        selected = at.page.evaluate("() => String(getSelection())")
        assert selected.startswith("curl ")
        assert "$AI_API_KEY" in selected


def test_what_is_missing_for_records_to_be_sure_is_told_in_another_language_than_the_readers(browser, office):
    """`ai-api up` serves as the owner of its tables; what the program says of it has the names, and is one press away."""
    with desk(browser, office.url, cookies=office.owner.cookies, language="zh-TW") as at:
        at.go("/admin/system")
        card = at.page.locator("section", has=at.page.get_by_role("heading", name="紀錄可能被更改"))
        card.get_by_text("請以資料表的擁有者執行遷移").wait_for()
        assert re.findall(r"[A-Za-z]+(?: [a-z]+){2,}", card.inner_text()) == []
        card.get_by_text("詳細資料").click()
        card.get_by_text("could change audit_chain, audit_events, call_records").wait_for()

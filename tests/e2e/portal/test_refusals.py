"""Refused calls, as they are shown afterwards: the limit as it was, the words the client got, and many of a kind as one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import desk
from tests.e2e.portal.people import joined

pytestmark = pytest.mark.e2e
SLUG = "openai/gpt-5-mini"


def refused_for_its_limit(office, name: str):
    """Somebody, what they were answered, and the record of it."""
    person = joined(office.house, name)
    office.grant(person.id, SLUG, monthly_tokens=5)
    secret = office.house.made("credentials", member_id=person.id, name="laptop")["secret"]
    answer = office.call(secret, SLUG)
    assert answer.status_code == 429
    return person, secret, answer


def test_a_refusal_is_shown_with_the_limit_of_today_or_in_other_words_than_its_client_got(browser, owners_desk, office):
    person, _, answer = refused_for_its_limit(office, "Petra Novak")
    call_id, error = answer.headers["x-ai-api-call-id"], answer.json()["error"]
    raised = office.house.asked("PATCH", f"limits/{error['details']['limit_id']}", amount=9_000_000)
    assert raised["amount"] == 9_000_000
    at = owners_desk
    with desk(browser, office.url, cookies=person.cookies) as theirs:
        for each, address in ((at, f"/admin/calls?call={call_id}"), (theirs, f"/usage/calls?call={call_id}")):
            each.go(address)
            each.shows(error["message"])
            each.shows(f"HTTP 429 · {error['type']} · x-should-retry: false")
            each.shows("Limit: 5 tokens each month")
            assert "9,000,000" not in each.page.get_by_role("meter").first.evaluate(
                "(meter) => meter.parentElement.innerText"
            )


def test_a_refused_call_leads_nowhere_or_shows_its_limit_as_if_it_were_still_so(owners_desk, office):
    """Its limit and its allocation are a press away; that the limit is another one by now, or is gone, is said beside what it was."""
    _, _, answer = refused_for_its_limit(office, "Lena Berg")
    call_id, limit_id = answer.headers["x-ai-api-call-id"], answer.json()["error"]["details"]["limit_id"]
    at = owners_desk
    at.go(f"/admin/calls?call={call_id}")
    at.shows("What can be done")
    expect(at.page.get_by_text("This limit has changed since.")).to_have_count(0)
    at.page.get_by_role("button", name="Raise this limit").click()
    dialog = at.page.get_by_role("dialog")
    expect(dialog.get_by_text("It refused 1 call this month.")).to_be_visible()
    dialog.get_by_label("Amount").fill("9000")
    dialog.get_by_role("button", name="Save").click()
    expect(at.page.get_by_role("dialog")).to_have_count(0)
    at.shows("This limit has changed since.")
    panel = at.page.get_by_role("complementary", name="Call")
    then, now = (panel.locator("dl > div", has=at.page.get_by_text(each, exact=True)) for each in ("Then", "Now"))
    expect(then).to_contain_text("5 tokens each month")
    expect(now).to_contain_text("9,000 tokens each month")
    assert office.house.asked("GET", f"limits/{limit_id}")["amount"] == 9_000
    office.house.asked("PATCH", f"limits/{limit_id}", amount=5, on_exceed="warn")
    at.go(f"/admin/calls?call={call_id}")
    expect(now).to_contain_text("5 tokens each month. It only warns.")
    panel.get_by_role("link", name="Open allocation").click()
    at.page.wait_for_url(re.compile("/admin/allocations[?]open="))
    at.shows("Lena Berg")
    office.house.asked("DELETE", f"limits/{limit_id}")
    at.expected.add(404)
    at.go(f"/admin/calls?call={call_id}")
    at.shows("This limit has been taken away since.")
    expect(at.page.get_by_role("button", name="Raise this limit")).to_have_count(0)


def test_a_limit_hides_how_many_calls_it_refused_or_which(owners_desk, office):
    _, secret, answer = refused_for_its_limit(office, "Bruno Costa")
    assert office.call(secret, SLUG).status_code == 429
    limit_id = answer.json()["error"]["details"]["limit_id"]
    at = owners_desk
    at.go("/admin/limits?subject=allocation")
    link = at.page.locator(f"a[href*='{limit_id}']")
    expect(link).to_have_accessible_name("Show 2 refused calls")
    link.click()
    at.page.wait_for_url(re.compile("limit_id="))
    at.shows("Bruno Costa")
    at.shows("× 2")
    at.shows("Of a limit’s refusals only the period can be chosen.")
    assert at.page.locator("[data-row]").count() == 1
    expect(at.page.get_by_role("button", name="Export")).to_have_count(0)
    at.page.get_by_title("Take away the filter Limit").click()
    expect(at.page.get_by_role("button", name="Export")).to_have_count(1)
    assert "limit_id" not in at.page.url


def test_many_refusals_of_a_kind_hide_everything_else_or_cannot_be_looked_at(owners_desk, office):
    person, secret, _ = refused_for_its_limit(office, "Ravi Shah")
    for _ in range(3):
        assert office.call(secret, SLUG).status_code == 429
    at = owners_desk
    at.go(f"/admin/calls?member_id={person.id}")
    row = at.page.get_by_role("button", name=re.compile("4 refusals alike"))
    at.shows("× 4")
    assert at.page.locator("[data-row]").count() == 1
    row.focus()
    at.page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-expanded", "true")
    assert at.page.locator("[data-row]").count() == 5
    assert "group=" in at.page.url
    at.page.reload()
    at.settle()
    assert at.page.locator("[data-row]").count() == 5
    at.page.get_by_role("button", name=re.compile("Open$")).nth(1).click()
    at.shows("What the client was told")
    at.page.keyboard.press("ArrowDown")
    at.settle()
    at.page.keyboard.press("Escape")
    row.press("Enter")
    expect(row).to_have_attribute("aria-expanded", "false")
    assert at.page.locator("[data-row]").count() == 1


def test_the_keys_that_work_are_not_told_or_work_while_somebody_types(owners_desk):
    at = owners_desk
    at.go("/admin/members")
    at.page.keyboard.press("?")
    at.shows("Keyboard shortcuts")
    told = at.dialog()
    for each in ("Search or jump to", "Next row", "Playground", "Show all shortcuts", "Esc"):
        assert each in told
    at.page.keyboard.press("Escape")
    expect(at.page.get_by_role("dialog")).to_have_count(0)
    search = at.page.locator("main input[type=search]").first
    search.press("?")
    expect(search).to_have_value("?")
    expect(at.page.get_by_role("dialog")).to_have_count(0)
    search.fill("")
    at.page.locator("h1").click()
    for key in ("x", "g", "u"):
        at.page.keyboard.press(key)
    at.page.wait_for_url(re.compile("/app/usage"))
    # Whoever has turned single keys off finds them in the menu.
    at.go("/account/preferences")
    at.page.get_by_label("Shortcuts with a single key").uncheck()
    at.page.keyboard.press("?")
    expect(at.page.get_by_role("dialog")).to_have_count(0)
    at.page.get_by_role("button", name=re.compile("Ada Park")).click()
    at.page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    at.shows("Single keys are turned off.")

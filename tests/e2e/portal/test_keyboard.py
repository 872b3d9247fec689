"""An administrator without a mouse: what is asked can be answered, and the keyboard comes back to where it was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.portal.keyboard import here, tab_to
from tests.e2e.portal.people import joined

pytestmark = pytest.mark.e2e


def test_a_dialog_keeps_the_keyboard_or_loses_it(owners_desk, office):
    at = owners_desk
    keyboard = at.page.keyboard
    at.go("/admin/tags/rules")
    tab_to(at, "Add rule")
    keyboard.press("Enter")
    dialog = at.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(20):
        keyboard.press("Tab")
        assert at.page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert here(at) == "Add rule"
    # From a menu too: the button that opened it is there still.
    at.go("/admin/allocations")
    tab_to(at, "Actions on this allocation")
    keyboard.press("Enter")
    expect(at.page.get_by_role("menuitem").first).to_be_focused()
    keyboard.press("Enter")
    expect(dialog).to_be_visible()
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert here(at) == "Actions on this allocation"
    # And from one key anywhere.
    at.page.locator("main h1").focus()
    tab_to(at, "Actions on this allocation")
    keyboard.press("Control+k")
    expect(at.page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    keyboard.press("Escape")
    assert here(at) == "Actions on this allocation"


def test_what_was_ticked_is_forgotten_by_a_question_that_was_taken_back(owners_desk, office):
    at = owners_desk
    keyboard = at.page.keyboard
    person = joined(office.house, "Yara Moss")
    for model in ("openai/gpt-5", "openai/gpt-5-mini"):
        office.grant(person.id, model)
    at.go(f"/admin/allocations?member={person.id}")
    tab_to(at, "Select all shown")
    keyboard.press("Space")
    expect(at.page.get_by_text("2 selected")).to_be_visible()
    tab_to(at, "Pause")
    keyboard.press("Enter")
    expect(at.page.get_by_role("dialog").get_by_text("allocations stop")).to_be_visible()
    assert here(at) == "Cancel"
    keyboard.press("Escape")
    expect(at.page.get_by_role("dialog")).to_be_hidden()
    expect(at.page.get_by_text("2 selected")).to_be_visible()
    assert here(at) == "Pause"
    keyboard.press("Enter")
    expect(at.page.get_by_role("dialog").get_by_text("allocations stop")).to_be_visible()
    tab_to(at, "Pause")
    keyboard.press("Enter")
    expect(at.page.get_by_text("All 2 done.")).to_be_visible()
    # The button that was pressed is gone; the next one has the keyboard.
    expect(at.page.get_by_role("dialog").get_by_text("Close", exact=True)).to_be_focused()
    keyboard.press("Enter")
    expect(at.page.get_by_role("dialog")).to_be_hidden()
    expect(at.page.get_by_text("2 selected")).to_be_hidden()


def test_a_choice_by_the_keyboard_is_out_of_sight_or_the_keyboard_is_lost_with_it(owners_desk, office):
    at = owners_desk
    keyboard = at.page.keyboard
    at.go("/admin/limits")
    tab_to(at, "New limit")
    keyboard.press("Enter")
    at.page.get_by_role("combobox", name="Member").focus()
    listed = at.page.get_by_role("listbox", name="Member").get_by_role("option")
    expect(listed).to_have_count(8)
    for _ in range(7):
        keyboard.press("ArrowDown")
    expect(listed.last).to_have_attribute("aria-selected", "true")
    expect(listed.last).to_be_in_viewport()
    name = listed.last.locator("span").first.inner_text()
    keyboard.press("Enter")
    assert here(at) == f"Pick another than {name}"
    keyboard.press("Enter")
    expect(at.page.get_by_role("combobox", name="Member")).to_be_focused()
    # The list goes first, then the dialog.
    keyboard.press("Escape")
    expect(listed).to_have_count(0)
    expect(at.page.get_by_role("dialog")).to_be_visible()
    keyboard.press("Escape")
    expect(at.page.get_by_role("dialog")).to_be_hidden()


def test_what_is_typed_before_the_search_is_there_is_taken_for_shortcuts(owners_desk):
    at = owners_desk
    late: list[Route] = []
    at.page.route("**/palette-*.js", lambda route: late.append(route))  # noqa: PLW0108  -- playwright marks what it is given
    at.go("/admin/tags")
    at.page.keyboard.press("Control+k")
    at.page.keyboard.type("gm audit")
    expect(at.page).to_have_url(re.compile("/admin/tags$"))
    at.page.wait_for_function("document.activeElement.value === 'gm audit'")
    for each in late:
        each.continue_()
    at.page.unroute("**/palette-*.js")
    expect(at.page.get_by_role("dialog").get_by_role("combobox")).to_have_value("gm audit")

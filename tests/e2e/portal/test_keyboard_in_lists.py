"""Lists without a mouse: what is deleted leaves the keyboard among the rest, and many rows are changed at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import Desk
from tests.e2e.portal.keyboard import here, listen, place, said, tab_to
from tests.e2e.portal.people import joined

pytestmark = pytest.mark.e2e


def _delete(at: Desk, control: str, verb: str, *, asks: bool = True) -> str:
    """Presses what deletes, and yes, by the keyboard; where it is then. `asks` where the question says what would stop."""
    tab_to(at, control)
    dialog = at.page.get_by_role("dialog")
    if asks:
        # Asked of what is gone already, it would be refused.
        with at.page.expect_response(re.compile("dry_run=true")):
            at.page.keyboard.press("Enter")
    else:
        at.page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    tab_to(at, verb)
    at.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(at.page.get_by_role("button", name=control)).to_have_count(0)
    at.settle()
    return place(at)


def test_what_is_deleted_takes_the_keyboard_with_it(owners_desk, office):
    at = owners_desk
    for name in ("keys-a", "keys-b", "keys-c"):
        office.house.made("aliases", name=name, model_id=office.models["openai/gpt-5"])
    at.go("/admin/aliases?q=keys-&sort=name")
    # The next row, the one before where there is no next, and the list's name where there is none.
    assert _delete(at, "Delete the alias keys-b", "Delete").startswith("row keys-c")
    assert _delete(at, "Delete the alias keys-c", "Delete").startswith("row keys-a")
    assert _delete(at, "Delete the alias keys-a", "Delete") == "h1 Aliases"
    # A limit, of which the page has nothing to say but where it is.
    person = joined(office.house, "Ines Prado")
    for metric, amount in (("requests", 50), ("total_tokens", 9_000)):
        office.house.made("limits", subject_kind="member", subject_id=person.id, metric=metric, window_kind="day", amount=amount)  # fmt: skip
    at.go(f"/admin/limits?subject=member&id={person.id}")
    for expected in (r"row .*Ines Prado", r"h1 Limits"):
        name = at.page.get_by_role("button", name=re.compile("^Remove ")).first.get_attribute("aria-label")
        assert name
        assert re.match(expected, _delete(at, name, "Remove limit"))
    # A rule, whose list has a card with fields above it.
    for name in ("keys-rule-a", "keys-rule-b"):
        office.house.made("tag-rules", name=name, kind="domain", value=f"{name}.example.test", tag_id=office.tags["staff"])  # fmt: skip
    at.go("/admin/tags/rules")
    for name in ("keys-rule-a", "keys-rule-b"):
        assert _delete(at, f"Delete {name}", "Delete", asks=False).startswith("row ")
    # A tag of a member: the one beside it, or what gives another.
    member = joined(office.house, "Hana Ito", tags=(office.tags["staff"], office.tags["teaching"]))
    at.go(f"/admin/members/{member.id}")
    for name in ("staff", "teaching"):
        tab_to(at, f"Take {name} from Hana Ito")
        at.page.keyboard.press("Enter")
        tab_to(at, "Preview")
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_role("button", name="Take the tag")).to_be_visible()
        tab_to(at, "Take the tag")
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_role("dialog")).to_be_hidden()
        expect(at.page.get_by_role("button", name=f"Take {name} from Hana Ito")).to_have_count(0)
        at.settle()
    assert here(at) == "Give Hana Ito a tag"


def test_what_is_revoked_or_leaves_its_page_takes_the_keyboard_with_it(owners_desk, office):
    at = owners_desk
    person = joined(office.house, "Lars Holm")
    for name in ("desk", "bench"):
        office.house.made("credentials", member_id=person.id, name=name)
    at.go(f"/admin/members/{person.id}?tab=credentials")
    for name, expected in (("bench", "row desk"), ("desk", "h1 Lars Holm")):
        tab_to(at, f"Actions on {name}")
        at.page.keyboard.press("Enter")
        at.page.get_by_role("menuitem", name="Revoke").press("Enter")
        expect(at.page.get_by_role("dialog")).to_be_visible()
        at.settle()
        tab_to(at, "Revoke")
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_role("dialog")).to_be_hidden()
        expect(at.page.get_by_role("button", name=f"Actions on {name}")).to_have_count(0)
        at.settle()
        assert place(at).startswith(expected)
    # What has a page of its own leads back to the list, which says its name.
    tag = office.house.made("tags", name="keys-tag", priority=900)["id"]
    at.go(f"/admin/tags/{tag}")
    tab_to(at, "Delete")
    at.page.keyboard.press("Enter")
    expect(at.page.get_by_role("dialog")).to_be_visible()
    at.settle()
    at.page.wait_for_function("() => performance.now() > 3_100")  # Before that a browser reads the page by itself.
    tab_to(at, "Delete")
    at.page.keyboard.press("Enter")
    expect(at.page).to_have_url(re.compile("/admin/tags$"))
    at.settle()
    expect(at.page.locator("main h1")).to_be_focused()


def test_many_members_cannot_be_disabled_and_enabled_without_a_mouse_or_without_seeing(owners_desk, office):
    at = owners_desk
    keyboard, dialog = at.page.keyboard, at.page.get_by_role("dialog")
    people = [joined(office.house, f"Grove {name}") for name in ("Ash", "Birch", "Cedar")]

    def states() -> list[str]:
        return [office.house.asked("GET", f"members/{each.id}")["status"] for each in people]

    at.go("/admin/members?q=Grove&sort=identifier")
    listen(at)
    for verb, then in (("Disable", ["disabled", "disabled", "active"]), ("Enable", ["active", "active", "active"])):
        for count, name in enumerate(("Ash", "Birch"), start=1):
            tab_to(at, f"Select Grove {name}", key="Shift+Tab" if count == 1 and verb == "Enable" else "Tab")
            keyboard.press("Space")
            expect(at.page.get_by_text(f"{count} selected")).to_be_visible()
        assert "2 selected" in said(at)
        tab_to(at, verb)
        keyboard.press("Enter")
        expect(dialog).to_be_visible()
        at.settle()
        tab_to(at, verb)
        keyboard.press("Enter")
        expect(dialog.get_by_role("button", name="Close", exact=True).last).to_be_focused()
        assert said(at)[-1] == "All 2 done."
        keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        assert states() == then
        # What can be done to those that were ticked is gone, and the keyboard is among the rows.
        expect(at.page.get_by_text("2 selected")).to_be_hidden()
        assert place(at).startswith("row Select Grove")


def test_many_allocations_cannot_be_revoked_without_a_mouse_or_without_seeing(owners_desk, office):
    at = owners_desk
    keyboard, dialog = at.page.keyboard, at.page.get_by_role("dialog")
    person = joined(office.house, "Grove Dale")
    for model in ("openai/gpt-5", "openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"):
        office.grant(person.id, model)
    at.go(f"/admin/allocations?member={person.id}&state=active")
    listen(at)
    for name in ("openai/gpt-5", "openai/gpt-5-mini"):
        tab_to(at, _ticks(at, name))
        keyboard.press("Space")
    expect(at.page.get_by_text("2 selected")).to_be_visible()
    tab_to(at, "Revoke")
    keyboard.press("Enter")
    expect(dialog).to_be_visible()
    at.settle()
    assert here(at) == "Cancel"
    # It cannot be taken back: their number is asked for, and nothing else will do.
    expect(dialog.get_by_role("button", name="Revoke")).to_be_disabled()
    tab_to(at, "This cannot be taken back. Type 2 to go on.")
    keyboard.type("2")
    tab_to(at, "Revoke")
    keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Close", exact=True).last).to_be_focused()
    assert said(at)[-1] == "All 2 done."
    keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    at.settle()
    assert "claude-sonnet-4-5" in place(at)
    held = office.house.asked("GET", "allocations", member_id=person.id, state="active")["items"]
    assert len(held) == 1


def _ticks(at: Desk, model: str) -> str:
    """What the box of a model's row is called."""
    row = at.page.locator("[data-row]").filter(has=at.page.get_by_text(model, exact=True))
    name = row.get_by_role("checkbox").evaluate("(box) => box.labels[0].textContent.trim()")
    assert isinstance(name, str)
    return name

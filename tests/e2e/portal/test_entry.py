"""Getting in, staying in, and what is shown once: by links, by a password, and by the keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.portal.browser import PHONE, WIDE, Desk, desk
from tests.e2e.portal.office import Office
from tests.e2e.portal.people import PASSWORD, Person, invited, joined, signed_in

pytestmark = pytest.mark.e2e

_STORED = "I have stored it somewhere safe"
_TABS_MAX = 60
# What the element that has the focus is called, as far as these pages go.
_FOCUSED = """() => { const it = document.activeElement;
    return it.getAttribute('aria-label') ?? it.labels?.[0]?.innerText ?? it.innerText; }"""


def test_whoever_guesses_is_not_told_to_wait_or_loses_what_was_typed(browser: Browser, office: Office):
    member = joined(office.house, "Otto Brandt")
    with desk(browser, office.url, size=PHONE, dark=True) as at:
        at.expected |= {401, 429}
        at.go("/sign-in?next=/app/credentials")
        assert at.page.get_by_role("link", name=re.compile("^Continue with")).count() == 0
        at.fill("Email or user name", member.identifier)
        for _ in range(10):
            at.fill("Password", "not the password")
            with at.page.expect_response("**/api/auth/login") as answered:
                at.page.keyboard.press("Enter")
            if answered.value.status != 401:
                break
            at.shows("The identifier or the password is wrong")
        assert answered.value.status == 429
        at.shows(re.compile(r"^The next try counts in \d:\d\d\.$"))
        assert at.page.get_by_label("Email or user name").input_value() == member.identifier
        assert not at.violations() + at.overflows()


def test_a_link_pasted_over_another_one_lets_somebody_in_as_the_other(browser: Browser, office: Office):
    one, other = invited(office.house, "Uma Sato"), invited(office.house, "Vera Lund")
    with desk(browser, office.url) as at:
        at.page.goto(one["url"])
        at.shows("Uma Sato, choose a password.")
        at.page.goto(other["url"])
        at.shows("Vera Lund, choose a password.")
        at.fill("New password", PASSWORD)
        at.press("Set password and continue")
        at.shows("Welcome, Vera")


def test_whoever_forgot_their_password_is_promised_a_mail_that_is_never_sent(browser: Browser, office: Office):
    with desk(browser, office.url) as at:
        at.go("/reset")
        at.shows("This gateway sends no mail. Ask an administrator for a link.")
        assert at.page.get_by_role("textbox").count() == 0
        at.press("Back to sign in", role="link")
        at.page.wait_for_url(f"{office.url}/app/sign-in")


def test_a_changed_password_leaves_a_thief_signed_in_or_takes_what_was_typed(browser: Browser, office: Office):
    member = joined(office.house, "Wanda Ilic")
    anew = "lantern pebble sorrow eleven"
    with desk(browser, office.url) as elsewhere, desk(browser, office.url, cookies=member.cookies) as at:
        elsewhere.expected |= {401}
        elsewhere.page.context.add_cookies([dict(each) for each in _session_of(office, member)])
        elsewhere.go("/account/sessions")
        at.expected |= {400, 401, 403, 422}
        at.go("/account/sessions")
        expect(at.page.get_by_role("button", name="End", exact=True)).to_have_count(1)
        at.go("/account/password")
        at.fill("Current password", "not the password")
        at.fill("New password", anew)
        at.press("Change password")
        at.shows(re.compile("^This is not your password"))
        assert at.page.get_by_label("New password").input_value() == anew
        at.fill("Current password", PASSWORD)
        at.press("Change password")
        at.shows("Password changed. Other browsers are signed out.")
        elsewhere.page.goto(f"{office.url}/app/credentials")
        elsewhere.page.wait_for_url(re.compile("/app/sign-in"))
        elsewhere.fill("Email or user name", member.identifier)
        elsewhere.fill("Password", anew)
        elsewhere.press("Continue")
        elsewhere.page.wait_for_url(f"{office.url}/app/credentials")


def _session_of(office: Office, member: Person) -> list[dict[str, Any]]:
    return signed_in(office.url, member.identifier, member.password)


def test_a_rotated_credential_s_secret_counts_as_stored_before_anybody_saw_it(browser: Browser, office: Office):
    member = joined(office.house, "Walid Haddad")
    with desk(browser, office.url, cookies=member.cookies) as at:
        at.go("/credentials/new")
        at.fill("Name", "to be rotated")
        at.press("Create")
        at.page.get_by_label(_STORED).check()
        first = at.page.get_by_label("Secret", exact=True).input_value()
        at.press("Rotate")
        at.press("Rotate", within="dialog")
        expect(at.page.get_by_label("Secret", exact=True)).not_to_have_value(first)
        expect(at.page.get_by_label(_STORED)).not_to_be_checked()
        _is_asked_before_leaving(at, "Credentials", "/credentials")


def test_an_access_token_is_left_behind_without_a_word_or_hides_its_end(browser: Browser, office: Office):
    member = joined(office.house, "Xenia Roth")
    with desk(browser, office.url, cookies=member.cookies, size=WIDE) as at:
        at.go("/account/access-tokens")
        at.press("New access token")
        at.fill("Name", "nightly report")
        at.press("Create")
        at.page.get_by_label("Secret", exact=True).wait_for()
        # The year is said where it is not this one.
        at.shows(re.compile(r"never used · good until \d+ \w+"))
        _is_asked_before_leaving(at, "Sessions", "/account/sessions")


def _is_asked_before_leaving(at: Desk, link: str, address: str) -> None:
    """Leaving with a secret that was not stored asks, once; staying keeps it."""
    at.page.get_by_role("link", name=link, exact=True).first.click()
    assert "Leave without the secret?" in at.dialog()
    at.press("Cancel", within="dialog")
    assert at.page.get_by_label("Secret", exact=True).input_value()
    at.page.get_by_role("link", name=link, exact=True).first.click()
    at.press("Leave", within="dialog")
    at.page.wait_for_url(f"{at.url}/app{address}")


def test_somebody_without_a_mouse_cannot_get_in_make_a_credential_or_stop_it(browser: Browser, office: Office):
    member = joined(office.house, "Yara Haas")
    office.grant(member.id, "openai/gpt-5-mini")
    with desk(browser, office.url) as at:
        at.go("/sign-in?next=/app/credentials/new")
        _type(at, "Email or user name", member.identifier)
        _type(at, "Password", PASSWORD)
        at.page.keyboard.press("Enter")
        at.page.get_by_role("heading", name="New credential").wait_for()
        _reach(at, "Create")
        at.page.keyboard.press("Enter")
        secret = at.page.get_by_label("Secret", exact=True).input_value()
        _reach(at, "Copy the secret")
        at.page.keyboard.press("Enter")
        at.shows("Copied")
        assert at.page.evaluate("() => navigator.clipboard.readText()") == secret
        _reach(at, _STORED)
        at.page.keyboard.press("Space")
        for verb, says in (("Pause", "is paused"), ("Resume", "works again"), ("Revoke", "is revoked")):
            _reach(at, verb)
            at.page.keyboard.press("Enter")
            if verb != "Resume":
                at.page.get_by_role("dialog").wait_for()
                assert at.page.evaluate(_FOCUSED) == "Cancel"
                _reach(at, verb)
                at.page.keyboard.press("Enter")
                at.page.get_by_role("dialog").wait_for(state="detached")
            at.shows(re.compile(says))


def _reach(at: Desk, name: str) -> None:
    """Goes to what has this name with the tabulator, and sees that it can be seen to have the focus."""
    for _ in range(_TABS_MAX):
        at.page.keyboard.press("Tab")
        if at.page.evaluate(_FOCUSED) == name:
            ring = at.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"{name} does not show that it has the focus"
            return
    pytest.fail(f"the keyboard does not reach {name}")


def _type(at: Desk, label: str, text: str) -> None:
    _reach(at, label)
    at.page.keyboard.type(text)

"""An invited member's first call, with what the page gave them to paste."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.browser import PHONE, desk
from tests.e2e.portal.people import PASSWORD, invited, joined
from tests.support.up import clean

pytestmark = pytest.mark.e2e


def copied(at, tab: str) -> str:
    """What the clipboard holds after the example of a tab was copied."""
    at.press(tab, role="tab")
    at.press("Copy the code")
    at.shows("Copied")
    return at.page.evaluate("() => navigator.clipboard.readText()")


def run(*command: str) -> str:
    """What a program prints that somebody pastes into a terminal."""
    ended = subprocess.run(
        command, env=clean({}), capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_what_a_newcomer_is_given_to_paste_does_not_work_or_they_never_learn_that_it_did(browser, office):
    member = invited(office.house, "Priya Nair")
    with desk(browser, office.url) as at:
        at.page.goto(member["url"])
        at.fill("New password", PASSWORD)
        at.press("Set password and continue")
        at.shows("Welcome, Priya")
        at.press("Claim openai/gpt-5-mini", within="ol")
        at.press("Create")
        at.shows("Waiting for the first call")
        curl, python = copied(at, "curl"), copied(at, "Python")
        assert '"output_text"' in run("sh", "-c", curl)
        at.shows("It works")
        assert run(sys.executable, "-c", python).strip()
        shown = at.page.get_by_role("status").filter(has_text="It works").inner_text()
        assert re.search(r"openai/gpt-5-mini.*\d+ tokens · \$0\.\d{4}", shown.replace("\n", " "))
        calls = their_calls(at)
        assert len(calls) == 2
        assert all(re.search(r"\$0\.\d{4}", call) and "ok" in call for call in calls), calls


def their_calls(at) -> list[str]:
    """The rows of My calls, once both are there: a record is written when its answer is over."""
    for _ in range(20):
        at.go("/usage/calls")
        rows = at.page.locator("tr[data-row]")
        if rows.count() == 2:
            break
        at.page.wait_for_timeout(250)
    expect(rows).to_have_count(2)
    return rows.all_inner_texts()


def test_the_secret_of_a_credential_outlives_the_page_that_showed_it(browser, office):
    with desk(browser, office.url, cookies=office.cookies_of("Mei Chen")) as at:
        at.go("/credentials/new")
        at.fill("Name", "a new laptop")
        at.press("Create")
        secret = at.page.get_by_label("Secret", exact=True).input_value()
        assert secret.startswith("sk-")
        at.page.get_by_label("I have stored it somewhere safe").check()
        kept = "() => JSON.stringify([location.href, history.state, {...localStorage}, {...sessionStorage}, document.cookie])"
        assert secret not in at.page.evaluate(kept)
        at.page.reload()
        at.settle()
        assert secret not in at.page.content()
        at.press("curl", role="tab")
        at.shows(re.compile(r"\$AI_API_KEY"))


TOOLS = (
    "Codex", "Claude Code", "Gemini CLI", "opencode", "GitHub Copilot", "Continue", "Open WebUI", "Python", "JavaScript", "curl",
)  # fmt: skip


def test_a_new_credential_is_not_ready_for_a_tool_that_people_use(browser, office):
    with desk(browser, office.url, cookies=office.cookies_of("Mei Chen"), size=PHONE, dark=True) as at:
        secret = made(at, "every tool", "openai/gpt-5-mini")
        tabs = at.page.get_by_role("tablist", name="Apps").get_by_role("tab")
        assert tuple(tabs.all_inner_texts()) == TOOLS
        tabs.first.focus()
        for tool in TOOLS:
            chosen = at.page.get_by_role("tab", name=tool, exact=True, selected=True).first
            expect(chosen).to_be_focused()
            expect(chosen).to_be_in_viewport(ratio=1)
            texts = at.page.get_by_role("tabpanel", name=tool).first.locator("pre").all_inner_texts()
            assert any(secret in text for text in texts), (tool, texts)
            assert any(office.url in text for text in texts), (tool, texts)
            assert any("openai/gpt-5-mini" in text for text in texts) or tool == "Open WebUI", (tool, texts)
            assert not any("{{model}}" in text for text in texts), (tool, texts)
            at.page.keyboard.press("ArrowRight")
        at.press("curl", role="tab")
        assert at.page.url.endswith("/set-up?app=curl")
        at.press("Copy the code")
        assert '"output_text"' in run("sh", "-c", at.page.evaluate("() => navigator.clipboard.readText()"))
        at.shows("It works")
        assert not at.overflows()


def test_a_tool_is_set_up_with_a_credential_that_cannot_call_any_model_of_it(browser, office):
    vectors = "openai/text-embedding-3-small"
    member = joined(office.house, "Ines Duarte")
    office.grant(member.id, vectors)
    office.grant(member.id, "openai/gpt-5-mini")
    with desk(browser, office.url, cookies=member.cookies) as at:
        secret = made(at, "vectors alone", vectors)
        assert at.page.get_by_role("tab", name="Python", selected=True).count() == 2
        at.press("Codex", role="tab")
        at.shows("No model this credential can call works with Codex.")
        assert secret not in at.page.get_by_role("tabpanel").inner_text()
        at.page.get_by_label("I have stored it somewhere safe").check()
        at.press("See what it can call", role="link")
        at.page.get_by_role("heading", name="vectors alone", level=1).wait_for()


def made(at, name: str, slug: str) -> str:
    """The secret of a new credential for one model; its page is open."""
    at.go("/credentials/new")
    at.fill("Name", name)
    at.page.get_by_role("radio", name=re.compile("^Chosen")).check()
    at.page.get_by_label(slug).check()
    at.press("Create")
    secret = at.page.get_by_label("Secret", exact=True).input_value()
    at.settle()
    return secret

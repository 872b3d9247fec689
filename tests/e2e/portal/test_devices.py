"""A program on a device gets a credential of a member, who approves it in a browser."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

import pytest

from tests.e2e import codex
from tests.e2e.portal.browser import Desk, desk
from tests.e2e.portal.people import Person, joined
from tests.e2e.test_installers import installed

pytestmark = pytest.mark.e2e


@dataclass
class InTheBrowser:
    """Approves what asks as its member does: by the link, signed out, and with a look at what asks."""

    at: Desk
    person: Person
    seen: str = ""

    @property
    def url(self) -> str:
        return self.at.url

    def approve(self, _caller: object, code: str, _name: str) -> None:
        at = self.at
        at.page.goto(f"{self.url}/app/device?code={code}")
        at.fill("Email or user name", self.person.identifier)
        at.fill("Password", self.person.password)
        at.press("Continue")
        at.page.get_by_role("button", name="Approve", exact=True).wait_for()
        self.seen = at.page.locator("main").inner_text()
        at.press("Approve")
        at.shows("Go back to the terminal")


def test_codex_is_not_set_up_by_one_line_and_one_press(browser, office, tmp_path):
    person = joined(office.house, "Sofia Marino")
    office.grant(person.id, "openai/gpt-5-mini")
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "codex").write_text(f'#!/bin/sh\nexec {shlex.quote(str(codex.PROGRAM))} "$@"\n')
    (binaries / "codex").chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    with desk(browser, office.url) as at:
        at.expected.add(401)
        browsing = InTheBrowser(at, person)
        said = installed(browsing, None, home, "codex.sh", f"{home}/.local/bin:{binaries}:{os.environ['PATH']}")
        assert "was answered" in said
        assert "Did you start this yourself?" in browsing.seen
        assert "openai/gpt-5-mini" in browsing.seen
        at.go("/usage/calls")
        assert at.page.locator("tr[data-row]").count() == 1

"""Chromium as people open the portal with it, and everything that it complains about."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response, ViewportSize, sync_playwright

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE_MS = 30_000
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
# What stood there when a test failed.
_LAST_SEEN = Path(__file__).parents[3] / ".cache/portal/last-seen.png"
# What React has not rendered yet cannot be judged: the heading is there, and nothing says that it is busy.
SETTLED = """() => document.querySelector('h1') !== null
    && document.querySelector('[aria-busy="true"], .appear-late') === null && document.fonts.status === 'loaded'"""
_OVERFLOWS = """() => [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('[class*="overflow-x-auto"], [class*="overflow-hidden"]'))
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 160))"""
# What is only read out takes a pixel. A table takes what its words need, so that a page would scroll by how long they are.
_OUT_OF_SIGHT = """() => [...document.querySelectorAll('body *')]
    .filter((each) => getComputedStyle(each).clipPath === 'inset(50%)' && each.getBoundingClientRect().width > 1)
    .map((each) => each.outerHTML.slice(0, 160))"""


def program() -> str:
    """Where Chromium is."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "there is no Chromium: run `sh scripts/e2e_browser.sh`"
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's own browser; `make e2e` sees to it that there is one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=OPTIONS)
        yield browser
        browser.close()


@dataclass
class Desk:
    """A browser of one person, in a profile of its own. `faults` is what no page may do."""

    url: str
    page: Page
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    """Statuses that a test asks for on purpose."""

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("dialog", self._asked_by_browser)

    def go(self, address: str) -> None:
        """Opens an address of the portal, as 4-contracts has it: without `/app`. Waits until it is all there."""
        self.page.goto(f"{self.url}/app{address}")
        self.settle()

    def settle(self) -> None:
        """Waits until nothing says that it is loading."""
        self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)

    def press(self, name: str | re.Pattern[str], *, role: str = "button", within: str | None = None) -> None:
        """Presses what has exactly this name; `within` is a CSS selector."""
        place = self.page if within is None else self.page.locator(within)
        place.get_by_role(role, name=name, exact=True).click()

    def fill(self, label: str, value: str) -> None:
        """Types into the field with this label."""
        self.page.get_by_label(label, exact=True).fill(value)

    def shows(self, text: str | re.Pattern[str]) -> None:
        """Waits for a text anywhere on the page."""
        self.page.get_by_text(text).first.wait_for(timeout=PATIENCE_MS)

    def dialog(self) -> str:
        """What the open dialog says."""
        return self.page.get_by_role("dialog").inner_text()

    def violations(self) -> list[str]:
        """What axe finds wrong with the page as it is, each with the first elements it is about."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_axe())
        found = self.page.evaluate(
            "() => axe.run(document, { resultTypes: ['violations'] }).then((run) => run.violations)"
        )
        return [_told(each) for each in found]

    def overflows(self) -> list[str]:
        """What makes the page scroll sideways, or would with longer words; nothing when nothing does."""
        if wide := self.page.evaluate(_OUT_OF_SIGHT):
            return [f"takes room out of sight: {each}" for each in wide]
        if self.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"):
            return []
        return ["scrolls sideways", *self.page.evaluate(_OVERFLOWS)]

    def _said(self, message: ConsoleMessage) -> None:
        # A refused request is counted as an answer, with its address.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.faults.append(f"another origin: {request.url}")

    def _asked_by_browser(self, dialog: Dialog) -> None:
        # It may warn whoever leaves; everything else is for the page itself to ask.
        if dialog.type != "beforeunload":
            self.faults.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    def _failed(self, request: Request) -> None:
        # Whoever leaves a page gives up what it was asking for.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.request.method} {response.url}: {response.status}")


@contextmanager
def desk(
    browser: Browser,
    url: str,
    *,
    cookies: Sequence[Mapping[str, Any]] = (),
    size: ViewportSize = WIDE,
    language: str = "en",
    dark: bool = False,
    scale: float = 1,
) -> Iterator[Desk]:
    """A profile with these cookies. The test fails at its end if a page did what no page may do."""
    context = browser.new_context(
        viewport=size,
        locale=language,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        timezone_id="Asia/Taipei",
        device_scale_factor=scale,
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([dict(each) for each in cookies])
    sat = Desk(url, context.new_page())
    try:
        yield sat
        assert not sat.faults, sat.faults
    except BaseException:
        sat.page.screenshot(path=_LAST_SEEN)
        raise
    finally:
        context.close()


@cache
def _axe() -> str:
    if not _AXE.is_file():
        pytest.fail(f"{_AXE} is missing: run `make portal`")
    return _AXE.read_text()


def _told(violation: Mapping[str, Any]) -> str:
    nodes = "; ".join(f"{json.dumps(node['target'])} {node['html'][:160]}" for node in violation["nodes"][:3])
    why = " ".join(violation["nodes"][0]["failureSummary"].split())
    return f"{violation['id']} x {len(violation['nodes'])}: {nodes} ({why[:300]})"

"""The playground: what is set there reaches the provider, Stop stops, and what it shows is what is billed."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from tests.e2e.portal.browser import Desk, desk
from tests.e2e.portal.office import Office
from tests.e2e.portal.people import joined
from tests.support.up import clean

pytestmark = pytest.mark.e2e

_UPSTREAM = "gpt-played"
_MODEL = f"openai/{_UPSTREAM}"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_the_playground_asks_something_else_than_it_shows_or_bills_it_otherwise(browser: Browser, office: Office):
    member = joined(office.house, "Zoe Marsh")
    office.publish(_MODEL, prices=("1.00", "4.00"))
    office.grant(member.id, _MODEL)
    secret = office.house.made("credentials", member_id=member.id, name="Zoe's laptop")["secret"]
    simulator = office.house.simulator
    with desk(browser, office.url, cookies=member.cookies) as at:
        at.go(f"/playground?model={_MODEL}")
        at.fill("System prompt", "Answer in rhymes.")
        at.fill("Temperature", "0.3")
        at.fill("Most output tokens", "200")
        picture = FilePayload(name="pixel.png", mimeType="image/png", buffer=_PIXEL)
        at.page.locator("input[type=file]").set_input_files(picture)
        at.page.get_by_alt_text("Picture 1").wait_for()
        simulator.behave(_UPSTREAM, times=1, text="A red dot, on the spot.", usage={"input": 1_000, "output": 500})
        _send(at, "What is this?")
        at.shows("A red dot, on the spot.")
        figures = _figures(at, 0)
        assert all(each in figures for each in ("1,000 in", "500 out", "$0.0030")), figures
        asked = simulator.asked(_UPSTREAM)[-1]
        assert asked["temperature"] == 0.3
        assert 200 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
        assert [each["role"] for each in asked["messages"]] == ["system", "user"]
        assert base64.b64encode(_PIXEL).decode() in json.dumps(asked["messages"][1])

        simulator.behave(_UPSTREAM, times=1, text="la " * 400, chunks=400, chunk_delay_ms=100)
        _send(at, "Sing on.")
        at.shows(re.compile("^la la"))
        at.press("Stop")
        at.page.get_by_role("button", name="Send").wait_for()
        assert "$0.00" in _figures(at, 1)
        assert _comes(lambda: "aborted" in simulator.events(_UPSTREAM)), "the provider went on for nobody"

        at.press("Clear the conversation")
        _send(at, "Say it in code.")
        _figures(at, 0)
        shown = simulator.asked(_UPSTREAM)[-1]
        for tool, command in (("curl", ("sh", "-c")), ("Python", (sys.executable, "-c"))):
            at.press(tool)
            at.press("Copy the code", within="dialog")
            at.shows("Copied")
            code = at.page.evaluate("() => navigator.clipboard.readText()")
            assert secret not in code
            at.page.keyboard.press("Escape")
            ended = subprocess.run(
                [*command, code], env=clean({"AI_API_KEY": secret}), capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
            )  # fmt: skip
            assert ended.returncode == 0, ended.stderr
            again = simulator.asked(_UPSTREAM)[-1]
            assert again["messages"][: len(shown["messages"])] == shown["messages"], (tool, again)
            assert again["temperature"] == 0.3


def _send(at: Desk, text: str) -> None:
    at.fill("Write a message", text)
    at.page.keyboard.press("Enter")


def _figures(at: Desk, turn: int) -> str:
    """What a turn came to, once its record is there."""
    said = at.page.locator("p", has=at.page.get_by_role("link", name=re.compile("^call "))).nth(turn)
    expect(said).to_be_visible()
    return said.inner_text()


def _comes(holds) -> bool:
    for _ in range(100):
        if holds():
            return True
        time.sleep(0.1)
    return False

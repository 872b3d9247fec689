"""The keyboard as those use it who have nothing else: where it is, where it goes, and what is said meanwhile."""

from __future__ import annotations

import pytest

from tests.e2e.portal.browser import Desk

_HERE = """() => {
    const here = document.activeElement;
    const at = here.getBoundingClientRect();
    const top = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
    return {
        name: (here.getAttribute('aria-label') ?? here.labels?.[0]?.textContent ?? here.textContent).trim(),
        inDialog: here.closest('dialog') !== null,
        isSeen: top !== null && (here.contains(top) || top.contains(here)),
    };
}"""
_STOPS_MAX = 150
# Where the keyboard is after something went from under it: in a row, at a heading, or nowhere.
_PLACE = """() => {
    const here = document.activeElement;
    if (here === document.body) return 'nowhere';
    const row = here.closest('main [data-row], main li');
    return row === null ? `${here.tagName.toLowerCase()} ${here.textContent.trim()}` : `row ${row.textContent.trim()}`;
}"""
# What a screen reader says by itself: words that change within a place that stood there before them.
_LISTEN = """() => {
    window.said = [];
    new MutationObserver((changes) => {
        for (const { target } of changes) {
            const place = (target instanceof Element ? target : target.parentElement)?.closest('[aria-live=polite]');
            if (place) window.said.push(place.textContent.trim());
        }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


def here(at: Desk) -> str:
    """What has the keyboard is called."""
    name: str = at.page.evaluate(_HERE)["name"]
    return name


def tab_to(at: Desk, name: str, *, key: str = "Tab") -> None:
    """Walks there, and never to where it cannot be seen. Fails where the keyboard does not get there."""
    for _ in range(_STOPS_MAX):
        at.page.keyboard.press(key)
        found = at.page.evaluate(_HERE)
        if found["name"] == name:
            assert found["isSeen"], name
            return
    pytest.fail(f"the keyboard does not reach {name}")


def place(at: Desk) -> str:
    """`row …` with its words, an element's name with its own, or `nowhere`."""
    found: str = at.page.evaluate(_PLACE)
    return found


def listen(at: Desk) -> None:
    """Begins to write down what a screen reader says by itself."""
    at.page.evaluate(_LISTEN)


def said(at: Desk) -> list[str]:
    """What was said since then."""
    found: list[str] = at.page.evaluate("window.said")
    return found

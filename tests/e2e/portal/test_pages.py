"""Every page, as it is opened: in two languages, two themes, and on a phone. Nothing is wrong with any of them."""

from __future__ import annotations

import pytest

from tests.e2e.portal.addresses import SHOWN, routes
from tests.e2e.portal.browser import PHONE, WIDE, Desk, desk

pytestmark = pytest.mark.e2e


def look(at: Desk, where: str) -> list[str]:
    """What is wrong with the page in both themes and sizes."""
    found = []
    for size, dark in ((WIDE, False), (WIDE, True), (PHONE, True), (PHONE, False)):
        at.page.set_viewport_size(size)
        at.page.emulate_media(color_scheme="dark" if dark else "light")
        at.settle()
        as_what = f"{where} {size['width']} {'dark' if dark else 'light'}"
        found += [f"{as_what}: {each}" for each in at.violations()]
        if size == PHONE:
            found += [f"{as_what}: {each}" for each in at.overflows()]
    return found


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize("who", sorted({each.who for each in SHOWN}))
def test_a_page_has_a_fault_somebody_cannot_use_it_or_it_asks_another_origin(browser, office, who, language):
    with desk(browser, office.url, cookies=office.cookies_of(who), language=language) as at:
        found = []
        for shown in SHOWN:
            if shown.who == who:
                at.expected = set(shown.expected)
                at.page.set_viewport_size(WIDE)
                at.go(shown.of(office))
                found += look(at, f"{shown.route} {language}")
    assert found == []


def test_a_page_was_never_opened():
    assert routes() == {each.route for each in SHOWN}

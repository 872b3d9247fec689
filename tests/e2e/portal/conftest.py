"""A browser, and an organization to look at with it. One of each for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.portal.browser import Desk, chromium, desk
from tests.e2e.portal.office import Office, an_office

_HERE = Path(__file__).parent


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]):
    """These tests come last: the browser's driver keeps a loop in this thread, and others have loops of their own."""
    found = yield
    items.sort(key=lambda item: item.path.is_relative_to(_HERE))
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """`ai-api up` with an organization of its own: other tests fill theirs with names nobody would read."""
    with an_office() as found:
        yield found


@pytest.fixture
def owners_desk(browser: Browser, office: Office) -> Iterator[Desk]:
    """The owner's browser."""
    with desk(browser, office.url, cookies=office.owner.cookies) as sat:
        yield sat

"""One portal per test, over a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.portal import Caller, Portal, open_portal


@pytest.fixture
async def portal(database: str) -> AsyncIterator[Portal]:
    async with open_portal(database) as portal:
        yield portal


@pytest.fixture
async def owner(portal: Portal) -> Caller:
    return await portal.owner()


@pytest.fixture
async def admin(portal: Portal, owner: Caller) -> Caller:
    return await portal.admin()

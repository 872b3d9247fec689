"""One portal per test, over a database of its own; and one for a whole file, with everybody in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Databases, Prepare
from tests.support.portal import Caller, Portal, open_portal
from tests.support.portal_scene import Scene, open_scene


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(postgres_server: Databases, prepare_database: Prepare) -> AsyncIterator[Scene]:
    """For tests that leave no more behind than sessions; they run in the module's loop."""
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    async with open_scene(dsn) as scene:
        yield scene
    postgres_server.drop(dsn)

"""One gateway, one database, one simulated provider and one event loop for the whole matrix."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conformance.bench import Bench
from tests.conformance.received import wrong
from tests.conformance.sheet import Sheet
from tests.support import upstream
from tests.support.database import Databases, Prepare
from tests.support.gateway import gateway

_SHEET = pytest.StashKey[Sheet]()
_PARTIAL = pytest.StashKey[bool]()
_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All cells share the event loop on which the gateway runs."""
    for item in items:
        if _FOLDER in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole_bench(postgres_server: Databases, prepare_database: Prepare) -> AsyncIterator[Bench]:
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    with warnings.catch_warnings():
        # What the translating library's own dependencies find old-fashioned when it is loaded.
        warnings.simplefilter("ignore")
        async with upstream.running(check=wrong) as sim, gateway(dsn, sim) as running:
            await asyncio.to_thread(running.application.gateway.translate.ensure_loaded)
            made = Bench(running, sim)
            yield made
            await made.close()
    postgres_server.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def bench(whole_bench: Bench) -> AsyncIterator[Bench]:
    """The bench. After each cell nothing is open and no call has broken; the books are proven at the end of all."""
    counters = whole_bench.gateway.application.gateway.tell.counters
    before = counters.broken, counters.unsettled
    yield whole_bench
    await whole_bench.gateway.at_rest()
    assert (counters.broken, counters.unsettled) == before, "a call broke: see the log"


@pytest.fixture(scope="session")
def sheet(pytestconfig: pytest.Config) -> Sheet:
    """Where cells say what they found."""
    return pytestconfig.stash.setdefault(_SHEET, Sheet())


def pytest_deselected(items: list[pytest.Item]) -> None:
    """A run that leaves cells out says nothing about the matrix."""
    if items:
        items[0].config.stash[_PARTIAL] = True


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Writes the table of a whole and green run; not in CI, which changes no files."""
    config = session.config
    is_whole = [Path(each).resolve() for each in config.args] == [_FOLDER] and not config.stash.get(_PARTIAL, False)
    if exitstatus == 0 and is_whole and os.environ.get("CI") != "true" and _SHEET in config.stash:
        config.stash[_SHEET].write()

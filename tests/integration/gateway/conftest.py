"""One provider, one database and one gateway per file; each test looks only at what it did itself.

A test that needs a database of its own (it leaves something in it, or counts its statements) asks for `database`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import upstream
from tests.support.database import Databases, Prepare
from tests.support.gateway import Gateway, gateway
from tests.support.upstream import Simulator

_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file share an event loop, on which their gateway runs."""
    for item in items:
        if _FOLDER in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest.fixture(scope="module")
def shared_database(postgres_server: Databases, prepare_database: Prepare) -> Iterator[str]:
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    yield dsn
    postgres_server.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_sim() -> AsyncIterator[Simulator]:
    async with upstream.running() as simulator:
        yield simulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_gateway(shared_database: str, shared_sim: Simulator) -> AsyncIterator[Gateway]:
    async with gateway(shared_database, shared_sim) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def sim(shared_sim: Simulator) -> AsyncIterator[Simulator]:
    shared_sim.forget()
    yield shared_sim
    # Whatever the test did, nobody is connected to the provider for it any more.
    async with asyncio.timeout(5):
        while shared_sim.counters.open:
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture(loop_scope="module")
async def g(shared_gateway: Gateway, sim: Simulator) -> AsyncIterator[Gateway]:
    """The gateway. After each test nothing is open or held, no call has broken, the books keep the laws, and no secret has
    been written.
    """
    counters = shared_gateway.application.gateway.tell.counters
    shared_gateway.books.forget()
    before = counters.broken, counters.unsettled
    yield shared_gateway
    await shared_gateway.at_rest()
    await shared_gateway.books.assert_at_rest()
    assert (counters.broken, counters.unsettled) == before, "a call broke: see the log"
    shared_gateway.log.assert_clean()

"""A process that dies, stands still or fails at any step of a call's way: one record for each call that was accepted.

All points are played in the first test that asks; each test then looks at one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.faults.campaign import Campaign, Case, cases_of
from tests.faults.conftest import IS_FULL
from tests.faults.test_kill import an_organization, swept, working
from tests.integration.gateway.shapes import SHAPES, error_of, has_success_end, told
from tests.support import upstream
from tests.support.books import Books, assert_exactly_once
from tests.support.database import Databases, Prepare
from tests.support.failpoints import POINTS
from tests.support.nursery import Failpoint, nursery
from tests.support.upstream import read_log

pytestmark = pytest.mark.asyncio(loop_scope="module")

FROZEN_S = 4
"""Longer than the sweep waits here for a heart to beat."""
FREEZE = f"freeze:{FROZEN_S}"
SHORT = {
    FREEZE: ("admit.sent", "upstream.asked", "settle.sent", "settle.committed"),
    "raise": ("admit.answered", "relay.midway", "settle.before"),
    "lose": ("admit.answered", "extend.answered", "settle.committed", "key.claimed"),
}
"""What the short form plays beside all deaths."""
ALL = cases_of("kill") + [
    case for do, points in SHORT.items() for case in cases_of(do) if IS_FULL or case.point in points
]


@pytest.fixture(scope="module")
def one_database(postgres_server: Databases, prepare_database: Prepare) -> Iterator[str]:
    dsn = postgres_server.create(postgres_server.template(prepare_database))
    yield dsn
    postgres_server.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def campaign(
    one_database: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Campaign]:
    """Everything that was asked for, played; nothing is held any more."""
    folder = tmp_path_factory.mktemp("failpoints")
    books = Books(one_database)
    wanted = [
        item.callspec.params["case"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec") and "case" in item.callspec.params
    ]
    async with (
        upstream.running(log=folder / "witness.jsonl") as sim,
        an_organization(one_database, sim) as org,
        nursery() as forks,
        working(one_database),
    ):
        running = Campaign(one_database, sim, org, forks, folder, books)
        await running.play(wanted)
        await swept(books)
        yield running


@pytest.mark.parametrize("case", ALL, ids=str)
async def test_a_record_is_missing_or_there_twice(campaign: Campaign, case: Case):
    played = campaign.played[case]
    assert played.has_fired
    assert played.was_alive == (case.do != "kill")
    wanted = set(played.asked)
    by_request = {}
    for record in await campaign.books.records():
        if record["request_id"] in wanted:
            assert record["request_id"] not in by_request, "double"
            by_request[record["request_id"]] = record
    for request_id, (shape, answer) in played.answers.items():
        if answer.ending == "whole" and answer.status == 200 and (not shape.stream or has_success_end(answer)):
            record = by_request[request_id]
            assert (record["outcome"], record["usage_source"]) == ("ok", "provider")
        if case.do != "kill":
            assert answer.status in {200, 500, 503}
            # A defect in the very sending of the end leaves a stream that breaks off, and the server's own 500.
            if case.point == "end.before":
                continue
            assert answer.ending == "whole"
            if answer.status != 200:
                assert error_of(answer)["code"] in {"internal_error", "store_unavailable", "overloaded"}


SWEEPS = [name for name, point in POINTS.items() if "job" in point.reached_by]


@pytest.mark.parametrize("name", SWEEPS)
async def test_a_sweep_that_dies_midway_loses_or_doubles_what_it_swept(database, tmp_path, name):
    """A replica dies under calls, then the worker that sweeps it; the next worker sweeps the rest."""
    books, fired = Books(database), tmp_path / "fired"
    quick = {"AI_API_SWEEP_SILENT_S": "1"}
    async with upstream.running() as sim, an_organization(database, sim) as org, nursery() as forks:
        caller = await org.caller(usd="5")
        async with forks.gateway(database, log=tmp_path / "gateway.log") as replica:
            calls = [
                asyncio.create_task(
                    replica.ask(
                        caller, shape.path, shape.body(caller, told(hang_at=5)), headers={"x-request-id": f"{n}"}
                    )
                )
                for n, shape in enumerate(SHAPES * 2)
            ]
            async with asyncio.timeout(30):
                while sim.counters.open < len(calls):
                    await asyncio.sleep(0.01)
            await replica.kill()
            await asyncio.gather(*calls)
        async with forks.worker(
            database, log=tmp_path / "w", failpoint=Failpoint(name, "kill", fired), **quick
        ) as worker:
            await worker.gone(timeout_s=60)
        assert fired.read_text().split() == [name]
        async with forks.worker(database, log=tmp_path / "w", **quick):
            await swept(books)
        records = await books.records()
        assert [(record["outcome"], record["swept"]) for record in records] == [("interrupted", True)] * len(calls)
        assert_exactly_once(records, list(sim.witness.events))
        await books.assert_at_rest()


async def test_the_books_are_wrong_after_all_of_it(campaign: Campaign):
    assert_exactly_once(await campaign.books.records(), read_log(campaign.folder / "witness.jsonl"))
    await campaign.books.assert_at_rest()

"""Two replicas count, each for itself: together they say what happened, every number moves, and nothing stays open."""

from __future__ import annotations

import asyncio
import re
import signal
from collections import Counter, defaultdict

import asyncpg
import httpx
from scripts import test_ids

from ai_api import __version__
from ai_api.app import create_app
from ai_api.jobs.unexplained import LAWS
from ai_api.settings import load_settings
from tests.architecture.test_docs_metrics import PAGE, described
from tests.faults.test_kill import an_organization
from tests.integration.gateway.shapes import SHAPES, STREAMS, told
from tests.support.alert_rules import ROOT, alerts, metrics_in
from tests.support.books import Books
from tests.support.gateway import CHAT, GatewayProcess, chat_body, gateway_process
from tests.support.nursery import Fork, nursery
from tests.support.organization import KEYS_TEXT
from tests.support.upstream.raw import RawClient

N = 6
SERIES_MAX = 5_000
SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
NEVER = {
    # What no healthy gateway shows, or one without mail. Each has a test of its own that makes it move.
    "ai_gateway_defects_total": "tests/faults/test_metrics_of_replicas.py::test_a_defect_is_counted_nowhere",
    "ai_gateway_fault": "tests/faults/test_metrics_of_replicas.py::test_why_a_process_is_not_ready_is_not_shown",
    "ai_gateway_shed_calls_total": "tests/integration/gateway/test_intake.py::test_more_calls_than_there_may_be_are_begun",
    "ai_gateway_unexplained_amount": "tests/integration/jobs/test_prove_books.py::test_a_busy_book_alarms",
    "ai_gateway_usage_doubted_total": "tests/integration/gateway/test_caps.py::test_a_provider_that_counts_otherwise_is_believed_without_a_word",
    "ai_gateway_letters_total": "tests/integration/jobs/test_send_mail.py::test_a_letter_is_tried_for_ever",
    "ai_gateway_letters_given_up": "tests/integration/jobs/test_send_mail.py::test_a_letter_is_tried_for_ever",
    "ai_gateway_letters_oldest_seconds": "tests/integration/jobs/test_send_mail.py::test_a_letter_is_tried_for_ever",
}
WITHOUT_MAIL = {name for name in NEVER if "_letters_" in name}
FULL, CHUNKS, CHUNK_BYTES = 20_000, 200, 64

Scrape = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(*replicas: GatewayProcess | Fork) -> tuple[Scrape, dict[str, str], int]:
    """The sum over replicas, the types, and how many series the one with the most shows."""
    total: Scrape = defaultdict(float)
    kinds: dict[str, str] = {}
    most = 0
    async with httpx.AsyncClient() as http:
        for replica in replicas:
            lines = (await http.get(f"{replica.ops_url}/metrics")).text.splitlines()
            kinds |= dict(line.split(" ")[2:4] for line in lines if line.startswith("# TYPE"))
            series = [SAMPLE.fullmatch(line) for line in lines if not line.startswith("#")]
            assert all(series), [line for line, found in zip(lines, series, strict=False) if not found]
            most = max(most, len(series))
            for each in series:
                labels = frozenset(LABEL.findall(each["labels"] or ""))
                total[each["name"], labels] += float(each["value"])
    return total, kinds, most


def by(total: Scrape, name: str, *labels: str) -> Counter[tuple[str, ...]]:
    """The values of a metric by some of its labels."""
    found: Counter[tuple[str, ...]] = Counter()
    for (each, given), value in total.items():
        if each == name:
            found[tuple(dict(given)[label] for label in labels)] += value
    return found


def moved_in(*scrapes: Scrape) -> set[str]:
    """The metrics that were something else than 0, by the names that the reference has for them."""
    return {re.sub(r"_(count|sum|bucket)$", "", name) for each in scrapes for (name, _), value in each.items() if value}


async def held_up(database: str, replicas: tuple[GatewayProcess, ...], caller) -> Scrape:
    """What replicas show while somebody's lock keeps both calls and records waiting; afterwards all have ended."""
    slow = told(chunk_delay_ms=20, chunks=10)
    calls = [asyncio.create_task(g.chat(caller, slow, stream=True)) for g in replicas for _ in range(4)]
    connection = await asyncpg.connect(database)
    try:
        async with asyncio.timeout(20):
            while sum(by((await scrape(*replicas))[0], "ai_gateway_holds_open").values()) < len(calls):
                await asyncio.sleep(0.01)
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM quota_accounts FOR UPDATE")
            # Past what may be on its way to the database at once.
            calls += [asyncio.create_task(g.chat(caller)) for g in replicas for _ in range(40)]
            async with asyncio.timeout(20):
                while True:
                    shown, _, _ = await scrape(*replicas)
                    if {"ai_gateway_settlements_pending", "ai_gateway_batch_waiting"} <= moved_in(shown):
                        break
                    await asyncio.sleep(0.01)
    finally:
        await connection.close()
    await asyncio.gather(*calls)
    return shown


async def hang_up(g: GatewayProcess, caller, shape) -> None:
    async with g.begun(caller, shape.path, shape.body(caller, told(hang_at=3))) as client:
        # A piece of it has come.
        await client._reader.readuntil(b"data: ")


async def test_counters_of_replicas_are_not_what_happened(database, sim, tmp_path):
    books = Books(database)
    most_tokens = {"prompt_tokens": 2**52, "completion_tokens": 2**52, "total_tokens": 2**53}
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5000", tokens=10**9)
        growing = await org.caller(tokens=10 * FULL, context_tokens=100_000, output_tokens_max=FULL)
        failing, poor = await org.caller(usd="50"), await org.caller(usd="5")
    async with (
        gateway_process(database, log=tmp_path / "a.log") as one,
        gateway_process(database, log=tmp_path / "b.log") as other,
        nursery() as forks,
        forks.worker(database, log=tmp_path / "worker.log") as worker,
    ):
        long = told(answer_bytes=CHUNKS * CHUNK_BYTES, chunks=CHUNKS, chunk_delay_ms=5)
        slow = told(chunk_delay_ms=100, chunks=20)
        for g in (one, other):
            for shape in SHAPES:
                for _ in range(N):
                    assert (await shape.ask(g, caller)).status == 200
            for shape in STREAMS:
                for _ in range(N):
                    await hang_up(g, caller, shape)
            for _ in range(N):
                assert (await g.ask(None, CHAT, chat_body(caller))).status == 401
                assert (await g.ask(caller, CHAT, {"model": "nobody/nothing", "messages": []})).status == 404
                assert (await g.ask(caller, CHAT, b"{")).status == 400
            # The third failure in a row makes the route cool down; nobody else has one, so that it is asked all the same.
            for _ in range(3):
                assert (await g.chat(failing, told(status=500))).status == 502
            failed, _, _ = await scrape(one, other)
            assert (await g.chat(growing, long, stream=True)).status == 200
        assert (await one.chat(poor)).status == 200
        assert (await one.ask(poor, CHAT, chat_body(poor, told(usage_raw=most_tokens)))).status == 200

        # Some are under way, and then none.
        under_way = [asyncio.create_task(g.chat(caller, slow, stream=True)) for g in (one, other) for _ in range(3)]
        async with asyncio.timeout(20):
            while sum(by((await scrape(one, other))[0], "ai_gateway_requests_in_progress").values()) < len(under_way):
                await asyncio.sleep(0.02)
        busy, _, _ = await scrape(one, other)
        assert sum(by(busy, "ai_gateway_active_clients").values()) == 2, "one caller, on two replicas"
        assert sum(by(busy, "ai_gateway_holds_open").values()) == len(under_way)
        assert sum(by(busy, "ai_gateway_held_usd").values()) > 0
        assert {answer.status for answer in await asyncio.gather(*under_way)} == {200}
        async with asyncio.timeout(20):
            while True:
                total, kinds, most = await scrape(one, other)
                if not any(sum(by(total, name).values()) for name in OPEN):
                    break
                await asyncio.sleep(0.05)
        jobs, of_worker = await proved(worker)
        records_then = await books.records()
        stuck = await held_up(database, (one, other), caller)
        async with RawClient(one.url) as stranger:
            await stranger.send_bytes(b"this is not HTTP\r\n\r\n")
            assert (await stranger.receive()).status == 400
        edge, _, _ = await scrape(one, other)
    records = [row for row in records_then if row["outcome"] != "model_not_found"]
    written = Counter(row["outcome"] for row in records)
    outcomes = by(total, "ai_gateway_requests_total", "status")
    assert outcomes == {("ok",): written["ok"] + 1, ("client_closed",): 4 * N, ("upstream_error",): 6}, outcomes
    assert written == {"ok": 8 * N + 2 + 1 + 6, "client_closed": 4 * N, "upstream_error": 6}
    assert by(total, "ai_gateway_refusals_total", "code") == {
        ("credential_missing",): 2 * N,
        ("model_not_found",): 2 * N,
        ("bad_request",): 2 * N,
    }
    errors = by(total, "ai_gateway_upstream_errors_total", "client", "code")
    assert errors == {(failing.credential.credential.public_id, "upstream_error"): 6}
    # Every record went to the database in one batch; the one that was refused was tried again by itself.
    assert total["ai_gateway_batch_items_sum", frozenset({("batch", "settlement")})] >= len(records)
    # The one that the database refused is counted too: it was used. Its numbers are beside the ledger.
    [kept] = await books.fetch(
        "SELECT (record->>'input_tokens')::bigint AS i, (record->>'output_tokens')::bigint AS o FROM unsettled"
    )
    for name, column, beside in (("input", "input_tokens", kept["i"]), ("output", "output_tokens", kept["o"])):
        summed = sum(row[column] for row in records) + beside
        assert sum(by(total, f"ai_gateway_{name}_tokens_total").values()) == summed
    assert sum(by(total, "ai_gateway_unsettled_total").values()) == 1
    ended = sum(outcomes.values())
    assert total["ai_gateway_request_duration_seconds_count", frozenset()] == ended
    assert total["ai_gateway_overhead_seconds_count", frozenset()] == ended
    streams = [row for row in records if row["stream"]]
    assert total["ai_gateway_first_byte_seconds_count", frozenset()] == len(streams)
    # Every one of them moves, and none has more labels than a bound.
    assert kinds.keys() | of_worker.keys() == described(PAGE.read_text(encoding="utf-8")).keys() - WITHOUT_MAIL
    moved = moved_in(failed, busy, total, jobs, stuck, edge)
    assert (kinds.keys() | of_worker.keys()) - moved == NEVER.keys() - WITHOUT_MAIL
    assert most <= SERIES_MAX
    # What alerts ask for is among them.
    assert metrics_in(*(each.expr for each in alerts())) <= moved | NEVER.keys()


def test_what_never_moves_here_moves_nowhere():
    assert [found for test in NEVER.values() if (found := test_ids.missing(ROOT, test))] == []


async def proved(worker: Fork) -> tuple[Scrape, dict[str, str]]:
    """What a worker shows that has looked through the books once, and the types."""
    async with asyncio.timeout(60):
        while True:
            try:
                shown, kinds, _ = await scrape(worker)
            except httpx.TransportError:
                shown, kinds = {}, {}
            if all(by(shown, "ai_gateway_books_proved_at_seconds", "law")[law,] for law in LAWS):
                return shown, kinds
            await asyncio.sleep(0.1)


async def test_why_a_process_is_not_ready_is_not_shown(database, tmp_path):
    async with gateway_process(database, log=tmp_path / "g.log", AI_API_LISTEN__DRAIN_DELAY_S="3") as g:
        before, _, _ = await scrape(g)
        assert by(before, "ai_gateway_ready") == {(): 1}
        assert by(before, "ai_gateway_build_info", "version") == {(__version__,): 1}
        g.child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(3):
            while by((shown := (await scrape(g))[0]), "ai_gateway_ready") != {(): 0}:
                await asyncio.sleep(0.05)
        assert by(shown, "ai_gateway_fault", "fault") == {("draining",): 1}


OPEN = (
    "ai_gateway_requests_in_progress",
    "ai_gateway_active_clients",
    "ai_gateway_settlements_pending",
    "ai_gateway_holds_open",
    "ai_gateway_held_usd",
    "ai_gateway_batch_waiting",
)


class Exploding:
    """A way to providers with a defect."""

    async def open(self, call: object) -> object:
        raise RuntimeError("a defect")

    async def close(self) -> None:
        return


async def test_a_defect_is_counted_nowhere(database, sim):
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5")
    settings = load_settings({}, database_url=database, encryption_keys=KEYS_TEXT)
    application = create_app(settings, upstream=Exploding())
    await application.start()
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://g") as http:
            answer = await http.post(CHAT, json=chat_body(caller), headers=caller.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
        shown = {name: samples for name, _, _, samples in application.metrics()}
        assert shown["ai_gateway_defects_total"] == [("", {}, 1.0)]
        assert shown["ai_gateway_requests_in_progress"] == [("", {}, 0.0)]
    finally:
        await application.stop()
    await Books(database).assert_at_rest()

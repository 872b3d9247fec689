"""A replica is told to go: nobody's call is lost or cut without a word, whatever is open, and however impatient somebody is."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from ai_api.wire.json_body import encode
from tests.faults.test_kill import an_organization, swept, working
from tests.integration.gateway.shapes import SHAPES, STREAMS, error_of, has_success_end, told
from tests.support.books import Books, assert_records_match_witness
from tests.support.gateway import CHAT, RESPONSES, GatewayProcess, chat_body, gateway_process
from tests.support.organization import KEYS_TEXT
from tests.support.upstream.raw import RawAnswer, RawClient

LONG_S = "600"
"""A grace that no test outlives: whatever ends before, a signal has ended."""
GONE_S = 30.0
"""On a loaded machine; far less than any grace that is not meant."""


@asynccontextmanager
async def hanging(process: GatewayProcess, sim, caller):
    """Three calls of each shape that have begun upstream and will not end by themselves; gives their tasks."""
    prompt = told(hang_at=3)
    calls = [
        asyncio.create_task(process.ask(caller, each.path, each.body(caller, prompt), timeout_s=60))
        for each in SHAPES * 3
    ]
    try:
        async with asyncio.timeout(GONE_S):
            while sim.counters.open < len(calls):
                await asyncio.sleep(0.01)
        # The chunks before the hang are on their way.
        await asyncio.sleep(0.3)
        yield calls
    finally:
        for call in calls:
            call.cancel()


@asynccontextmanager
async def locked(dsn: str, table: str):
    """Nobody else reads or writes a table in this block. It is waited for without the product's own time limits."""
    holder = await asyncpg.connect(dsn)
    try:
        async with holder.transaction():
            await holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await holder.close()


async def ended(process: GatewayProcess, within_s: float = GONE_S) -> int:
    async with asyncio.timeout(within_s):
        return await process.child.wait()


def expect_told(answers: list[RawAnswer]) -> None:
    """Each has its end, in its own dialect, and none that a client could take for success."""
    for shape, answer in zip(SHAPES * 3, answers, strict=True):
        assert answer.ending == "whole", (shape, answer)
        assert not shape.stream or not has_success_end(answer)
        code = error_of(answer)["code"]
        if shape.stream:
            assert answer.status == 200
            assert code == ("shutting_down" if shape.operation == "chat" else "server_error")
        else:
            assert (answer.status, code, answer.headers["retry-after"]) == (503, "shutting_down", "1")


async def expect_recorded(books: Books, sim, count: int) -> None:
    records = await books.records()
    assert len(records) == count
    assert {(record["outcome"], record["usage_source"], record["swept"]) for record in records} == {
        ("shutting_down", "estimated", False)
    }
    assert all(record["output_tokens"] > 0 for record in records if record["stream"])
    assert_records_match_witness(records, list(sim.witness.events))
    await books.assert_at_rest()
    assert await books.fetch("SELECT id FROM replicas WHERE swept_at IS NULL") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_the_end_of_the_grace_cuts_calls_without_a_word(database, sim, tmp_path, number):
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="50")
    async with (
        gateway_process(database, log=tmp_path / "log", AI_API_LISTEN__GRACE_S="4") as process,
        hanging(process, sim, caller) as calls,
    ):
        began = time.monotonic()
        process.child.send_signal(number)
        done, _ = await asyncio.wait(calls, timeout=1.5)
        assert not done, "told before it was time"
        expect_told(await asyncio.gather(*calls))
        assert time.monotonic() - began >= 2
        assert await ended(process) == 0
    await expect_recorded(books, sim, len(SHAPES * 3))


@pytest.mark.parametrize(
    "numbers", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGTERM)], ids=["twice", "Ctrl-C and SIGTERM"]
)
async def test_a_second_signal_loses_the_records_of_open_calls(database, sim, tmp_path, numbers):
    """Their settlements even have to wait for a lock when it comes."""
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="50")
        environment = {"AI_API_LISTEN__GRACE_S": LONG_S, "AI_API_LISTEN__DRAIN_DELAY_S": "60"}
        async with (
            gateway_process(database, log=tmp_path / "log", **environment) as process,
            hanging(process, sim, caller) as calls,
        ):
            async with locked(database, "call_records"):
                process.child.send_signal(numbers[0])
                await asyncio.sleep(0.5)
                assert not any(call.done() for call in calls)
                process.child.send_signal(numbers[1])
                await asyncio.sleep(1.5)
            expect_told(await asyncio.gather(*calls))
            assert await ended(process) == 0
    await expect_recorded(books, sim, len(calls))


async def test_a_third_signal_waits_for_a_database_that_is_frozen(private_postgres, sim, tmp_path):
    """Who asks three times is not kept waiting; what was open is held, and a worker makes records of it."""
    dsn = private_postgres.dsn
    books = Books(dsn)
    async with an_organization(dsn, sim) as org:
        caller = await org.caller(usd="50")
    async with gateway_process(dsn, log=tmp_path / "log", AI_API_LISTEN__GRACE_S=LONG_S) as process:
        async with hanging(process, sim, caller) as calls:
            await asyncio.to_thread(private_postgres.pause)
            for _ in range(2):
                process.child.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.3)
            assert process.child.returncode is None
            # Their ends do not wait for records longer than two seconds.
            expect_told(await asyncio.gather(*calls))
            process.child.send_signal(signal.SIGTERM)
            assert await ended(process, 5) != 0
        await asyncio.to_thread(private_postgres.resume)
    async with working(dsn):
        await swept(books)
    records = await books.records()
    assert len(records) == len(calls)
    assert {record["outcome"] for record in records} <= {"interrupted", "shutting_down"}
    await books.assert_at_rest()


LETS_NOTHING_GO = """
import asyncio, contextlib, sys
from ai_api.cli import serving
from ai_api.observability.listener import OpsListener
from ai_api.settings import Listen

async def work(stop):
    print("working", flush=True)
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

ops = OpsListener(lambda: set(), lambda: [], None)
asyncio.run(serving.serve_ops(ops, Listen(), serving.listen("127.0.0.1", 0), work))
"""


async def test_a_third_signal_waits_for_work_that_lets_nothing_go(tmp_path):
    """As a connection to a frozen database may do: to be cancelled takes it as long as it likes."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LETS_NOTHING_GO), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert child.stdout is not None
        async with asyncio.timeout(GONE_S):
            assert await child.stdout.readline() == b"working\n"
        for _ in range(3):
            assert child.returncode is None
            child.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
        async with asyncio.timeout(GONE_S):
            assert await child.wait() == 130
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def test_a_database_that_is_frozen_keeps_a_replica_for_ever(private_postgres, sim, tmp_path):
    dsn = private_postgres.dsn
    async with an_organization(dsn, sim) as org:
        caller = await org.caller(usd="50")
    async with (
        gateway_process(dsn, log=tmp_path / "log", AI_API_LISTEN__GRACE_S="1") as process,
        hanging(process, sim, caller) as calls,
    ):
        await asyncio.to_thread(private_postgres.pause)
        try:
            process.child.send_signal(signal.SIGTERM)
            expect_told(await asyncio.gather(*calls))
            # Two seconds for the ends, five for the records, and some for saying goodbye to nobody.
            assert await ended(process) == 0
        finally:
            await asyncio.to_thread(private_postgres.resume)
    assert b"unsettled_at_the_end" in (tmp_path / "log").read_bytes()


async def test_a_replica_that_drains_is_ready_or_turns_calls_away(database, sim, tmp_path):
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="50")
    async with (
        gateway_process(database, log=tmp_path / "log", AI_API_LISTEN__DRAIN_DELAY_S="3") as process,
        httpx.AsyncClient(base_url=process.ops_url) as ops,
        RawClient(process.url) as kept,
    ):
        body = encode(chat_body(caller))
        await kept.send("POST", CHAT, headers=caller.headers, body=body)
        first = await kept.receive()
        assert (first.status, first.headers.get("connection")) == (200, None)
        process.child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(2):
            while (told_ready := await ops.get("/readyz")).status_code == 200:
                await asyncio.sleep(0.01)
        assert told_ready.json() == {"ready": False, "faults": ["draining"]}
        public = await process_get(process, "/readyz")
        assert (public.status_code, public.content) == (503, b"no\n")
        assert (await process_get(process, "/healthz")).status_code == 200
        # Load balancers have not noticed yet: calls are taken, and are the last ones of their connections.
        assert (await process.chat(caller)).status == 200
        await kept.send("POST", CHAT, headers=caller.headers, body=body)
        last = await kept.receive()
        assert (last.status, last.headers["connection"], last.ending) == (200, "close", "whole")
        assert await ended(process) == 0


async def process_get(process: GatewayProcess, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=process.url) as http:
        return await http.get(path)


async def test_clients_that_neither_read_nor_finish_keep_a_replica_for_ever(database, sim, tmp_path):
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5000", tokens=10**12)
    log = tmp_path / "log"
    async with gateway_process(database, log=log, AI_API_LISTEN__GRACE_S="2") as process:
        prompt = told(chunks=40_000, chunk_bytes=2_000)
        async with AsyncExitStack() as stack:
            for shape in STREAMS:
                await stack.enter_async_context(process.begun(caller, shape.path, shape.body(caller, prompt)))
            for path in (CHAT, RESPONSES):
                sender = await stack.enter_async_context(RawClient(process.url))
                head = "\r\n".join([f"POST {path} HTTP/1.1", "host: g", f"authorization: Bearer {caller.secret}"])
                await sender.send_bytes(head.encode() + b"\r\ncontent-length: 1000\r\n\r\n{")
            half = await stack.enter_async_context(RawClient(process.url))
            await half.send_bytes(b"POST /v1/chat/comp")
            async with asyncio.timeout(GONE_S):
                while sim.counters.open < len(STREAMS):
                    await asyncio.sleep(0.01)
            process.child.send_signal(signal.SIGTERM)
            assert await ended(process) == 0
    records = await books.records()
    assert [record["outcome"] for record in records] == ["shutting_down"] * len(STREAMS)
    await books.assert_at_rest()
    assert b"Traceback" not in log.read_bytes()


async def test_a_worker_goes_when_asked_twice_also_in_the_middle_of_a_job(database):
    """Its job waits for a lock. Asked once it finishes it, asked again it lets go."""
    given: dict[str, Any] = {
        "AI_API_DATABASE_URL": database,
        "AI_API_ENCRYPTION_KEYS": KEYS_TEXT,
        "AI_API_LISTEN__WORKER_OPS_PORT": "0",
    }
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
    # A connection without the product's own time limits: a worker may take long to start.
    holder = await asyncpg.connect(database)
    worker = None
    try:
        await holder.execute("BEGIN; LOCK TABLE call_records, replicas IN ACCESS EXCLUSIVE MODE")
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ai_api", "worker"), env=outside | given, stderr=asyncio.subprocess.DEVNULL
        )
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(GONE_S):
            while not await Books(database).fetch(waiting):
                await asyncio.sleep(0.05)
        for _ in range(2):
            worker.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
        async with asyncio.timeout(GONE_S):
            assert await worker.wait() == 0
    finally:
        if worker is not None and worker.returncode is None:
            worker.kill()
            await worker.wait()
        await holder.close()


# ── restarts under load ──────────────────────────────────────────────────────────────────────────────────────────────────


class Balancer:
    """A client as small as can be: goes where readiness says yes, and elsewhere when nobody listens."""

    def __init__(self) -> None:
        self.members: list[GatewayProcess] = []
        self.failed: list[str] = []
        self.answered: dict[str, RawAnswer] = {}
        self._ready: set[str] = set()

    async def watch(self) -> None:
        """Asks each member for its readiness, ten times a second."""
        async with httpx.AsyncClient(timeout=5) as http:
            while True:
                for member in list(self.members):
                    try:
                        ready = (await http.get(f"{member.url}/readyz")).status_code == 200
                    except httpx.TransportError:
                        ready = False
                    (self._ready.add if ready else self._ready.discard)(member.url)
                await asyncio.sleep(0.1)

    async def call(self, name: str, caller, shape, number: int) -> None:
        """One call. What is refused, cut off or answered badly is a failure."""
        for turn in range(200):
            members = [each for each in self.members if each.url in self._ready]
            if not members:
                await asyncio.sleep(0.05)
                continue
            member = members[(number + turn) % len(members)]
            body = shape.body(caller, told(name, chunk_delay_ms=10, chunks=10))
            try:
                client = RawClient(member.url)
                await client.__aenter__()
            except ConnectionRefusedError:
                self._ready.discard(member.url)
                continue
            try:
                sent = {**caller.headers, "x-request-id": name, "content-type": "application/json"}
                await client.send("POST", shape.path, headers=sent, body=encode(body))
                answer = await client.receive(timeout_s=30)
            except OSError as error:
                self.failed.append(f"{name}: {error!r}")
                return
            finally:
                await client.close()
            if answer.status != 200 or answer.ending != "whole" or (shape.stream and not has_success_end(answer)):
                self.failed.append(f"{name}: {answer.status} {answer.ending} {answer.body[-200:]!r}")
            self.answered[name] = answer
            return
        self.failed.append(f"{name}: nobody was ready")


async def test_a_restart_under_load_fails_calls_or_loses_records(database, sim, tmp_path, rounds):
    """Two replicas, one of them restarted again and again under constant calls."""
    books, balancer = Books(database), Balancer()
    stop = asyncio.Event()
    environment = {"AI_API_LISTEN__DRAIN_DELAY_S": "1"}

    async def client(number: int, caller) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            await balancer.call(f"c{number}-{turn}", caller, SHAPES[(number + turn) % 4], number + turn)

    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5000", tokens=10**12)
    async with gateway_process(database, log=tmp_path / "steady.log", **environment) as steady:
        balancer.members.append(steady)
        watching = asyncio.create_task(balancer.watch())
        clients = [asyncio.create_task(client(number, caller)) for number in range(8)]
        seen: list[int] = []
        for _ in range(max(2, rounds // 2)):
            async with gateway_process(database, log=tmp_path / "restarted.log", **environment) as restarted:
                balancer.members.append(restarted)
                await asyncio.sleep(1.0)
                before = len(balancer.answered)
                restarted.child.send_signal(signal.SIGTERM)
                assert await ended(restarted) == 0
                seen.append(len(balancer.answered) - before)
                balancer.members.remove(restarted)
        stop.set()
        await asyncio.gather(*clients)
        watching.cancel()
    assert balancer.failed == []
    assert min(seen) > 0, "nobody called while it went down"
    records = await books.records()
    assert len(records) == len(balancer.answered)
    assert {record["request_id"] for record in records} == set(balancer.answered)
    assert {(record["outcome"], record["usage_source"], record["swept"]) for record in records} == {
        ("ok", "provider", False)
    }
    assert_records_match_witness(records, list(sim.witness.events))
    await books.assert_at_rest()
    # The restarted one has really answered some of them.
    assert len(await books.fetch("SELECT DISTINCT host, id FROM replicas")) >= 3


async def test_a_call_begun_at_the_last_moment_is_admitted_and_forgotten(database, sim, tmp_path):
    """Its admission waits for a lock while the grace ends: when it gets through nobody is asked, and it costs nothing."""
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="50")
        async with gateway_process(database, log=tmp_path / "log", AI_API_LISTEN__GRACE_S="1") as process:
            assert (await process.chat(caller)).status == 200
            async with locked(database, "quota_accounts"):
                late = asyncio.create_task(process.ask(caller, CHAT, chat_body(caller)))
                await asyncio.sleep(0.2)
                process.child.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.7)
            answer = await late
            assert answer.ending == "whole"
            assert answer.status in {200, 503}
            assert await ended(process) == 0
    records = await books.records()
    assert_records_match_witness(records, list(sim.witness.events))
    await books.assert_at_rest()

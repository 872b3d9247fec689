"""The proof of the books: a difference of each kind is found, named and counted exactly, and nothing else ever is."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ai_api.core.db import Hot
from ai_api.jobs.prove_books import BookProof, Chunks
from ai_api.jobs.unexplained import LAWS, Unexplained
from ai_api.wire.usage import Usage
from tests.integration.jobs.conftest import Log
from tests.integration.jobs.desk import Account, Call, month_of

NOW = datetime.now(UTC)
BEFORE = NOW - timedelta(hours=2)
SUBJECT = UUID(int=3)
FIELDS = {"member_id": UUID(int=1), "credential_id": UUID(int=2), "allocation_id": SUBJECT, "model": "a/b"}
SMALL = Chunks(records=7, accounts=2, open_calls=3)


class Prover:
    """A worker's proof, lap by lap."""

    def __init__(self, hot: Hot, log: Log) -> None:
        self.log = log
        self.unexplained = Unexplained(log, lambda: 1.7e9)
        self.proof = BookProof(hot, self.unexplained, lag_s=0, chunks=SMALL)

    async def laps(self, count: int = 1) -> dict[str, int]:
        """Walks so many laps; gives what is unexplained by law, without those where nothing is."""
        for _ in range(count):
            async for _ in self.proof.lap():
                pass
        return {law: amount for law in LAWS if (amount := self.unexplained.amount(law))}

    def lines(self) -> list[dict[str, Any]]:
        """What was told since the last time."""
        told, self.log.lines = self.log.lines, []
        assert {line.pop("event") for line in told} <= {"books_unexplained"}
        return told


@pytest.fixture
def prover(hot: Hot, log: Log) -> Prover:
    return Prover(hot, log)


def tokens(at: datetime = BEFORE) -> Account:
    return Account("total_tokens", SUBJECT, month_of(at))


def sliding() -> Account:
    return Account("requests", SUBJECT, window_s=3600)


def call(at: datetime = BEFORE, **more: Any) -> Call:
    counted = [tokens(at), Account("cost", SUBJECT, month_of(at)), sliding(), Account("concurrency", SUBJECT)]
    return Call(counted, at, fields=FIELDS, **more)


async def some_calls(desk) -> None:
    """Calls of two quarters and two buckets, and one that is open."""
    calls = [call(BEFORE + timedelta(minutes=minutes)) for minutes in range(0, 60, 3)]
    await desk.used(*calls)
    await desk.admit(call(NOW - timedelta(seconds=5)))


async def test_a_clean_book_alarms(desk, prover):
    await some_calls(desk)
    assert await prover.laps(3) == {}
    assert prover.lines() == []
    shown = {name: {s[1]["law"]: s[2] for s in samples} for name, _, _, samples in prover.unexplained.families()}
    assert shown["ai_gateway_unexplained_amount"] == {"held": 0, "settled": 0, "quarters": 0}
    assert set(shown["ai_gateway_books_proved_at_seconds"].values()) == {1.7e9}


async def test_an_empty_book_is_never_proven(prover):
    assert await prover.laps(2) == {}
    assert [s[2] for s in prover.unexplained.families()[1][3]] == [1.7e9] * 3


@pytest.mark.parametrize(
    ("spoil", "law", "amount", "facts"),
    [
        ("UPDATE quota_accounts SET held = held + 5 WHERE id = $1", "held", 5, {"what": "held"}),
        ("UPDATE quota_accounts SET held = held - 3 WHERE id = $1", "held", -3, {"what": "held"}),
        ("UPDATE quota_accounts SET settled = settled + 1 WHERE id = $1", "settled", 1, {"what": "settled"}),
        ("UPDATE quota_accounts SET settled = settled - 1 WHERE id = $1", "settled", -1, {"what": "settled"}),
        ("UPDATE quota_accounts SET previous = 4 WHERE id = $1", "settled", 4, {"what": "previous"}),
    ],
)
async def test_an_account_that_is_off_is_missed(desk, prover, books, spoil, law, amount, facts):
    await some_calls(desk)
    assert await prover.laps() == {}
    account = tokens()
    await books.fetch(spoil, account.id)
    assert await prover.laps() == {}, "once is not enough"
    assert await prover.laps() == {law: abs(amount)}
    (line,) = prover.lines()
    assert line == {
        "law": law,
        "amount": amount,
        "account": str(account.id),
        "subject_kind": "allocation",
        "subject": str(SUBJECT),
        "metric": "total_tokens",
        "window_start": account.window[0].isoformat(),
        **facts,
    }
    # It is shown until it is mended, and told once.
    assert await prover.laps() == {law: abs(amount)}
    column = facts["what"]
    await books.fetch(f"UPDATE quota_accounts SET {column} = {column} - {amount} WHERE id = $1", account.id)
    assert await prover.laps() == {}
    assert prover.lines() == []


async def test_a_sliding_account_that_is_off_is_missed(desk, prover, books):
    await some_calls(desk)
    await books.fetch(
        "UPDATE quota_accounts SET settled = settled + 2, previous = previous + 3 WHERE id = $1", sliding().id
    )
    assert await prover.laps(2) == {"settled": 5}
    assert {(line["what"], line["amount"]) for line in prover.lines()} == {("settled", 2), ("previous", 3)}


async def test_an_account_that_is_gone_is_missed(desk, prover, books):
    await some_calls(desk)
    await books.fetch("DELETE FROM quota_accounts WHERE id = $1", tokens().id)
    # One call is open, and twenty were booked.
    assert await prover.laps(2) == {"held": 1_000, "settled": 20 * 120}
    assert {(line["law"], line["amount"], line["missing"]) for line in prover.lines()} == {
        ("held", -1_000, True),
        ("settled", -2_400, True),
    }


@pytest.mark.parametrize("folded", [False, True], ids=["before it was summed", "after"])
async def test_a_record_that_was_never_booked_is_missed(desk, prover, books, folded):
    await some_calls(desk)
    if folded:
        await prover.laps()
    lost = call(datetime.now(UTC))
    await desk.admit(lost)
    spoil = "SELECT settled, bucket, previous FROM quota_accounts WHERE id = $1"
    before = (await books.fetch(spoil, tokens().id))[0]
    await desk.settle(lost)
    await books.fetch("UPDATE quota_accounts SET settled = $2 WHERE id = $1", tokens().id, before["settled"])
    assert await prover.laps(2) == {"settled": 120}
    (line,) = prover.lines()
    assert (line["amount"], line["metric"]) == (-120, "total_tokens")


OFF = "UPDATE usage_quarters SET calls = calls + 1, input_tokens = input_tokens - 7"
EXTRA = """INSERT INTO usage_quarters (quarter, outcome, calls, input_tokens) SELECT min(quarter), 'ghost', 1, 2 FROM usage_quarters"""
ONE = " WHERE quarter = (SELECT min(quarter) FROM usage_quarters)"


@pytest.mark.parametrize(
    ("spoil", "amount", "off"),
    [
        (OFF + ONE, 8, {"calls": 1, "input_tokens": -7}),
        ("DELETE FROM usage_quarters" + ONE, None, None),
        (EXTRA, 3, {"calls": 1, "input_tokens": 2}),
    ],
    ids=["off", "missing", "made up"],
)
async def test_a_roll_up_that_is_off_is_missed(desk, prover, books, spoil, amount, off):
    await some_calls(desk)
    (row,) = await books.fetch("SELECT * FROM usage_quarters" + ONE)
    if off is None:
        off = {
            name: -row[name] for name in ("calls", "input_tokens", "output_tokens", "billed_cost_nanos") if row[name]
        }
        amount = -sum(off.values())
    await books.fetch(spoil)
    assert await prover.laps() == {}
    assert await prover.laps() == {"quarters": amount}
    (line,) = prover.lines()
    assert (line["law"], line["amount"], line["off"]) == ("quarters", amount, off)
    assert line["quarter"] == row["quarter"].isoformat()
    assert line["outcome"] in {"ok", "ghost"}
    # Mended: every row of the quarter is made of the records again, as the runbook says.
    if "DELETE" in spoil:
        kept = {name: value for name, value in row.items() if name != "is_told"}
        values = ", ".join(f"${number}" for number in range(1, len(kept) + 1))
        await books.fetch(f"INSERT INTO usage_quarters ({', '.join(kept)}) VALUES ({values})", *kept.values())
    else:
        await books.fetch(
            "UPDATE usage_quarters SET calls = $1, input_tokens = $2" + ONE + " AND outcome = 'ok'",
            row["calls"],
            row["input_tokens"],
        )
        await books.fetch("DELETE FROM usage_quarters WHERE outcome = 'ghost'")
    assert await prover.laps() == {}


async def test_a_roll_up_that_a_late_settlement_breaks_is_missed(desk, prover, books):
    """The second look, when no call of the quarter can be open any more."""
    old = NOW - timedelta(hours=26)
    await desk.used(call(old))
    assert await prover.laps(2) == {}
    await books.fetch("UPDATE usage_quarters SET calls = 9")
    await books.fetch("UPDATE proof_marks SET up_to = $1 WHERE name = 'quarters_again'", UUID(int=0))
    assert await prover.laps(2) == {"quarters": 8}


async def test_a_worker_that_starts_again_forgets_what_it_found(desk, prover, books, hot, log):
    await some_calls(desk)
    await books.fetch("UPDATE quota_accounts SET settled = settled + 1 WHERE id = $1", tokens().id)
    await books.fetch(OFF + ONE)
    assert await prover.laps(2) == {"settled": 1, "quarters": 8}
    marks = await books.fetch("SELECT * FROM proof_marks ORDER BY name")
    again = Prover(hot, Log())
    assert await again.laps(2) == {"settled": 1, "quarters": 8}
    assert len(again.lines()) == 2
    after = await books.fetch("SELECT * FROM proof_marks ORDER BY name")
    # The walk goes on where it was.
    assert [b["up_to"] >= a["up_to"] for a, b in zip(marks, after, strict=True)] == [True] * 3


async def test_what_was_summed_is_read_again(desk, prover, books):
    await some_calls(desk)
    await prover.laps()
    await books.fetch("ALTER TABLE call_records DISABLE TRIGGER only_added")
    await books.fetch("UPDATE call_records SET bookings = '[]'")
    # Records are not altered; who does so is not found out by this proof, and reads nothing twice for it.
    assert await prover.laps(2) == {}


async def test_two_workers_sum_up_twice(desk, hot, books):
    await some_calls(desk)
    first, second = Prover(hot, Log()), Prover(hot, Log())
    await asyncio.gather(first.laps(), second.laps())
    sums = await books.fetch("SELECT amount FROM proof_sums WHERE account_id = $1", tokens().id)
    assert [row["amount"] for row in sums] == [20 * 120]


async def test_a_call_that_ends_after_it_was_summed_alarms(desk, prover, books):
    """Open for long, swept, corrected, parked: all after the mark has gone by."""
    late, swept, parked, lost = (call(BEFORE) for _ in range(4))
    await desk.admit(late, swept, parked, lost)
    await prover.laps()
    assert (await books.fetch("SELECT count(*) AS n FROM proof_open"))[0]["n"] == 4
    await desk.settle(late)
    await desk.sweep(swept)
    await desk.park(parked)
    assert await prover.laps(2) == {}
    await desk.correct(swept, outcome="client_closed", usage=Usage(input_total=5))
    await desk.settle(parked)
    assert await prover.laps(2) == {}
    await desk.settle(lost)
    assert await prover.laps(2) == {}
    # Nothing is open: all of it is summed.
    assert (await books.fetch("SELECT count(*) AS n FROM proof_open"))[0]["n"] == 0
    assert prover.lines() == []


async def test_a_record_whose_hold_a_crash_has_lost_alarms(desk, prover, books):
    """Nobody could know of it when the mark went by: the records are counted again before anybody is called."""
    await some_calls(desk)
    await prover.laps()
    await desk.settle(call(BEFORE), holdless=True)
    await prover.laps(4)
    assert prover.lines() == []
    await books.assert_laws()


async def test_a_busy_book_alarms(desk, prover, hot, books):
    """Hundreds of calls are admitted, settled, swept and corrected while the proof walks, and it sums up to the last moment."""
    dice = random.Random(5)
    stop = asyncio.Event()
    done = 0

    async def work() -> None:
        nonlocal done
        while not stop.is_set():
            at = datetime.now(UTC)
            batch = [call(at) for _ in range(dice.randint(1, 6))]
            await desk.admit(*batch)
            await asyncio.sleep(dice.random() * 0.05)
            ending = dice.choice(["settle", "settle", "sweep", "park"])
            if ending == "sweep":
                await desk.sweep(*batch)
                await asyncio.sleep(dice.random() * 0.05)
                await desk.correct(*batch)
            elif ending == "park":
                await desk.park(batch[0])
                await asyncio.sleep(dice.random() * 0.05)
            await desk.settle(*batch)
            done += len(batch)

    workers = [asyncio.create_task(work()) for _ in range(2)]
    try:
        while done < 300:
            assert await prover.laps() == {}
    finally:
        stop.set()
        await asyncio.gather(*workers)
    assert await prover.laps(2) == {}
    assert prover.lines() == []
    await books.assert_laws()


async def test_one_statement_reads_the_whole_ledger(desk, prover, books):
    """Each statement is a transaction of its own, reads at most a chunk, and Postgres ends it after five seconds."""
    for _ in range(4):
        await some_calls(desk)
    steps = 0
    async for _ in prover.proof.lap():
        steps += 1
        open_ones = await books.fetch(
            "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
        )
        assert open_ones == []
    assert steps > 80 / SMALL.records
    shown = await prover.proof._hot.fetch("SHOW statement_timeout")
    assert shown[0]["statement_timeout"] == "5s"


async def test_what_is_unexplained_is_told_to_the_log_alone(desk, prover, books):
    async def written() -> dict[str, tuple[int, bool]]:
        rows = await books.fetch("SELECT law, amount, unexplained_at FROM book_proofs")
        return {row["law"]: (row["amount"], row["unexplained_at"] is not None) for row in rows}

    await some_calls(desk)
    await prover.laps()
    assert await written() == {}, "one look has proved nothing"
    await prover.laps()
    assert await written() == dict.fromkeys(LAWS, (0, False))
    await books.fetch("UPDATE quota_accounts SET held = held + 5 WHERE id = $1", tokens().id)
    await prover.laps(2)
    assert await written() == {"held": (5, True), "settled": (0, False), "quarters": (0, False)}
    (began,) = await books.fetch("SELECT unexplained_at FROM book_proofs WHERE law = 'held'")
    await prover.laps()
    (goes_on,) = await books.fetch("SELECT unexplained_at FROM book_proofs WHERE law = 'held'")
    assert goes_on == began
    await books.fetch("UPDATE quota_accounts SET held = held - 5 WHERE id = $1", tokens().id)
    await prover.laps()
    assert await written() == dict.fromkeys(LAWS, (0, False))

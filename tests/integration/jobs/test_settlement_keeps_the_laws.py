"""Whatever settlement does, and however many do it at once: accounts and roll-ups are what the records say."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ai_api.wire.usage import Usage
from tests.integration.jobs.desk import Account, Call, month_of

NOW = datetime.now(UTC)
MEMBER = {"member_id": UUID(int=1), "credential_id": UUID(int=2), "allocation_id": UUID(int=3), "provider": "openai"}


SUBJECT = UUID(int=3)


def accounts(subject: UUID = SUBJECT) -> list[Account]:
    month = month_of(NOW)
    return [Account("total_tokens", subject, month), Account("cost", subject, month)]


async def rows(books, outcome: str) -> list[dict[str, object]]:
    found = await books.fetch("SELECT * FROM usage_quarters WHERE outcome = $1", outcome)
    return [dict(row) for row in found]


async def test_a_settled_call_is_in_no_roll_up(desk, books):
    await desk.used(Call(accounts(), NOW, fields=MEMBER), Call(accounts(), NOW, fields=MEMBER))
    (row,) = await rows(books, "ok")
    assert (row["calls"], row["input_tokens"], row["billed_cost_nanos"]) == (2, 200, 1000)
    await books.assert_at_rest()


async def test_a_roll_up_tells_tags_that_not_all_its_calls_had(desk, books):
    staff, night = ["00000000-0000-7000-8000-000000000001"], ["00000000-0000-7000-8000-000000000002"]

    async def told() -> list[tuple[object, int, int, bool]]:
        found = await rows(books, "ok")
        return [
            (json.loads(str(row["tags"] or "null")), row["told_calls"], row["list_cost_nanos"], row["is_told"])
            for row in found
        ]

    await desk.used(*(Call(accounts(), NOW, fields={**MEMBER, "tags": staff}) for _ in range(2)))
    assert await told() == [(staff, 2, 1000, True)]
    await desk.used(Call(accounts(), NOW, fields={**MEMBER, "tags": staff}))
    assert await told() == [(staff, 3, 1500, True)]
    await books.fetch("UPDATE usage_quarters SET calls = calls + 1")
    ((_, _, _, by_another_build),) = await told()
    assert not by_another_build
    await books.fetch("UPDATE usage_quarters SET calls = calls - 1")
    await desk.used(Call(accounts(), NOW, fields={**MEMBER, "tags": night}))
    assert await told() == [(None, 4, 2000, False)]
    await desk.used(Call(accounts(), NOW, fields={**MEMBER, "tags": night}))
    assert await told() == [(None, 5, 2500, False)]
    other = {**MEMBER, "model": "another"}
    await desk.used(*(Call(accounts(), NOW, fields={**other, "tags": tags}) for tags in (staff, night)))
    assert min(await told(), key=repr) == (None, 2, 1000, False)
    await books.assert_at_rest()


async def test_a_settlement_sent_twice_counts_twice(desk, books):
    call = Call(accounts(), NOW, fields=MEMBER)
    await desk.admit(call)
    assert await desk.settle(call) == {call.call_id}
    assert await desk.settle(call) == set()
    await books.assert_at_rest()


async def test_a_corrected_call_counts_under_both_outcomes(desk, books):
    first, second = (Call(accounts(), NOW, fields=MEMBER) for _ in range(2))
    await desk.admit(first, second)
    await desk.sweep(first, second)
    await books.assert_at_rest()
    assert await desk.correct(first) == {first.call_id}
    assert await desk.correct(first) == set()
    (interrupted,), (ok,) = await rows(books, "interrupted"), await rows(books, "ok")
    assert (interrupted["calls"], interrupted["input_tokens"]) == (1, 40)
    assert (ok["calls"], ok["input_tokens"]) == (1, 100)
    await desk.correct(second, usage=Usage(input_total=1), cost=0, outcome="client_closed", provider="azure")
    (interrupted,) = await rows(books, "interrupted")
    assert interrupted["calls"] == interrupted["input_tokens"] == interrupted["billed_cost_nanos"] == 0
    await books.assert_at_rest()


async def test_a_parked_record_is_in_the_roll_up(desk, books):
    parked, settled = (Call(accounts(), NOW, fields=MEMBER) for _ in range(2))
    await desk.admit(parked, settled)
    await desk.park(parked)
    await desk.settle(settled)
    (row,) = await rows(books, "ok")
    assert row["calls"] == 1
    # It still holds what it held.
    await books.assert_laws()
    assert await desk.settle(parked) == {parked.call_id}
    await books.assert_laws()


async def test_keys_that_are_null_make_a_row_of_each_call(desk, books):
    nothing = Usage(input_total=0)
    await desk.used(*(Call([], NOW, nothing, cost=0) for _ in range(3)))
    refused = {"refused_count": 40, "holdless": True}
    await desk.settle(*(Call([], NOW, nothing, cost=None, fields=refused) for _ in range(2)))
    (row,) = await rows(books, "ok")
    assert (row["calls"], row["unpriced_calls"]) == (83, 2)
    await books.assert_at_rest()


async def test_a_sliding_account_counts_a_bucket_that_is_past(desk, books):
    at = NOW.replace(second=0, microsecond=0)
    slides = [*accounts(), Account("requests", UUID(int=3), window_s=60)]
    times = [0, 1, 61, 30, 130, 70, 5, 190, 400, 350, 410]
    for seconds in times:
        await desk.used(Call(slides, at + timedelta(seconds=seconds), fields=MEMBER))
        await books.assert_laws()
    batch = [Call(slides, at + timedelta(seconds=seconds), fields=MEMBER) for seconds in (410, 470, 420, 300, 480)]
    await desk.admit(*batch)
    await desk.settle(*batch)
    await books.assert_at_rest()


async def test_a_bucket_that_nothing_was_held_in_is_forgotten(desk, books):
    """Under a limit that only warns nothing is held: the settlement itself finds that a bucket is over."""
    at = NOW.replace(second=0, microsecond=0)
    slides = [*accounts(), Account("requests", UUID(int=3), window_s=60)]
    for seconds in (0, 1, 61, 30, 130, 70, 5, 190, 400, 350, 410):
        await desk.settle(Call(slides, at + timedelta(seconds=seconds), fields={**MEMBER, "holdless": True}))
        await books.assert_at_rest()


async def test_replicas_that_settle_and_correct_at_once_deadlock(desk, books, hot):
    """Batches that share accounts, roll-up rows and records, from four connections, in any order."""
    dice = random.Random(3)
    subjects = [UUID(int=number) for number in range(1, 9)]

    def call() -> Call:
        chosen = dice.sample(subjects, 3)
        counted = [each for subject in chosen for each in accounts(subject)]
        fields = {**MEMBER, "allocation_id": chosen[0], "model": dice.choice([None, "a/b", "c/d"])}
        return Call(
            [*counted, Account("requests", chosen[0], window_s=1)],
            NOW + timedelta(seconds=dice.random() * 3),
            fields=fields,
        )

    calls = [call() for _ in range(600)]
    for start in range(0, len(calls), 100):
        await desk.admit(*calls[start : start + 100])
    swept = calls[:300]
    for start in range(0, len(swept), 100):
        await desk.sweep(*swept[start : start + 100])

    async def work() -> None:
        for _ in range(12):
            await desk.settle(*dice.sample(calls, 60))
            await desk.correct(*dice.sample(swept, 30), outcome=dice.choice(["ok", "client_closed"]))

    await asyncio.gather(*(work() for _ in range(4)))
    await desk.settle(*calls)
    await desk.correct(*swept)
    deadlocks = await books.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks[0]["deadlocks"] == 0
    await books.assert_laws()
    assert (await books.fetch("SELECT count(*) AS n FROM call_records"))[0]["n"] == 600
    assert (await books.fetch("SELECT sum(calls) AS n FROM usage_quarters"))[0]["n"] == 600


async def test_replicas_that_share_nothing_but_accounts_deadlock(desk, books):
    """Every one has callers of its own, so that no record and no roll-up keeps them apart."""
    dice = random.Random(4)
    subjects = [UUID(int=number) for number in range(1, 9)]

    async def work(credential_id: UUID) -> None:
        for _ in range(10):
            batch = []
            for _ in range(20):
                chosen = dice.sample(subjects, 3)
                fields = {**MEMBER, "credential_id": credential_id, "allocation_id": chosen[0]}
                batch.append(Call([each for subject in chosen for each in accounts(subject)], NOW, fields=fields))
            await desk.admit(*batch)
            await desk.sweep(*batch[:10])
            await desk.correct(*batch[:10])
            await desk.settle(*batch)

    await asyncio.gather(*(work(UUID(int=number)) for number in range(4)))
    deadlocks = await books.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks[0]["deadlocks"] == 0
    await books.assert_at_rest()

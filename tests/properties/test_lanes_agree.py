"""However a batch is decided (in one statement, by looking and taking, under locks), the verdicts and the accounts are those of
the pure rule."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.db import Hot
from ai_api.core.ids import uuid7
from ai_api.gateway.candidate import Asked, Candidate, Outcome
from ai_api.gateway.narrow import Narrow
from ai_api.gateway.store_admission import Row
from ai_api.gateway.taking import Taking
from ai_api.quotas.limit import AccountKey, Limit
from ai_api.quotas.rules import Balance, Charge, Demand, Denied, Granted, decide_in_order
from ai_api.quotas.windows import WHOLE, Bucket
from tests.support.thoroughness import tried

NOW = 1_000
"""The bucket in which the calls start."""
START, END = datetime(2031, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

BRANCHES = frozenset(
    {
        "comes late",
        "denied",
        "denied while others hold",
        "granted light",
        "granted shortened",
        "granted whole",
        "later bucket",
        "next bucket",
        "one statement for all",
        "one statement for none",
        "one statement for some",
        "same bucket",
    }
)


@dataclass(frozen=True)
class Case:
    """Accounts by number, and calls that demand of them."""

    accounts: dict[int, Balance]
    calls: list[tuple[list[tuple[int, int, int]], int, int, int | None]]
    """Each: charges as (account, limit, input tokens), output, least output, light output."""
    weight: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    amounts, limits = st.integers(0, 60), st.integers(1, 160) | st.integers(250, 900)
    accounts = {
        number: Balance(draw(amounts), draw(amounts), draw(amounts), NOW + draw(st.sampled_from([-2, -1, -1, 0, 0, 1])))
        for number in range(draw(st.integers(1, 3)))
    }
    # Often all of them are under one limit, as calls of one allocation are, and begin light.
    alike = draw(st.none() | st.integers(60, 300))
    calls = []
    for _ in range(draw(st.integers(1, 5))):
        numbers = draw(st.lists(st.sampled_from(sorted(accounts)), unique=True, min_size=1))
        whole = draw(st.integers(1, 30))
        least = draw(st.integers(1, whole))
        light = draw(
            st.none()
            | st.integers(1, whole).filter(lambda first, least=least, all_=whole: first != least or first == all_)
        )
        charges = [(number, alike or draw(limits), draw(st.integers(0, 9))) for number in numbers]
        calls.append((charges, whole, least, light))
    return Case(accounts, calls, draw(st.integers(1, WHOLE)))


class Bench:
    """One database, and the lanes over it."""

    def __init__(self, hot: Hot, connection: asyncpg.Connection, member: tuple[UUID, int], world_epoch: int) -> None:
        self._hot = hot
        self._connection = connection
        self._member = member
        self._world_epoch = world_epoch

    @classmethod
    async def build(cls, dsn: str) -> Bench:
        hot = Hot(dsn, size=2)
        await hot.open()
        connection = await asyncpg.connect(dsn)
        member = await connection.fetchrow(
            "INSERT INTO members (id, identifier, display_name, epoch) VALUES ($1, 'a@example.test', 'A', 7) RETURNING id, epoch",
            uuid4(),
        )
        world = await connection.fetchval("SELECT epoch FROM world")
        return cls(hot, connection, (member["id"], member["epoch"]), world)

    async def close(self) -> None:
        await self._hot.close()
        await self._connection.close()

    async def wide(self, case: Case) -> tuple[list[int | None], dict[int, Balance]]:
        """All in one statement: what is left over, it leaves as it was."""
        keys = await self._accounts(case)
        asked = [self._asked(demand) for demand in demands(case, keys)]
        answers = await self._taking().take([each.row for each in asked])
        outputs = [
            each.candidate.demand.first_output if answers[each.row.call_id].verdict == "admitted" else None
            for each in asked
            if each.candidate.demand is not None
        ]
        return outputs, await self._balances(keys)

    async def narrow(self, case: Case, *, locks: bool) -> tuple[list[int | None], dict[int, Balance]]:
        """Call by call, in the order of arrival."""
        keys = await self._accounts(case)
        asked = [self._asked(demand) for demand in demands(case, keys)]
        lane = Narrow(self._hot, self._taking(), uuid4, locked_timeout_s=20)
        outcomes: dict[UUID, Outcome] = {}
        if locks:
            await lane._under_locks(asked, outcomes)
        else:
            outcomes = await lane.decide(asked)
        said = [outcomes[each.row.call_id] for each in asked]
        return [each.output_tokens if isinstance(each, Granted) else None for each in said], await self._balances(keys)

    def _taking(self) -> Taking:
        return Taking(self._hot, uuid4)

    def _asked(self, demand: Demand) -> Asked:
        call_id = uuid7()

        def row(output_tokens: int) -> Row:
            wanted = demand.wanted(output_tokens)
            return Row(call_id, *self._member, self._world_epoch, True, wanted, "[]", "{}")

        candidate = Candidate(row, demand)
        return Asked(candidate, candidate.row, time.monotonic())

    async def _accounts(self, case: Case) -> dict[int, UUID]:
        keys = {number: uuid4() for number in case.accounts}
        await self._connection.executemany(
            """INSERT INTO quota_accounts (id, subject_kind, metric, window_start, settled, held, previous, bucket)
               VALUES ($1, 'global', 'total_tokens', '1970-01-01', $2, $3, $4, $5)""",
            [
                (keys[number], each.settled, each.held, each.previous, each.bucket)
                for number, each in case.accounts.items()
            ],
        )
        return keys

    async def _balances(self, keys: dict[int, UUID]) -> dict[int, Balance]:
        rows = await self._connection.fetch("SELECT id, settled, held, previous, bucket FROM quota_accounts")
        by_id = {row["id"]: Balance(*row[1:]) for row in rows}
        return {number: by_id[key] for number, key in keys.items()}


def demands(case: Case, keys: dict[int, UUID]) -> list[Demand]:
    """The calls of a case, on accounts of these ids."""

    def charge(number: int, amount: int, read: int) -> Charge:
        limit = Limit(keys[number], "global", None, "total_tokens", "sliding", 10, None, "subject", "reject", amount)
        key = AccountKey(keys[number], "global", None, "total_tokens", START, END)
        return Charge(key, limit, Bucket(NOW, case.weight), lambda output: read + output, lambda room: room - read)

    return [
        Demand(tuple(charge(*each) for each in charges), whole, least, light)
        for charges, whole, least, light in case.calls
    ]


def test_every_lane_decides_as_the_rule_does(database: str) -> None:
    with asyncio.Runner() as runner:
        bench = runner.run(Bench.build(database))

        met: Counter[str] = Counter()

        @tried(ci=80, full=3_000)
        @given(cases())
        def agree(case: Case) -> None:
            keys = {number: UUID(int=number) for number in case.accounts}
            start = {keys[number]: each for number, each in case.accounts.items()}
            verdicts, after = decide_in_order(demands(case, keys), start)
            outputs = [each.output_tokens if isinstance(each, Granted) else None for each in verdicts]
            balances = {number: after[key] for number, key in keys.items()}
            for locks in (False, True):
                assert runner.run(bench.narrow(case, locks=locks)) == (outputs, balances), f"locks: {locks}"
            wide, left = runner.run(bench.wide(case))
            # The one statement takes less than the rule, never more: what it leaves over is decided call by call.
            for demand, alone, output in zip(demands(case, keys), wide, outputs, strict=True):
                assert alone is None or alone == output == demand.first_output
            if None not in wide:
                assert left == balances
            else:
                for number, each in left.items():
                    assert each.held <= balances[number].held
            met.update(_branches(case, verdicts, wide))

        try:
            agree()
        finally:
            runner.run(bench.close())
            print(*(f"{met[name]:7}  {name}" for name in sorted(BRANCHES | met.keys())), sep="\n")
    assert [name for name in sorted(BRANCHES) if not met[name]] == [], "never met"


def _branches(case: Case, verdicts: list[Granted | Denied], wide: list[int | None]) -> Iterator[str]:
    for (_, whole, _, light), verdict in zip(case.calls, verdicts, strict=True):
        if isinstance(verdict, Denied):
            yield "denied while others hold" if verdict.busy else "denied"
        elif verdict.output_tokens == whole:
            yield "granted whole"
        else:
            yield "granted light" if verdict.output_tokens == light else "granted shortened"
    for each in case.accounts.values():
        yield {-1: "comes late", 0: "same bucket", 1: "next bucket"}.get(NOW - each.bucket, "later bucket")
    left = wide.count(None)
    yield (
        "one statement for all"
        if not left
        else "one statement for some"
        if left < len(wide)
        else "one statement for none"
    )

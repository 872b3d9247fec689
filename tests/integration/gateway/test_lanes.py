"""What the statements that take and change holds decide by themselves, whatever was looked at or decided before them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

from ai_api.core.ids import unix_ms_of, uuid7
from ai_api.gateway import store_extend
from ai_api.gateway.admit import Candidate
from ai_api.gateway.candidate import Asked, Outcome
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.store_extend import Change
from ai_api.quotas.limit import Limit
from ai_api.quotas.rules import Balance, Charge, Demand, Denied, Granted, Wanted
from ai_api.quotas.terms import AMOUNT_MAX
from ai_api.quotas.windows import STILL
from tests.races.replicas import Call, Crew, Replica, replicas

MINUTE_MS = 60_000


async def used(replica: Replica, call: Call) -> None:
    """Admits and settles a call: its accounts exist from then on, so that the wide lane decides on them."""
    assert isinstance(await replica.ask(call), Granted)
    await replica.settle(call)


async def held_on(crew: Crew, call: Call, *limits: Limit) -> list[int]:
    rows = await crew.books.fetch("SELECT id, held FROM quota_accounts")
    held = {row["id"]: row["held"] for row in rows}
    return [held[call.account(limit).id] for limit in limits]


async def test_a_light_hold_is_taken_where_there_is_no_plenty(database):
    """A call may come to 20, and begins with 5 while there is room for four such."""
    async with replicas(database, 1) as crew:
        limit = crew.limit(100, metric="total_tokens")
        await used(crew[0], crew.call(limit, size=10))
        outputs, calls = [], [crew.call(limit, size=5) for _ in range(6)]
        for call in calls:
            charge = Charge(call.account(limit), limit, STILL, lambda output: output, lambda room: room)
            demand = Demand((charge,), 20, 20, light_output=5)
            candidate = Candidate(lambda output, c=call, d=demand: c._row(d, output), demand)
            verdict = await crew[0].admission.admit(candidate)
            assert isinstance(verdict, Granted), verdict
            outputs.append(verdict.output_tokens)
        # 10 used, and then 5, 10 and 15 held: the fourth finds room for 75 of its 80.
        assert outputs == [5, 5, 5, 20, 20, 20]
        assert await held_on(crew, calls[0], limit) == [3 * 5 + 3 * 20]
        for call in calls:
            await crew[0].settle(call)


async def test_a_call_that_lacks_room_on_one_account_holds_on_the_other(database):
    async with replicas(database, 1) as crew:
        wide, tight = crew.limit(100), crew.limit(2)
        await used(crew[0], crew.call(wide, tight))
        fits = crew.call(wide, tight)
        assert isinstance(await crew[0].ask(fits), Granted)
        for _ in range(3):
            refused = await crew[0].ask(crew.call(wide, tight))
            assert isinstance(refused, Denied)
            assert await held_on(crew, fits, wide, tight) == [1, 1]
            crew[0].admission._narrow_lane._tight_until.clear()
        await crew[0].settle(fits)


async def test_a_window_that_rolls_forgets_the_bucket_before(database):
    """30 calls at the end of a minute weigh 15 in the middle of the next one, before and after its first call."""
    async with replicas(database, 1) as crew:
        limit = crew.limit(30, window_s=60)
        start_ms = unix_ms_of(uuid7())
        start_ms -= start_ms % MINUTE_MS + MINUTE_MS

        def call_at(after_ms: int) -> Call:
            return replace(crew.call(limit), id=uuid7(start_ms + after_ms))

        for _ in range(30):
            await used(crew[0], call_at(MINUTE_MS - 1_000))
        middle = [call_at(MINUTE_MS + MINUTE_MS // 2) for _ in range(20)]
        verdicts = [await crew[0].ask(call) for call in middle]
        admitted = [call for call, verdict in zip(middle, verdicts, strict=True) if isinstance(verdict, Granted)]
        assert admitted == middle[:15]
        for call in admitted:
            await crew[0].settle(call)


async def test_a_hold_changes_past_the_limit(database):
    """Of a hundred ten are used and three calls hold twenty each. All want twenty more, and there is room for one of them."""
    async with replicas(database, 1) as crew:
        hot, limit = crew[0].hot, crew.limit(100, metric="total_tokens")
        await used(crew[0], crew.call(limit, size=10))
        calls = [crew.call(limit, size=20) for _ in range(3)]
        for call in calls:
            assert isinstance(await crew[0].ask(call), Granted)
        changes = [
            Change(call.id, [Wanted(call.account(limit).id, 40, limit.amount, STILL, reserve=40)]) for call in calls
        ]
        account_id = calls[0].account(limit).id
        together = await store_extend.change(hot, changes, patience=PATIENCE)
        said = [together[call.id] for call in calls]
        assert [(each.fits, each.is_decided) for each in said] == [(True, True), (False, False), (False, False)]
        assert await held_on(crew, calls[0], limit) == [40 + 20 + 20]
        await crew.books.assert_laws()
        # Nothing has moved meanwhile, so now those who would have fitted alone are refused for good.
        for change in changes[1:]:
            changed = await HoldChanges(hot).make(change)
            assert (changed.fits, changed.is_decided, changed.room[account_id]) == (False, True, 10 + 20)
        assert await held_on(crew, calls[0], limit) == [40 + 20 + 20]
        for call in calls:
            await crew[0].settle(call)


async def test_a_call_is_refused_for_a_hold_that_was_never_taken(database):
    """Two want all there is. The first turns out to be judged on a stale copy when it is to take it: the second has room."""
    async with replicas(database, 1, members=2) as crew:
        limit = crew.limit(30, metric="total_tokens")
        stale = replace(crew.call(limit, size=30), asker=replace(crew.members[0], epoch=-1))
        other = crew.call(limit, member=1, size=30)
        lane = crew[0].admission._narrow_lane
        outcomes: dict[UUID, Outcome] = {}
        fitting = [Asked(candidate, candidate.row, 0.0) for candidate in (stale.candidate(), other.candidate())]
        seen = {stale.account(limit).id: Balance(0, 0)}
        assert await lane._take(fitting, seen, outcomes) == fitting[1:]
        assert outcomes == {stale.id: "stale"}
        verdict = (await lane.decide(fitting[1:]))[other.id]
        assert isinstance(verdict, Granted)
        await crew[0].settle(other)


async def test_calls_that_want_more_than_there_are_numbers_for_fail_those_beside_them(database):
    async with replicas(database, 1) as crew:
        endless, usual = crew.limit(AMOUNT_MAX, metric="total_tokens"), crew.limit(10)
        large = [crew.call(endless, size=AMOUNT_MAX // 2 + 1) for _ in range(3)]
        small = [crew.call(usual) for _ in range(3)]
        await used(crew[0], crew.call(endless, usual))
        verdicts = await asyncio.gather(*map(crew[0].ask, [*large, *small]))
        assert [type(verdict) for verdict in verdicts[3:]] == [Granted] * 3
        assert sorted(type(verdict).__name__ for verdict in verdicts[:3]) == ["Denied", "Denied", "Granted"]
        for call, verdict in zip([*large, *small], verdicts, strict=True):
            if isinstance(verdict, Granted):
                await crew[0].settle(call)

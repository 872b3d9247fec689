"""Group commit: order, sharing under load, and that whatever befalls a batch reaches exactly those who wait for it."""

import asyncio
import gc
import random
from itertools import pairwise

import pytest

from ai_api.core.batch import TOLD_AT_ONCE, GroupCommit
from ai_api.core.lines import Turns


class Store:
    """Commits batches when told to, and remembers them."""

    def __init__(self):
        self.batches = []
        self.running = self.running_max = 0
        self.open = asyncio.Event()
        self.open.set()

    async def commit(self, batch):
        self.batches.append(list(batch))
        self.running += 1
        self.running_max = max(self.running_max, self.running)
        try:
            await self.open.wait()
            return [f"done {item}" for item in batch]
        finally:
            self.running -= 1


@pytest.fixture
async def unheard():
    """What the loop had to report because nobody heard of it."""
    reports = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
    return reports


async def test_an_idle_gateway_sends_at_once():
    store = Store()
    commits = GroupCommit(store.commit, batch_max=10)
    assert await commits.submit(1) == "done 1"
    assert store.batches == [[1]]


async def test_what_arrives_while_a_batch_is_on_its_way_shares_the_next_one_in_order():
    store = Store()
    store.open.clear()
    commits = GroupCommit(store.commit, batch_max=100)
    waiting = [commits.submit(number) for number in range(30)]
    await asyncio.sleep(0)
    assert (store.batches, commits.pending) == ([[0]], 29)
    store.open.set()
    assert await asyncio.gather(*waiting) == [f"done {number}" for number in range(30)]
    assert store.batches == [[0], list(range(1, 30))]


async def test_a_thousand_calls_cost_a_few_batches_none_larger_than_allowed():
    store = Store()
    commits = GroupCommit(store.commit, batch_max=64)
    waiting = [commits.submit(number) for number in range(1000)]
    assert await asyncio.gather(*waiting) == [f"done {number}" for number in range(1000)]
    assert [item for batch in store.batches for item in batch] == list(range(1000))
    assert max(map(len, store.batches)) == 64
    assert len(store.batches) == 17


@pytest.mark.parametrize("in_flight_max", [1, 3])
async def test_no_more_batches_are_on_their_way_than_allowed(in_flight_max):
    store = Store()
    store.open.clear()
    commits = GroupCommit(store.commit, batch_max=2, in_flight_max=in_flight_max)
    waiting = [commits.submit(number) for number in range(20)]
    await asyncio.sleep(0)
    assert len(store.batches) == in_flight_max
    store.open.set()
    await asyncio.gather(*waiting)
    assert store.running_max == in_flight_max


async def test_a_failed_batch_fails_everybody_in_it_and_nobody_else(unheard):
    async def commit(batch):
        await asyncio.sleep(0)
        if 1 in batch:
            raise ConnectionError("the database is away")
        return batch

    commits = GroupCommit(commit, batch_max=3)
    waiting = [commits.submit(number) for number in range(7)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    # 0 went alone; 1, 2 and 3 shared a batch; the rest came after.
    assert [type(result) for result in results[1:4]] == [ConnectionError] * 3
    assert [results[0], *results[4:]] == [0, 4, 5, 6]
    assert not unheard


@pytest.mark.parametrize("given_back", [[], [1], [1, 2, 3]])
async def test_a_commit_that_answers_too_little_or_too_much_leaves_nobody_waiting_for_ever(given_back, unheard):
    async def commit(batch):
        return given_back

    commits = GroupCommit(commit, batch_max=10)
    commits.submit(0).add_done_callback(lambda future: future.exception())
    waiting = [commits.submit(number) for number in range(2)]
    async with asyncio.timeout(1):
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, ValueError) for result in results)
    await commits.drain()
    assert not unheard


async def test_a_waiter_that_leaves_neither_loses_its_item_nor_holds_up_the_others():
    store = Store()
    store.open.clear()
    commits = GroupCommit(store.commit, batch_max=10)
    on_its_way, waiting, other = (asyncio.ensure_future(commits.submit(number)) for number in range(3))
    await asyncio.sleep(0)
    on_its_way.cancel()
    waiting.cancel()
    store.open.set()
    assert await other == "done 2"
    assert store.batches == [[0], [1, 2]]
    assert on_its_way.cancelled()
    assert waiting.cancelled()


async def test_a_batch_that_fails_after_some_left_is_heard_by_the_rest_and_warned_of_to_nobody(unheard):
    released = asyncio.Event()

    async def commit(batch):
        await released.wait()
        raise ConnectionError("the database is away")

    commits = GroupCommit(commit, batch_max=10)
    commits.submit(0).cancel()
    left, stays, forgotten = (commits.submit(number) for number in (1, 2, 3))
    left.cancel()
    del forgotten
    released.set()
    with pytest.raises(ConnectionError):
        await stays
    await commits.drain()
    del left, stays
    await asyncio.sleep(0)
    gc.collect()
    assert not unheard


async def test_a_batch_that_is_cancelled_leaves_nobody_waiting():
    async def commit(batch):
        raise asyncio.CancelledError

    commits = GroupCommit(commit, batch_max=10)
    results = await asyncio.gather(*(commits.submit(number) for number in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 3
    await commits.drain()


async def test_after_a_failure_the_next_batch_goes():
    faults = [ConnectionError("the database is away")]

    async def commit(batch):
        if faults:
            raise faults.pop()
        return batch

    commits = GroupCommit(commit, batch_max=10)
    with pytest.raises(ConnectionError):
        await commits.submit(1)
    assert await commits.submit(2) == 2


async def test_drained_means_nothing_waits_and_nothing_is_on_its_way():
    store = Store()
    store.open.clear()
    commits = GroupCommit(store.commit, batch_max=2)
    waiting = [commits.submit(number) for number in range(5)]
    draining = asyncio.create_task(commits.drain())
    await asyncio.sleep(0)
    waiting.append(commits.submit(5))
    assert not draining.done()
    store.open.set()
    await draining
    assert all(future.done() for future in waiting)
    assert (commits.pending, store.running) == (0, 0)
    await commits.drain()


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_is_lost_or_done_twice_whatever_the_timing(seed):
    chance = random.Random(seed)
    committed = []

    async def commit(batch):
        committed.extend(batch)
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
        if chance.random() < 0.2:
            raise ConnectionError
        return [-item for item in batch]

    commits = GroupCommit(commit, batch_max=4, in_flight_max=chance.randrange(1, 3))
    waiting = {}
    for number in range(200):
        waiting[number] = commits.submit(number)
        if chance.random() < 0.1:
            waiting[chance.randrange(number + 1)].cancel()
        if chance.random() < 0.5:
            await asyncio.sleep(0)
    await commits.drain()
    assert committed == sorted(committed) == list(range(200))
    for number, future in waiting.items():
        assert future.cancelled() or isinstance(future.exception(), ConnectionError) or future.result() == -number


async def test_what_is_told_of_batches_is_not_what_happened():
    store, told = Store(), []
    store.open.clear()
    commits = GroupCommit(store.commit, batch_max=10, told=lambda *figures: told.append(figures))
    waiting = [commits.submit(number) for number in range(5)]
    await asyncio.sleep(0.02)
    assert (told, commits.pending) == ([], 4), "the first is on its way, and the others wait for it"
    store.open.set()
    await asyncio.gather(*waiting)
    [(first, first_waited_s, first_took_s), (others, waited_s, took_s)] = told
    assert (first, others) == (1, 4)
    assert first_waited_s < first_took_s
    # The others came with the first, and waited while it was on its way.
    assert waited_s > 0.015
    assert first_took_s > 0.015
    assert 0 <= took_s < waited_s


async def test_batches_that_fail_are_not_counted():
    told = []

    async def commit(batch):
        raise ValueError("away")

    commits = GroupCommit(commit, batch_max=10, told=lambda *figures: told.append(figures[0]))
    with pytest.raises(ValueError, match="away"):
        await commits.submit(1)
    assert told == [1]


async def test_those_behind_a_batch_that_takes_long_wait_for_its_end():
    """Nobody arrives meanwhile: whoever waits goes beside it by the clock."""
    store = Store()
    store.open.clear()
    line = Turns(lambda waiting: waiting[0], share=5, of_a_kind_max=2, beside_after_s=0.05)
    commits = GroupCommit(store.commit, batch_max=10, in_flight_max=3, line=line)
    waiting = [commits.submit(number) for number in range(3)]
    await asyncio.sleep(0)
    assert store.batches == [[0]]
    async with asyncio.timeout(2):
        while len(store.batches) == 1:
            await asyncio.sleep(0.01)
    assert store.batches == [[0], [1, 2]]
    store.open.set()
    assert await asyncio.gather(*waiting) == ["done 0", "done 1", "done 2"]
    assert line.opens_in_s() is None


async def test_a_large_batch_keeps_everybody_else_from_being_heard():
    """Who is told goes on at once; so the loop comes to what else is due between some of them and the next."""
    turns = []
    commits = GroupCommit(Store().commit, batch_max=500)
    waiting = [commits.submit(number) for number in range(1 + 3 * TOLD_AT_ONCE + 1)]
    loop = asyncio.get_running_loop()

    def turn():
        turns.append(sum(each.done() for each in waiting))
        if turns[-1] < len(waiting):
            loop.call_soon(turn)

    turn()
    assert await asyncio.gather(*waiting) == [f"done {number}" for number in range(len(waiting))]
    await asyncio.sleep(0)
    steps = {after - before for before, after in pairwise(turns)}
    assert max(steps) == TOLD_AT_ONCE


async def test_who_is_not_told_yet_when_the_process_ends_is_never_told():
    commits = GroupCommit(Store().commit, batch_max=500)
    waiting = [commits.submit(number) for number in range(1 + 3 * TOLD_AT_ONCE)]
    async with asyncio.timeout(5):
        while not waiting[1].done():
            await asyncio.sleep(0)
    assert not waiting[-1].done()
    commits.abandon()
    assert await asyncio.gather(*waiting) == [f"done {number}" for number in range(len(waiting))]


async def test_items_in_a_batch_are_taken_for_done():
    store = Store()
    store.open.clear()
    commits = GroupCommit(store.commit, batch_max=10, in_flight_max=2)
    waiting = [commits.submit(number) for number in range(25)]
    await asyncio.sleep(0)
    assert (commits.pending, commits.under_way) == (23, 25)
    store.open.set()
    await asyncio.gather(*waiting)
    await commits.drain()
    await asyncio.sleep(0)
    assert commits.under_way == 0


async def test_a_batch_that_failed_is_under_way_for_ever():
    async def fail(_batch):
        raise OSError("away")

    commits = GroupCommit(fail, batch_max=10)
    with pytest.raises(OSError, match="away"):
        await commits.submit(1)
    await commits.drain()
    await asyncio.sleep(0)
    assert commits.under_way == 0

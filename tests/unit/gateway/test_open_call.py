"""Ending a call from outside: whoever is first decides, what waits is given up, nothing else is disturbed."""

import asyncio

import pytest
from tests.unit.gateway.examples import docket

from ai_api.core.errors import Refusal
from ai_api.gateway.open_call import CallEnded, OpenCall

PAUSED = Refusal("credential_paused", "forbidden", "Paused.")


def opened():
    return OpenCall(docket(), asyncio.current_task())


async def walk(steps):
    """Runs a call's walk in a task of its own; gives its call and the task."""
    ready = asyncio.get_running_loop().create_future()

    async def run():
        call = opened()
        ready.set_result(call)
        return await steps(call)

    task = asyncio.create_task(run())
    return await ready, task


async def test_a_call_that_nobody_ends_gets_what_it_waits_for():
    call = opened()
    assert await call.wait(asyncio.sleep(0, "answer")) == "answer"
    assert not call.ended
    with pytest.raises(ConnectionError):
        await call.wait(failing())


async def failing():
    raise ConnectionError


@pytest.mark.parametrize("how", ["hang_up", "stop"])
async def test_what_a_call_waits_for_is_given_up_at_once(how):
    given_up = []

    async def upstream():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            given_up.append("upstream")
            raise

    async def steps(call):
        with pytest.raises(CallEnded):
            await call.wait(upstream())
        # The walk goes on: it has a record to write.
        await asyncio.sleep(0)
        return asyncio.current_task().cancelling()

    call, task = await walk(steps)
    await asyncio.sleep(0)
    call.hang_up() if how == "hang_up" else call.stop(PAUSED)
    async with asyncio.timeout(1):
        assert await task == 0
    assert given_up == ["upstream"]
    assert (call.client_gone, call.refusal) == ((True, None) if how == "hang_up" else (False, PAUSED))


@pytest.mark.parametrize("how", ["hang_up", "stop"])
async def test_a_call_ended_between_two_waits_starts_nothing_more(how):
    call = opened()
    call.hang_up() if how == "hang_up" else call.stop(PAUSED)
    started = []

    async def more():
        started.append(1)

    with pytest.raises(CallEnded):
        await call.wait(more())
    assert not started
    assert asyncio.current_task().cancelling() == 0


async def test_the_first_end_is_the_end():
    call = opened()
    call.stop(PAUSED)
    call.hang_up()
    call.stop(Refusal("member_disabled", "forbidden", "Disabled."))
    assert (call.client_gone, call.refusal) == (False, PAUSED)
    left = opened()
    left.hang_up()
    left.stop(PAUSED)
    assert (left.client_gone, left.refusal) == (True, None)


async def test_ending_twice_while_it_waits_wakes_it_once():
    async def steps(call):
        with pytest.raises(CallEnded):
            await call.wait(asyncio.sleep(60))
        await asyncio.sleep(0.01)
        return "recorded"

    call, task = await walk(steps)
    await asyncio.sleep(0)
    call.hang_up()
    call.hang_up()
    call.stop(PAUSED)
    async with asyncio.timeout(1):
        assert await task == "recorded"


async def test_an_end_while_the_record_is_written_does_not_lose_it():
    async def steps(call):
        await asyncio.sleep(0.01)
        return "recorded"

    call, task = await walk(steps)
    call.hang_up()
    assert await task == "recorded"


async def test_a_server_that_goes_down_is_not_taken_for_a_client_that_left():
    async def steps(call):
        await call.wait(asyncio.sleep(60))

    call, task = await walk(steps)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not call.ended


async def test_an_answer_that_came_in_the_same_moment_as_the_end_counts_as_ended():
    came = asyncio.get_running_loop().create_future()

    async def steps(call):
        with pytest.raises(CallEnded):
            await call.wait(came)
        return asyncio.current_task().cancelling()

    call, task = await walk(steps)
    await asyncio.sleep(0)
    came.set_result("answer")
    call.hang_up()
    assert await task == 0

"""Silence: a server that is heard is waited for, one that says nothing to anybody is given up."""

import asyncio
import time

import pytest

from ai_api.core.errors import StoreSilent
from ai_api.core.silence import TICKS, Silence

PATIENCE_S = 0.2


async def never():
    await asyncio.Event().wait()


async def said(answer):
    return await answer


@pytest.fixture
async def answer():
    """An answer that has not come yet."""
    return asyncio.get_running_loop().create_future()


async def test_an_answer_that_comes_is_given_and_nothing_else_is_asked(answer):
    asked = []

    async def ask():
        asked.append(1)

    asyncio.get_running_loop().call_later(PATIENCE_S / TICKS, answer.set_result, "here")
    assert await Silence(ask).wait(said(answer), patience_s=PATIENCE_S) == "here"
    assert asked == []


async def test_while_others_are_answered_a_question_is_waited_for(answer):
    silence = Silence(never)
    waiting = asyncio.create_task(silence.wait(said(answer), patience_s=PATIENCE_S))
    for _ in range(12):
        await asyncio.sleep(PATIENCE_S / 4)
        silence.heard()
    assert not waiting.done()
    answer.set_result("late")
    assert await waiting == "late"


async def test_where_nobody_else_asks_it_asks_itself(answer):
    """A lock is held, and nothing else goes on: the server answers something small, so it is there."""

    async def ask():
        silence.heard()

    silence = Silence(ask)
    waiting = asyncio.create_task(silence.wait(said(answer), patience_s=PATIENCE_S))
    await asyncio.sleep(3 * PATIENCE_S)
    assert not waiting.done()
    answer.set_result("late")
    assert await waiting == "late"


async def test_a_server_that_says_nothing_is_given_up_and_the_question_with_it(answer):
    began = time.monotonic()
    async with asyncio.timeout(10 * PATIENCE_S):
        with pytest.raises(StoreSilent):
            await Silence(never).wait(said(answer), patience_s=PATIENCE_S)
    assert time.monotonic() - began >= PATIENCE_S * 0.9
    await asyncio.sleep(0)
    assert answer.cancelled()


async def test_a_server_that_falls_silent_later_is_given_up_too(answer):
    silence = Silence(never)
    asyncio.get_running_loop().call_later(PATIENCE_S / 2, silence.heard)
    began = time.monotonic()
    async with asyncio.timeout(10 * PATIENCE_S):
        with pytest.raises(StoreSilent):
            await silence.wait(said(answer), patience_s=PATIENCE_S)
    assert time.monotonic() - began >= 2 * PATIENCE_S * 0.9


async def test_for_many_who_wait_it_asks_once():
    asked = []

    async def ask():
        asked.append(1)
        await never()

    silence = Silence(ask)
    waiting = [silence.wait(never(), patience_s=PATIENCE_S) for _ in range(50)]
    assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {StoreSilent}
    assert len(asked) == 1


async def test_while_this_process_stands_still_nobody_is_silent(answer):
    waiting = asyncio.create_task(Silence(never).wait(said(answer), patience_s=PATIENCE_S))
    await asyncio.sleep(0)
    time.sleep(2 * PATIENCE_S)
    await asyncio.sleep(0)
    answer.set_result("in time")
    assert await waiting == "in time"


async def test_what_a_question_raises_is_raised():
    async def broken():
        raise ConnectionError("the wire is cut")

    with pytest.raises(ConnectionError, match="the wire is cut"):
        await Silence(never).wait(broken(), patience_s=PATIENCE_S)


async def test_who_does_not_wait_any_more_leaves_no_question_behind(answer):
    waiting = asyncio.create_task(Silence(never).wait(said(answer), patience_s=PATIENCE_S))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0)
    assert answer.cancelled()

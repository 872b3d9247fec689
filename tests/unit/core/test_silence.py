"""Silence: an outage is told at once, and what is only slow is waited for."""

from __future__ import annotations

import asyncio
import time

import pytest

from ai_api.core.errors import StoreSilent
from ai_api.core.silence import Silence

PATIENCE_S = 0.2


class Server:
    """Answers questions after a time; `away` answers none."""

    def __init__(self, *, after_s: float = 0.0, away: bool = False) -> None:
        self.silence = Silence(self.answer)
        self.asked = 0
        self._after_s = after_s
        self._away = asyncio.Event()
        if not away:
            self._away.set()

    async def answer(self, after_s: float | None = None) -> str:
        self.asked += 1
        await self._away.wait()
        await asyncio.sleep(self._after_s if after_s is None else after_s)
        for _ in range(5):
            # From a socket to who waits for it, an answer takes a few turns of the loop.
            await asyncio.sleep(0)
        self.silence.heard()
        return "said"


async def test_an_answer_is_given_as_it_comes():
    server = Server()
    assert await server.silence.wait(server.answer(), patience_s=PATIENCE_S) == "said"
    assert server.asked == 1


async def test_silence_is_told_at_once():
    server = Server(away=True)
    began = time.monotonic()
    waiting = [server.silence.wait(server.answer(), patience_s=PATIENCE_S) for _ in range(20)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(result) for result in results} == {StoreSilent}
    assert time.monotonic() - began < 2 * PATIENCE_S
    # Twenty wait, and one question is asked for them all.
    assert server.asked == 21


async def test_a_slow_answer_is_taken_for_silence():
    """It takes three times the patience; but the small question is answered, so somebody is there."""
    server = Server()
    assert await server.silence.wait(server.answer(3 * PATIENCE_S), patience_s=PATIENCE_S) == "said"


async def test_others_who_are_answered_prove_that_somebody_is_there():
    server = Server(away=True)

    async def others() -> None:
        for _ in range(10):
            await asyncio.sleep(PATIENCE_S / 2)
            server.silence.heard()

    async def late() -> str:
        await asyncio.sleep(4 * PATIENCE_S)
        return "late"

    talking = asyncio.create_task(others())
    assert await server.silence.wait(late(), patience_s=PATIENCE_S) == "late"
    await talking


async def test_a_stall_of_our_own_is_taken_for_silence():
    """The answer is there in time, and nobody reads it, because the event loop stands still."""
    server = Server(after_s=PATIENCE_S / 4)
    waiting = asyncio.create_task(server.silence.wait(server.answer(), patience_s=PATIENCE_S))
    await asyncio.sleep(0)
    time.sleep(2 * PATIENCE_S)
    assert await waiting == "said"


async def test_what_is_answered_with_an_error_is_told_so():
    server = Server()

    async def refused() -> str:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await server.silence.wait(refused(), patience_s=PATIENCE_S)


async def test_a_question_nobody_waits_for_any_more_is_given_up():
    server = Server(away=True)
    ended = asyncio.Event()

    async def question() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    waiting = asyncio.create_task(server.silence.wait(question(), patience_s=60))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(ended.wait(), 1)

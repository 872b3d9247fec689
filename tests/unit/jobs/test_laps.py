"""Long work in short steps."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ai_api.jobs.laps import BUDGET_S, Laps


class Walk:
    """Laps of five steps of 0.4 s, by a clock that only they move."""

    def __init__(self) -> None:
        self.now = 100.0
        self.steps = 0
        self.laps = 0
        self.fails_at = 0

    async def lap(self) -> AsyncIterator[None]:
        for _ in range(5):
            self.now += 0.4
            self.steps += 1
            if self.steps == self.fails_at:
                raise RuntimeError("a step failed")
            yield
        self.laps += 1


async def test_a_long_lap_keeps_other_jobs_waiting():
    walk = Walk()
    laps = Laps(walk.lap, lambda: walk.now, every_s=60)
    await laps.run()
    assert walk.steps == 3
    assert walk.now - 100 < BUDGET_S + 0.4
    await laps.run()
    assert (walk.steps, walk.laps) == (5, 1)


async def test_the_next_lap_begins_at_once():
    walk = Walk()
    laps = Laps(walk.lap, lambda: walk.now, every_s=60)
    for _ in range(4):
        await laps.run()
    assert walk.laps == 1
    walk.now = 161
    for _ in range(4):
        await laps.run()
    assert walk.laps == 2


async def test_a_lap_that_failed_goes_on_in_the_middle():
    walk = Walk()
    walk.fails_at = 2
    laps = Laps(walk.lap, lambda: walk.now, every_s=60)
    with pytest.raises(RuntimeError):
        await laps.run()
    await laps.run()
    assert walk.steps == 2
    walk.now = 161
    await laps.run()
    await laps.run()
    assert (walk.steps, walk.laps) == (7, 1)

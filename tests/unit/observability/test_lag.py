"""How late the loop is: one long step is not load, several in a row are, and it is over when it is."""

import asyncio
import time

from ai_api.observability.lag import EVERY_S, LoopLag


def test_one_long_step_is_taken_for_load():
    lag = LoopLag()
    lag.note(0.15)
    assert lag.lag_s < 0.05
    for _ in range(3):
        lag.note(0.15)
    assert lag.lag_s > 0.05


def test_lag_is_forgotten_at_once_or_never():
    lag = LoopLag()
    for _ in range(20):
        lag.note(1.0)
    lag.note(0.0)
    assert lag.lag_s > 0.5
    for _ in range(40):
        lag.note(0.0)
    assert lag.lag_s < 0.05


async def test_a_loop_that_is_held_up_looks_punctual():
    lag = LoopLag()
    lag.start()
    try:
        for _ in range(4):
            time.sleep(0.3)
            await asyncio.sleep(EVERY_S)
        late_s = lag.lag_s
        assert late_s > 0.05
        async with asyncio.timeout(20):
            while lag.lag_s > late_s / 2:
                await asyncio.sleep(EVERY_S)
    finally:
        lag.stop()
    lag.stop()

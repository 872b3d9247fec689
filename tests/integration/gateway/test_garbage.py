"""What a call has made is gone with it. What waits for the collector instead makes it stop everybody, for a tenth of a second."""

from __future__ import annotations

import asyncio
import gc

from ai_api.gateway.docket import Docket
from tests.integration.gateway.shapes import every_shape


@every_shape
async def test_calls_that_are_over_wait_for_the_collector(g, sim, shape):
    caller = await g.org.caller(tokens=1_000_000, usd="100")
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            assert (await shape.ask(g, caller)).status == 200
            await g.at_rest()
        # The server's own task of the answer may end a moment later.
        async with asyncio.timeout(5):
            while any(isinstance(each, Docket) and _is(each, caller) for each in gc.get_objects()):
                await asyncio.sleep(0.05)
    finally:
        gc.enable()


def _is(docket: Docket, caller) -> bool:
    return docket.permission is not None and docket.permission.allocation.id == caller.allocation.id

"""The last seconds of a process: open calls are told to end, and what happened is written down."""

from __future__ import annotations

import asyncio
import contextlib

from ai_api.app.gateway import Gateway
from ai_api.app.ground import Ground
from ai_api.core.errors import Refusal

DRAIN_S = 10.0
DRAIN_HURRIED_S = 5.0
"""How long records are waited for at the end: usually, and when open calls had to be told to end."""
ENDING_EVERY_S = 0.05


class Ending:
    """How the calls of one process come to their end."""

    def __init__(self, gateway: Gateway, ground: Ground) -> None:
        self._gateway = gateway
        self._ground = ground
        self._drain_s = DRAIN_S

    def end_calls(self) -> None:
        """Tells every open call to end now, in its own dialect, with what came; and so whatever is admitted after this."""
        if self._drain_s == DRAIN_S:
            self._drain_s = DRAIN_HURRIED_S
            self._end_open_calls()
            self._ground.tasks.spawn(self._go_on_ending())

    async def _go_on_ending(self) -> None:
        while True:
            await asyncio.sleep(ENDING_EVERY_S)
            self._end_open_calls()

    def _end_open_calls(self) -> None:
        message = "The gateway is shutting down. Try again: another one takes over."
        for call in list(self._gateway.calls.open_calls.values()):
            call.stop(Refusal("shutting_down", "unavailable", message, retry_after_s=1))

    async def write_down_the_rest(self) -> None:
        """Waits until everything is written down that happened, but not for ever: what is left then is in the log."""
        gateway, log = self._gateway, self._ground.log
        end_s = asyncio.get_running_loop().time() + self._drain_s
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._drain_s):
                while gateway.calls.open_calls:  # noqa: ASYNC110  -- calls have no event that costs nothing while nobody waits
                    # Cancelled by the server a moment ago: their records are submitted when they notice.
                    await asyncio.sleep(ENDING_EVERY_S)
                await gateway.holds.drain()
        left_s = max(1.0, end_s - asyncio.get_running_loop().time())
        unsettled, open_keys, _ = await asyncio.gather(
            gateway.settlement.drain(left_s), gateway.idempotency.drain(left_s), gateway.stored.drain(left_s)
        )
        if unsettled:
            log.error("unsettled_at_the_end", count=unsettled)
        if open_keys:
            log.error("idempotency_keys_not_concluded", count=open_keys)

"""Forgetting what is over, in short statements."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


async def until_none_is_left(forget: Callable[[int], Awaitable[int]], batch_max: int) -> int:
    """Calls `forget` with the most that it may forget at once, until it forgets fewer; how many it were in all."""
    forgotten = 0
    while True:
        count = await forget(batch_max)
        forgotten += count
        if count < batch_max:
            return forgotten

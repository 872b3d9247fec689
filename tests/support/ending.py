"""Ending a process that a test has started: asked first, and made to when it takes too long."""

from __future__ import annotations

import asyncio
import signal


async def ended(child: asyncio.subprocess.Process, *, within_s: float) -> bool:
    """Ends it by SIGTERM, or by SIGKILL after `within_s` seconds; whether it went by itself."""
    if child.returncode is None:
        child.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(within_s):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
        return False
    return True

"""Whether this build works with the schema as it is: looked at in the beginning, and again and again."""

from __future__ import annotations

import asyncio
import contextlib

from ai_api.app.ground import Ground
from ai_api.core import migrations
from ai_api.core.db import read_schema_state
from ai_api.core.errors import StoreUnavailable

SCHEMA_EVERY_S = 5.0


class SchemaWatch:
    """What is wrong with the schema, as of the last look."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.pools.world
        self._log = ground.log
        self._head = migrations.head()
        self.fault: str | None = None
        """Why this build cannot work with it, if it cannot."""

    async def look(self) -> bool:
        """Whether this build works with the schema now. Raises StoreUnavailable."""
        async with self._database.transaction() as tx:
            revision, readable_from = await read_schema_state(tx)
        fault = migrations.fault_of(revision, readable_from, self._head)
        if fault != self.fault and fault is not None:
            self._log.error(fault, revision=revision, readable_from=readable_from, newest_known=self._head)
        self.fault = fault
        return fault is None

    async def go_on(self) -> None:
        """Looks every few seconds, for ever: a newer version may contract the schema while this one still runs."""
        while True:
            await asyncio.sleep(SCHEMA_EVERY_S)
            with contextlib.suppress(StoreUnavailable):
                await self.look()

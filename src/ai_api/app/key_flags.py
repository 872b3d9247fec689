"""Provider keys that a provider refuses are flagged, beside the call that noticed."""

from __future__ import annotations

from uuid import UUID

from ai_api import providers
from ai_api.app.ground import Ground
from ai_api.core.errors import StoreUnavailable


class KeyFlags:
    """Writes flags of provider keys down; no call waits for it."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.pools.database
        self._tasks = ground.tasks
        self._log = ground.log

    def note(self, provider_key_id: UUID, code: str) -> None:
        """Has the key flagged with `code`, soon. A flag that cannot be written is in the log."""
        self._tasks.spawn(self._write(provider_key_id, code))

    async def _write(self, provider_key_id: UUID, code: str) -> None:
        try:
            async with self._database.transaction() as tx:
                await providers.flag(tx, provider_key_id, code)
        except StoreUnavailable:
            self._log.error("flag_not_written", provider_key_id=str(provider_key_id), code=code)

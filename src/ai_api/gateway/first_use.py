"""Claiming by calling: a credential for all of its member's allocations takes what may be claimed when it is first called.

Away from everybody else's way: it is come to only where a call is about to be refused for want of an allocation.
"""

from __future__ import annotations

from ai_api import allocations
from ai_api.audit import Actor
from ai_api.catalog import Model
from ai_api.core.db import Database, Tx
from ai_api.core.errors import Refusal
from ai_api.gateway.people import Holder


class FirstUse:
    """Claims for members who call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, holder: Holder, model: Model, *, request_id: str) -> bool:
        """Whether the member has an allocation of the model now. False where it may not be claimed after all.

        Of two first calls at once one claims, and both may go on. Raises StoreUnavailable.
        """
        try:
            async with self._database.transaction() as tx:
                await claim_within(tx, holder, model, request_id=request_id)
        except Refusal as refusal:
            if refusal.kind == "unavailable":
                raise
            return refusal.code == "allocation_exists"
        return True


async def claim_within(tx: Tx, holder: Holder, model: Model, *, request_id: str | None) -> None:
    """The claim that a first call makes, in a transaction. Raises Refusal where the model may not be claimed."""
    actor = Actor(
        kind="member", member_id=holder.member_id, name=holder.member_identifier, address=None, request_id=request_id
    )
    await allocations.claim(tx, actor, member_id=holder.member_id, model_id=model.id)

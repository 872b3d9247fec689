"""Which allocations a credential may use."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ai_api import allocations
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.credentials.rules import SCOPE_MAX


async def check_scope(tx: Tx, member_id: UUID, allocation_ids: Sequence[UUID] | None) -> tuple[UUID, ...] | None:
    """The scope as it is stored: each allocation once, in order. None stays None: all of the member's, now and later.

    Raises Refusal `scope_not_of_member` when one of them is unknown, another member's, or revoked (in the same words, so
    that nobody learns which ids exist), and `scope_too_long` beyond `SCOPE_MAX`.
    """
    if allocation_ids is None:
        return None
    wanted = tuple(sorted(set(allocation_ids)))
    if len(wanted) > SCOPE_MAX:
        message = f"A scope names at most {SCOPE_MAX} allocations; leave it empty (null) for all of them."
        raise Refusal("scope_too_long", "invalid", message, param="allocation_ids")
    own = await allocations.find_of_member(tx, member_id, wanted)
    wrong = [str(one) for one in wanted if one not in own or own[one].state == "revoked"]
    if wrong:
        raise Refusal(
            "scope_not_of_member",
            "invalid",
            "A credential's scope holds only live allocations of its own member.",
            details={"allocation_ids": wrong},
            param="allocation_ids",
        )
    return wanted

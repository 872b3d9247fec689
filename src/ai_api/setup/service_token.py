"""An access token for a service account, which cannot sign in to make its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ai_api import identity
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.identity import AccessToken


async def issue_service_token(
    tx: Tx, actor: Actor, member_id: UUID, *, name: str, expires_at: datetime | None, now: datetime
) -> tuple[AccessToken, str]:
    """A new token of a service account somebody answers for, and its secret, which is not kept.

    Raises Refusal `member_not_found`, `only_for_service_accounts`, `bad_responsible_member`, and what
    `identity.issue_access_token` raises.
    """
    member = await identity.get_member(tx, member_id)
    if member.kind != "service" or member.responsible_member_id is None:
        # Whoever held the token would be that person.
        message = "People make their own access tokens. Only service accounts are given one."
        raise Refusal("only_for_service_accounts", "conflict", message)
    identity.check_responsible(await identity.get_member(tx, member.responsible_member_id))
    return await identity.issue_access_token(tx, actor, member_id, name=name, expires_at=expires_at, now=now)

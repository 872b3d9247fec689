"""What another password ends: whoever came in by the old one, and whoever still could by a link."""

from __future__ import annotations

from datetime import datetime

from ai_api import identity, invitations, sign_in
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.identity import Caller, Member
from ai_api.sign_in import PasswordDoor, Visitor


async def end_ways_in(tx: Tx, member: Member, *, now: datetime) -> None:
    """Ends a member's sessions and links, and forgets what was tried before: a new password begins anew."""
    await invitations.end_links_of(tx, member.id, now=now)
    await sign_in.end_sessions_of(tx, member.id, now=now)
    await sign_in.forgive_attempts(tx, member.identifier)


async def reset_password(tx: Tx, actor: Actor, identifier: str, *, password_hash: str, now: datetime) -> None:
    """Gives a person another password, and ends how they came in. Raises Refusal `member_not_found`, `service_password`."""
    member = await identity.find_member(tx, identifier)
    await identity.set_password(tx, actor, member.id, password_hash=password_hash, now=now)
    await end_ways_in(tx, member, now=now)


async def change_password(
    door: PasswordDoor, visitor: Visitor, caller: Caller, *, current: str, new: str, now: datetime
) -> str | None:
    """Gives the caller another password; their links and their other sessions end.

    The session that asks goes on under the new secret that this gives; None for an access token.
    Raises what `PasswordDoor.change_password` raises.
    """

    async def end_links(tx: Tx) -> None:
        await invitations.end_links_of(tx, caller.member_id, now=now)

    return await door.change_password(visitor, caller, current=current, new=new, also=end_links, now=now)

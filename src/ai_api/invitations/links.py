"""Links: made, looked at, used once, and ended by what makes them pointless."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import NEWEST_FIRST, Page, id_in, page_by_id
from ai_api.core.secret_form import hash_of
from ai_api.invitations import rules, store
from ai_api.invitations.rules import KEPT, LIVES, Link, LinkKind, Made


async def make_link(tx: Tx, actor: Actor, kind: LinkKind, *, member_id: UUID | None, now: datetime) -> Made:
    """A new link, and its secret, which is not kept. Earlier ones of the same kind and member end.

    The caller has locked the member (for `set_up`: the making of the first owner), so that of two who make one at a time
    one link is left.
    """
    await store.revoke(tx, member_id, now=now, kind=kind)
    secret = rules.new_secret()
    link = Link(
        id=uuid7(),
        kind=kind,
        member_id=member_id,
        created_by=actor.member_id,
        created_at=now,
        expires_at=now + LIVES[kind],
        used_at=None,
        revoked_at=None,
    )
    await store.insert_link(tx, link, secret_hash=hash_of(secret))
    await note(
        tx,
        actor,
        action="invitation.create",
        target_kind="invitation",
        target_id=link.id,
        before=None,
        after={"kind": kind, "member_id": member_id, "expires_at": link.expires_at},
    )
    return Made(link, secret)


async def find_link(tx: Tx, secret: str, *, now: datetime) -> Link:
    """The live link of a secret.

    Raises Refusal `link_used_or_expired` for all that cannot be followed: mistyped (without a look-up), unknown, used, ended,
    too old.
    """
    link = await store.find_link(tx, hash_of(secret)) if rules.looks_valid(secret) else None
    if link is None or not rules.is_live(link, now=now):
        raise rules.link_over()
    return link


async def use_link(tx: Tx, link: Link, *, now: datetime) -> None:
    """Uses a link up, in the transaction of what it is used for. Raises Refusal `link_used_or_expired`: of two, one is first."""
    if not await store.use(tx, link.id, now=now):
        raise rules.link_over()


async def end_links_of(tx: Tx, member_id: UUID, *, now: datetime) -> int:
    """Ends all links of a member, as part of a write that is audited itself: they chose a password, or were disabled.

    Gives how many.
    """
    return await store.revoke(tx, member_id, now=now)


async def list_links(tx: Tx, member_id: UUID, *, limit: int, cursor: str | None) -> Page[Link]:
    """One page of a member's links, the newest first, those that are over too. Raises Refusal `bad_cursor`."""
    found = await store.list_links(tx, member_id, before_id=id_in(cursor, NEWEST_FIRST), limit=limit + 1)
    return page_by_id(found, [each.id for each in found], limit=limit, sort=NEWEST_FIRST)


async def revoke_link(tx: Tx, actor: Actor, member_id: UUID, link_id: UUID, *, now: datetime) -> None:
    """Ends one link of a member. Raises Refusal `link_not_found` where it is over, or somebody else's."""
    if not await store.revoke(tx, member_id, now=now, only=link_id):
        raise Refusal("link_not_found", "not_found", "There is no such link, or it is over.")
    await note(
        tx,
        actor,
        action="invitation.revoke",
        target_kind="invitation",
        target_id=link_id,
        before={"member_id": member_id, "revoked_at": None},
        after={"member_id": member_id, "revoked_at": now},
    )


async def forget_old(tx: Tx, *, now: datetime, limit: int) -> int:
    """Deletes at most `limit` links whose time was over 30 days ago. Gives how many."""
    return await store.forget(tx, before=now - KEPT, limit=limit)

"""Following a link: a password is chosen, the link is used up, and a session begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import identity, invitations, sign_in
from ai_api.audit import Actor
from ai_api.core.db import Database, Tx
from ai_api.identity import Member, Passwords
from ai_api.invitations import Link, LinkKind
from ai_api.setup.new_password import end_ways_in
from ai_api.sign_in import Entered, SessionTerms, Visitor


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom a live link is for; `member` is None for a set-up link."""

    link: Link
    member: Member | None


async def look_at_link(tx: Tx, secret: str, *, now: datetime) -> Receiver:
    """Whom a link is for. Raises Refusal `link_used_or_expired`."""
    link = await invitations.find_link(tx, secret, now=now)
    return Receiver(link, None if link.member_id is None else await identity.get_member(tx, link.member_id))


async def follow_link(
    database: Database,
    passwords: Passwords,
    visitor: Visitor,
    kind: LinkKind,
    *,
    secret: str,
    password: str,
    terms: SessionTerms,
    now: datetime,
    display_name: str | None = None,
) -> Entered:
    """Sets the password of whom an invitation or a reset is for, ends all their sessions and other links, and begins a session.

    Whoever accepts an invitation gets the tags that the tag rules have for them, and attempts so far keep nobody waiting.
    Of two who follow a link one comes in. Raises Refusal `link_used_or_expired`, `bad_password`, `bad_name`, `common_password`,
    StoreUnavailable.
    """
    async with database.transaction() as tx:
        link, member_id = await _of_member(tx, secret, kind, now)
        identifier = (await identity.get_member(tx, member_id)).identifier
    # Outside of a transaction: a slow hash must not hold a connection. And behind the first look: only a link is worth one.
    password_hash = await passwords.hash(password, identifier=identifier)
    async with database.transaction() as tx:
        # Members are locked before what hangs on them, as when one is disabled.
        member = await identity.get_member(tx, member_id, lock=True)
        await _check_still_good(tx, link, member)
        member = await identity.set_password(
            tx,
            _actor(visitor, member),
            member_id,
            password_hash=password_hash,
            now=now,
            display_name=display_name,
            action="member.accept_invitation" if kind == "invitation" else "member.reset_password",
        )
        await invitations.use_link(tx, link, now=now)
        await end_ways_in(tx, member, now=now)
        if kind == "invitation":
            await identity.apply_tag_rules(tx, _actor(visitor, member), member, {}, now=now)
        return await _enter(tx, member, visitor, terms, now)


async def set_up(
    database: Database,
    passwords: Passwords,
    visitor: Visitor,
    *,
    secret: str,
    identifier: str,
    display_name: str,
    password: str,
    terms: SessionTerms,
    now: datetime,
) -> Entered:
    """Makes the first owner by the set-up link, and begins their session.

    Raises Refusal `link_used_or_expired`, `owner_exists`, `bad_password`, `bad_identifier`, `bad_name`, `identifier_taken`,
    StoreUnavailable.
    """
    async with database.transaction() as tx:
        link = await _live(tx, secret, "set_up", now)
    password_hash = await passwords.hash(password, identifier=identifier)
    async with database.transaction() as tx:
        owner = await identity.create_owner(
            tx,
            _actor(visitor, None),
            identifier=identifier,
            display_name=display_name,
            password_hash=password_hash,
            now=now,
        )
        await invitations.use_link(tx, link, now=now)
        return await _enter(tx, owner, visitor, terms, now)


async def make_set_up_link(tx: Tx, actor: Actor, *, public_url: str, now: datetime) -> tuple[Link, str]:
    """A link by which the first owner is made, and its address. An earlier one ends. Raises Refusal `owner_exists`."""
    await identity.check_no_owner(tx)
    made = await invitations.make_link(tx, actor, "set_up", member_id=None, now=now)
    return made.link, invitations.url_of(public_url, made)


async def _live(tx: Tx, secret: str, kind: LinkKind, now: datetime) -> Link:
    link = await invitations.find_link(tx, secret, now=now)
    if link.kind != kind:
        raise invitations.link_over()
    return link


async def _of_member(tx: Tx, secret: str, kind: LinkKind, now: datetime) -> tuple[Link, UUID]:
    link = await _live(tx, secret, kind, now)
    if link.member_id is None:
        raise invitations.link_over()
    return link, link.member_id


async def _check_still_good(tx: Tx, link: Link, member: Member) -> None:
    """Whoever made the link may still make it, and the member may still come in. Raises Refusal `link_used_or_expired`."""
    maker = None if link.created_by is None else await identity.get_member(tx, link.created_by)
    # The member may have become owner since an administrator was given their link.
    is_too_strong = maker is not None and member.role == "owner" and (maker.role, maker.status) != ("owner", "active")
    if member.status != "active" or is_too_strong:
        raise invitations.link_over()


async def _enter(tx: Tx, member: Member, visitor: Visitor, terms: SessionTerms, now: datetime) -> Entered:
    session, secret = await sign_in.open_session(
        tx,
        member.id,
        method="link",
        address=visitor.address,
        user_agent=visitor.user_agent,
        terms=terms,
        now=now,
    )
    return Entered(member, session, secret)


def _actor(visitor: Visitor, member: Member | None) -> Actor:
    if member is None:
        return Actor("system", None, "set-up link", visitor.address, visitor.request_id)
    return Actor("member", member.id, member.identifier, visitor.address, visitor.request_id)

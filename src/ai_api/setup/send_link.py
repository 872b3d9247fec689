"""Handing somebody a link: it is made, and a letter with it put into the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import identity, invitations, mail
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing
from ai_api.identity import By, Member
from ai_api.invitations import Link, LinkKind
from ai_api.mail import Forgotten, InvitationLetter, Letter, ResetLetter

_FORGOT = Actor(kind="system", member_id=None, name="forgotten password", address=None, request_id=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How links leave the house: where they lead, and the keys that letters are sealed with; None where none are sent."""

    public_url: str
    ring: KeyRing | None


@dataclass(frozen=True, slots=True)
class SentLink:
    """A new link. `url` holds its secret and is told once; `mailed` is whether a letter with it is on its way."""

    link: Link
    url: str
    mailed: bool


async def send_link(
    tx: Tx, actor: Actor, member_id: UUID, kind: LinkKind, *, by: By, post: Post, now: datetime
) -> SentLink:
    """A new invitation or reset of a member, by mail too where their identifier is an address. Earlier ones end.

    Raises Refusal `member_not_found` and what `invitations.check_receiver` raises.
    """
    member = await identity.get_member(tx, member_id, lock=True)
    has_password = await identity.has_password(tx, member_id)
    invitations.check_receiver(member, kind, by=by, has_password=has_password)
    made = await invitations.make_link(tx, actor, kind, member_id=member_id, now=now)
    url = invitations.url_of(post.public_url, made)
    mailed = False
    if post.ring is not None:
        letter: Letter
        if kind == "invitation":
            letter = InvitationLetter(member.display_name, url, made.link.expires_at)
        else:
            letter = ResetLetter(member.display_name, url, made.link.expires_at)
        mailed = await mail.put(tx, post.ring, letter, recipient=member.identifier, now=now)
    return SentLink(made.link, url, mailed)


async def answer_forgotten(tx: Tx, forgotten: Forgotten, *, now: datetime) -> tuple[str, ResetLetter] | None:
    """The letter for somebody who forgot their password, with a new link, and where it goes; None where nobody gets one.

    An earlier link ends, so that of a letter that had to be sent twice the second works.
    """
    try:
        member = await _receiver(tx, forgotten.identifier)
    except Refusal:
        # Nobody has this identifier, or they sign in otherwise, or not at all: who asked is not told which.
        return None
    made = await invitations.make_link(tx, _FORGOT, "reset", member_id=member.id, now=now)
    url = invitations.url_of(forgotten.public_url, made)
    return member.identifier, ResetLetter(member.display_name, url, made.link.expires_at)


async def _receiver(tx: Tx, identifier: str) -> Member:
    found = await identity.find_member(tx, identifier)
    member = await identity.get_member(tx, found.id, lock=True)
    # In their own right, whatever their role is.
    invitations.check_receiver(member, "reset", by=By(member.id, member.role), has_password=True)
    return member

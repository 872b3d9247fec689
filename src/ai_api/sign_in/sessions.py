"""Sessions: opened by whoever proved who they are, verified at the portal's door, ended by their member or what stops them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ai_api import identity
from ai_api.audit import Actor, note
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import NEWEST_FIRST, Page, id_in, page_by_id
from ai_api.core.secret_form import hash_of
from ai_api.sign_in import rules, store
from ai_api.sign_in.rules import (
    SESSIONS_KEPT,
    SESSIONS_MAX,
    USER_AGENT_CHARACTERS_MAX,
    Method,
    Session,
    SessionTerms,
    SignedIn,
)


async def open_session(
    tx: Tx,
    member_id: UUID,
    *,
    method: Method,
    address: str | None,
    user_agent: str,
    terms: SessionTerms,
    now: datetime,
    proved_at: datetime | None = None,
) -> tuple[Session, str]:
    """A new session of a member who has just proved who they are, and its secret, which is not kept.

    `proved_at` is for those who proved it before, to somebody who says when. Where they have as many as there may be, the one
    that was seen longest ago ends.
    """
    live = await store.list_live(tx, member_id, seen_after=now - terms.idle, now=now)
    for oldest in live[SESSIONS_MAX - 1 :]:
        await store.end(tx, member_id, now=now, only=oldest.id)
    secret = rules.new_secret()
    session = Session(
        id=uuid7(),
        member_id=member_id,
        method=method,
        address=address,
        user_agent=user_agent[:USER_AGENT_CHARACTERS_MAX],
        created_at=now,
        seen_at=now,
        proved_at=now if proved_at is None else min(proved_at, now),
        expires_at=now + terms.absolute,
        ended_at=None,
    )
    await store.insert_session(tx, session, secret_hash=hash_of(secret))
    return session, secret


async def verify_session(tx: Tx, secret: str, *, terms: SessionTerms, now: datetime) -> SignedIn:
    """Whose session this is, with the role they have at this moment.

    Raises Refusal `session_ended` for all that does not open: mistyped (without a look-up), unknown, idle for too long, over,
    ended, or of a member who is disabled.
    """
    if not rules.looks_valid(secret):
        raise rules.session_ended()
    session = await store.find_session(tx, hash_of(secret))
    if session is None or not rules.is_live(session, now=now, terms=terms):
        raise rules.session_ended()
    member = await identity.get_member(tx, session.member_id)
    if member.status != "active":
        raise rules.session_ended()
    return SignedIn(session, member)


async def list_sessions(
    tx: Tx, member_id: UUID, *, terms: SessionTerms, now: datetime, limit: int, cursor: str | None
) -> Page[Session]:
    """One page of a member's sessions that are not over, the newest first. Raises Refusal `bad_cursor`."""
    before_id = id_in(cursor, NEWEST_FIRST)
    live = await store.list_live(tx, member_id, seen_after=now - terms.idle, now=now)
    found = sorted(
        (each for each in live if before_id is None or each.id < before_id), key=lambda each: each.id, reverse=True
    )
    return page_by_id(found[: limit + 1], [each.id for each in found[: limit + 1]], limit=limit, sort=NEWEST_FIRST)


async def count_sessions(tx: Tx, member_id: UUID, *, terms: SessionTerms, now: datetime) -> int:
    """How many sessions of a member are not over."""
    return len(await store.list_live(tx, member_id, seen_after=now - terms.idle, now=now))


async def end_session(tx: Tx, actor: Actor, member_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """Ends one session of a member. Raises Refusal `session_not_found` where it is over, or somebody else's."""
    if not await store.end(tx, member_id, now=now, only=session_id):
        raise Refusal("session_not_found", "not_found", "There is no such session, or it is over.")
    await note(
        tx,
        actor,
        action="session.end",
        target_kind="session",
        target_id=session_id,
        before={"member_id": member_id, "ended_at": None},
        after={"member_id": member_id, "ended_at": now},
    )


async def end_other_sessions(tx: Tx, actor: Actor, member_id: UUID, *, but: UUID | None, now: datetime) -> int:
    """Ends all sessions of a member but one, or all of them. Gives how many."""
    ended = await store.end(tx, member_id, now=now, but=but)
    await note(
        tx,
        actor,
        action="session.end_others",
        target_kind="member",
        target_id=member_id,
        before=None,
        after={"ended": ended, "kept": but},
    )
    return ended


async def end_sessions_of(tx: Tx, member_id: UUID, *, now: datetime, but: UUID | None = None) -> int:
    """Ends all sessions of a member, `but` one if it is given, as part of a write that is audited itself: their password was
    changed, or they were disabled. Gives how many.
    """
    return await store.end(tx, member_id, now=now, but=but)


async def prove_session(tx: Tx, session_id: UUID, *, now: datetime) -> None:
    """The member behind a session has just proved again who they are."""
    await store.set_proved(tx, session_id, now=now)


async def renew_session(tx: Tx, session_id: UUID, *, now: datetime) -> str:
    """Gives a session another secret, for the member has just proved who they are; the one before opens nothing any more."""
    secret = rules.new_secret()
    await store.renew(tx, session_id, secret_hash=hash_of(secret), now=now)
    return secret


async def end_replaced(tx: Tx, secret: str, *, now: datetime) -> UUID | None:
    """Ends the session that a browser had before it signed in anew, whoever's it was. Gives its id; None where it had none."""
    session = await store.find_session(tx, hash_of(secret)) if rules.looks_valid(secret) else None
    if session is None or not await store.end(tx, session.member_id, now=now, only=session.id):
        return None
    return session.id


async def forget_sessions(tx: Tx, *, now: datetime, limit: int) -> int:
    """Deletes at most `limit` sessions that have been over for a month. Gives how many."""
    return await store.forget_over(tx, before=now - SESSIONS_KEPT, limit=limit)


async def note_seen(tx: Tx, session_id: UUID, *, now: datetime) -> None:
    """Writes down that a session was seen `now`, unless somebody else is doing so."""
    await store.touch(tx, session_id, now=now)

"""Signing in, and proving who one is, by a password. No transaction is open while a password is hashed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ai_api import identity
from ai_api.audit import Actor, note
from ai_api.core.db import Database, Tx
from ai_api.core.errors import Refusal
from ai_api.identity import Caller, PasswordHolder, Passwords
from ai_api.sign_in import attempts, rules, sessions
from ai_api.sign_in.attempts import Attempt
from ai_api.sign_in.backoff import network_of
from ai_api.sign_in.rules import Entered, SessionTerms, Visitor

T = TypeVar("T")


class PasswordDoor:
    """Opens to whoever knows a member's password. One per process, for `passwords` bounds what is hashed at once."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def sign_in(
        self,
        visitor: Visitor,
        *,
        identifier: str,
        password: str,
        replaces: str | None,
        terms: SessionTerms,
        now: datetime,
    ) -> Entered:
        """A new session of the member. The one whose secret the browser has, `replaces`, ends.

        Raises Refusal `too_many_attempts`, `passwords_busy`; and `sign_in_failed` for a wrong password, an unknown member, one
        who is disabled, and one who has no password, all of which take the same time.
        """
        attempt, holder = await self._looked_at(visitor, identifier, password, now=now)
        if holder is None or holder.password_hash is None:
            raise rules.sign_in_failed()
        rehashed = await self._passwords.rehash(password, holder.password_hash)
        async with self._database.transaction() as tx:
            locked = await _still(tx, holder)
            if locked is None:
                raise rules.sign_in_failed()
            if rehashed is not None:
                await identity.keep_rehashed(tx, locked.member.id, rehashed)
            ended = None if replaces is None else await sessions.end_replaced(tx, replaces, now=now)
            session, secret = await sessions.open_session(
                tx,
                locked.member.id,
                method="password",
                address=visitor.address,
                user_agent=visitor.user_agent,
                terms=terms,
                now=now,
            )
            await _note(
                tx, _actor(visitor, locked), "session.begin", session.id, {"method": session.method, "replaced": ended}
            )
            # Last, for everybody of a network has to lock one row.
            await attempts.note_success(tx, attempt, now=now)
        return Entered(locked.member, session, secret)

    async def prove(self, visitor: Visitor, caller: Caller, *, password: str, now: datetime) -> None:
        """The member behind a session proves again who they are.

        Raises Refusal `session_needed` for an access token, `password_wrong`, `too_many_attempts`, `passwords_busy`.
        """
        if caller.session_id is None:
            raise rules.session_needed()
        attempt, holder = await self._own(visitor, caller, password, param="password", now=now)
        async with self._database.transaction() as tx:
            if await _still(tx, holder) is None:
                raise rules.password_wrong("password")
            await attempts.note_success(tx, attempt, now=now)
            await sessions.prove_session(tx, caller.session_id, now=now)
            await _note(tx, _actor(visitor, holder), "session.prove", caller.session_id, {"proved_at": now})

    async def change_password(
        self,
        visitor: Visitor,
        caller: Caller,
        *,
        current: str,
        new: str,
        also: Callable[[Tx], Awaitable[None]],
        now: datetime,
    ) -> str | None:
        """Gives the caller another password. All their sessions end but the one that asks, which goes on under the new secret
        that this gives; None for an access token. `also` is done in the same transaction.

        Raises Refusal `password_wrong`, `bad_password`, `common_password`, `too_many_attempts`, `passwords_busy`.
        """
        identity.check_password(new, identifier=caller.identifier, param="new")
        if new == current:
            raise Refusal("bad_password", "invalid", "The new password is the one you have.", param="new")
        attempt, holder = await self._own(visitor, caller, current, param="current", now=now)
        password_hash = await self._unless_busy(
            attempt, self._passwords.hash(new, identifier=caller.identifier, param="new")
        )
        async with self._database.transaction() as tx:
            if await _still(tx, holder) is None:
                raise rules.password_wrong("current")
            await attempts.note_success(tx, attempt, now=now)
            await identity.set_password(
                tx,
                _actor(visitor, holder),
                caller.member_id,
                password_hash=password_hash,
                now=now,
                action="member.change_password",
            )
            await also(tx)
            await sessions.end_sessions_of(tx, caller.member_id, now=now, but=caller.session_id)
            return None if caller.session_id is None else await sessions.renew_session(tx, caller.session_id, now=now)

    async def _own(
        self, visitor: Visitor, caller: Caller, password: str, *, param: str, now: datetime
    ) -> tuple[Attempt, PasswordHolder]:
        attempt, holder = await self._looked_at(visitor, caller.identifier, password, now=now)
        if holder is None:
            raise rules.password_wrong(param)
        return attempt, holder

    async def _looked_at(
        self, visitor: Visitor, identifier: str, password: str, *, now: datetime
    ) -> tuple[Attempt, PasswordHolder | None]:
        """An attempt that was counted, and then looked at; with whom it proves, if it does."""
        async with self._database.transaction() as tx:
            holder = await identity.find_password_holder(tx, identifier)
            attempt = await attempts.count_attempt(tx, identifier, network=network_of(visitor.address), now=now)
        password_hash = None if holder is None else holder.usable_hash
        fits = await self._unless_busy(attempt, self._passwords.verify(password, password_hash))
        return attempt, holder if fits else None

    async def _unless_busy(self, attempt: Attempt, work: Awaitable[T]) -> T:
        try:
            return await work
        except Refusal:
            # What nobody had time for is not held against anybody.
            async with self._database.transaction() as tx:
                await attempts.give_attempt_back(tx, attempt)
            raise


async def _still(tx: Tx, holder: PasswordHolder) -> PasswordHolder | None:
    """The member, locked, if they can still sign in by the password that was verified."""
    locked = await identity.lock_password_holder(tx, holder.member.id)
    return locked if locked is not None and locked.usable_hash == holder.password_hash else None


def _actor(visitor: Visitor, holder: PasswordHolder) -> Actor:
    return Actor(
        kind="member",
        member_id=holder.member.id,
        name=holder.member.identifier,
        address=visitor.address,
        request_id=visitor.request_id,
    )


async def _note(tx: Tx, actor: Actor, action: str, session_id: UUID, after: dict[str, object]) -> None:
    after = {"member_id": actor.member_id, **after}
    await note(tx, actor, action=action, target_kind="session", target_id=session_id, before=None, after=after)

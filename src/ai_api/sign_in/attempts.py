"""Attempts to sign in, and tries of what else must not be guessed.

Attempts are counted before a password is looked at, so that no number of them at once is looked at more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ai_api.core.db import Tx
from ai_api.sign_in import store_attempts
from ai_api.sign_in.backoff import FORGOTTEN_AFTER, PROVED_FOR_DAYS, Backoff, Backoffs, too_many_attempts

_EVERYBODY = b""
_EVERYWHERE = ""
_ACCOUNT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that may be made: of which account, from which network, and what it counted against."""

    account: bytes
    network: str
    counted: tuple[tuple[bytes, str, Backoff], ...]


async def count_attempt(
    tx: Tx, identifier: str, *, network: str, now: datetime, backoffs: Backoffs | None = None
) -> Attempt:
    """Counts an attempt to sign in as whoever is, or is not, called so. It may be made once the transaction is committed.

    Raises Refusal `too_many_attempts`, which has to roll the transaction back: such an attempt counts nowhere. It takes the
    same statements whether or not there is such a member, and wherever they signed in before.
    """
    waits = backoffs or Backoffs()
    standing = await store_attempts.find_standing(tx, identifier, network=network)
    proved_at, account = standing.proved_at, standing.account
    # Where somebody has signed in before, what others do elsewhere, or beside them, does not keep them out.
    is_known_here = proved_at is not None and now - proved_at < timedelta(days=PROVED_FOR_DAYS)
    rows = (
        (account, network, waits.here, standing.here, True),
        (account, _EVERYWHERE, waits.account, standing.everywhere, not is_known_here),
        (_EVERYBODY, network, waits.network, standing.network, not is_known_here),
    )
    # First without a lock: a flood that has to wait does not queue for one row, with a connection each.
    for *_, next_from, keeps_out in rows:
        if keeps_out and next_from is not None and next_from > now:
            raise too_many_attempts(next_from, now=now)
    counted = []
    for subject, where, backoff, _, keeps_out in rows:
        if await store_attempts.count(tx, subject, where, backoff, now=now):
            counted.append((subject, where, backoff))
        elif keeps_out:
            found = await store_attempts.find_next_from(tx, subject, where)
            raise too_many_attempts(found or now, now=now)
    return Attempt(account, network, tuple(counted))


async def give_attempt_back(tx: Tx, attempt: Attempt) -> None:
    """The attempt was not made after all."""
    for subject, where, backoff in attempt.counted:
        await store_attempts.give_back(tx, subject, where, backoff)


async def note_success(tx: Tx, attempt: Attempt, *, now: datetime) -> None:
    """The attempt was right: it counts against nobody, and its account is known where it was made."""
    await store_attempts.set_proved(tx, attempt.account, attempt.network, now=now)
    await give_attempt_back(tx, Attempt(attempt.account, attempt.network, attempt.counted[1:]))


async def forgive_attempts(tx: Tx, identifier: str) -> None:
    """Attempts so far keep nobody from signing in as a member: they were given another password."""
    await store_attempts.forgive(tx, identifier)


async def next_try_at(tx: Tx, what: bytes, *, network: str) -> datetime | None:
    """From when on something else than a sign-in, counted by `count_try`, may be tried again; None where it never waited."""
    return await store_attempts.find_next_from(tx, what, network)


async def count_try(tx: Tx, what: bytes, *, network: str, backoff: Backoff, now: datetime) -> bool:
    """Counts a try of something else than a sign-in; False where it has to wait, and is not counted.

    `what` names it: any bytes that are neither none nor 32, which are everybody's attempts and those of an account.
    """
    if len(what) in {0, _ACCOUNT_BYTES}:
        raise ValueError("that names an account")
    return await store_attempts.count(tx, what, network, backoff, now=now)


async def forget_attempts(tx: Tx, *, now: datetime, limit: int) -> int:
    """Deletes at most `limit` counts that keep nobody waiting any more. Gives how many."""
    proved_before = now - timedelta(days=PROVED_FOR_DAYS)
    return await store_attempts.forget(tx, before=now - FORGOTTEN_AFTER, proved_before=proved_before, limit=limit)

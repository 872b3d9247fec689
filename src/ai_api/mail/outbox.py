"""The outbox: letters are put in with what they are about, taken out by whoever sends, and emptied at their end."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing
from ai_api.mail import rules, store
from ai_api.mail.letters import InvitationLetter, Letter, ResetLetter
from ai_api.mail.rules import (
    ASKED_PER_NETWORK_MAX,
    ASKED_PER_RECIPIENT_MAX,
    ASKED_WITHIN,
    FORGOTTEN_FOR,
    KEPT,
    LEASE,
    Forgotten,
    LetterKind,
    is_address,
    network_of,
)
from ai_api.mail.store import Figures, Taken

__all__ = [
    "Figures",
    "Settled",
    "Taken",
    "fail",
    "figures",
    "forget_old",
    "open_payload",
    "put",
    "put_forgotten",
    "settle",
    "take",
]

Settled = Literal["sent", "dropped"]


async def put(tx: Tx, ring: KeyRing, letter: Letter, *, recipient: str, now: datetime) -> bool:
    """Puts a letter in, in the transaction of its cause. False, with nothing done, where `recipient` is no mail address."""
    if not is_address(recipient):
        return False
    kind: LetterKind = "invitation" if isinstance(letter, InvitationLetter) else "reset"
    payload = {
        "display_name": letter.display_name,
        "url": letter.url,
        "expires_at": letter.expires_at.isoformat(),
    }
    letter_id = uuid7()
    sealed = ring.seal(json.dumps(payload), letter_id)
    await store.insert(
        tx, letter_id=letter_id, kind=kind, recipient=recipient, sealed=sealed, expires_at=letter.expires_at, now=now
    )
    return True


async def put_forgotten(tx: Tx, ring: KeyRing, forgotten: Forgotten, *, address: str | None, now: datetime) -> None:
    """Puts in that somebody forgot their password, whether or not there is such a member: that is looked up by whoever sends.

    `address` is where they ask from. Beyond 3 an hour for a recipient it does nothing, in silence: whoever asks may not be
    whom it disturbs. Raises Refusal `too_many_requests` beyond 30 an hour for a network.
    """
    recipient, network = forgotten.identifier.lower(), network_of(address)
    if not is_address(recipient):
        return
    since = now - ASKED_WITHIN
    if network is not None and await store.count_asked(tx, network=network, since=since) >= ASKED_PER_NETWORK_MAX:
        message = (
            "Too many people forgot their password where you are. Try again later, or ask an administrator for a link."
        )
        raise Refusal("too_many_requests", "limited", message, retry_after_s=ASKED_WITHIN.total_seconds())
    if await store.count_asked(tx, recipient=recipient, since=since) >= ASKED_PER_RECIPIENT_MAX:
        return
    letter_id = uuid7()
    payload = {"identifier": forgotten.identifier, "public_url": forgotten.public_url}
    sealed = ring.seal(json.dumps(payload), letter_id)
    await store.insert(
        tx,
        letter_id=letter_id,
        kind="forgot",
        recipient=recipient,
        sealed=sealed,
        expires_at=now + FORGOTTEN_FOR,
        now=now,
        network=network,
    )


async def take(tx: Tx, *, now: datetime, limit: int) -> list[Taken]:
    """At most `limit` letters that are due, the longest waiting first. Nobody else takes them for 5 minutes."""
    return await store.take(tx, now=now, until=now + LEASE, limit=limit)


def open_payload(ring: KeyRing, taken: Taken) -> Letter | Forgotten:
    """What is in a letter. Raises SealError."""
    fields: dict[str, Any] = json.loads(ring.open(taken.sealed, taken.id))
    if taken.kind == "forgot":
        return Forgotten(**fields)
    letter = InvitationLetter if taken.kind == "invitation" else ResetLetter
    return letter(fields["display_name"], fields["url"], datetime.fromisoformat(fields["expires_at"]))


async def settle(tx: Tx, letter_id: UUID, how: Settled, *, now: datetime) -> None:
    """A letter is done: it was `sent`, or there was nobody to send it to. What was in it is deleted."""
    await store.end(tx, letter_id, "sent_at" if how == "sent" else "dropped_at", now=now)


async def fail(tx: Tx, taken: Taken, *, reason: str, for_good: bool, now: datetime) -> bool:
    """A letter could not be sent. It is tried again later; True when it is given up, which deletes what was in it."""
    again = None if for_good else rules.next_try(taken.tries, now=now)
    if again is not None and again < taken.expires_at:
        await store.postpone(tx, taken.id, until=again, error=reason)
        return False
    await store.end(tx, taken.id, "failed_at", now=now, error=reason)
    return True


async def figures(tx: Tx, *, now: datetime) -> Figures:
    """How many letters wait, since when the oldest does, and how many of the last 30 days were given up."""
    return await store.figures(tx, since=now - KEPT)


async def forget_old(tx: Tx, *, now: datetime, limit: int) -> int:
    """Deletes at most `limit` letters that are done and older than 30 days. Gives how many."""
    return await store.forget(tx, before=now - KEPT, limit=limit)

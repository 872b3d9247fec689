"""The chain of the audit trail: what of an event is sealed, and how places follow one another. Pure.

The database seals at the commit of the write; here is how anybody checks it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Literal
from uuid import UUID

from ai_api.audit.rules import Event

BEFORE_THE_FIRST = bytes(32)
"""What stands for the hash before the first place."""

Fault = Literal["place_missing", "event_missing", "changed", "not_sealed", "other_hash"]

WORDS: dict[Fault, str] = {
    "place_missing": "the place is missing: its event was removed, or never sealed",
    "event_missing": "the event of this place was removed",
    "changed": "the event is not what was sealed, or the hash before it is another",
    "not_sealed": "the event has no place in the chain",
    "other_hash": "the hash of this place is not the one that was noted down",
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event in its place. The texts are `before` and `after` as the database writes them, which is what it sealed."""

    seq: int
    hash: bytes
    event: Event
    before_text: str | None
    after_text: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The last place that was looked at; `seq` is 0 for an empty trail."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the chain; `sealed` is None where its event is gone."""

    seq: int
    hash: bytes
    event_id: UUID
    sealed: Sealed | None


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain breaks. `seq` is None for an event that has no place, `event_id` for a place that is not there."""

    fault: Fault
    seq: int | None
    event_id: UUID | None

    def __str__(self) -> str:
        place = "" if self.seq is None else f" at place {self.seq}"
        event = "" if self.event_id is None else f", event {self.event_id}"
        return f"The chain is broken{place}{event}: {WORDS[self.fault]}."


@dataclass(frozen=True, slots=True)
class Verified:
    """`checked` places were right, up to `head`; `broken` says where they stopped being so."""

    checked: int
    head: Head
    broken: Broken | None


def sealed_text(sealed: Sealed, previous: bytes) -> str:
    """The text whose SHA-256 is the event's hash: a JSON array of texts and nulls, written as Postgres writes jsonb."""
    event = sealed.event
    parts = [
        str(sealed.seq),
        previous.hex(),
        str(event.id),
        event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        event.actor_kind,
        None if event.actor_member_id is None else str(event.actor_member_id),
        event.actor_name,
        event.address,
        event.action,
        event.target_kind,
        None if event.target_id is None else str(event.target_id),
        sealed.before_text,
        sealed.after_text,
        event.request_id,
    ]
    return json.dumps(parts, ensure_ascii=False)


def hash_of(sealed: Sealed, previous: bytes) -> bytes:
    """What the event's hash has to be after `previous`."""
    return hashlib.sha256(sealed_text(sealed, previous).encode()).digest()


def follow(head: Head, place: Place) -> Head | Broken:
    """The head after one more place, or why it does not follow."""
    if place.seq != head.seq + 1:
        return Broken("place_missing", head.seq + 1, None)
    if place.sealed is None:
        return Broken("event_missing", place.seq, place.event_id)
    if hash_of(place.sealed, head.hash) != place.hash:
        return Broken("changed", place.seq, place.event_id)
    return Head(place.seq, place.hash)

"""Audit events as people read them: what was written to, whose it is, and of which model, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ai_api.audit import Event
from ai_api.core.db import Tx
from ai_api.setup import store_names
from ai_api.setup.store_names import Called

# What an event calls its target by, and by which ids it names what else it is about.
_NAMES: Final = ("slug", "name", "display_name", "identifier", "device_name")
_REFERENCES: Final = ("subject_id", "member_id", "model_id")
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class About:
    """What an event is about. `target` is what its target was called when it was written, or else is called now; `member` whose
    it is, `model` of which model. Each None where there is none, and of a member or model itself, which `target` names.
    """

    target: str | None
    member_id: UUID | None
    member: str | None
    model: str | None


async def name_events(tx: Tx, events: Sequence[Event]) -> dict[UUID, About]:
    """What each of these events is about, by the event's id: one statement, however many there are."""
    wanted = {found for event in events for found in _ids(event)}
    called = await store_names.names_of(tx, wanted) if wanted else {}
    return {event.id: about(event, called) for event in events}


def about(event: Event, called: Mapping[UUID, Called]) -> About:
    """What one event is about, of what its ids are called. Pure."""
    things = [called[found] for found in _ids(event) if found in called]
    own = called.get(event.target_id) if event.target_id is not None else None
    subject = next((called[found] for found in _referred(event, "subject_id") if found in called), None)
    # A limit on a member has no name of its own, and `member` says whose it is.
    subject_name = subject.name if subject and subject.name != subject.member else None
    member = next((thing for thing in things if thing.member is not None and thing.member_id != event.target_id), None)
    model = next((thing.model for thing in things if thing.model is not None), None)
    return About(
        target=_recorded(event) or (own.name if own else None) or subject_name,
        member_id=member.member_id if member else None,
        member=member.member if member else None,
        model=None if event.target_kind == "model" else model,
    )


def _recorded(event: Event) -> str | None:
    """What the target was called when it was written, where the record says so."""
    found = (document[name] for document in _documents(event) for name in _NAMES if document.get(name))
    return next((value for value in found if isinstance(value, str)), None)


def _ids(event: Event) -> Iterator[UUID]:
    if event.target_id is not None:
        yield event.target_id
    for name in _REFERENCES:
        yield from _referred(event, name)


def _referred(event: Event, name: str) -> Iterator[UUID]:
    for document in _documents(event):
        # A record is what its version wrote: what is no id there names nothing.
        if isinstance(value := document.get(name), str) and _ID.fullmatch(value):
            yield UUID(value)


def _documents(event: Event) -> list[dict[str, Any]]:
    return [document for document in (event.after, event.before) if document is not None]

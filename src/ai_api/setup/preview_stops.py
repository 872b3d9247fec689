"""What a write would stop: what works before it and after it, for which it is run and taken back."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

from ai_api import catalog, identity, quotas
from ai_api.core.db import Tx
from ai_api.core.undone import undone
from ai_api.identity import Member, TaggedMember
from ai_api.setup.what_works import Touched, Works, models_of, what_works
from ai_api.sign_in import SessionTerms

T = TypeVar("T")

NAMED_MAX: Final = 20
"""How many of each kind a preview names; it counts all of them."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """Something that stops, by what people call it: at once, or at `at`."""

    id: UUID
    name: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """How many, and the first of them."""

    count: int
    first: Sequence[T]


@dataclass(frozen=True, slots=True)
class Stops:
    """What works now and would stop, and `members` who would lose by it.

    `allocations` can be called no more: paused or taken back, hidden, or without a route; by the credential, where the write
    is about one that goes on. `models` lose their last route. `open_calls` are under way now and would end; of calls that a
    provider key or a route may serve, all that might. Of service accounts those the member answers for, where it stops.
    """

    open_calls: int
    members: Some[TaggedMember]
    credentials: Some[Stopping]
    allocations: Some[Stopping]
    models: Some[Stopping]
    service_accounts: Some[Member]
    access_tokens: int
    sessions: int
    links: int
    identities: int


async def preview_stops(
    tx: Tx, touched: Touched, write: Callable[[], Awaitable[object]], *, terms: SessionTerms, now: datetime
) -> Stops:
    """What `write` would stop of all that is `touched`; it makes it in `tx`. Nothing stays. Raises what `write` raises."""
    models = await models_of(tx, touched)
    before = await what_works(tx, touched, models, terms=terms, now=now)
    async with undone(tx):
        await write()
        after = await what_works(tx, touched, models, terms=terms, now=now)
    return await _compared(tx, touched, before, after)


async def _compared(tx: Tx, touched: Touched, before: Works, after: Works) -> Stops:
    ending = _ending(before, after)
    ended = {each for each, at in ending.items() if at is None}
    # Of a credential that stops there is no more to say: its member keeps what it could call.
    rights: set[UUID] = set() if touched.credential_id in ended else _lost(before, after)
    losers = {before.credentials[each].member_id for each in ending} | {
        before.rights[each].member_id for each in rights
    }
    losers |= before.tagged - after.tagged
    if before.doors != after.doors and touched.member_id is not None:
        losers.add(touched.member_id)
    stopped = before.doors.services if before.doors.active and not after.doors.active else ()
    models = [Stopping(each, slug) for each, slug in before.models.items() if each not in after.models]
    return Stops(
        open_calls=await _open_calls(tx, touched, ended, _cut(touched, before, after)),
        members=Some(len(losers), await _people(tx, _first(losers))),
        credentials=await _credentials(tx, before, ending),
        allocations=await _allocations(tx, before, rights),
        models=Some(len(models), sorted(models, key=lambda each: each.name)[:NAMED_MAX]),
        service_accounts=Some(len(stopped), stopped[:NAMED_MAX]),
        access_tokens=before.doors.access_tokens - after.doors.access_tokens,
        sessions=before.doors.sessions - after.doors.sessions,
        links=before.doors.links - after.doors.links,
        identities=before.doors.identities - after.doors.identities,
    )


def _ending(before: Works, after: Works) -> dict[UUID, datetime | None]:
    """The credentials whose secret works no longer, and until when if that is later than now."""
    ending: dict[UUID, datetime | None] = {}
    for each in before.credentials.values():
        left = after.credentials.get(each.id)
        if left is None or left.created_at != each.created_at:
            # Gone, or given another secret.
            ending[each.id] = None
        elif left.expires_at is not None and (each.expires_at is None or left.expires_at < each.expires_at):
            ending[each.id] = left.expires_at
    return ending


def _lost(before: Works, after: Works) -> set[UUID]:
    """The allocations that can be called no more."""
    left = after.rights
    return {key for key, had in before.rights.items() if key not in left or (had.routes and not left[key].routes)}


def _cut(touched: Touched, before: Works, after: Works) -> set[UUID]:
    """The allocations whose open calls end, or may: what is gone of a route serves on, unless its provider key is gone."""
    cut = set()
    for key, had in before.rights.items():
        left = after.rights.get(key)
        if left is None:
            cut.add(key)
        elif touched.provider_key_id is not None:
            cut |= {key} if had.routes - left.routes else set()
        elif (had.routes - left.routes) & after.routes.keys():
            cut.add(key)
    return cut


async def _open_calls(tx: Tx, touched: Touched, ended: Collection[UUID], cut: Collection[UUID]) -> int:
    if not ended and not cut:
        return 0
    by = touched.credential_id
    return sum(
        each.credential_id in ended or (each.allocation_id in cut and (by is None or each.credential_id == by))
        for each in await quotas.open_calls(tx)
    )


async def _credentials(tx: Tx, before: Works, ending: Mapping[UUID, datetime | None]) -> Some[Stopping]:
    found = [before.credentials[each] for each in _first(ending)]
    named = {each.id: each.identifier for each in await _people(tx, {each.member_id for each in found})}
    first = [Stopping(each.id, f"{named[each.member_id]}: {each.name}", ending[each.id]) for each in found]
    return Some(len(ending), first)


async def _allocations(tx: Tx, before: Works, lost: Collection[UUID]) -> Some[Stopping]:
    found = {each: before.rights[each] for each in _first(lost)}
    named = {each.id: each.identifier for each in await _people(tx, {each.member_id for each in found.values()})}
    slugs = {each: (await catalog.get(tx, each)).slug for each in {right.model_id for right in found.values()}}
    first = [Stopping(key, f"{named[right.member_id]}: {slugs[right.model_id]}") for key, right in found.items()]
    return Some(len(lost), first)


async def _people(tx: Tx, member_ids: Collection[UUID]) -> list[TaggedMember]:
    """Active members in the order they came."""
    return await identity.tagged_members(tx, member_ids=member_ids, limit=len(member_ids)) if member_ids else []


def _first(ids: Iterable[UUID]) -> list[UUID]:
    """The oldest of them."""
    return heapq.nsmallest(NAMED_MAX, ids)

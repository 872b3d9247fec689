"""Walking the chain of the audit trail, to find out whether anything in it was changed or removed."""

from __future__ import annotations

from uuid import UUID

from ai_api.audit import store_chain
from ai_api.audit.chain import BEFORE_THE_FIRST, Broken, Head, Verified, follow
from ai_api.core.db import Database

CHUNK = 1_000
NEWEST = 2_000


async def verify(database: Database, *, from_seq: int = 1, known: Head | None = None, chunk: int = CHUNK) -> Verified:
    """Checks every place from `from_seq` on, and that every event has one; each chunk in a transaction of its own.

    What the chain cannot show by itself is that its end was cut off: `known`, a place and its hash noted down earlier,
    has to be there still. Raises StoreUnavailable.
    """
    broken = await _known_is_there(database, known)
    start = Head(0, BEFORE_THE_FIRST)
    if broken is None and from_seq > 1:
        async with database.transaction() as tx:
            found = await store_chain.place_at(tx, from_seq - 1)
        broken = Broken("place_missing", from_seq - 1, None) if found is None else None
        start = found or start
    if broken is not None:
        return Verified(0, start, broken)
    head, broken = await _walk(database, start, chunk)
    return Verified(head.seq - start.seq, head, broken or await _find_unsealed(database, chunk))


async def verify_newest(database: Database, *, places: int = NEWEST, chunk: int = CHUNK) -> Verified:
    """Checks the newest `places` and that as many of the newest events have theirs: what a page asks for while it waits.

    What is older is taken as it stands: `verify` is for the whole of it. Raises StoreUnavailable.
    """
    async with database.transaction() as tx:
        last = await store_chain.last_seq(tx)
        start = await store_chain.place_at(tx, max(0, last - places)) or Head(0, BEFORE_THE_FIRST)
        unsealed = await store_chain.newest_unsealed(tx, among=places)
    if start.seq != max(0, last - places):
        return Verified(0, start, Broken("place_missing", last - places, None))
    head, broken = await _walk(database, start, chunk)
    return Verified(
        head.seq - start.seq, head, broken or (None if unsealed is None else Broken("not_sealed", None, unsealed))
    )


async def _known_is_there(database: Database, known: Head | None) -> Broken | None:
    if known is None:
        return None
    async with database.transaction() as tx:
        found = await store_chain.place_at(tx, known.seq)
    if found is None:
        return Broken("place_missing", known.seq, None)
    return None if found.hash == known.hash else Broken("other_hash", known.seq, None)


async def _walk(database: Database, head: Head, chunk: int) -> tuple[Head, Broken | None]:
    while True:
        async with database.transaction() as tx:
            places = await store_chain.list_places(tx, after_seq=head.seq, limit=chunk)
        for place in places:
            found = follow(head, place)
            if isinstance(found, Broken):
                return head, found
            head = found
        if len(places) < chunk:
            return head, None


async def _find_unsealed(database: Database, chunk: int) -> Broken | None:
    after: UUID | None = None
    while True:
        async with database.transaction() as tx:
            events = await store_chain.list_ids(tx, after_id=after, limit=chunk)
        for event_id, has_place in events:
            if not has_place:
                return Broken("not_sealed", None, event_id)
            after = event_id
        if len(events) < chunk:
            return None

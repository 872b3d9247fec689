"""Members by what is known of them elsewhere: those who spent the most first, or those who were seen last.

Whoever has spent nothing, or was never seen, follows by identifier, so that nobody is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ai_api import identity
from ai_api.core.db import Tx
from ai_api.core.page import Page, bad_cursor, decode_cursor, encode_cursor
from ai_api.identity import Filters, Member, Ranking
from ai_api.setup import store_members

BY_SPENDING: Final = "-this_month"
BY_LAST_SEEN: Final = "-last_seen_at"

FEW: Final = 1_000
"""Of as many members it is asked one by one what they spent and when they were last seen. Of more, what was spent is added up of
all, and who was seen last is looked for among those who were about lately, and so on back."""

_LATELY: Final = tuple(timedelta(hours=hours) for hours in (0.25, 1, 6, 24, 4 * 24, 16 * 24, 64 * 24))
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
_MICROS_MAX: Final = (_LAST - store_members.EPOCH) // timedelta(microseconds=1)
_RANK_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind which member a page begins: one with a rank, or else one of those without, by the text of their identifier."""

    rank: tuple[int, UUID] | None = None
    identifier: str | None = None


async def by_spending(
    tx: Tx, filters: Filters, *, limit: int, cursor: str | None, since: datetime, until: datetime, few: int = FEW
) -> Page[Member]:
    """One page of members, those first whose calls between two quarters of an hour cost most. Raises Refusal `bad_cursor`."""
    place = _place_in(cursor, BY_SPENDING)
    ids = await identity.ids_that_fit(tx, filters, limit=few + 1)
    if len(ids) <= few:
        filters, ranking = Filters(ids=frozenset(ids)), store_members.spending_of(ids, since, until)
    else:
        ranking = store_members.spending(since, until)
    return await _page(tx, [ranking], filters, place=place, limit=limit, sort=BY_SPENDING)


async def by_last_seen(
    tx: Tx, filters: Filters, *, limit: int, cursor: str | None, now: datetime, few: int = FEW
) -> Page[Member]:
    """One page of members, those first who were seen last. Raises Refusal `bad_cursor`."""
    place = _place_in(cursor, BY_LAST_SEEN)
    ids = await identity.ids_that_fit(tx, filters, limit=few + 1)
    if len(ids) <= few:
        filters, rankings = Filters(ids=frozenset(ids)), [store_members.last_seen_of(ids)]
    else:
        rankings = _back_from(place, now)
    return await _page(tx, rankings, filters, place=place, limit=limit, sort=BY_LAST_SEEN)


def _back_from(place: _Place, now: datetime) -> list[Ranking]:
    """Who was last seen in stretches of time that adjoin, the latest first, each longer than the one before."""
    until = _LAST
    if place.rank is not None:
        until = store_members.EPOCH + timedelta(microseconds=min(place.rank[0] + 1, _MICROS_MAX))
    start = min(until, now)
    found = []
    for since in (*(start - lately for lately in _LATELY), store_members.EPOCH):
        found.append(store_members.last_seen_between(since, until))
        until = since
    return found


async def _page(
    tx: Tx, rankings: Sequence[Ranking], filters: Filters, *, place: _Place, limit: int, sort: str
) -> Page[Member]:
    """A page of `limit` members: those with a rank, in one ranking after another until there are enough, then the rest."""
    found: list[tuple[str, Member]] = []
    for ranking in rankings if place.identifier is None else ():
        if len(found) > limit:
            break
        more = await identity.list_ranked(tx, ranking, filters, after=place.rank, limit=limit + 1 - len(found))
        found += [(encode_cursor(sort, str(rank), str(member.id)), member) for rank, member in more]
    if len(found) <= limit:
        wanted = limit + 1 - len(found)
        rest = await identity.list_unranked(tx, rankings[0], filters, after=place.identifier, limit=wanted)
        found += [(encode_cursor(sort, "", by), member) for by, member in rest]
    shown = found[:limit]
    return Page([member for _, member in shown], shown[-1][0] if len(found) > limit else None)


def _place_in(cursor: str | None, sort: str) -> _Place:
    """Raises Refusal `bad_cursor`, also when it belongs to another order."""
    if cursor is None:
        return _Place()
    order, rank, last = decode_cursor(cursor, 3)
    if order != sort:
        raise bad_cursor()
    if not rank:
        return _Place(identifier=last)
    try:
        place = _Place(rank=(int(rank), UUID(last)))
    except ValueError:
        raise bad_cursor() from None
    if place.rank is None or not 0 < place.rank[0] < _RANK_MAX:
        raise bad_cursor()
    return place

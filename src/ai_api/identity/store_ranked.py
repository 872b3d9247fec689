"""Members in an order that is known elsewhere: by a number that other rooms have summed up of some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, func, or_, select, text, true

from ai_api.core.db import Tx
from ai_api.identity.rules import Filters, Member
from ai_api.identity.store import MEMBER_COLUMNS, fitting
from ai_api.identity.tables import members


@dataclass(frozen=True, slots=True)
class Ranking:
    """SQL that a store wrote, and its parameters. `ranks` is a query for `member_id` and `rank`, a number above 0, once for each
    member that has one; `is_ranked` is a condition on `members` that says whether they have one.
    """

    ranks: str
    is_ranked: str
    given: Mapping[str, Any]


async def list_ranked(
    tx: Tx, ranking: Ranking, filters: Filters, *, after: tuple[int, UUID] | None, limit: int
) -> list[tuple[int, Member]]:
    """At most `limit` members that fit and have a rank, each with it, the highest first; those behind `after`."""
    ranks = text(ranking.ranks).columns(member_id=Uuid, rank=BigInteger).subquery("ranks")
    in_order = select(ranks).order_by(ranks.c.rank.desc(), ranks.c.member_id).offset(0)
    if after is not None:
        rank, last_id = after
        in_order = in_order.where(or_(ranks.c.rank < rank, (ranks.c.rank == rank) & (ranks.c.member_id > last_id)))
    ranked = in_order.subquery("ranked")
    # Sorted first, and then looked up one by one until there are enough (`OFFSET 0`): Postgres takes those with a rank for few,
    # and would look up all of them.
    fit = select(*MEMBER_COLUMNS).where(members.c.id == ranked.c.member_id, *fitting(filters)).offset(0).lateral("fit")
    statement = select(*fit.c, ranked.c.rank).select_from(ranked.join(fit, true()))
    statement = statement.order_by(ranked.c.rank.desc(), ranked.c.member_id).limit(limit)
    found = []
    for row in (await tx.execute(statement, dict(ranking.given))).mappings():
        fields = dict(row)
        found.append((int(fields.pop("rank")), Member(**fields)))
    return found


async def list_unranked(
    tx: Tx, ranking: Ranking, filters: Filters, *, after: str | None, limit: int
) -> list[tuple[str, Member]]:
    """At most `limit` members that fit and have no rank, each with the text of their identifier they are sorted by."""
    by = func.lower(members.c.identifier)
    statement = select(*MEMBER_COLUMNS, by.label("sorted_by")).where(
        *fitting(filters), text(f"NOT ({ranking.is_ranked})")
    )
    if after is not None:
        statement = statement.where(by > after)
    found = []
    for row in (await tx.execute(statement.order_by(by).limit(limit), dict(ranking.given))).mappings():
        fields = dict(row)
        found.append((str(fields.pop("sorted_by")), Member(**fields)))
    return found


async def ids_that_fit(tx: Tx, filters: Filters, *, limit: int) -> list[UUID]:
    """The ids of at most `limit` members that fit, in no order."""
    return list((await tx.execute(select(members.c.id).where(*fitting(filters)).limit(limit))).scalars())

"""Every query of the search. Each walks a slice of an index: what is found may be rare among very many rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from ai_api.core.db import Tx

LAST_CHARACTER: Final = "\U0010ffff"
"""Behind whatever else may follow a beginning, in the order of bytes that the indexes of beginnings have."""


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member whose identifier or display name begins so."""

    id: UUID
    identifier: str
    display_name: str
    status: str


@dataclass(frozen=True, slots=True)
class FoundCredential:
    """A credential whose name, public id or displayed secret begins so."""

    id: UUID
    public_id: str
    name: str
    display: str
    member_id: UUID


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call by its id or that of its request. `requested_model` is what its caller typed."""

    call_id: UUID
    request_id: str
    started_at: datetime
    requested_model: str | None
    outcome: str
    member_id: UUID | None


@dataclass(frozen=True, slots=True)
class Slice:
    """A span of the ledger by call ids, both ends included, and how many of its records are looked at; None: all it has."""

    lowest: UUID
    highest: UUID
    newest_first: bool = True
    looked_at: int | None = None


def _beginning(table: str, column: str, place: int) -> str:
    """The first rows of an index whose column begins as searched. Its order is named, or the planner might sort instead."""
    wanted = "lower(CAST(:q AS text))" if column.startswith("lower(") else "CAST(:q AS text)"
    return f"""(SELECT id, {place} AS place FROM {table}
        WHERE {column} ~>=~ {wanted} AND {column} ~<~ ({wanted} || CAST(:last AS text))
        ORDER BY {column} USING ~<~ LIMIT :limit)"""  # noqa: S608


_MEMBERS = f"""
SELECT m.id, m.identifier, m.display_name, m.status FROM (
    SELECT id, min(place) AS place FROM (
        {_beginning("members", "lower(identifier)", 0)}
        UNION ALL {_beginning("members", "lower(display_name)", 1)}
    ) each GROUP BY id
) found JOIN members m USING (id) ORDER BY found.place, lower(m.identifier), m.id LIMIT :limit
"""  # noqa: S608  -- constants of this file

_CREDENTIALS = f"""
SELECT c.id, c.public_id, c.name, c.display, c.member_id FROM (
    SELECT id, min(place) AS place FROM (
        {_beginning("credentials", "public_id", 0)}
        UNION ALL {_beginning("credentials", "display", 1)}
        UNION ALL {_beginning("credentials", "lower(name)", 2)}
    ) each GROUP BY id
) found JOIN credentials c USING (id) ORDER BY found.place, lower(c.name), c.id LIMIT :limit
"""  # noqa: S608

# By their member first: what begins as every secret does would lead through all of them.
_OWN_CREDENTIALS = """
SELECT id, public_id, name, display, member_id FROM credentials
WHERE member_id = :member_id AND (
    starts_with(public_id, :q) OR starts_with(display, :q) OR starts_with(lower(name), lower(CAST(:q AS text))))
ORDER BY lower(name), id LIMIT :limit
"""

_CALL = "call_id, request_id, started_at, requested_model, outcome, member_id"


async def members(tx: Tx, q: str, *, limit: int) -> list[FoundMember]:
    """Members whose identifier, or else display name, begins with `q`, in whatever case."""
    rows = await tx.execute(text(_MEMBERS), {"q": q, "last": LAST_CHARACTER, "limit": limit})
    return [FoundMember(*row) for row in rows]


async def credentials(tx: Tx, q: str, *, of: UUID | None, limit: int) -> list[FoundCredential]:
    """Credentials whose public id, displayed secret or name begins with `q`; of one member, or of all."""
    if of is None:
        rows = await tx.execute(text(_CREDENTIALS), {"q": q, "last": LAST_CHARACTER, "limit": limit})
    else:
        rows = await tx.execute(text(_OWN_CREDENTIALS), {"q": q, "member_id": of, "limit": limit})
    return [FoundCredential(*row) for row in rows]


async def calls(
    tx: Tx, within: Slice, *, of: UUID | None, limit: int, request_id: str | None = None
) -> list[FoundCall]:
    """Calls of a slice of the ledger, those with this request id or all; of one member, or of everybody."""
    statement, given = _calls_statement(within, of=of, limit=limit, request_id=request_id)
    return [FoundCall(*row) for row in await tx.execute(text(statement), given)]


def _calls_statement(
    within: Slice, *, of: UUID | None, limit: int, request_id: str | None
) -> tuple[str, Mapping[str, Any]]:
    """The one statement that finds calls, and what it is given."""
    order = "DESC" if within.newest_first else "ASC"
    conditions = "call_id >= :lowest AND call_id <= :highest" + ("" if of is None else " AND member_id = :member_id")
    given = {"lowest": within.lowest, "highest": within.highest, "limit": limit}
    if of is not None:
        given["member_id"] = of
    if request_id is None:
        return f"SELECT {_CALL} FROM call_records WHERE {conditions} ORDER BY call_id {order} LIMIT :limit", given  # noqa: S608
    looked_at = f"SELECT {_CALL} FROM call_records WHERE {conditions} ORDER BY call_id {order} LIMIT :looked_at"  # noqa: S608
    statement = (
        f"SELECT {_CALL} FROM ({looked_at}) slice WHERE request_id = :request_id ORDER BY call_id DESC LIMIT :limit"  # noqa: S608
    )
    return statement, {**given, "request_id": request_id, "looked_at": within.looked_at}

"""Reading credentials. No secret can be read."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, encode_cursor, instant_in, place_in
from ai_api.credentials import store
from ai_api.credentials.rules import Credential, credential_not_found
from ai_api.credentials.store import Filters


async def find(tx: Tx, credential_id: UUID) -> Credential:
    """One credential. Raises Refusal `credential_not_found`."""
    credential = await store.get(tx, credential_id)
    if credential is None:
        raise credential_not_found()
    return credential


async def find_own(tx: Tx, member_id: UUID, credential_id: UUID) -> Credential:
    """One of the member's own credentials. Raises Refusal `credential_not_found`, in the same words for another's."""
    credential = await find(tx, credential_id)
    if credential.member_id != member_id:
        raise credential_not_found()
    return credential


async def find_public(tx: Tx, public_id: str) -> Credential:
    """The credential with this public id. Raises Refusal `credential_not_found`."""
    credential_id = await store.id_of_public(tx, public_id)
    if credential_id is None:
        raise credential_not_found()
    return await find(tx, credential_id)


async def count(tx: Tx, filters: Filters, *, at: datetime) -> int:
    """How many credentials fit; states are those of `at`."""
    return await store.count(tx, filters, at=at)


async def list_page(
    tx: Tx, filters: Filters, *, at: datetime, limit: int, cursor: str | None = None, sort: str = "-created_at"
) -> Page[Credential]:
    """One page, in one query; `sort` is `created_at` or `name`, with `-` in front to turn it around; states are those of `at`.

    Raises Refusal `bad_sort` or `bad_cursor`.
    """
    field = sort.removeprefix("-")
    if field not in store.SORTS:
        message = f"Credentials can be sorted by {', '.join(sorted(store.SORTS))}, each with a dash to turn it around."
        raise Refusal("bad_sort", "invalid", message, param="sort")
    after = None if cursor is None else place_in(cursor, sort, partial(_sort_value, sort))
    found = await store.page(tx, filters, sort=sort, after=after, limit=limit + 1, at=at)
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    value = last.name if field == "name" else last.created_at.isoformat()
    return Page(found[:limit], encode_cursor(sort, value, str(last.id)))


def _sort_value(sort: str, text: str) -> datetime | str:
    return text if sort.removeprefix("-") == "name" else instant_in(text)

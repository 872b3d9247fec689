"""Keyset paging: a cursor is the sort value and id of the last row shown, so that pages stay exact while rows arrive."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from ai_api.core.errors import Refusal

T = TypeVar("T")

PAGE_SIZE_MAX = 200
PAGE_SIZE_DEFAULT = 50
CURSOR_CHARACTERS_MAX = 2_048
"""A name of 256 characters can be a thousand bytes long, and a cursor is a third longer than what it holds."""

NEWEST_FIRST = "-id"
"""The order of lists that have only one."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: its items, and the cursor of the next page or None at the end."""

    items: Sequence[T]
    next: str | None


def encode_cursor(*values: str) -> str:
    """An opaque, URL-safe cursor over the given values."""
    document = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> tuple[str, ...]:
    """The `size` values of a cursor made by `encode_cursor`. Raises Refusal `bad_cursor` for anything else."""
    refusal = Refusal("bad_cursor", "invalid", "The cursor is not one this list gave out.", param="cursor")
    if len(cursor) > CURSOR_CHARACTERS_MAX:
        raise refusal
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise refusal from None
    if not isinstance(values, list) or len(values) != size or not all(map(_is_storable, values)):
        raise refusal
    return tuple(values)


def _is_storable(value: object) -> bool:
    """Whether Postgres takes it as text: a cursor goes into a query as it is."""
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def id_in(cursor: str | None, sort: str) -> UUID | None:
    """The id a cursor of `id_cursor` stands for; None at the beginning.

    Raises Refusal `bad_cursor`, also when it belongs to another order.
    """
    if cursor is None:
        return None
    made_for, text = decode_cursor(cursor, 2)
    refusal = Refusal("bad_cursor", "invalid", "The cursor is not one this list gave out.", param="cursor")
    if made_for != sort:
        raise refusal
    try:
        return UUID(text)
    except ValueError:
        raise refusal from None


def page_by_id(found: Sequence[T], ids: Sequence[UUID], *, limit: int, sort: str) -> Page[T]:
    """A page of `limit` rows, of which one more was asked for, in the order of their ids (`ids`, one per row)."""
    more = len(found) > limit
    return Page(found[:limit], encode_cursor(sort, str(ids[limit - 1])) if more else None)

"""Keyset paging: a cursor is the sort value and id of the last row shown, so that pages stay exact while rows arrive."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from ai_api.core.clock import in_utc
from ai_api.core.errors import Refusal

T = TypeVar("T")
V = TypeVar("V")

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


def bad_cursor() -> Refusal:
    """What is said of a cursor that did not come from the list it is shown to."""
    return Refusal("bad_cursor", "invalid", "The cursor is not one this list gave out.", param="cursor")


def encode_cursor(*values: str) -> str:
    """An opaque, URL-safe cursor over the given values."""
    document = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> tuple[str, ...]:
    """The `size` values of a cursor made by `encode_cursor`. Raises Refusal `bad_cursor` for anything else."""
    if len(cursor) > CURSOR_CHARACTERS_MAX:
        raise bad_cursor()
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(values, list) or len(values) != size or not all(map(_is_storable, values)):
        raise bad_cursor()
    return tuple(values)


def _is_storable(value: object) -> bool:
    """Whether Postgres takes it as text: a cursor goes into a query as it is."""
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def text_in(cursor: str | None, sort: str) -> str | None:
    """The text a cursor of an order by unique text stands for; None at the beginning.

    Raises Refusal `bad_cursor`, also when it belongs to another order.
    """
    if cursor is None:
        return None
    made_for, text = decode_cursor(cursor, 2)
    if made_for != sort:
        raise bad_cursor()
    return text


def id_in(cursor: str | None, sort: str) -> UUID | None:
    """The id a cursor of `id_cursor` stands for; None at the beginning.

    Raises Refusal `bad_cursor`, also when it belongs to another order.
    """
    text = text_in(cursor, sort)
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise bad_cursor() from None


def place_in(cursor: str, made_for: str, read: Callable[[str], V]) -> tuple[V, UUID]:
    """The sort value and the id that a cursor of these three stands for: its order's name, the value, the id.

    `read` gives the value as its column takes it, and raises ValueError for what the column could not hold. Raises Refusal
    `bad_cursor`, also when the cursor belongs to another order.
    """
    order, text, last_id = decode_cursor(cursor, 3)
    if order != made_for:
        raise bad_cursor()
    try:
        return read(text), UUID(last_id)
    except ValueError:
        raise bad_cursor() from None


def instant_in(text: str) -> datetime:
    """An instant out of a cursor, in UTC. Raises ValueError, also for one without a zone, or outside of the years 1 to 9999."""
    return in_utc(datetime.fromisoformat(text))


def page_by_id(found: Sequence[T], ids: Sequence[UUID], *, limit: int, sort: str) -> Page[T]:
    """A page of `limit` rows, of which one more was asked for, in the order of their ids (`ids`, one per row)."""
    more = len(found) > limit
    return Page(found[:limit], encode_cursor(sort, str(ids[limit - 1])) if more else None)

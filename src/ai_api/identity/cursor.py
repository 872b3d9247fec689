"""Pages of rows the newest of which comes first: the cursor is the last shown id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.core.page import Page, decode_cursor, encode_cursor


class HasId(Protocol):
    """A row with an id that is a time."""

    @property
    def id(self) -> UUID:
        """Its UUIDv7."""
        ...


Row = TypeVar("Row", bound=HasId)


def id_in(cursor: str | None) -> UUID | None:
    """The id to go on after; None at the beginning. Raises Refusal `bad_cursor`."""
    if cursor is None:
        return None
    (text,) = decode_cursor(cursor, 1)
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("bad_cursor", "invalid", "The cursor is not one this list gave out.", param="cursor") from None


def page_of(found: Sequence[Row], *, limit: int) -> Page[Row]:
    """The page of `limit` rows, of which one more was asked for."""
    shown = found[:limit]
    return Page(shown, encode_cursor(str(shown[-1].id)) if len(found) > limit else None)

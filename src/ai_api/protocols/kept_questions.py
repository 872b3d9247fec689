"""Questions about a kept response, and the answers of what the gateway keeps itself."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.gateway.kept_responses import KeptResponses
from ai_api.wire.envelope import bad
from ai_api.wire.json_body import encode
from ai_api.wire.kept_conversation import PAGE_DEFAULT, PAGE_MAX, Page

# What may be said beside the id; anything else could mean something that is not looked at here.
_QUERY = frozenset({"after", "before", "include", "include[]", "limit", "order"})
_OF_A_PAGE = frozenset({"after", "limit", "order"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a member's response, and how; of `query` only the names have been looked at."""

    member_id: UUID
    response_id: str
    query: tuple[tuple[str, str], ...]
    request_id: str


def read_query(query: str) -> tuple[tuple[str, str], ...]:
    """What stands behind an address. Raises Refusal for what is never offered."""
    given = tuple(parse_qsl(query, keep_blank_values=True))
    _refuse_others(given, _QUERY)
    return given


class KeptHere:
    """Answers for responses that the gateway keeps."""

    def __init__(self, kept: KeptResponses) -> None:
        self._kept = kept

    async def get(self, asked: Question) -> bytes:
        """The response as it was answered. Raises Refusal."""
        _refuse_others(asked.query, frozenset())
        return await self._kept.response(asked.member_id, asked.response_id)

    async def delete(self, asked: Question) -> bytes:
        """Deletes it, with the input it answered. Raises Refusal."""
        _refuse_others(asked.query, frozenset())
        await self._kept.forget(asked.member_id, asked.response_id)
        return encode({"id": asked.response_id, "object": "response", "deleted": True})

    async def input_items(self, asked: Question) -> bytes:
        """A page of what it answered. Raises Refusal."""
        _refuse_others(asked.query, _OF_A_PAGE)
        return await self._kept.input_items(asked.member_id, asked.response_id, _page(dict(asked.query)))

    async def cancel(self, asked: Question) -> bytes:
        """Raises Refusal: it was whole when it was kept."""
        message = f"{asked.response_id} is not a background response: only those can be cancelled."
        raise Refusal("bad_request", "invalid", message, param="response_id")


def _page(given: dict[str, str]) -> Page:
    order, limit = given.get("order", "desc"), given.get("limit", str(PAGE_DEFAULT))
    if order not in {"asc", "desc"}:
        raise bad("order must be asc or desc.", "order")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= PAGE_MAX):
        raise bad(f"limit must be a whole number from 1 to {PAGE_MAX}.", "limit")
    return Page(order, given.get("after"), int(limit))


def _refuse_others(given: tuple[tuple[str, str], ...], offered: frozenset[str]) -> None:
    for name, _ in given:
        if name not in offered:
            some = f"; it may be one of: {', '.join(sorted(offered))}" if offered else ""
            raise Refusal("bad_request", "invalid", f"{name[:64]} is not offered here{some}.", param=name[:64])

"""Where sealed values lie: each table that has them, how its rows are found, and what each value is sealed for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api.gateway.kept_responses import sealed_for

_FIRST_UUID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """A table with sealed values. `ids` are the columns of its primary key, each with its type and the least value there is.

    `told_by` are the columns that `row_id` needs besides; `counts` says in SQL which rows anybody may still open. One that
    `is_large` may have more rows than can be looked through in a moment.
    """

    table: str
    words: str
    value: str
    ids: tuple[tuple[str, str, object], ...]
    row_id: Callable[[Mapping[str, Any]], UUID]
    told_by: tuple[str, ...] = ()
    counts: str = "sealing_key_id IS NOT NULL"
    is_large: bool = False


def _own_id(row: Mapping[str, Any]) -> UUID:
    found: UUID = row["id"]
    return found


def _call_id(row: Mapping[str, Any]) -> UUID:
    found: UUID = row["call_id"]
    return found


def _kept(row: Mapping[str, Any]) -> UUID:
    return sealed_for(row["member_id"], row["response_id"])


_BY_ID = (("id", "uuid", _FIRST_UUID),)
_NOT_OVER = "sealing_key_id IS NOT NULL AND expires_at > now()"

PLACES = (
    Place("provider_keys", "provider keys", "sealed_secret", _BY_ID, _own_id),
    Place("outbox", "letters", "sealed_payload", _BY_ID, _own_id),
    Place(
        "kept_responses",
        "kept responses",
        "sealed_turn",
        (("member_id", "uuid", _FIRST_UUID), ("response_id", "text", "")),
        _kept,
        counts=_NOT_OVER,
        is_large=True,
    ),
    Place(
        "idempotency_keys",
        "answers to idempotency keys",
        "sealed_answer",
        (("credential_id", "uuid", _FIRST_UUID), ("key_hash", "bytea", b"")),
        _call_id,
        told_by=("call_id",),
        counts=_NOT_OVER,
        is_large=True,
    ),
)
"""All of them: a test compares them with the tables. What browsers carry, sealed, is over in minutes and is in no table."""

"""Who did what to whom: the actor of an administrative write, its row in the trail, and what may stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

ActorKind = Literal["member", "cli", "system"]

_NEVER_WRITTEN_DOWN = frozenset(
    {"secret", "secret_hash", "sealed", "secret_sealed", "sealed_secret", "password", "password_hash", "api_key"}
)


class SecretInAudit(ValueError):
    """Somebody tried to write a secret, or what stands for one, into the trail. A fault in the program, not of a caller."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a write. `member_id` is None for the command line and for the program itself; `address` where it is known."""

    kind: ActorKind
    member_id: UUID | None
    name: str
    address: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """One administrative write. `before` is None for what was created, `after` for what was deleted."""

    id: UUID
    at: datetime
    actor_kind: ActorKind
    actor_member_id: UUID | None
    actor_name: str
    address: str | None
    action: str
    target_kind: str
    target_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to look for; None does not narrow. `since` is included, `until` is not; `actor` is a member or part of a name.

    `actions` are several of which any fits.
    """

    actor_member_id: UUID | None = None
    actor: str | None = None
    action: str | None = None
    actions: tuple[str, ...] | None = None
    target_kind: str | None = None
    target_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """`values` as JSON can hold them: ids and times as text, sets as sorted lists. Raises SecretInAudit."""
    if values is None:
        return None
    return {str(name): _plain(str(name), value) for name, value in values.items()}


def _plain(name: str, value: Any) -> Any:
    if name in _NEVER_WRITTEN_DOWN:
        raise SecretInAudit(f"{name!r} must not be written into the audit trail")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(_plain("", item) for item in value)
    if isinstance(value, list | tuple):
        return [_plain("", item) for item in value]
    return str(value)

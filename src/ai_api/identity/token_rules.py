"""Access tokens: what they are, and when they speak for their member. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.identity.rules import Kind, Role, Status

ACCESS_TOKEN_DAYS_DEFAULT: Final = 90
ACCESS_TOKENS_MAX: Final = 100
"""How many live access tokens one member may have."""
USE_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A named way for a program to act as its member. The secret itself is kept nowhere."""

    id: UUID
    member_id: UUID
    name: str
    display: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who stands behind an access token, with the role they have now."""

    token_id: UUID
    member_id: UUID
    kind: Kind
    identifier: str
    display_name: str
    role: Role
    status: Status
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def expiry_of(*, days: int | None, now: datetime) -> datetime | None:
    """When a token made `now` for `days` ends; None is never."""
    return None if days is None else now + timedelta(days=days)


def check_expiry(expires_at: datetime | None, *, now: datetime) -> None:
    """Raises Refusal `bad_expiry` for an end that is not ahead."""
    if expires_at is not None and expires_at <= now:
        raise Refusal("bad_expiry", "invalid", "The expiry must be in the future.", param="expires_at")


def is_usable(holder: TokenHolder, *, now: datetime) -> bool:
    """Whether a token speaks for its member now."""
    return (
        holder.status == "active"
        and holder.revoked_at is None
        and (holder.expires_at is None or holder.expires_at > now)
    )


def is_use_worth_noting(holder: TokenHolder, *, now: datetime) -> bool:
    """Whether the last noted use is a minute old: once a minute is enough for people, and cheap."""
    return holder.last_used_at is None or now - holder.last_used_at >= USE_NOTED_EVERY


def access_token_invalid() -> Refusal:
    """One message whatever the reason: who guesses learns nothing."""
    message = "The access token is unknown, expired or revoked, or its member is disabled. Make another one."
    return Refusal("access_token_invalid", "unauthenticated", message)

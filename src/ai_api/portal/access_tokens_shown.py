"""What the doors to one's own access tokens and to others' have in common: what is asked, and what is answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ai_api.portal.shapes import Moment, Name, Shown, Strict


class AccessTokenShown(Shown):
    """An access token. `display` is its beginning and end; `expires_at` null is never."""

    id: UUID
    name: str
    display: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class AccessTokenMade(AccessTokenShown):
    """A new access token with its secret, which is shown this once."""

    secret: str


class AccessTokenCreate(Strict):
    """A token to be made. Without `expires_at` it ends after 90 days; null is never."""

    name: Name
    expires_at: Moment | None = None

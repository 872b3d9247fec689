"""Sessions of browsers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, Table, Text, Uuid, func

from ai_api.core.db import METADATA, Instant

sessions = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("method", Text, nullable=False),
    Column("address", Text),
    Column("user_agent", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("seen_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
    CheckConstraint("method IN ('password', 'oidc', 'link')", name="method"),
)

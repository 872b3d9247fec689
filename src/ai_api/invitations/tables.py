"""Links with a secret."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, Table, Text, Uuid, func

from ai_api.core.db import METADATA, Instant

invitations = Table(
    "invitations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("created_by", Uuid, ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    CheckConstraint("kind IN ('invitation', 'reset', 'set_up')", name="kind"),
    CheckConstraint("(kind = 'set_up') = (member_id IS NULL)", name="for_a_member"),
)

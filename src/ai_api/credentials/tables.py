"""Credentials: hashed application keys, scoped to some or all of a member's allocations."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, LargeBinary, Table, Text, Uuid, func, text

from ai_api.core.db import METADATA, Instant

credentials = Table(
    "credentials",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("display", Text, nullable=False),
    Column("all_allocations", Boolean, nullable=False, server_default=text("true")),
    Column("expires_at", Instant),
    Column("paused_at", Instant),
    Column("paused_by", Text),
    Column("revoked_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("paused_by IN ('member', 'admin')", name="paused_by"),
    CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused_by_somebody"),
)

credential_allocations = Table(
    "credential_allocations",
    METADATA,
    Column("credential_id", Uuid, ForeignKey("credentials.id", ondelete="CASCADE"), primary_key=True),
    Column("allocation_id", Uuid, ForeignKey("allocations.id", ondelete="CASCADE"), primary_key=True, index=True),
)

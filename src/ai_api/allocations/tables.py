"""Allocations: one member, one model, a state."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid, func, text

from ai_api.core.db import METADATA, Instant

allocations = Table(
    "allocations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("model_id", Uuid, ForeignKey("models.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("state", Text, nullable=False, server_default="active"),
    Column("state_reason", Text, nullable=False, server_default=""),
    Column("paused_by", Text),
    Column("funded_by", Text, nullable=False, server_default="quota"),
    # Of a revoked one: since when its member may claim the model again. Null is not.
    Column("unlocked_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("state IN ('active', 'paused', 'quarantined', 'revoked')", name="state"),
    CheckConstraint("paused_by IN ('member', 'admin')", name="paused_by"),
    CheckConstraint("(state = 'paused') = (paused_by IS NOT NULL)", name="paused_by_somebody"),
    CheckConstraint("unlocked_at IS NULL OR state = 'revoked'", name="unlocked_when_revoked"),
    CheckConstraint("funded_by IN ('quota')", name="funded_by"),
    Index(
        "uq_allocations_one_live",
        "member_id",
        "model_id",
        unique=True,
        postgresql_where=text("state <> 'revoked'"),
    ),
)

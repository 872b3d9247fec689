"""Price versions: append-only, in force from a moment on."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from ai_api.core.db import METADATA, Instant

price_versions = Table(
    "price_versions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("model_id", Uuid, ForeignKey("models.id", ondelete="CASCADE"), nullable=False),
    Column("in_force_from", Instant, nullable=False),
    Column("prices", JSONB, nullable=False),
    Column("source", Text, nullable=False, server_default="administrator"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    UniqueConstraint("model_id", "in_force_from"),
)

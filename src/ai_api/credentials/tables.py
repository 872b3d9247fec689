"""Credentials: hashed application keys, scoped to some or all of a member's allocations; and the keys their clients retry by."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

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
    Column("source_networks", ARRAY(Text)),
    Column("paused_at", Instant),
    Column("paused_by", Text),
    Column("revoked_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("paused_by IN ('member', 'admin')", name="paused_by"),
    CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused_by_somebody"),
    # What a search begins with is found by these, however many credentials there are.
    Index("ix_credentials_public_id_prefix", "public_id", postgresql_ops={"public_id": "text_pattern_ops"}),
    Index("ix_credentials_display_prefix", "display", postgresql_ops={"display": "text_pattern_ops"}),
    Index("ix_credentials_expires_at", "expires_at", postgresql_where=text("revoked_at IS NULL")),
)
Index(
    "ix_credentials_name_prefix",
    func.lower(credentials.c.name).label("beginning"),
    postgresql_ops={"beginning": "text_pattern_ops"},
)

credential_allocations = Table(
    "credential_allocations",
    METADATA,
    Column("credential_id", Uuid, ForeignKey("credentials.id", ondelete="CASCADE"), primary_key=True),
    Column("allocation_id", Uuid, ForeignKey("allocations.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# Secrets of a quarter of an hour, beside the credential's own: the portal's playground calls with them in its name.
credential_tokens = Table(
    "credential_tokens",
    METADATA,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("credential_id", Uuid, ForeignKey("credentials.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
)

# What a client sent as `Idempotency-Key`, hashed, and the answer it may ask for again, sealed for the call that was given it.
idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    Column("credential_id", Uuid, ForeignKey("credentials.id", ondelete="CASCADE"), primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("call_id", Uuid, nullable=False),
    Column("replica_id", Uuid, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("sealing_key_id", Text),
    Column("sealed_answer", LargeBinary),
    Column("stored_bytes", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
    CheckConstraint("state IN ('open', 'done', 'not_replayable')", name="state"),
    CheckConstraint(
        "(state = 'done') = (sealed_answer IS NOT NULL) AND (sealed_answer IS NULL) = (sealing_key_id IS NULL)",
        name="sealed_with_a_key",
    ),
)

"""Programs that ask for a credential by a code, and what a member said to it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ai_api.core.db import METADATA, Instant

# `ordered` is the credential that the member chose; it is made, and its secret with it, when the program collects it.
device_authorizations = Table(
    "device_authorizations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("device_code_hash", LargeBinary, nullable=False, unique=True),
    Column("user_code_hash", LargeBinary, nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("device_name", Text),
    Column("operations", ARRAY(Text), nullable=False),
    Column("address", Text),
    Column("network", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("interval_s", Integer, nullable=False),
    Column("polled_at", Instant),
    Column("decision", Text),
    Column("decided_at", Instant),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Column("ordered", JSONB(none_as_null=True)),
    Column("collected_at", Instant),
    Column("credential_id", Uuid, ForeignKey("credentials.id", ondelete="SET NULL"), index=True),
    CheckConstraint("decision IN ('approved', 'denied')", name="decision"),
    CheckConstraint(
        "(decision IS NULL) = (member_id IS NULL) AND (decision IS NULL) = (decided_at IS NULL)", name="by_somebody"
    ),
    CheckConstraint("collected_at IS NULL OR (decision = 'approved' AND ordered IS NOT NULL)", name="approved_first"),
    Index("ix_device_authorizations_open", "network", "expires_at", postgresql_where=text("decision IS NULL")),
)

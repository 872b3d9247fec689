"""The audit trail: one row per administrative write, in its own transaction, and its place in the chain.

Triggers of the database write the chain, and refuse to change or delete a row of either table.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from ai_api.core.db import METADATA, Instant

audit_events = Table(
    "audit_events",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("at", Instant, nullable=False, server_default=func.now()),
    Column("actor_kind", Text, nullable=False),
    Column("actor_member_id", Uuid),
    Column("actor_name", Text, nullable=False),
    Column("address", Text),
    Column("action", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Uuid),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("request_id", Text),
    Index("ix_audit_events_target", "target_kind", "target_id", "id"),
    Index("ix_audit_events_actor", "actor_member_id", "id"),
)

audit_chain = Table(
    "audit_chain",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, ForeignKey("audit_events.id", ondelete="RESTRICT"), nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
)

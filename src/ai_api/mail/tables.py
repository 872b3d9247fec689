"""Letters on their way."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, Uuid, func, text

from ai_api.core.db import METADATA, Instant

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("network", Text),
    Column("sealed_payload", LargeBinary),
    Column("sealing_key_id", Text),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
    Column("dropped_at", Instant),
    Column("failed_at", Instant),
    Column("last_error", Text),
    CheckConstraint("kind IN ('invitation', 'reset', 'forgot')", name="kind"),
    CheckConstraint("(sealed_payload IS NULL) = (sealing_key_id IS NULL)", name="sealed_with_a_key"),
    CheckConstraint("num_nonnulls(sent_at, dropped_at, failed_at) <= 1", name="one_end"),
    CheckConstraint(
        "(sealed_payload IS NULL) = (num_nonnulls(sent_at, dropped_at, failed_at) = 1)", name="emptied_at_its_end"
    ),
    Index(
        "ix_outbox_due",
        "next_try_at",
        postgresql_where=text("sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL"),
    ),
    Index("ix_outbox_asked_recipient", "recipient", "created_at", postgresql_where=text("kind = 'forgot'")),
    Index("ix_outbox_asked_network", "network", "created_at", postgresql_where=text("kind = 'forgot'")),
    Index("ix_outbox_created_at", "created_at"),
    Index("ix_outbox_failed_at", "failed_at", postgresql_where=text("failed_at IS NOT NULL")),
    Index("ix_outbox_sent", "recipient", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
)

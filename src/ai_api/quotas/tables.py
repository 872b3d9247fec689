"""Limits, the accounts they are kept on, and what is held on them while calls are open."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from ai_api.core.db import METADATA, Instant

limits = Table(
    "limits",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("allocation_id", Uuid, ForeignKey("allocations.id", ondelete="CASCADE"), index=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Column("credential_id", Uuid, ForeignKey("credentials.id", ondelete="CASCADE"), index=True),
    Column("tag_id", Uuid, ForeignKey("tags.id", ondelete="RESTRICT"), index=True),
    Column("provider_key_id", Uuid, ForeignKey("provider_keys.id", ondelete="CASCADE"), index=True),
    Column("metric", Text, nullable=False),
    Column("window_kind", Text, nullable=False),
    Column("window_s", Integer),
    Column("zone", Text),
    Column("partition_by", Text, nullable=False, server_default="subject"),
    Column("on_exceed", Text, nullable=False, server_default="reject"),
    Column("amount", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint(
        "subject_kind IN ('global', 'tag', 'member', 'allocation', 'credential', 'provider_key')", name="subject_kind"
    ),
    CheckConstraint(
        "metric IN ('requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cost', 'concurrency')", name="metric"
    ),
    CheckConstraint("window_kind IN ('request', 'sliding', 'day', 'month', 'lifetime')", name="window_kind"),
    CheckConstraint("partition_by IN ('subject', 'member', 'credential')", name="partition_by"),
    CheckConstraint("on_exceed IN ('reject', 'warn')", name="on_exceed"),
    CheckConstraint("amount >= 0", name="amount"),
    Index(
        "uq_limits_one_of_a_kind",
        "subject_kind",
        "allocation_id",
        "member_id",
        "credential_id",
        "tag_id",
        "provider_key_id",
        "metric",
        "window_kind",
        "window_s",
        "zone",
        "partition_by",
        "on_exceed",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)

# A hot table of few columns: half-empty pages keep updates on their page, and vacuum comes early.
quota_accounts = Table(
    "quota_accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Uuid),
    Column("metric", Text, nullable=False),
    Column("window_start", Instant, nullable=False),
    Column("window_end", Instant),
    Column("settled", BigInteger, nullable=False, server_default=text("0")),
    Column("held", BigInteger, nullable=False, server_default=text("0")),
    # Of a sliding window: what the bucket before the present one counted, and the number of the present one.
    Column("previous", BigInteger, nullable=False, server_default=text("0")),
    Column("bucket", BigInteger, nullable=False, server_default=text("0")),
    Index("ix_quota_accounts_subject", "subject_id", "metric", "window_start"),
)

holds = Table(
    "holds",
    METADATA,
    Column("call_id", Uuid, primary_key=True),
    Column("replica_id", Uuid, nullable=False, index=True),
    Column("amounts", JSONB, nullable=False),
    Column("record", JSONB, nullable=False),
    Column("progress", JSONB),
    # Its record is in `unsettled`: nobody sweeps it, an administrator decides.
    Column("parked", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
)

replicas = Table(
    "replicas",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("beat", BigInteger, nullable=False, server_default=text("0")),
    Column("host", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_at", Instant, nullable=False, server_default=func.now()),
    Column("seen_at", Instant, nullable=False, server_default=func.now()),
    Column("swept_at", Instant),
)

unsettled = Table(
    "unsettled",
    METADATA,
    Column("call_id", Uuid, primary_key=True),
    Column("record", JSONB, nullable=False),
    Column("sqlstate", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
)

"""The ledger: call records, partitioned by month on `call_id`, whose UUIDv7 is a time."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
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

call_records = Table(
    "call_records",
    METADATA,
    Column("call_id", Uuid, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("first_byte_at", Instant),
    Column("finished_at", Instant, nullable=False),
    Column("credential_id", Uuid),
    Column("allocation_id", Uuid),
    Column("member_id", Uuid),
    Column("dialect", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("stream", Boolean, nullable=False),
    Column("requested_model", Text),
    Column("model", Text),
    Column("model_id", Uuid),
    Column("upstream_model", Text),
    Column("provider", Text),
    Column("provider_key_id", Uuid),
    Column("route_id", Uuid),
    Column("attempts", JSONB, nullable=False, server_default=text("'[]'")),
    Column("outcome", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Column("upstream_status", Integer),
    Column("finish_reason", Text),
    Column("input_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("cached_read_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("cache_write_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("output_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("reasoning_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("unit", Text),
    Column("quantity", BigInteger),
    Column("usage_source", Text, nullable=False),
    Column("service_tier", Text),
    Column("price_version_id", Uuid),
    Column("list_cost_nanos", BigInteger),
    Column("multiplier_millionths", BigInteger, nullable=False, server_default=text("1000000")),
    Column("billed_cost_nanos", BigInteger),
    Column("held_nanos", BigInteger, nullable=False, server_default=text("0")),
    Column("overrun_nanos", BigInteger, nullable=False, server_default=text("0")),
    Column("funded_by", Text, nullable=False, server_default="quota"),
    Column("bookings", JSONB, nullable=False, server_default=text("'[]'")),
    Column("swept", Boolean, nullable=False, server_default=text("false")),
    Column("refused_count", Integer, nullable=False, server_default=text("0")),
    Column("request_id", Text, nullable=False),
    Column("upstream_request_id", Text),
    Column("client", Text),
    Column("tags", JSONB, nullable=False, server_default=text("'[]'")),
    CheckConstraint("usage_source IN ('provider', 'counted', 'estimated', 'none')", name="usage_source"),
    Index("ix_call_records_member", "member_id", "call_id"),
    Index("ix_call_records_credential", "credential_id", "call_id"),
    postgresql_partition_by="RANGE (call_id)",
)

# Sums of the ledger by quarter of an hour, written in the settling transaction: zones at :30 and :45 exist.
usage_quarters = Table(
    "usage_quarters",
    METADATA,
    Column("quarter", Instant, nullable=False),
    Column("member_id", Uuid),
    Column("credential_id", Uuid),
    Column("allocation_id", Uuid),
    Column("model_id", Uuid),
    Column("model", Text),
    Column("provider", Text),
    Column("provider_key_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("calls", BigInteger, nullable=False, server_default=text("0")),
    Column("input_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("cached_read_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("cache_write_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("output_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("reasoning_tokens", BigInteger, nullable=False, server_default=text("0")),
    Column("billed_cost_nanos", BigInteger, nullable=False, server_default=text("0")),
    Column("unpriced_calls", BigInteger, nullable=False, server_default=text("0")),
    Column("list_cost_nanos", BigInteger, nullable=False, server_default=text("0")),
    # What of the billed cost nobody was told the usage of: the gateway counted it itself.
    Column("estimated_cost_nanos", BigInteger, nullable=False, server_default=text("0")),
    # The tags that the members of all its calls had; null where they differ. They are no part of the key.
    Column("tags", JSONB),
    # How many of the calls are in the list cost and the tags. Where those are fewer, or the tags differ, the records tell.
    Column("told_calls", BigInteger, nullable=False, server_default=text("0")),
    Column("is_told", Boolean, Computed("told_calls = calls AND tags IS NOT NULL", persisted=True), nullable=False),
    Index(
        "uq_usage_quarters_key",
        "quarter",
        "member_id",
        "credential_id",
        "allocation_id",
        "model_id",
        "model",
        "provider",
        "provider_key_id",
        "outcome",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_usage_quarters_member", "member_id", "quarter"),
    # Rows lie in the order of time: a stretch of the table says what time it is about, at no cost to a call.
    Index(
        "ix_usage_quarters_quarter",
        "quarter",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "true"},
    ),
    Index("ix_usage_quarters_unpriced", "model_id", "quarter", postgresql_where=text("unpriced_calls > 0")),
    Index("ix_usage_quarters_untold", "quarter", postgresql_where=text("NOT is_told")),
)

# The same sums by days of UTC, for reports over months: by whose calls they were (`callers`), by what served them (`models`), and
# by that for each quarter of an hour (`model_quarters`, without tags), since days of other zones begin at any of those. The first
# two also of the days of a month but its first and last (`callers_month`, `models_month`): a month of any zone has all of these.
# Only of quarters that tell their list cost and tags.
usage_days = Table(
    "usage_days",
    METADATA,
    Column("cut", Text, nullable=False),
    Column("begins", Instant, nullable=False),
    Column("member_id", Uuid),
    Column("credential_id", Uuid),
    Column("allocation_id", Uuid),
    Column("model_id", Uuid),
    Column("model", Text),
    Column("provider", Text),
    Column("provider_key_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("tags", JSONB),
    Column("calls", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("list_cost_nanos", BigInteger, nullable=False),
    Column("billed_cost_nanos", BigInteger, nullable=False),
    Column("unpriced_calls", BigInteger, nullable=False),
    Column("estimated_cost_nanos", BigInteger, nullable=False),
    CheckConstraint("cut IN ('callers', 'models', 'model_quarters', 'callers_month', 'models_month')", name="cut"),
    Index(
        "uq_usage_days_key",
        "cut",
        "begins",
        "member_id",
        "credential_id",
        "allocation_id",
        "model_id",
        "model",
        "provider",
        "provider_key_id",
        "outcome",
        "tags",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_usage_days_member", "member_id", "begins", postgresql_where=text("cut = 'callers'")),
)

# Which days are summed; and which of them were written to since, in which transaction: a trigger notes it in the same commit.
Table(
    "usage_days_ready",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("summed_at", Instant, nullable=False, server_default=func.now()),
    # Whether it is in the sums of its month as it is: another summing of the day takes it out.
    Column("in_month", Boolean, nullable=False, server_default=text("false")),
)
Table(
    "usage_days_stale",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("written_by", BigInteger, primary_key=True, autoincrement=False),
)

# What the proof of the books remembers, so that every record is summed once: up to which call each walk has come, what calls
# before that have booked, which of them may still change, and quarters whose roll-ups it doubts.
Table("proof_marks", METADATA, Column("name", Text, primary_key=True), Column("up_to", Uuid, nullable=False))
Table(
    "proof_sums",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
)
Table("proof_open", METADATA, Column("call_id", Uuid, primary_key=True))
Table("proof_quarters", METADATA, Column("quarter", Instant, primary_key=True))

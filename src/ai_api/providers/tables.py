"""Provider keys (secrets sealed) and the routes by which models are served."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ai_api.core.db import METADATA, Instant

provider_keys = Table(
    "provider_keys",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("base_url", Text, nullable=False),
    Column("api_version", Text),
    Column("allow_private_network", Boolean, nullable=False, server_default=text("false")),
    Column("organization", Text),
    Column("sealed_secret", LargeBinary),
    Column("sealing_key_id", Text),
    Column("secret_display", Text),
    Column("wiring", JSONB, nullable=False),
    Column("wiring_version", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="active"),
    Column("flagged_code", Text),
    Column("flagged_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("status IN ('active', 'disabled')", name="status"),
    CheckConstraint("(sealed_secret IS NULL) = (sealing_key_id IS NULL)", name="sealed_with_a_key"),
)

routes = Table(
    "routes",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("model_id", Uuid, ForeignKey("models.id", ondelete="CASCADE"), nullable=False),
    Column("provider_key_id", Uuid, ForeignKey("provider_keys.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("upstream_model", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default=text("100")),
    Column("weight", Integer, nullable=False, server_default=text("1")),
    Column("status", Text, nullable=False, server_default="active"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    Column("connect_s", Double),
    Column("first_byte_s", Double),
    Column("idle_s", Double),
    Column("total_s", Double),
    Column("tag_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    CheckConstraint("weight >= 0", name="weight"),
    CheckConstraint("least(connect_s, first_byte_s, idle_s, total_s) > 0", name="timeouts"),
    CheckConstraint("status IN ('active', 'disabled')", name="status"),
    UniqueConstraint("model_id", "provider_key_id", "upstream_model"),
)

# What the replicas tell one another of routes that fail. Unlogged: after a crash of the database all are taken for well.
route_health = Table(
    "route_health",
    METADATA,
    Column("route_id", Uuid, ForeignKey("routes.id", ondelete="CASCADE"), primary_key=True),
    Column("code", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("told", Boolean, nullable=False),
    prefixes=["UNLOGGED"],
)

# Responses that the gateway keeps itself, each sealed with the input it answered, for its member alone. `previous_id` is the kept
# one that it goes on from.
kept_responses = Table(
    "kept_responses",
    METADATA,
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("response_id", Text, primary_key=True),
    Column("call_id", Uuid, nullable=False),
    Column("previous_id", Text),
    Column("sealing_key_id", Text, nullable=False),
    Column("sealed_turn", LargeBinary, nullable=False),
    Column("stored_bytes", Integer, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
)

# Responses that a provider keeps: whose they are, and by which key alone they can be asked for.
stored_responses = Table(
    "stored_responses",
    METADATA,
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("response_id", Text, primary_key=True),
    Column("provider_key_id", Uuid, ForeignKey("provider_keys.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("call_id", Uuid, nullable=False),
    Column("shown_model", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
)

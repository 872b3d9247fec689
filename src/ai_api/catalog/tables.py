"""Models, their other names, where they came from, and who may see the restricted ones."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ai_api.core.db import METADATA, Instant

models = Table(
    "models",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("operations", ARRAY(Text), nullable=False),
    Column("context_tokens", Integer),
    Column("output_tokens_max", Integer),
    Column("hidden_reasoning", Boolean, nullable=False, server_default=text("false")),
    Column("capabilities", JSONB, nullable=False, server_default=text("'{}'")),
    Column("access", Text, nullable=False, server_default="restricted"),
    Column("status", Text, nullable=False, server_default="active"),
    # Whether those who see it may take it themselves, and the limits they get then.
    Column("claimable", Boolean, nullable=False, server_default=text("false")),
    Column("default_limits", JSONB, nullable=False, server_default=text("'[]'")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("access IN ('open', 'restricted')", name="access"),
    CheckConstraint("status IN ('active', 'archived')", name="status"),
    CheckConstraint("context_tokens > 0", name="context_tokens"),
    CheckConstraint("output_tokens_max > 0", name="output_tokens_max"),
    CheckConstraint("operations <@ ARRAY['chat', 'responses', 'embeddings']", name="operations"),
)

aliases = Table(
    "aliases",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("model_id", Uuid, ForeignKey("models.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
)

model_imports = Table(
    "model_imports",
    METADATA,
    Column("model_id", Uuid, ForeignKey("models.id", ondelete="CASCADE"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("facts_version", Text, nullable=False),
    Column("price_facts", JSONB, nullable=False),
    Column("price_version", Text, nullable=False),
    Column("kept", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
)

access_rules = Table(
    "access_rules",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("model_id", Uuid, ForeignKey("models.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Column("tag_id", Uuid, ForeignKey("tags.id", ondelete="RESTRICT"), index=True),
    Column("effect", Text, nullable=False, server_default="allow"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("effect IN ('allow', 'deny')", name="effect"),
    CheckConstraint("num_nonnulls(member_id, tag_id) = 1", name="one_subject"),
    UniqueConstraint("model_id", "member_id"),
    UniqueConstraint("model_id", "tag_id"),
)

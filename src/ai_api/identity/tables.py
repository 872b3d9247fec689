"""Members and their access tokens."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

from ai_api.core.db import METADATA, Instant

members = Table(
    "members",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False, server_default="person"),
    Column("identity", Text, nullable=False, server_default="local"),
    Column("identifier", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="member"),
    Column("status", Text, nullable=False, server_default="active"),
    Column("password_hash", Text),
    Column("responsible_member_id", Uuid, ForeignKey("members.id", ondelete="RESTRICT"), index=True),
    Column("epoch", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('person', 'service')", name="kind"),
    CheckConstraint("identity IN ('local', 'oidc', 'ldap', 'guest', 'external')", name="identity"),
    CheckConstraint("role IN ('member', 'admin', 'owner')", name="role"),
    CheckConstraint("status IN ('active', 'disabled')", name="status"),
    CheckConstraint("kind = 'person' OR (password_hash IS NULL AND role <> 'owner')", name="service_accounts"),
    Index("uq_members_identifier_lower", text("lower(identifier)"), unique=True),
    Index("ix_members_owners", "id", postgresql_where=text("role = 'owner'")),
)
# What a search begins with is found by these, however many members there are.
for _column in (members.c.identifier, members.c.display_name):
    Index(
        f"ix_members_{_column.name}_prefix",
        func.lower(_column).label("beginning"),
        postgresql_ops={"beginning": "text_pattern_ops"},
    )

tags = Table(
    "tags",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default=text("100")),
    Column("everyone", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    Index("uq_tags_name_lower", text("lower(name)"), unique=True),
)

member_tags = Table(
    "member_tags",
    METADATA,
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", Uuid, ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
)

tag_rules = Table(
    "tag_rules",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text),
    Column("claim", Text),
    Column("tag_id", Uuid, ForeignKey("tags.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('always', 'domain', 'suffix', 'local_part', 'identifier', 'claim')", name="kind"),
    CheckConstraint("(kind = 'always') = (value IS NULL)", name="value"),
    CheckConstraint("(kind = 'claim') = (claim IS NOT NULL)", name="claim"),
)

access_tokens = Table(
    "access_tokens",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("display", Text, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
)

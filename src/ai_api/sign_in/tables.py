"""Sessions of browsers, what is remembered of attempts to begin one, and whom other providers know our members as."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)

from ai_api.core.db import METADATA, Instant

sessions = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("method", Text, nullable=False),
    Column("address", Text),
    Column("user_agent", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("seen_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
    CheckConstraint("method IN ('password', 'oidc', 'link')", name="method"),
)

# A row counts for one account from one network; for an account from all networks that it never signed in from (no network);
# or for a network, with all accounts that never signed in from there (no account). An account is the hash of what was typed
# as its identifier, whether or not there is one. What is no sign-in is counted under a name that is not as long as a hash.
sign_in_attempts = Table(
    "sign_in_attempts",
    METADATA,
    Column("account", LargeBinary, primary_key=True),
    Column("network", Text, primary_key=True),
    Column("attempts", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("next_from", Instant),
    Column("proved_at", Instant),
)

member_identities = Table(
    "member_identities",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    UniqueConstraint("issuer", "subject"),
    UniqueConstraint("member_id", "issuer"),
)

oidc_used_states = Table(
    "oidc_used_states",
    METADATA,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

"""The one MetaData, the tables that belong to no room, and how all tables are gathered."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, MetaData, SmallInteger, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Instant = DateTime(timezone=True)

world = Table(
    "world",
    METADATA,
    Column("id", SmallInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

schema_state = Table(
    "schema_state",
    METADATA,
    Column("id", SmallInteger, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("readable_from", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

settings = Table(
    "settings",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
)

_ROOMS_WITH_TABLES = (
    "identity",
    "sign_in",
    "catalog",
    "providers",
    "pricing",
    "allocations",
    "credentials",
    "quotas",
    "ledger",
    "audit",
    "invitations",
    "devices",
    "mail",
    "jobs",
)


def load_tables() -> MetaData:
    """The MetaData with every room's tables on it. For migrations and checks; rooms import their own tables themselves."""
    package = importlib.import_module("ai_api")
    present = {module.name for module in pkgutil.iter_modules(package.__path__)}
    for room in _ROOMS_WITH_TABLES:
        if room in present:
            importlib.import_module(f"ai_api.{room}.tables")
    return METADATA

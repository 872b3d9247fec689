"""Postgres: the one MetaData, two pools, transactions, epochs, schema state.

Two pools, so that browsing cannot hurt traffic: `Hot` is a raw asyncpg pool for the data plane's few statements; `Database`
is SQLAlchemy for everything else, with a statement timeout. DSNs are libpq URLs (`postgresql://user@/db?host=/socket/dir`).
"""

from ai_api.core.db.database import Database, Tx
from ai_api.core.db.epochs import bump_members, bump_world, new_epoch, read_schema_state, read_world
from ai_api.core.db.failures import StatementRefused, is_connection_loss, is_lock_timeout
from ai_api.core.db.hot import Hot, Patience, dump_json
from ai_api.core.db.partitioned_indexes import Builder, MissingPart, missing_parts
from ai_api.core.db.session_settings import PLANS_BY_KEY
from ai_api.core.db.tables import METADATA, Instant, load_tables, schema_state, settings

__all__ = [
    "METADATA",
    "PLANS_BY_KEY",
    "Builder",
    "Database",
    "Hot",
    "Instant",
    "MissingPart",
    "Patience",
    "StatementRefused",
    "Tx",
    "bump_members",
    "bump_world",
    "dump_json",
    "is_connection_loss",
    "is_lock_timeout",
    "load_tables",
    "missing_parts",
    "new_epoch",
    "read_schema_state",
    "read_world",
    "schema_state",
    "settings",
]

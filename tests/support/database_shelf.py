"""Databases used again: making a copy and dropping it takes longer than most tests do with it.

What a test has written is taken out of its database behind it. One whose tables, triggers or rights it changed is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

_USES_MAX = 50
"""What was taken out leaves its space behind."""
_CATALOGS = (
    "pg_attrdef", "pg_constraint", "pg_db_role_setting", "pg_default_acl", "pg_extension", "pg_index", "pg_inherits",
    "pg_namespace", "pg_policy", "pg_proc", "pg_rewrite", "pg_sequence", "pg_statistic_ext", "pg_trigger", "pg_type",
)  # fmt: skip
"""Of which every row counts; of a table, an index and a column only what nothing but a change of it changes."""
_SHAPE = " || ".join(
    [
        *(f"(SELECT coalesce(md5(string_agg(c::text, ',' ORDER BY c::text)), '') FROM {name} c)" for name in _CATALOGS),
        "(SELECT md5(string_agg(ROW(oid, relname, relkind, relowner, relacl, reloptions, relrowsecurity)::text, ',' ORDER BY oid))"
        " FROM pg_class WHERE oid >= 16384)",
        "(SELECT md5(string_agg(ROW(attrelid, attnum, attname, atttypid, attnotnull, attisdropped, attacl)::text, ',' "
        "ORDER BY attrelid, attnum)) FROM pg_attribute WHERE attrelid >= 16384)",
        "(SELECT ROW(datallowconn, datconnlimit, datacl)::text FROM pg_database WHERE datname = current_database())",
    ]
)
_WRITTEN = (
    "SELECT oid::regclass::text AS name FROM pg_class "
    "WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0 ORDER BY oid"
)
_ALONE = (
    "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_COUNTERS = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence; SELECT pg_stat_reset()"
_WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
"""Some keep what is there for ever, others would look for what belongs to what was taken out."""


@dataclass(frozen=True)
class Blank:
    """What a copy of the template is: its shape, and the statements that put into it what is in it from the start."""

    shape: str
    filling: tuple[str, ...]


class Shelf:
    """The databases of one process that are not in use; all are copies of one template."""

    def __init__(
        self, make: Callable[[], str], drop: Callable[[str], None], *, as_superuser: Callable[[str], str]
    ) -> None:
        """`make` copies the template and returns the DSN of the copy, `drop` removes it."""
        self._make = make
        self._drop = drop
        self._as_superuser = as_superuser
        self._blank: Blank | None = None
        self._free: list[str] = []
        self._uses: dict[str, int] = {}

    async def take(self) -> str:
        """The DSN of a database that is as the template."""
        if not self._free:
            self._free.append(self._make())
        dsn = self._free.pop()
        if self._blank is None:
            self._blank = await _look(self._as_superuser(dsn))
        self._uses[dsn] = self._uses.get(dsn, 0) + 1
        return dsn

    async def put_back(self, dsn: str) -> None:
        """Empties a database, whoever is still connected to it, or drops it."""
        blank = self._blank if self._uses[dsn] < _USES_MAX else None
        if blank is not None and await _emptied(self._as_superuser(dsn), blank):
            self._free.append(dsn)
        else:
            del self._uses[dsn]
            self._drop(dsn)

    def clear(self) -> None:
        """Drops those that are not in use."""
        while self._free:
            self._drop(self._free.pop())


async def _look(dsn: str) -> Blank:
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=60)
    try:
        filling = []
        for row in await connection.fetch(_WRITTEN):
            rows = json.loads(await connection.fetchval(f"SELECT json_agg(t) FROM {row['name']} t") or "[]")
            quoted = json.dumps(rows).replace("'", "''")
            source = f"json_populate_recordset(NULL::{row['name']}, '{quoted}')"
            filling.append(f"INSERT INTO {row['name']} OVERRIDING SYSTEM VALUE SELECT * FROM {source}")
        return Blank(await connection.fetchval(f"SELECT {_SHAPE}"), tuple(filling))
    finally:
        await connection.close()


async def _emptied(dsn: str, blank: Blank) -> bool:
    """Whether it is as it was made. False also for one that is gone, or whose superuser is none."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10, command_timeout=60)
    except (OSError, asyncpg.PostgresError):
        return False
    try:
        await connection.execute(_ALONE)
        if await connection.fetchval(f"SELECT {_SHAPE}") != blank.shape:
            return False
        deletions = [f"DELETE FROM {row['name']}" for row in await connection.fetch(_WRITTEN)]
        await connection.execute(
            ";".join(["BEGIN", _WITHOUT_TRIGGERS, *deletions, *blank.filling, _COUNTERS, "COMMIT"])
        )
    except asyncpg.PostgresError:
        return False
    finally:
        connection.terminate()
    return True

"""What a database was asked, counted by the server itself."""

from __future__ import annotations

from collections import Counter

from tests.support.database import Databases, run_apart

# What every replica asks twice a second, calls or no calls.
_OF_THE_WATCH = ("WITH beating AS", "SELECT call_id FROM holds WHERE replica_id", "UPDATE holds h SET progress")


class Statements:
    """Counts the statements of one database from when it was made or last `forget` was called."""

    def __init__(self, databases: Databases, dsn: str) -> None:
        self._databases = databases
        self._name = dsn.partition("?")[0].rpartition("/")[2]
        with databases.session.lock():
            databases.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        # Those of databases that are gone would push out ours.
        self._reset("dbid NOT IN (SELECT oid FROM pg_database)")
        self.forget()

    def forget(self) -> None:
        """Begins anew."""
        self._reset(f"dbid = (SELECT oid FROM pg_database WHERE datname = '{self._name}')")

    def counted(self) -> Counter[str]:
        """How often each statement was run, the watch's own left out."""
        rows = run_apart(
            self._databases._fetch,
            "SELECT query, sum(calls) AS calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
            "WHERE d.datname = $1 AND toplevel GROUP BY query",
            self._name,
        )
        found: Counter[str] = Counter()
        for row in rows:
            text = " ".join(row["query"].split())
            if not text.startswith(_OF_THE_WATCH):
                found[text] += int(row["calls"])
        return found

    def _reset(self, condition: str) -> None:
        self._databases.execute(
            "SELECT pg_stat_statements_reset(0, dbid, 0) FROM (SELECT DISTINCT dbid FROM pg_stat_statements) s "
            f"WHERE {condition}"
        )

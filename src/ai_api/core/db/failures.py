"""What can go wrong with a database: it is away, it was never migrated, or it refuses a statement."""

from __future__ import annotations

import asyncpg

from ai_api.core.errors import Refusal, StatementUndone, StoreUnavailable

NO_SUCH_TABLE = "42P01"
TIMED_OUT = "57014"
PASSING_CLASSES = frozenset({"08", "40", "53", "55", "57"})
"""Classes of errors that are over in a moment: the connection, what was rolled back, shortages, locks, the operator."""
_UNDONE = frozenset({"40001", "40P01", "55P03"})
_SHORTAGE = "53"
LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""What asyncpg, or the socket below it, raises when Postgres is not there or does not answer in time."""


class SchemaMissing(Refusal):
    """The database was never migrated, or is another one."""

    def __init__(self) -> None:
        super().__init__(
            "schema_missing", "unavailable", "The database has not the tables of this program: run `ai-api migrate`."
        )


class StatementRefused(Exception):
    """Postgres answered, and refused the statement. `reason` names the kind of refusal and never quotes a row."""

    def __init__(self, sqlstate: str, reason: str) -> None:
        super().__init__(f"{sqlstate} {reason}")
        self.sqlstate = sqlstate
        self.reason = reason

    @property
    def is_the_data(self) -> bool:
        """Whether the data itself was refused (classes 22 and 23), so that trying again cannot help."""
        return self.sqlstate[:2] in {"22", "23"}


def is_connection_loss(error: BaseException | None) -> bool:
    """Whether `error` means the connection or the server went away, or time ran out, rather than a refused statement."""
    return isinstance(error, LOST) or (error is not None and isinstance(error.__cause__, LOST))


def is_lock_timeout(error: BaseException | None) -> bool:
    """Whether `error`, or what it came from, means that a table could not be locked, and nothing has changed: not in time, or
    not without a deadlock, since others wait for what was locked already.
    """
    while error is not None:
        if isinstance(error, asyncpg.LockNotAvailableError | asyncpg.DeadlockDetectedError):
            return True
        error = error.__cause__
    return False


def refused(error: asyncpg.PostgresError) -> StatementRefused | StoreUnavailable:
    """What to raise for `error`. Deadlocks, serialization failures and shortages pass: the database is away for a moment."""
    sqlstate = error.sqlstate or "XX000"
    if sqlstate in _UNDONE or sqlstate.startswith(_SHORTAGE):
        return StatementUndone()
    if isinstance(error, LOST) or sqlstate[:2] in PASSING_CLASSES:
        return StoreUnavailable()
    return StatementRefused(sqlstate, type(error).__name__)

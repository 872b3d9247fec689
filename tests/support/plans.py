"""What the portal asked its database, and how Postgres would find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from ai_api.core.db import Database

Asked = tuple[str, tuple[Any, ...]]

MANY_PEOPLE = (
    """INSERT INTO members (id, identifier, display_name, epoch)
    SELECT md5('member' || n)::uuid, 'person' || n || '@example.org', 'Person ' || n, n FROM generate_series(1, 20000) n""",
    """INSERT INTO credentials (id, public_id, member_id, name, secret_hash, display, expires_at, created_at)
    SELECT md5('credential' || n)::uuid, 'cred_' || md5(n::text), md5('member' || n)::uuid, 'laptop ' || n,
        sha256(n::text::bytea), 'sk-aiapi-' || left(md5('secret' || n), 6) || '…' || right(md5('secret' || n), 4),
        now() + make_interval(mins => n), now() - interval '80 days' FROM generate_series(1, 20000) n""",
)
"""Statements that make 20,000 members with a credential each."""

MANY = (
    *MANY_PEOPLE,
    # And an allocation, a limit with its account, a letter and a sum of usage each.
    """INSERT INTO models (id, slug, display_name, operations) SELECT md5('model' || n)::uuid, 'many/model-' || n, 'Many', '{chat}'
    FROM generate_series(0, 199) n""",
    """INSERT INTO allocations (id, member_id, model_id)
    SELECT md5('allocation' || n)::uuid, md5('member' || n)::uuid, md5('model' || n % 200)::uuid FROM generate_series(1, 20000) n""",
    """INSERT INTO limits (id, subject_kind, member_id, metric, window_kind, amount)
    SELECT md5('limit' || n)::uuid, 'member', md5('member' || n)::uuid, 'requests', 'lifetime', 100
    FROM generate_series(1, 20000) n""",
    """INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start, settled)
    SELECT md5('account' || n)::uuid, 'member', md5('member' || n)::uuid, 'requests', 'epoch', n % 50
    FROM generate_series(1, 20000) n""",
    """INSERT INTO outbox (id, kind, recipient, created_at, expires_at, next_try_at, sent_at)
    SELECT md5('letter' || n)::uuid, 'invitation', 'person' || n || '@example.org', now(), now(), now(), now()
    FROM generate_series(1, 20000) n""",
    """INSERT INTO usage_quarters (quarter, member_id, model_id, outcome, calls)
    SELECT date_bin('15 minutes', now(), 'epoch') - make_interval(mins => 15 * (n % 600)), md5('member' || n)::uuid,
        md5('model' || n % 200)::uuid, 'ok', 1 FROM generate_series(1, 20000) n""",
)
"""Statements that make a large organization."""


def many_calls(member: str) -> str:
    """A statement that adds 20,000 calls, one a second up to now, every hundredth of them by the member of an SQL expression."""
    moment = "(extract(epoch FROM now()) * 1000)::bigint - n * 1000"
    return f"""
    INSERT INTO call_records (
        call_id, started_at, finished_at, member_id, dialect, operation, stream, outcome, usage_source, request_id)
    SELECT (lpad(to_hex({moment}), 12, '0') || '7' || right(md5(n::text), 19))::uuid, now() - make_interval(secs => n), now(),
        CASE WHEN n % 100 = 0 THEN {member} ELSE md5('member' || n)::uuid END, 'openai', 'chat', false, 'ok', 'none', 'req-' || n
    FROM generate_series(1, 20000) n"""


@contextmanager
def asked(database: Database) -> Iterator[list[Asked]]:
    """The statements that are sent to a database meanwhile, with what they are given."""
    found: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        found.append((statement, tuple(given)))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def analyze(database: Database) -> None:
    """Postgres learns how much there is."""
    async with database.transaction() as tx:
        await tx.execute(text("ANALYZE"))


async def plans(database: Database, statements: list[Asked]) -> list[str]:
    """How Postgres would answer those of the statements that read, each after its statement."""
    found = []
    for statement, given in statements:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            async with database.transaction() as tx:
                plan = "\n".join((await tx.exec_driver_sql(f"EXPLAIN {statement}", given)).scalars())
            found.append(f"{statement}\n{plan}")
    return found


async def read_whole(database: Database, statements: list[Asked], *tables: str) -> list[str]:
    """The plans of those statements that would read one of these tables, or a partition of it, from its beginning to its end."""
    return [
        plan for plan in await plans(database, statements) if any(f"Seq Scan on {table}" in plan for table in tables)
    ]

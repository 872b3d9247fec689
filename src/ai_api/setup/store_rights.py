"""Every query about roles of the database and what they may do."""

from __future__ import annotations

from sqlalchemy import text

from ai_api.core.db import Tx

READ_AND_ADDED_TO = ("audit_events", "call_records")
ONLY_READ = ("audit_chain", "schema_state", "alembic_version")
_FUNCTIONS = ("correct_call_records(jsonb)", "make_ledger_partition(text, uuid, uuid)")

_RELATIONS = """
SELECT c.relname, c.relname ~ '^call_records_' AS is_partition FROM pg_class c
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""

_MAY_CHANGE = """
SELECT name FROM unnest(CAST(:names AS text[])) AS name
WHERE pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = to_regclass(name)), 'USAGE')
    OR has_table_privilege(current_user, to_regclass(name), 'UPDATE, DELETE, TRUNCATE')
ORDER BY name
"""

_TRIGGERS = (
    ("audit_events", "seal"),
    ("audit_events", "only_added"),
    ("audit_chain", "only_added"),
    ("audit_chain", "only_sealed"),
    ("call_records", "only_added"),
    ("call_records", "never_emptied"),
)
_TRIGGERS_OFF = """
SELECT wanted.on_table, wanted.name FROM unnest(CAST(:tables AS text[]), CAST(:names AS text[])) AS wanted(on_table, name)
WHERE NOT EXISTS (
    SELECT 1 FROM pg_trigger t WHERE t.tgrelid = to_regclass(wanted.on_table) AND t.tgname = wanted.name
        AND t.tgenabled IN ('O', 'A'))
ORDER BY 1, 2
"""


async def has_role(tx: Tx, role: str) -> bool:
    """Whether the server knows a role."""
    statement = text("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :role)")
    return bool((await tx.execute(statement, {"role": role})).scalar_one())


async def is_above(tx: Tx, role: str) -> bool:
    """Whether a role is a superuser, or has the rights of who is connected: then no grant can take anything from it."""
    statement = text("SELECT pg_has_role(:role, current_user, 'MEMBER')")
    return bool((await tx.execute(statement, {"role": role})).scalar_one())


async def grant(tx: Tx, role: str) -> None:
    """Gives a role what the application needs and takes from it what it must not have, on every table of the schema."""
    quoted = str((await tx.execute(text("SELECT quote_ident(:role)"), {"role": role})).scalar_one())
    schema = str((await tx.execute(text("SELECT quote_ident(current_schema())"))).scalar_one())
    statements = [f"GRANT USAGE ON SCHEMA {schema} TO {quoted}"]
    for name, is_partition in (await tx.execute(text(_RELATIONS))).all():
        statements += [
            f"REVOKE ALL ON {schema}.{name} FROM {quoted}",
            f"GRANT {_rights(name, is_partition=is_partition)} ON {schema}.{name} TO {quoted}",
        ]
    statements += [f"GRANT EXECUTE ON FUNCTION {schema}.{function} TO {quoted}" for function in _FUNCTIONS]
    for statement in statements:
        # As the driver takes it: the names are the catalog's own, quoted, and no colon in one is a parameter.
        await tx.exec_driver_sql(statement)


def _rights(name: str, *, is_partition: bool) -> str:
    """Records are written through the table that is parted, so that its parts need not be writable."""
    if is_partition or name in ONLY_READ:
        return "SELECT"
    if name in READ_AND_ADDED_TO:
        return "SELECT, INSERT"
    # The proof of the books begins anew by emptying what it remembers; that is a person's work, by the runbook.
    return "SELECT, INSERT, UPDATE, DELETE"


async def changeable(tx: Tx) -> list[str]:
    """The tables that are only added to, and that who is connected could change all the same."""
    names = [*READ_AND_ADDED_TO, "audit_chain"]
    return list((await tx.execute(text(_MAY_CHANGE), {"names": names})).scalars())


async def triggers_off(tx: Tx) -> list[tuple[str, str]]:
    """The triggers, by table and name, that are not there or switched off."""
    given = {"tables": [table for table, _ in _TRIGGERS], "names": [name for _, name in _TRIGGERS]}
    return [(row.on_table, row.name) for row in await tx.execute(text(_TRIGGERS_OFF), given)]

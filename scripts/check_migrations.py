"""Do the migrations, run on an empty database, give exactly the tables that the code describes, and is each safe under load?

A statement that rewrites or walks a large table under a lock stops every call for as long as that takes. Which those are can be
read off the text; what the locks really take is measured by tests/faults/test_migration_locks.py.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from ai_api.local import postgres
from ai_api.local.progress import Progress

VERSIONS = Path(__file__).parents[1] / "alembic" / "versions"
FIRST_CHECKED = "0023"
"""Those before it ran where nothing was in use yet."""
LARGE = (
    "call_records",
    "usage_quarters",
    "quota_accounts",
    "holds",
    "audit_events",
    "kept_responses",
    "idempotency_keys",
)
PARTITIONED = "call_records"
# A month's partition is as large as a table: what begins so is one, as alembic/env.py has it.
_NAME = rf"(?:{'|'.join(LARGE)}|{PARTITIONED}_[^\s\"(;]*)"
_TABLE = rf"(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?:\"?\w+\"?\.)?(?:\"{_NAME}\"|{_NAME}(?!\w))"
_UNSAFE: tuple[tuple[str, str], ...] = (
    (rf"ALTER\s+TABLE\s+{_TABLE}[^;]*\bSTORED\b", "a stored generated column rewrites the table"),
    (rf"ALTER\s+TABLE\s+{_TABLE}[^;]*\bTYPE\b", "another type may rewrite the table; add a column, fill it in steps"),
    (
        rf"ALTER\s+TABLE\s+{_TABLE}[^;]*\bSET\s+NOT\s+NULL\b",
        "it walks the table; add a CHECK that is NOT VALID, then validate",
    ),
    (
        rf"ALTER\s+TABLE\s+{_TABLE}[^;]*\bADD\s+(?:CONSTRAINT\s+\w+\s+)?(?:CHECK|FOREIGN|UNIQUE|PRIMARY)(?![^;]*NOT\s+VALID)",
        "it walks the table under a lock; add it NOT VALID, then validate it in a migration of its own",
    ),
    (
        rf"ALTER\s+TABLE\s+{_TABLE}[^;]*\bDEFAULT\s+(?:gen_random_uuid|clock_timestamp|random|nextval)\b",
        "a default that differs from row to row rewrites the table",
    ),
    (rf"\b(?:UPDATE\s+{_TABLE}|DELETE\s+FROM\s+{_TABLE})", "rows of a large table are changed by a job, in steps"),
    (
        rf"CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)[^;]*\bON\s+(?!ONLY\s+{PARTITIONED}\b){_TABLE}",
        "it keeps calls from writing; of a partitioned table, make it ON ONLY that, and `ai-api migrate` builds the rest",
    ),
    (r"\bVACUUM\s+FULL\b|\bCLUSTER\b|\bLOCK\s+TABLE\b", "it stops everybody"),
    (r"\bop\.(?!execute\b|get_bind\b)\w+\(", "what it does cannot be read off its text: write the statement"),
)

ALEMBIC = Path(__file__).parents[1] / "alembic.ini"


def unsafe(text: str) -> list[str]:
    """What in a migration's text would stop calls on a large table, in words."""
    return [why for pattern, why in _UNSAFE if re.search(pattern, text, re.IGNORECASE)]


def main() -> int:
    """Reads what is new, then runs every migration on a Postgres of its own and compares; 0 when all is well."""
    newer = [path for path in sorted(VERSIONS.glob("[0-9]*_*.py")) if path.name[:4] >= FIRST_CHECKED]
    found = [f"{path.name}: {why}" for path in newer for why in unsafe(path.read_text(encoding="utf-8"))]
    if found:
        sys.stderr.write("\n".join(found) + "\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="ai-api-check-") as folder:
        server = postgres.start(Path(folder), progress=Progress(sys.stderr, quiet=True), durable=False)
        try:
            config = Config(ALEMBIC)
            config.attributes["dsn"] = server.dsn
            command.upgrade(config, "head")
            command.check(config)
        except CommandError as error:
            sys.stderr.write(
                f"{error}\nThe tables in src and the migrations disagree: write the migration that is missing.\n"
            )
            return 1
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

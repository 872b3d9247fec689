"""What every connection tells Postgres about itself when it is opened."""

from __future__ import annotations

PLANS_BY_KEY = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_mergejoin": "off"}
"""Settings of Postgres for connections whose statements only find rows by their keys.

Planning such a statement anew takes longer than it runs. And a plan made while a table is empty must be as good when it has
grown: one that reads the whole of `holds` is the cheapest only as long as nobody has called.
"""

ALONE = {"max_parallel_workers_per_gather": "0", "work_mem": "32MB"}
"""For connections whose statements read much: one statement takes one processor, and sums by some ten thousand members fit into
memory instead of going through files.
"""


def server_settings(statement_timeout_ms: int, *, lock_timeout_ms: int) -> dict[str, str]:
    """The settings of a connection: how long a statement and a lock may take, and what is the same for all."""
    return {
        "application_name": "ai-api",
        "timezone": "UTC",
        "statement_timeout": str(statement_timeout_ms),
        "lock_timeout": str(lock_timeout_ms),
        "idle_in_transaction_session_timeout": "10000",
        "jit": "off",
    }

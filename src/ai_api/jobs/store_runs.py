"""What the runner of the jobs writes down, for those who ask whether they run at all."""

from __future__ import annotations

from collections.abc import Mapping

from ai_api.core.db import Hot

# A job that this version has no more must not look like one that stands still.
_KNOW = """
WITH jobs AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::float8[]) AS j(name, every_s)),
gone AS (DELETE FROM job_runs WHERE name NOT IN (SELECT name FROM jobs))
INSERT INTO job_runs (name, every_s) SELECT name, every_s FROM jobs ORDER BY name
ON CONFLICT (name) DO UPDATE SET every_s = excluded.every_s
"""

_DONE = "UPDATE job_runs SET done_at = now(), failed_at = NULL, error = NULL WHERE name = $1"

_FAILED = "UPDATE job_runs SET failed_at = now(), error = $2 WHERE name = $1"


async def know(hot: Hot, every_s: Mapping[str, float]) -> None:
    """Which jobs there are, by name, and how often each is to run. Raises StoreUnavailable."""
    await hot.fetch(_KNOW, list(every_s), list(every_s.values()))


async def done(hot: Hot, name: str) -> None:
    """A job was done just now. Raises StoreUnavailable."""
    await hot.fetch(_DONE, name)


async def failed(hot: Hot, name: str, error: str) -> None:
    """A job failed just now; `error` names the kind of fault. Raises StoreUnavailable."""
    await hot.fetch(_FAILED, name, error)

"""Steps by which the world around the calls changes: limits, rights, time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ai_api.core.db import bump_members, bump_world
from ai_api.core.ids import uuid7
from ai_api.quotas.tables import limits as limits_table
from tests.properties.draws import one_of_each
from tests.properties.orders import at
from tests.properties.run import Run, some, step

# On the eve of what calendars do: a day of 23 hours, one of 25, the ends of months and of a year, in several zones.
BEGINNINGS = [
    at("2031-03-29T22:59:52Z"),
    at("2031-03-30T21:59:58Z"),
    at("2031-10-25T21:59:51Z"),
    at("2031-10-26T22:59:55Z"),
    at("2031-03-31T21:59:53Z"),
    at("2031-12-31T22:59:59Z"),
    at("2032-02-29T04:59:57Z"),
]
ZONES = [None, None, "America/New_York", "Asia/Kathmandu", "Africa/Lagos"]
WINDOWS = [
    ("sliding", 10),
    ("sliding", 10),
    ("sliding", 60),
    ("day", None),
    ("month", None),
    ("lifetime", None),
    ("request", None),
]
AMOUNTS = {
    "requests": [0, 1, 2, 3, 5, 12],
    "input_tokens": [0, 90, 200, 500, 1_500, 6_000],
    "output_tokens": [0, 200, 600, 2_500, 9_000, 30_000],
    "total_tokens": [0, 300, 900, 3_000, 12_000, 50_000],
    "cost": [0, 600_000, 1_500_000, 5_000_000, 20_000_000, 500_000_000],
    "concurrency": [0, 1, 2, 3, 4, 9],
}
JUMPS = [1, 400, 1_500, 5_000, 9_990, 10_000, 25_000, 61_000, 3_600_000 * 7, 3_600_000 * 30]

limits = one_of_each(
    subject=["global", "tag", "member", "allocation", "credential", "provider_key"],
    metric=list(AMOUNTS),
    window=WINDOWS,
    zone=ZONES,
    partition=["subject", "member", "credential"],
    rejects=[True, True, True, False],
    level=[1, 2, 3, 4, 5, 5, 5, 5, 5],
)


class Changes(Run):
    """Limits are set and changed, an allocation is paused, time passes."""

    def begin(self, beginning: datetime, limits: list[dict[str, Any]]) -> None:
        self.run(self.house.begin(beginning))
        for limit in limits:
            self._set(**limit)

    @step(weight=1, limit=limits)
    def a_limit_is_set(self, limit: dict[str, Any]) -> None:
        self._set(**limit)

    def _set(
        self,
        *,
        subject: str,
        metric: str,
        window: Any,
        zone: Any,
        partition: str,
        rejects: bool,
        level: int,
        amount: int | None = None,
    ) -> None:
        kind, window_s = window
        if metric == "concurrency" or (kind == "request" and metric == "requests"):
            kind, window_s = "lifetime", None
        values = {
            "id": uuid7(),
            "subject_kind": subject,
            "metric": metric,
            "window_kind": kind,
            "window_s": window_s,
            "zone": zone if kind in {"day", "month"} else None,
            "partition_by": "subject" if kind == "request" else partition,
            "on_exceed": "reject" if rejects else "warn",
            "amount": AMOUNTS[metric][level] if amount is None else amount,
        }
        subject_id = {
            "tag": self.house.tag_id,
            "member": self.house.callers[0].member.id,
            "allocation": self.house.callers[0].allocation.id,
            "credential": self.house.callers[0].credential.credential.id,
            "provider_key": self.house.callers[0].model.key.id,
        }.get(subject)
        if subject_id is not None:
            values[f"{subject}_id"] = subject_id
        self.run(self._write(limits_table.insert().values(values), subject))

    @step(weight=2, which=some, change=["raise", "raise", "lower", "zero", "remove", "turn"])
    def a_limit_changes(self, which: int, change: str) -> None:
        row = self.run(self._a_limit(which))
        if row is None:
            return
        here = limits_table.c.id == row["id"]
        levels = AMOUNTS[row["metric"]]
        now = next(level for level, amount in enumerate([*levels, row["amount"]]) if amount >= row["amount"])
        statement: Any = limits_table.delete().where(here)
        if change in {"raise", "lower", "zero"}:
            level = {"raise": min(now + 1, 5), "lower": max(now - 1, 1), "zero": 0}[change]
            statement = limits_table.update().where(here).values(amount=levels[level])
        elif change == "turn":
            other = "warn" if row["on_exceed"] == "reject" else "reject"
            statement = limits_table.update().where(here).values(on_exceed=other)
        self.run(self._write(statement, row["subject_kind"]))
        self.met[f"limit changed: {change}"] += 1

    async def _a_limit(self, which: int) -> Any:
        rows = await self.house.connection.fetch("SELECT * FROM limits ORDER BY id")
        return rows[which % len(rows)] if rows else None

    async def _write(self, statement: Any, subject: str) -> None:
        """A write as the portal does it: with the epoch of whom it concerns. One of a kind that is there already stays."""
        async with self.house.org.database.transaction() as tx:
            nested = await tx.begin_nested()
            try:
                await tx.execute(statement)
            except Exception as error:
                if "uq_limits_one_of_a_kind" not in str(error):
                    raise
                await nested.rollback()
                return
            if subject in {"global", "tag", "provider_key"}:
                await bump_world(tx)
            else:
                await bump_members(tx, [self.house.callers[0].member.id])

    @step(weight=1, action=["pause", "resume", "resume", "resume"])
    def an_allocation_is_paused_or_resumed(self, action: str) -> None:
        values = "state = 'paused', paused_by = 'admin'" if action == "pause" else "state = 'active', paused_by = NULL"

        async def write() -> None:
            async with self.house.connection.transaction():
                allocation, member = self.house.callers[0].allocation.id, self.house.callers[0].member.id
                await self.house.connection.execute(f"UPDATE allocations SET {values} WHERE id = $1", allocation)
                await self.house.connection.execute("UPDATE members SET epoch = epoch + 1 WHERE id = $1", member)

        self.run(write())
        self.met[f"allocation: {action}"] += 1

    @step(weight=2, jump_ms=JUMPS)
    def time_passes(self, jump_ms: int) -> None:
        self.house.clock.ms += jump_ms

    @step(weight=1, short_ms=[-1, 0, 1, -700])
    def time_passes_to_the_next_bucket(self, short_ms: int) -> None:
        clock = self.house.clock
        clock.ms = max(clock.ms, (clock.ms // 10_000 + 1) * 10_000 + short_ms)

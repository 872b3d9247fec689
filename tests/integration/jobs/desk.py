"""A desk where calls are admitted and settled by the gateway's own statements, without a gateway around them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ai_api.core.db import Hot, Patience
from ai_api.core.ids import time_of, uuid7
from ai_api.gateway import record as records
from ai_api.gateway import store_admission, store_settlement
from ai_api.gateway.store_admission import Row
from ai_api.quotas.limit import AccountKey
from ai_api.quotas.rules import Wanted
from ai_api.quotas.windows import Bucket
from ai_api.wire.json_body import encode
from ai_api.wire.usage import Usage

REPLICA = UUID(int=7)
PLENTY = 2**50
_USAGE = Usage(input_total=100, output=20)
_FOREVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Account:
    """An account as the gateway would name it; `window_s` makes it slide."""

    metric: str
    subject_id: UUID
    window: tuple[datetime, datetime] = _FOREVER
    window_s: int | None = None
    subject_kind: str = "allocation"

    @property
    def id(self) -> UUID:
        return uuid5(self.subject_id, f"{self.subject_kind} {self.metric} {self.window[0]} {self.window_s}")

    @property
    def key(self) -> AccountKey:
        return AccountKey(self.id, self.subject_kind, self.subject_id, self.metric, *self.window)

    def bucket(self, at: datetime) -> int:
        return 0 if self.window_s is None else int(at.timestamp()) // self.window_s


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, (start + timedelta(days=31)).replace(day=1)


@dataclass
class Call:
    """One call and what its record says; `fields` are columns."""

    accounts: Sequence[Account]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    usage: Usage = _USAGE
    cost: int | None = 500
    fields: Mapping[str, Any] = field(default_factory=dict)
    held: int = 1_000

    def __post_init__(self) -> None:
        self.call_id = uuid7(int(self.at.timestamp() * 1000))
        self.at = time_of(self.call_id)

    def record(self, *, usage: Usage | None = None, cost: int | None = None, **fields: Any) -> dict[str, Any]:
        """The record, by column name, with what the settlement wants besides."""
        usage = usage or self.usage
        cost = self.cost if cost is None else cost
        counted = [(each.id, each.metric, each.bucket(self.at)) for each in self.accounts]
        row: dict[str, Any] = dict.fromkeys(name for name, _ in store_settlement.RECORD_COLUMNS)
        row |= {
            "call_id": self.call_id,
            "started_at": self.at,
            "finished_at": self.at + timedelta(seconds=1),
            "dialect": "openai",
            "operation": "chat",
            "stream": False,
            "attempts": [],
            "outcome": "ok",
            "details": {},
            "input_tokens": usage.input_total,
            "cached_read_tokens": usage.cached_read,
            "cache_write_tokens": usage.cache_write,
            "output_tokens": usage.output,
            "reasoning_tokens": usage.reasoning,
            "usage_source": "provider",
            "multiplier_millionths": 1_000_000,
            "billed_cost_nanos": cost,
            "list_cost_nanos": cost,
            "held_nanos": 0,
            "overrun_nanos": 0,
            "funded_by": "quota",
            "swept": False,
            "refused_count": 0,
            "request_id": "r",
            "tags": [],
            "bookings": records.booked(counted, usage, cost),
            "accounts": [
                [k.id, k.subject_kind, k.subject_id, k.metric, k.window_start, k.window_end, each.bucket(self.at)]
                for each in self.accounts
                for k in (each.key,)
            ],
            "holdless": False,
        }
        return row | dict(self.fields) | fields


class Desk:
    """Admits, settles, sweeps, corrects and parks."""

    def __init__(self, hot: Hot) -> None:
        self.hot = hot

    async def admit(self, *calls: Call) -> None:
        """Takes the holds of calls, as the slow path does."""
        accounts = {each.id: each for call in calls for each in call.accounts}
        await store_admission.create_accounts(
            self.hot, [each.key for each in accounts.values()], patience=Patience(5, 5)
        )
        rows = [self._row(call) for call in sorted(calls, key=lambda call: call.call_id)]
        async with self.hot.transaction() as connection:
            await store_admission.lock_accounts(connection, list(accounts))
            await store_admission.take_holds(connection, rows, REPLICA)

    async def settle(self, *calls: Call, **fields: Any) -> set[UUID]:
        """Settles calls in one batch; gives those whose records are new."""
        return await store_settlement.settle(self.hot, _json([call.record(**fields) for call in calls]), timeout_s=5)

    async def sweep(self, *calls: Call) -> None:
        """Writes the estimates of a sweep."""
        usage = Usage(input_total=40, output=10)
        await self.settle(*calls, usage=usage, cost=90, swept=True, outcome="interrupted", usage_source="estimated")

    async def correct(self, *calls: Call, **fields: Any) -> set[UUID]:
        """Corrects swept records; gives those that were corrected."""
        return await store_settlement.correct(self.hot, _json([call.record(**fields) for call in calls]), timeout_s=5)

    async def park(self, call: Call) -> None:
        """Puts the record of a call aside, as one that the database refused."""
        text = _json([call.record()])[1:-1]
        await store_settlement.park(self.hot, call.call_id, text, sqlstate="22003", reason="out of range")

    async def used(self, *calls: Call, **fields: Any) -> None:
        """Admits and settles."""
        await self.admit(*calls)
        await self.settle(*calls, **fields)

    @staticmethod
    def _row(call: Call) -> Row:
        wanted = tuple(
            Wanted(each.id, call.held, PLENTY, Bucket(each.bucket(call.at), 0), reserve=call.held)
            for each in call.accounts
        )
        amounts = json.dumps([[str(each.account_id), each.amount] for each in wanted])
        return Row(call.call_id, UUID(int=0), 0, 0, True, wanted, amounts, "{}")


def _json(rows: list[dict[str, Any]]) -> str:
    return encode(rows).decode()

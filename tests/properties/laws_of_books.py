"""The laws about a state of the books: Q1, Q3, roll-ups = records, and what one record may say."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.properties.sight import Sight, amount_of, bookings_of, price_nanos
from tests.properties.told import Told

_QUARTER = timedelta(minutes=15)
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
_ROLLED_UP_BY = [
    "member_id",
    "credential_id",
    "allocation_id",
    "model_id",
    "model",
    "provider",
    "provider_key_id",
    "outcome",
]


def consumes_nothing(record: Any) -> bool:
    return record["bookings"] == [] and not record["billed_cost_nanos"] and record["outcome"] != "ok"


def check_q1(sight: Sight) -> None:
    open_holds: Counter[UUID] = Counter()
    for amounts in sight.holds.values():
        open_holds.update(amounts)
    held = {identifier: account.held for identifier, account in sight.accounts.items() if account.held}
    assert held == {identifier: amount for identifier, amount in open_holds.items() if amount}, "Q1"


def check_q3(sight: Sight) -> None:
    for identifier, account in sight.accounts.items():
        counts = sight.counted.get(identifier, {})
        # Of a sliding window the two buckets that still count; what is older is in the records alone.
        assert account.settled == counts.get(account.bucket, 0), "Q3"
        assert account.previous == (counts.get(account.bucket - 1, 0) if account.bucket else 0), "Q3"
        assert max(counts, default=0) <= account.bucket
        assert min(counts, default=1) > 0 or account.bucket == 0
    assert sight.counted.keys() <= sight.accounts.keys(), "Q3"


def check_rollups(sight: Sight) -> None:
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 8)
    for record in sight.records.values():
        started_at = datetime.fromisoformat(record["started_at"])
        quarter = (_ORIGIN + (started_at - _ORIGIN) // _QUARTER * _QUARTER).isoformat()
        row = sums[quarter, *(record[name] for name in _ROLLED_UP_BY)]
        row[0] += max(1, record["refused_count"])
        tokens = ("input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
        for at, name in enumerate(tokens, start=1):
            row[at] += record[name]
        row[6] += record["billed_cost_nanos"] or 0
        row[7] += record["billed_cost_nanos"] is None
    there = {key: list(values) for key, values in sight.quarters.items() if any(values)}
    assert there == {key: values for key, values in sums.items() if any(values)}, "roll-ups"


def check_record(record: Any, told: Told) -> None:
    read, written = record["input_tokens"], record["output_tokens"]
    priced = record["price_version_id"] is not None
    if record["outcome"] == "store_unavailable":
        assert consumes_nothing(record)
        return
    cost = price_nanos(read, written) if priced else None
    assert record["billed_cost_nanos"] == cost, record
    _check_overrun(record, told, cost)
    if told.usage is not None:
        assert (read, written) == (told.usage.input_total, told.usage.output), "the truth is what is kept"
    expected = {
        (identifier, bucket): amount
        for identifier, bucket, metric in told.booked_on
        if (amount := amount_of(metric, read, written, cost or 0))
    }
    assert bookings_of(record) == expected, "a call is booked on each account that counts it, once"
    owner = told.placed.order.caller
    assert (record["allocation_id"], record["member_id"]) == (str(owner.allocation.id), str(owner.member.id))


def _check_overrun(record: Any, told: Told, cost: int | None) -> None:
    allocation = told.placed.order.caller.allocation.id
    money = [
        told.hold[each.account.id]
        for each in told.docket.accounts
        if each.account.metric == "cost" and each.account.subject_id == allocation and each.account.id in told.hold
    ]
    if len(money) == 1 and not record["swept"] and not told.unsure:
        assert record["overrun_nanos"] == max(0, (cost or 0) - money[0]), record

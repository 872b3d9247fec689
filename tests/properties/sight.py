"""What the database says, and what follows from it: which limits match a call, and what they count. Nothing of the product
decides here; an account's id alone is asked of it, for that is only a name.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from ai_api.core.ids import unix_ms_of
from ai_api.quotas.windows import WHOLE, account_id, limit_account_id
from tests.properties.house import ZONE
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, Caller

_FOREVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Account:
    """A row of the accounts."""

    settled: int
    held: int
    previous: int
    bucket: int


@dataclass(frozen=True)
class Matched:
    """A limit that matches a call, and the account that counts the call under it. `bucket` is 0 where nothing slides."""

    account_id: UUID
    metric: str
    amount: int
    rejects: bool
    kind: tuple[str, str, str, str, str]
    """Subject, metric, window, partition, what happens when it is exceeded."""
    start: datetime = _FOREVER[0]
    """When its window began."""
    bucket: int = 0
    into: Fraction = Fraction(0)
    """How much of its bucket is over when the call starts."""
    length_ms: int = 0

    def seen_at(self, unix_ms: int) -> Matched:
        """The same from a later moment: what a sliding window covers then."""
        if not self.length_ms:
            return self
        into = Fraction(unix_ms % self.length_ms, self.length_ms)
        return replace(self, bucket=unix_ms // self.length_ms, into=into)


@dataclass
class Sight:
    """The books at one moment, in one snapshot."""

    accounts: Mapping[UUID, Account]
    holds: Mapping[UUID, Mapping[UUID, int]]
    parked: frozenset[UUID]
    unsettled: frozenset[UUID]
    records: Mapping[UUID, Mapping[str, Any]]
    quarters: Mapping[tuple[Any, ...], tuple[int, ...]]
    counted: Mapping[UUID, Mapping[int, int]]
    """What the records have booked, by account and bucket."""

    def account(self, identifier: UUID) -> Account:
        return self.accounts.get(identifier, Account(0, 0, 0, 0))

    def used(self, matched: Matched, *, rounded_up: bool) -> Fraction:
        """What a call finds used under a limit, from the records alone.

        In a sliding window: all of its own bucket, and of the one before it the part that the window still covers, exactly or
        with the weight rounded up to a millionth. A call that comes late, when its account counts a later bucket already,
        finds what it would have found at that bucket's beginning.
        """
        counts = self.counted.get(matched.account_id, {})
        if matched.bucket == 0:
            return Fraction(counts.get(0, 0))
        newest, weight = matched.bucket, 1 - matched.into
        if self.account(matched.account_id).bucket > newest:
            newest, weight = self.account(matched.account_id).bucket, Fraction(1)
        if rounded_up:
            weight = Fraction(-(-weight * WHOLE // 1), WHOLE)
        before = counts.get(newest - 1, 0) * weight
        return counts.get(newest, 0) + (Fraction(-(-before // 1)) if rounded_up else before)


EMPTY = Sight({}, {}, frozenset(), frozenset(), {}, {}, {})

_LOOK = """
SELECT (SELECT json_agg(json_build_array(id, settled, held, previous, bucket)) FROM quota_accounts) AS accounts,
    (SELECT json_agg(json_build_array(call_id, amounts, parked)) FROM holds) AS holds,
    (SELECT json_agg(call_id) FROM unsettled) AS unsettled,
    (SELECT json_agg(r) FROM call_records r) AS records,
    (SELECT json_agg(json_build_array(quarter, member_id, credential_id, allocation_id, model_id, model, provider,
        provider_key_id, outcome, calls, input_tokens, cached_read_tokens, cache_write_tokens, output_tokens,
        reasoning_tokens, billed_cost_nanos, unpriced_calls)) FROM usage_quarters) AS quarters
"""


async def look(connection: asyncpg.Connection) -> Sight:
    """Reads all of it in one statement, which is one snapshot."""
    row = await connection.fetchrow(_LOOK)
    accounts, holds, unsettled, records, quarters = (json.loads(each) if each else [] for each in row)
    parsed = {UUID(record["call_id"]): record for record in records}
    counted: dict[UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for record in records:
        for (identifier, bucket), amount in bookings_of(record).items():
            counted[identifier][bucket] += amount
    return Sight(
        accounts={UUID(each[0]): Account(*each[1:]) for each in accounts},
        holds={UUID(each[0]): {UUID(key): amount for key, amount in each[1]} for each in holds},
        parked=frozenset(UUID(each[0]) for each in holds if each[2]),
        unsettled=frozenset(UUID(each) for each in unsettled),
        records=parsed,
        quarters={tuple(each[:9]): tuple(each[9:]) for each in quarters},
        counted=counted,
    )


def bookings_of(record: Mapping[str, Any]) -> dict[tuple[UUID, int], int]:
    """What a record has booked, by account and bucket. No account is booked twice by one record."""
    found: dict[tuple[UUID, int], int] = {}
    for each in record["bookings"]:
        (amount,) = (each[unit] for unit in ("tokens", "cost_nanos", "requests") if unit in each)
        key = UUID(each["account_id"]), each.get("bucket", 0)
        assert key not in found, record
        found[key] = amount
    return found


_LIMITS = """
SELECT l.*, ARRAY(SELECT member_id FROM member_tags t WHERE t.tag_id = l.tag_id) AS with_tag,
    (SELECT everyone FROM tags t WHERE t.id = l.tag_id) AS everyone
FROM limits l
"""


async def matching(connection: asyncpg.Connection, calls: Sequence[tuple[Caller, UUID]]) -> list[list[Matched]]:
    """The limits that match each of these calls, by their ids, as they are stored now."""
    rows = await connection.fetch(_LIMITS)
    # A cap on one call has no account.
    counting = [row for row in rows if row["window_kind"] != "request"]
    return [[_matched(row, caller, call_id) for row in counting if _is_about(row, caller)] for caller, call_id in calls]


def _is_about(row: Any, caller: Caller) -> bool:
    return bool(
        row["subject_kind"] == "global"
        or row["member_id"] == caller.member.id
        or row["allocation_id"] == caller.allocation.id
        or row["credential_id"] == caller.credential.credential.id
        or caller.member.id in row["with_tag"]
        or row["everyone"]
    )


def _matched(row: Any, caller: Caller, call_id: UUID) -> Matched:
    ms = unix_ms_of(call_id)
    start = window(row["window_kind"], row["zone"] or ZONE, datetime.fromtimestamp(ms / 1000, UTC))[0]
    subject = {
        "global": None,
        "tag": row["tag_id"],
        "member": caller.member.id,
        "allocation": caller.allocation.id,
        "credential": caller.credential.credential.id,
    }[row["subject_kind"]]
    partition = {"subject": None, "member": caller.member.id, "credential": caller.credential.credential.id}
    identifier = limit_account_id(
        subject_kind=row["subject_kind"],
        subject_id=subject,
        metric=row["metric"],
        kind=row["window_kind"],
        window_s=row["window_s"],
        window_start=start,
        partition_id=partition[row["partition_by"]],
    )
    kind = (row["subject_kind"], row["metric"], row["window_kind"], row["partition_by"], row["on_exceed"])
    length_ms = (row["window_s"] or 0) * 1000
    return Matched(
        identifier,
        row["metric"],
        row["amount"],
        row["on_exceed"] == "reject",
        kind,
        start,
        ms // length_ms if length_ms else 0,
        Fraction(ms % length_ms, length_ms) if length_ms else Fraction(0),
        length_ms,
    )


def window(kind: str, zone: str, moment: datetime) -> tuple[datetime, datetime]:
    """The span that a calendar limit counts in, found by walking: the instants whose local day or month is the same."""
    if kind not in {"day", "month"}:
        return _FOREVER
    # Changes of the local date lie on quarters of an hour.
    return _span(kind, zone, moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0))


@lru_cache(maxsize=10_000)
def _span(kind: str, zone: str, start: datetime) -> tuple[datetime, datetime]:
    here = ZoneInfo(zone)

    def label(instant: datetime) -> tuple[int, ...]:
        local = instant.astimezone(here)
        return (local.year, local.month, local.day) if kind == "day" else (local.year, local.month)

    quarter, mine = timedelta(minutes=15), label(start)
    end = start + quarter
    while label(start - quarter) == mine:
        start -= quarter
    while label(end) == mine:
        end += quarter
    return start, end


def from_birth(caller: Caller, call_id: UUID) -> list[tuple[UUID, str]]:
    """The accounts that count every call of an allocation, limited or not."""
    moment = datetime.fromtimestamp(unix_ms_of(call_id) / 1000, UTC)
    start = window("month", ZONE, moment)[0]
    return [
        (account_id("allocation", caller.allocation.id, metric, start), metric) for metric in ("total_tokens", "cost")
    ]


def amount_of(metric: str, input_tokens: int, output_tokens: int, cost_nanos: int) -> int:
    """What a call counts for, by metric."""
    return {
        "requests": 1,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "cost": cost_nanos,
        "concurrency": 0,
    }[metric]


def price_nanos(input_tokens: int, output_tokens: int) -> int:
    """What a call to the priced model costs."""
    return input_tokens * INPUT_NANOS + output_tokens * OUTPUT_NANOS

"""Reading what the gateway wrote down, and the laws that every book must keep."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from ai_api.core.ids import first_id_of
from tests.support.upstream import Event

_Q1 = """
SELECT coalesce(a.id, h.id) AS account, coalesce(a.held, 0) AS says, coalesce(h.amount, 0) AS holds FROM quota_accounts a
FULL JOIN (SELECT (each->>0)::uuid AS id, sum((each->>1)::bigint) AS amount
           FROM holds CROSS JOIN LATERAL jsonb_array_elements(amounts) each GROUP BY 1) h USING (id)
WHERE coalesce(a.held, 0) <> coalesce(h.amount, 0)
"""
_EACH_BOOKING = """
    SELECT r.*, (b->>'account_id')::uuid AS account_id, coalesce((b->>'bucket')::bigint, 0) AS bucket, b - 'account_id' - 'bucket' AS said,
        coalesce(b->>'tokens', b->>'cost_nanos', b->>'requests')::bigint AS amount
    FROM call_records r CROSS JOIN LATERAL jsonb_array_elements(r.bookings) b"""
# An account that does not slide has one bucket, number 0. One that slides counts its present bucket and the one before.
_Q3 = f"""
WITH booked AS MATERIALIZED (SELECT account_id AS id, bucket, sum(amount) AS amount FROM ({_EACH_BOOKING}) b GROUP BY 1, 2)
SELECT a.id AS account, a.metric, a.settled, coalesce(n.amount, 0) AS bookings, a.previous, coalesce(p.amount, 0) AS bookings_before
FROM quota_accounts a LEFT JOIN booked n ON n.id = a.id AND n.bucket = a.bucket
    LEFT JOIN booked p ON p.id = a.id AND p.bucket = a.bucket - 1
WHERE a.settled <> coalesce(n.amount, 0) OR a.previous <> coalesce(p.amount, 0)
UNION ALL SELECT b.id, NULL, 0, b.amount, 0, 0 FROM booked b WHERE NOT EXISTS (SELECT 1 FROM quota_accounts a WHERE a.id = b.id)
"""
_KEYS = "member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome"
_SUMS = (
    "input_tokens",
    "cached_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "billed_cost_nanos",
    "list_cost_nanos",
    "estimated_cost_nanos",
)
_OF_RECORDS = {"estimated_cost_nanos": "coalesce(sum(billed_cost_nanos) FILTER (WHERE usage_source = 'estimated'), 0)"}
# A row of zeros is as good as none: what a correction moves to another outcome leaves one behind.
_ROLL_UPS = f"""
WITH counted AS MATERIALIZED (
    SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00') AS quarter, {_KEYS},
        sum(greatest(1, refused_count))::numeric AS calls, {", ".join(f"{_OF_RECORDS.get(name, f'coalesce(sum({name}), 0)')}::numeric AS {name}" for name in _SUMS)},
        count(*) FILTER (WHERE billed_cost_nanos IS NULL)::numeric AS unpriced_calls,
        sum(greatest(1, refused_count))::numeric AS told_calls
    FROM call_records GROUP BY quarter, {_KEYS}
),
written AS MATERIALIZED (
    SELECT quarter, {_KEYS}, calls::numeric, {", ".join(f"{name}::numeric" for name in _SUMS)}, unpriced_calls::numeric, told_calls::numeric
    FROM usage_quarters WHERE (calls, {", ".join(_SUMS)}, unpriced_calls, told_calls) <> (0, {", ".join("0" for _ in _SUMS)}, 0, 0)
)
SELECT 'records' AS say, c.* FROM (SELECT * FROM counted EXCEPT SELECT * FROM written) c
UNION ALL SELECT 'roll-ups', w.* FROM (SELECT * FROM written EXCEPT SELECT * FROM counted) w
"""
# What is booked is what the record says was used, in the account's own unit.
_OTHERWISE_BOOKED = f"""
SELECT b.call_id, a.metric, b.said::text, b.input_tokens, b.output_tokens, b.billed_cost_nanos
FROM ({_EACH_BOOKING}) b JOIN quota_accounts a ON a.id = b.account_id
WHERE b.said IS DISTINCT FROM CASE a.metric
    WHEN 'requests' THEN jsonb_build_object('requests', 1)
    WHEN 'input_tokens' THEN jsonb_build_object('tokens', b.input_tokens)
    WHEN 'output_tokens' THEN jsonb_build_object('tokens', b.output_tokens)
    WHEN 'total_tokens' THEN jsonb_build_object('tokens', b.input_tokens + b.output_tokens)
    WHEN 'cost' THEN jsonb_build_object('cost_nanos', b.billed_cost_nanos) END
"""
# Every allocation's month counts tokens and cost, limited or not.
_NOT_BOOKED = """
SELECT r.call_id, r.outcome, used.metric, used.amount, r.bookings::text
FROM call_records r CROSS JOIN LATERAL (
    VALUES ('total_tokens', r.input_tokens + r.output_tokens), ('cost', coalesce(r.billed_cost_nanos, 0))) used(metric, amount)
WHERE used.amount <> 0 AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(r.bookings) b JOIN quota_accounts a ON a.id = (b->>'account_id')::uuid
    WHERE a.subject_id = r.allocation_id AND a.metric = used.metric AND a.bucket = 0
    AND a.window_end - a.window_start BETWEEN interval '27 days' AND interval '32 days'
    AND r.started_at >= a.window_start AND r.started_at < a.window_end)
"""
_DAY_SUMS = ("calls", *_SUMS, "unpriced_calls")
_DAY_CUTS = {
    "callers": ("day", "member_id, credential_id, allocation_id, outcome, tags"),
    "models": ("day", "model_id, model, provider, provider_key_id, outcome, tags"),
    "model_quarters": ("quarter", "model_id, model, provider, provider_key_id, outcome"),
    "callers_month": ("middle", "member_id, credential_id, allocation_id, outcome, tags"),
    "models_month": ("middle", "model_id, model, provider, provider_key_id, outcome, tags"),
}
_SUMMED_DAY = f"""SELECT '{{cut}}' AS cut, {{begins}} AS begins, jsonb_build_array({{keys}}) AS keys,
        {", ".join(f"sum({name}) AS {name}" for name in _DAY_SUMS)} FROM told WHERE {{begins}} IS NOT NULL GROUP BY {{begins}}, {{keys}}"""
_WRITTEN_DAY = f"""SELECT cut, begins, jsonb_build_array({{keys}}) AS keys, {", ".join(f"{name}::numeric" for name in _DAY_SUMS)}
        FROM usage_days d WHERE cut = '{{cut}}' AND CASE WHEN cut LIKE '%month'
            THEN d.begins IN (SELECT month + interval '1 day' FROM months)
            ELSE NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = (d.begins AT TIME ZONE 'UTC')::date) END"""
# A day that is summed, and was not written to since, says in each cut what its quarters say; and so does the middle of a month of
# such days, if it has been summed since they were.
_DAYS = """
WITH days AS MATERIALIZED (
    SELECT r.*, date_trunc('month', r.day::timestamp) AT TIME ZONE 'UTC' AS month,
        extract(day FROM day) > 1 AND extract(day FROM day + 1) > 1 AS in_middle
    FROM usage_days_ready r WHERE NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = r.day)
),
months AS MATERIALIZED (
    SELECT month FROM days WHERE in_middle GROUP BY month
    HAVING bool_and(in_month) AND count(*) = extract(day FROM (month AT TIME ZONE 'UTC') + interval '1 month - 1 day') - 2
),
told AS MATERIALIZED (
    SELECT q.*, date_trunc('day', q.quarter, 'UTC') AS day,
        CASE WHEN d.in_middle AND d.month IN (SELECT month FROM months) THEN d.month + interval '1 day' END AS middle
    FROM usage_quarters q JOIN days d ON d.day = (q.quarter AT TIME ZONE 'UTC')::date WHERE q.is_told
),
summed AS MATERIALIZED ({summed}),
written AS MATERIALIZED ({written})
SELECT 'quarters' AS say, s.* FROM (SELECT * FROM summed EXCEPT ALL SELECT * FROM written) s
UNION ALL SELECT 'days', w.* FROM (SELECT * FROM written EXCEPT ALL SELECT * FROM summed) w
""".format(
    summed=" UNION ALL ".join(
        _SUMMED_DAY.format(cut=cut, begins=begins, keys=keys) for cut, (begins, keys) in _DAY_CUTS.items()
    ),
    written=" UNION ALL ".join(_WRITTEN_DAY.format(cut=cut, keys=keys) for cut, (_, keys) in _DAY_CUTS.items()),
)
_LAWS = {
    "Q1": _Q1,
    "Q3": _Q3,
    "roll-ups": _ROLL_UPS,
    "days": _DAYS,
    "booked otherwise": _OTHERWISE_BOOKED,
    "not booked": _NOT_BOOKED,
}


@dataclass(frozen=True)
class Balance:
    """One account: tokens, or nano-USD."""

    settled: int
    held: int


class Books:
    """The ledger and the accounts of one database, read on a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self.since = UUID(int=0)
        """Records of calls before this id are not looked at, but for the laws."""
        self._dsn = dsn

    def forget(self) -> None:
        """From now on, looks only at calls that are still to come."""
        time.sleep(0.001)
        self.since = first_id_of(datetime.now(UTC))

    async def records(self, **where: Any) -> list[asyncpg.Record]:
        """Call records, oldest first; `attempts`, `details` and `bookings` are JSON text. `where` compares columns."""
        conditions = "".join(f" AND {name} = ${number}" for number, name in enumerate(where, 2))
        statement = f"SELECT * FROM call_records WHERE call_id >= $1{conditions} ORDER BY call_id"
        return await self.fetch(statement, self.since, *where.values())

    async def record(self, *, timeout_s: float = 5.0, **where: Any) -> asyncpg.Record:
        """The one record there is (of those that `where` means), waited for: one that is written after the client has
        left takes a moment."""
        async with asyncio.timeout(timeout_s):
            while not (found := await self.records(**where)):
                await asyncio.sleep(0.01)
        assert len(found) == 1, [dict(each) for each in found]
        return found[0]

    async def records_when(self, count: int, *, timeout_s: float = 5.0, **where: Any) -> list[asyncpg.Record]:
        """The records once there are `count` of them."""
        async with asyncio.timeout(timeout_s):
            while len(found := await self.records(**where)) < count:
                await asyncio.sleep(0.01)
        assert len(found) == count
        return found

    async def holds(self) -> int:
        return int((await self.fetch("SELECT count(*) AS holds FROM holds"))[0]["holds"])

    async def balances(self, allocation_id: UUID) -> dict[str, Balance]:
        """The accounts of an allocation by metric."""
        statement = "SELECT metric, settled, held FROM quota_accounts WHERE subject_id = $1"
        return {
            row["metric"]: Balance(row["settled"], row["held"]) for row in await self.fetch(statement, allocation_id)
        }

    async def unsettled(self) -> list[asyncpg.Record]:
        """Records that Postgres refused."""
        return await self.fetch("SELECT * FROM unsettled")

    async def assert_laws(self) -> None:
        """Q1: an account holds what its open holds hold. Q3: it has settled what its records have booked, and those what they
        say was used. The roll-ups are the sums of the records, and summed days those of the roll-ups."""
        async with self._connection() as connection, connection.transaction(isolation="repeatable_read"):
            # One snapshot: calls may be under way.
            broken = {law: [dict(row) for row in await connection.fetch(statement)] for law, statement in _LAWS.items()}
        found = {law: rows for law, rows in broken.items() if rows}
        assert not found, found

    async def assert_at_rest(self) -> None:
        """Nothing is open: no hold, nothing held, nothing refused by the database, and the laws."""
        open_things = """SELECT (SELECT count(*) FROM holds) AS holds, (SELECT count(*) FROM unsettled) AS unsettled,
            (SELECT count(*) FROM quota_accounts WHERE held <> 0) AS holding_accounts"""
        assert dict((await self.fetch(open_things))[0]) == {"holds": 0, "unsettled": 0, "holding_accounts": 0}
        await self.assert_laws()

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of one statement."""
        async with self._connection() as connection:
            return list(await connection.fetch(statement, *arguments))

    @asynccontextmanager
    async def _connection(self) -> Any:
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=10)
        try:
            yield connection
        finally:
            await connection.close()


def assert_records_match_witness(records: Iterable[asyncpg.Record], events: Sequence[Event]) -> None:
    """Every call that the provider answered has its record, and a record that quotes the provider quotes it rightly."""
    by_call = {str(record["call_id"]): record for record in records}
    started = {event.x_request_id.partition(".")[0] for event in events if event.what == "started"}
    assert started - by_call.keys() == set(), "lost"
    for event in events:
        record = by_call.get(event.x_request_id.partition(".")[0])
        if event.what != "finished" or record is None or event.tokens is None or record["usage_source"] != "provider":
            continue
        said = (event.tokens.input, event.tokens.output)
        assert (record["input_tokens"], record["output_tokens"]) == said, dict(record)


def assert_exactly_once(records: Sequence[asyncpg.Record], events: Sequence[Event]) -> None:
    """Records are the calls that the provider accepted: none lost, none twice. Needs a request id of its own for each call.

    A call that was held and never sent has a record too, of a process that died in between: nobody knows any more.
    """
    asked = Counter(record["request_id"] for record in records)
    assert asked.total() == len(asked), ("double", [each for each, times in asked.items() if times > 1])
    sent = Counter(event.x_request_id for event in events if event.what == "started")
    assert sent.total() == len(sent), ("sent twice", [each for each, times in sent.items() if times > 1])
    assert_records_match_witness(records, events)
    accepted = {each.partition(".")[0] for each in sent}
    made_up = [
        dict(record)
        for record in records
        if record["usage_source"] == "provider" and str(record["call_id"]) not in accepted
    ]
    assert made_up == []

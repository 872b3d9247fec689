"""A ledger of seeded records with its roll-ups, and the same sums made of the records in another way."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from ai_api.core.ids import time_of, uuid7
from ai_api.core.money import format_usd
from ai_api.ledger.tables import call_records
from tests.integration.portal.examples_access import granted, issued
from tests.support.portal import Caller, Portal

Record = dict[str, Any]
RECORDS: Final = 1_500
# Nights at which clocks change somewhere, and the days around them.
SPANS: Final = [
    (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)),
    (datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC)),
    (datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)),
    (datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC)),
]
SINCE, UNTIL = "2026-03-01T00:00:00Z", "2026-12-01T00:00:00Z"
COLUMNS: Final = {
    "member": "member_id",
    "allocation": "allocation_id",
    "credential": "credential_id",
    "model": "model",
    "provider": "provider",
    "provider_key": "provider_key_id",
    "outcome": "outcome",
}
SUMS: Final = (
    "calls", "failed_calls", "input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
    "list_cost_usd", "billed_cost_usd", "unpriced_calls", "estimated_cost_usd",
)  # fmt: skip

# As settlements leave them.
_ROLL_UPS = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome,
    calls, input_tokens, cached_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, billed_cost_nanos,
    unpriced_calls, list_cost_nanos, estimated_cost_nanos, told_calls, tags)
SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00'), member_id, credential_id, allocation_id,
    model_id, model, provider, provider_key_id, outcome, sum(greatest(1, refused_count)), sum(input_tokens),
    sum(cached_read_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens),
    coalesce(sum(billed_cost_nanos), 0), count(*) FILTER (WHERE billed_cost_nanos IS NULL), coalesce(sum(list_cost_nanos), 0),
    coalesce(sum(billed_cost_nanos) FILTER (WHERE usage_source = 'estimated'), 0),
    sum(greatest(1, refused_count)), CASE WHEN min(tags::text) = max(tags::text) THEN min(tags::text)::jsonb END
FROM call_records GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
# Every third row as a build left it that knew nothing of list costs and tags.
_OLDER_BUILD = """
UPDATE usage_quarters SET list_cost_nanos = 0, estimated_cost_nanos = 0, told_calls = 0, tags = NULL WHERE abs(hashtext(quarter::text || outcome)) % 3 = 0
"""


@dataclass
class Ledger:
    """The seeded records, and who and what they are about."""

    portal: Portal
    admin: Caller
    member: Caller
    ids: dict[str, list[UUID | None]]
    names: dict[str, str]
    records: list[Record] = field(default_factory=list)

    def summed(self, records: Iterable[Record]) -> dict[str, Any]:
        """Records added up, as answers show it."""
        sums: dict[str, int] = dict.fromkeys(SUMS, 0)
        for record in records:
            calls = max(1, record["refused_count"])
            sums["calls"] += calls
            sums["failed_calls"] += calls if record["outcome"] != "ok" else 0
            sums["unpriced_calls"] += record["billed_cost_nanos"] is None
            for name in SUMS:
                if name.endswith("_tokens"):
                    sums[name] += record[name]
                elif name == "estimated_cost_usd":
                    sums[name] += (record["billed_cost_nanos"] or 0) * (record["usage_source"] == "estimated")
                elif name.endswith("_usd"):
                    sums[name] += record[name.replace("_usd", "_nanos")] or 0
        return {name: format_usd(value) if name.endswith("_usd") else value for name, value in sums.items()}

    def grouped(self, by: str, *, where: Callable[[Record], bool] = lambda _: True) -> dict[str | None, dict[str, Any]]:
        """The sums by group; a call counts for each tag its member had."""
        groups: dict[str | None, list[Record]] = defaultdict(list)
        for record in filter(where, self.records):
            if by == "tag":
                for tag in record["tags"] or [None]:
                    groups[tag].append(record)
            else:
                key = record[COLUMNS[by]]
                groups[None if key is None else str(key)].append(record)
        return {key: self.summed(records) for key, records in groups.items()}

    def by_local(self, zone: ZoneInfo, step: str) -> dict[datetime, dict[str, Any]]:
        """The sums by what the clocks of a zone showed when a step began."""
        groups: dict[datetime, list[Record]] = defaultdict(list)
        for record in self.records:
            groups[begin_of(record["started_at"].astimezone(zone).replace(tzinfo=None), step)].append(record)
        return {begin: self.summed(records) for begin, records in groups.items()}


def begin_of(local: datetime, step: str) -> datetime:
    """When a step began, on the same clocks."""
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "quarter_hour": local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0),
        "hour": local.replace(minute=0, second=0, microsecond=0),
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
    }[step]


async def seed(portal: Portal) -> Ledger:
    """The ledger of several months, with people and models who are deleted afterwards."""
    admin, member = await portal.owner(), await portal.caller(display_name="Mei Lin")
    gone = await portal.member(identifier="gone@example.test", display_name="Kofi Gone")
    credential = await issued(portal, member.member)
    allocation = await granted(portal, member.member)
    tags = [await _made(admin, "tags", {"name": name}) for name in ("staff", "night", "gone")]
    models = [
        await _made(admin, "models", {"slug": slug, "display_name": slug.upper(), "operations": ["chat"]})
        for slug in ("acme/one", "acme/gone")
    ]
    ledger = Ledger(
        portal,
        admin,
        member,
        ids={
            "member_id": [member.member.id, gone.id],
            "credential_id": [credential.credential.id, uuid4()],
            "allocation_id": [allocation.id, uuid4()],
            "provider_key_id": [uuid4(), None],
            "tags": [UUID(tag) for tag in tags],
        },
        names={str(member.member.id): "Mei Lin", str(gone.id): "Kofi Gone"}
        | dict(zip(tags, ("staff", "night", "gone"), strict=True)),
    )
    await _write(ledger, random.Random(20_261_122))
    for kind, one in (("members", gone.id), ("models", models[1]), ("tags", tags[2])):
        answer = await admin.client.delete(f"/api/admin/{kind}/{one}")
        assert answer.status_code in {200, 204}, answer.text
    return ledger


async def _made(admin: Caller, kind: str, body: dict[str, Any]) -> str:
    answer = await admin.client.post(f"/api/admin/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _write(ledger: Ledger, chance: random.Random) -> None:
    for number in range(RECORDS):
        ledger.records.append(_record(ledger, chance, number))
    async with ledger.portal.house.database.transaction() as tx:
        await tx.execute(insert(call_records), ledger.records)
        await tx.execute(text(_ROLL_UPS))
        await tx.execute(text(_OLDER_BUILD))
        untold = text("SELECT count(*) FILTER (WHERE told_calls > 0), count(*) FROM usage_quarters WHERE NOT is_told")
        differing, every = (await tx.execute(untold)).one()
        assert differing > 5 < every - differing, "the records would not be read for a report"
        await tx.execute(text("ANALYZE"))


def _record(ledger: Ledger, chance: random.Random, number: int) -> Record:
    if ledger.records and chance.random() < 0.1:
        # A call beside the last one, after the tags of its member were changed.
        beside = ledger.records[-1]
        call_id = uuid7(round(beside["started_at"].timestamp() * 1000))
        return {**beside, "call_id": call_id, "request_id": f"r{number}", "tags": [str(ledger.ids["tags"][number % 3])]}
    since, until = chance.choice(SPANS)
    at = since + (until - since) * chance.random()
    if chance.random() < 0.05:
        at = datetime(2026, chance.randint(3, 11), chance.randint(1, 28), tzinfo=UTC) + chance.choice(
            (-1, 0, 1)
        ) * timedelta(milliseconds=1)
    call_id = uuid7(round(at.timestamp() * 1000))
    ok = chance.random() < 0.8
    tokens = {name: chance.choice((0, 7, chance.randrange(2**34))) for name in SUMS if name.endswith("_tokens")}
    price = chance.random() < 0.9
    return {
        "call_id": call_id,
        "started_at": time_of(call_id),
        "first_byte_at": time_of(call_id) + timedelta(milliseconds=chance.randrange(900))
        if chance.random() < 0.7
        else None,
        "finished_at": time_of(call_id) + timedelta(milliseconds=1_000 + chance.randrange(9_000)),
        **{
            name: chance.choice(ledger.ids[name])
            for name in ("member_id", "credential_id", "allocation_id", "provider_key_id")
        },
        "dialect": "openai",
        "operation": "chat",
        "stream": True,
        "model": chance.choice(("acme/one", "acme/gone")),
        "provider": chance.choice(("openai", "azure", None)),
        "outcome": "ok" if ok else chance.choice(("model_not_found", "rate_limited", "upstream_error")),
        "swept": chance.random() < 0.05,
        **tokens,
        "usage_source": chance.choice(("provider", "provider", "estimated")),
        "list_cost_nanos": chance.randrange(10**13) if price else None,
        "billed_cost_nanos": chance.randrange(10**13) if price else None,
        "refused_count": 0 if ok else chance.choice((0, 0, 218)),
        "request_id": f"r{number}",
        "tags": sorted(str(tag) for tag in chance.sample(ledger.ids["tags"], chance.randint(0, 3))),
    }

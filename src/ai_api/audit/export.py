"""The audit trail as a file: CSV for people's spreadsheets, lines of JSON for programs and for proof."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping

from ai_api.audit import store_chain
from ai_api.audit.chain import BEFORE_THE_FIRST, Sealed, sealed_text
from ai_api.audit.rules import Filters
from ai_api.core.db import Database
from ai_api.core.exports import FileForm, csv_rows

CHUNK = 500
COLUMNS = (
    "seq", "at", "actor_kind", "actor_member_id", "actor_name", "address", "action", "target_kind", "target_id", "before",
    "after", "request_id", "id", "hash",
)  # fmt: skip


async def export(
    database: Database, *, form: FileForm, filters: Filters | None = None, chunk: int = CHUNK
) -> AsyncIterator[str]:
    """The events that fit, the oldest first, as pieces of a file; only a chunk of them is in memory at a time.

    A line of JSON holds beside the event its `hash` and what was `sealed`, the text whose SHA-256 that is; the second part
    of the text is the hash before it. In CSV a cell that a spreadsheet would run as a formula begins with an apostrophe.
    Raises StoreUnavailable.
    """
    if form == "csv":
        yield csv_rows([COLUMNS])
    after_seq = 0
    while True:
        async with database.transaction() as tx:
            events = await store_chain.list_sealed(tx, filters=filters or Filters(), after_seq=after_seq, limit=chunk)
            before = await store_chain.hashes_before(tx, events) if form == "jsonl" else {}
        if events:
            after_seq = events[-1].seq
            yield _csv(events) if form == "csv" else _lines(events, before)
        if len(events) < chunk:
            return


def _csv(events: Iterable[Sealed]) -> str:
    return csv_rows(_cells(each) for each in events)


def _cells(sealed: Sealed) -> list[str]:
    event = sealed.event
    values = {
        "seq": sealed.seq,
        "at": event.at.isoformat(),
        "before": sealed.before_text,
        "after": sealed.after_text,
        "hash": sealed.hash.hex(),
    }
    found = (values[name] if name in values else getattr(event, name) for name in COLUMNS)
    return ["" if value is None else str(value) for value in found]


def _lines(events: Iterable[Sealed], hashes_before: Mapping[int, bytes]) -> str:
    return "".join(f"{_line(each, hashes_before.get(each.seq, BEFORE_THE_FIRST))}\n" for each in events)


def _line(sealed: Sealed, previous: bytes) -> str:
    event = sealed.event
    shown = {
        "seq": sealed.seq,
        "id": str(event.id),
        "at": event.at.isoformat(),
        "actor_kind": event.actor_kind,
        "actor_member_id": None if event.actor_member_id is None else str(event.actor_member_id),
        "actor_name": event.actor_name,
        "address": event.address,
        "action": event.action,
        "target_kind": event.target_kind,
        "target_id": None if event.target_id is None else str(event.target_id),
        "before": event.before,
        "after": event.after,
        "request_id": event.request_id,
        "hash": sealed.hash.hex(),
        "sealed": sealed_text(sealed, previous),
    }
    return json.dumps(shown, ensure_ascii=False)

"""Refused calls of known credentials are records too: ten a minute per credential and code, then one counted row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.gateway import record
from ai_api.gateway.docket import Docket, Ending

RECORDED_A_MINUTE_MAX = 10


@dataclass(slots=True)
class _Minute:
    number: int
    recorded: int = 0
    counted: int = 0
    sample: Mapping[str, Any] | None = None


class Refusals:
    """Decides which refusals become records of their own."""

    def __init__(self) -> None:
        self._minutes: dict[tuple[UUID, str], _Minute] = {}

    def note(self, docket: Docket, refusal: Refusal, now: datetime) -> Mapping[str, Any] | None:
        """The record of a refusal, or None when it is only counted."""
        holder = docket.holder
        if holder is None:
            return None
        number = int(now.timestamp()) // 60
        key = (holder.credential_id, refusal.code)
        minute = self._minutes.get(key)
        if minute is None or (minute.number != number and not minute.counted):
            minute = self._minutes[key] = _Minute(number)
        written = record.of(docket, Ending(refusal.code, refusal=refusal), now, holdless=True)
        if minute.number == number and minute.recorded < RECORDED_A_MINUTE_MAX:
            minute.recorded += 1
            return written
        minute.counted += 1
        minute.sample = written
        return None

    def collect(self, now: datetime) -> list[Mapping[str, Any]]:
        """The counted rows of minutes that are over: one record each, standing for `refused_count` refusals."""
        number = int(now.timestamp()) // 60
        return self._rows([key for key, minute in self._minutes.items() if minute.number < number])

    def collect_all(self) -> list[Mapping[str, Any]]:
        """The counted rows of all minutes, over or not: when nobody will ask again."""
        return self._rows(list(self._minutes))

    def _rows(self, keys: list[tuple[UUID, str]]) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        for key in keys:
            minute = self._minutes.pop(key)
            if minute.sample is not None:
                call_id = uuid7(int(minute.sample["started_at"].timestamp() * 1000))
                rows.append({**minute.sample, "call_id": call_id, "refused_count": minute.counted})
        return rows

"""When in the week calls are made: sums by weekday and hour on the clocks of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ai_api.core.db import Tx
from ai_api.reports import store
from ai_api.reports.periods import hours_of
from ai_api.reports.rules import NOTHING, Asked, Sums


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week: `weekday` 1 is Monday, `hour` 0 begins at midnight."""

    weekday: int
    hour: int
    sums: Sums


async def heat_map(tx: Tx, asked: Asked, zone: ZoneInfo) -> list[Cell]:
    """All 168 hours of the week, from Monday's midnight on. An hour that came twice in one night counts both times."""
    hours = hours_of(asked.period, zone)
    found = await store.steps(tx, asked, None, [hour.since for hour in hours], ())
    cells = {(weekday, hour): NOTHING for weekday in range(1, 8) for hour in range(24)}
    for (number, _), sums in found.items():
        here = hours[number - 1].since.astimezone(zone)
        cells[here.isoweekday(), here.hour] += sums
    return [Cell(weekday, hour, sums) for (weekday, hour), sums in cells.items()]

"""The sums of groups that somebody names, such as those of one page of a list."""

from __future__ import annotations

from collections.abc import Sequence

from ai_api.core.db import Tx
from ai_api.reports import store
from ai_api.reports.rules import Asked, By, Sums


async def sums_of(tx: Tx, asked: Asked, by: By, keys: Sequence[str]) -> dict[str, Sums]:
    """What the calls asked for came to for each of these groups, by its key; one without a call is left out.

    `tx` has to be a repeatable read. One look at the roll-ups, however many groups there are: the same sums as a report's.
    """
    if not keys:
        return {}
    cells = await store.steps(tx, asked, by, [asked.period.since], keys)
    return {keys[place - 1]: sums for (_, place), sums in cells.items() if place > store.OTHER}

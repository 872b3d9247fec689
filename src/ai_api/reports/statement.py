"""The statement of a month: what one member's calls, those of a tag's members, or all of them came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.reports.make import make
from ai_api.reports.periods import cut
from ai_api.reports.rules import TOP_MAX, Asked, By, Name, Row, StepSums, Sums
from ai_api.reports.store_names import find


@dataclass(frozen=True, slots=True)
class Statement:
    """Sums of a month. Each of `models`, `members` and `days` adds up to `total`; `members` are empty for one member's own.

    `of` is the name of the member or tag, None where it is everybody's.
    """

    of: Name | None
    total: Sums
    models: Sequence[Row]
    members: Sequence[Row]
    days: Sequence[StepSums]


async def statement(tx: Tx, asked: Asked, zone: ZoneInfo) -> Statement:
    """The statement of the period asked for, which is a month of `zone`. `tx` has to be a repeatable read.

    Raises Refusal `member_not_found` or `tag_not_found` for what never was.
    """
    models = await make(tx, asked, "model", top=TOP_MAX, steps=cut(asked.period, "day", zone))
    members = await make(tx, asked, "member", top=TOP_MAX) if asked.member_id is None else None
    return Statement(
        of=await _of(tx, asked),
        total=models.total,
        models=models.rows,
        members=[] if members is None else members.rows,
        days=[StepSums(day.period, day.total, ()) for day in models.steps],
    )


async def _of(tx: Tx, asked: Asked) -> Name | None:
    by: By = "tag" if asked.member_id is None else "member"
    subject = asked.member_id or asked.tag_id
    if subject is None:
        return None
    found = (await find(tx, by, [str(subject)])).get(str(subject))
    if found is None:
        raise _unknown(by)
    return found


def _unknown(by: By) -> Refusal:
    if by == "member":
        return Refusal("member_not_found", "not_found", "There is no such member, and there was none.")
    return Refusal("tag_not_found", "not_found", "There is no such tag, and there was none.")

"""Sums of the ledger by day, model and credential, and when credentials were last used."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import first_id_of
from ai_api.ledger import store_usage
from ai_api.ledger.store_usage import Durations, LastCall, UsageQuestion, UsageSum

PERIOD_MAX: Final = timedelta(days=400)
SUMS_MAX: Final = 10_000
"""How many sums one answer holds at most."""

DURATIONS_MAX: Final = 20_000

_QUARTER = timedelta(minutes=15)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def sum_usage(tx: Tx, question: UsageQuestion) -> list[UsageSum]:
    """The sums a question asks for, by day and then by cost, the largest first. `since` and `until` begin quarters of an hour.

    Raises Refusal `bad_period` for one that is empty or longer than `PERIOD_MAX`, or `too_many_sums`.
    """
    if not timedelta(0) < question.until - question.since <= PERIOD_MAX:
        message = f"The period must end after it begins, and be at most {PERIOD_MAX.days} days long."
        raise Refusal("bad_period", "invalid", message, param="until")
    sums = await store_usage.sums(tx, question, limit=SUMS_MAX + 1)
    if len(sums) > SUMS_MAX:
        raise Refusal("too_many_sums", "invalid", "These are too many sums. Ask for a shorter period.", param="until")
    return sums


async def last_calls(tx: Tx, credential_ids: Collection[UUID]) -> dict[UUID, LastCall]:
    """The last call of each of these credentials, refused ones too; nothing for one that was never used. One statement."""
    return await store_usage.last_calls(tx, credential_ids)


async def durations(tx: Tx, credential_id: UUID, *, since: datetime, until: datetime) -> list[Durations]:
    """How long a credential's calls of a period took, by model: of the newest `DURATIONS_MAX` of them."""
    first_id, last_id = first_id_of(since), first_id_of(until)
    return await store_usage.durations(tx, credential_id, first_id=first_id, last_id=last_id, looked_at=DURATIONS_MAX)


def quarter_before(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour that a moment lies in."""
    return moment - (moment - _BEGINNING) % _QUARTER


def quarter_after(moment: datetime) -> datetime:
    """The first beginning of a quarter of an hour that is not before a moment."""
    return moment + (_BEGINNING - moment) % _QUARTER

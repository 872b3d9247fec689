"""How many calls each limit refused this month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from ai_api import reports, setup
from ai_api.core.db import Tx
from ai_api.portal.house import House
from ai_api.quotas.limit import Limit


class RefusedThisMonth(BaseModel):
    """How many calls a limit refused or cut the answers of, in the organization's month from `since` until `until`.

    They are the calls with its `limit_id` among the call records; one that is repeated counts as often. With `or_more` so many
    were counted, and there are more.
    """

    calls: int
    or_more: bool
    since: datetime
    until: datetime


async def refused_this_month(tx: Tx, house: House, limits: Sequence[Limit]) -> dict[UUID, RefusedThisMonth]:
    """What each of these limits refused this month, in one query; nothing while the index that it needs is being built.

    A provider key's is not among them: it refuses no call while another key can serve it, and then none by its name.
    """
    limit_ids = [each.id for each in limits if each.subject_kind != "provider_key"]
    zone = reports.zone_of(await setup.organization_zone(tx, configured=house.settings.organization_zone))
    month = reports.named_period("this_month", zone, house.clock.now())
    counted = await reports.count_refused(tx, limit_ids, month) or {}
    return {
        each: RefusedThisMonth(calls=found.calls, or_more=found.or_more, since=month.since, until=month.until)
        for each, found in counted.items()
    }

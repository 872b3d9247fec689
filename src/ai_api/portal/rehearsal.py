"""What the portal's connections do before anybody looks at a page, so that whoever comes first does not wait for it: Postgres
reads its catalog anew for each connection, and this program puts each statement together when it sends it for the first time.
"""

from __future__ import annotations

import contextlib

from ai_api import reports, setup
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.portal.house import House


async def rehearse(house: House) -> None:
    """Opens the connections of both pools, and asks on each what the first page asks. Where that cannot be told, nobody minds."""
    with contextlib.suppress(Refusal):
        await house.database.rehearse(lambda tx: _look(house, tx))
        await house.reports.rehearse(lambda tx: _report(house, tx))


async def _look(house: House, tx: Tx) -> None:
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    await setup.attention(tx, zone=zone, now=house.clock.now())


async def _report(house: House, tx: Tx) -> None:
    zone = reports.zone_of(house.settings.organization_zone)
    period = reports.named_period("today", zone, house.clock.now())
    asked = reports.Asked(period=period)
    await reports.make(tx, asked, "provider", steps=reports.cut(period, "day", zone))
    await reports.make(tx, asked, "member")
    await reports.latency(tx, asked, "model", limit=5)

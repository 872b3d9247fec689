"""Every write through the portal leaves exactly one audit row, and tells every replica what it must know."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import text

from tests.support.portal import Caller, Portal
from tests.support.portal_routes import portal_routes
from tests.support.portal_writes import WRITES, Stage

pytestmark = pytest.mark.integration
READS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Seen:
    audited: int
    world: int
    members: dict[str, int]


async def see(portal: Portal) -> Seen:
    async with portal.house.database.transaction() as tx:
        audited = (await tx.execute(text("SELECT count(*) FROM audit_events"))).scalar_one()
        world = (await tx.execute(text("SELECT epoch FROM world"))).scalar_one()
        members = await tx.execute(text("SELECT id::text, epoch FROM members"))
        return Seen(audited, world, {row.id: row.epoch for row in members})


def test_every_writing_route_has_an_example() -> None:
    writing = {route for route in portal_routes() if route[0] not in READS}
    assert writing - set(WRITES) == set(), "add an example in tests/support/portal_writes"
    assert set(WRITES) - writing == set(), "the route is gone"


@pytest.mark.parametrize("route", WRITES, ids=" ".join)
async def test_a_write_is_audited_once_and_announced(portal: Portal, owner: Caller, route: tuple[str, str]) -> None:
    stage = Stage(portal, owner)
    ask = await WRITES[route].prepare(stage)
    before = await see(portal)
    answer = await stage.send(route[0], ask)
    assert answer.status_code == ask.status, answer.text
    after = await see(portal)

    assert after.audited - before.audited == (1 if WRITES[route].writes else 0)
    if not WRITES[route].writes:
        assert after == before
        return
    async with portal.house.database.transaction() as tx:
        row = (await tx.execute(text("SELECT * FROM audit_events ORDER BY id DESC LIMIT 1"))).one()
    assert (row.actor_member_id, row.actor_kind, row.address) == (owner.member.id, "member", "192.0.2.7")
    assert row.request_id == answer.headers["x-request-id"]

    changed = {name for name, epoch in before.members.items() if after.members.get(name, epoch) != epoch}
    announced = {"world": after.world != before.world, "member": bool(changed)}
    if WRITES[route].epoch == "none":
        assert announced == {"world": False, "member": False}
    else:
        assert announced[WRITES[route].epoch]

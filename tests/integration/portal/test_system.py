"""What runs here, and the zone of the organization."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from ai_api import __version__
from ai_api.core.ids import uuid7
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
SYSTEM = "/api/admin/system"


async def test_it_tells_versions_schema_zone_and_replicas(portal: Portal, admin: Caller) -> None:
    replica = uuid7()
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text("INSERT INTO replicas (id, beat, host, version) VALUES (:id, 3, 'one', '9.9')"), {"id": replica}
        )
        job = "INSERT INTO job_runs (name, every_s, failed_at, error) VALUES ('sweep', 2.5, now(), 'TimeoutError')"
        await tx.execute(text(job))
        revision = (await tx.execute(text("SELECT revision FROM schema_state"))).scalar_one()
    system = (await admin.client.get(SYSTEM)).json()
    assert (system["version"], system["schema"]["revision"]) == (__version__, revision)
    assert system["organization_zone"] == "UTC"
    assert [(r["id"], r["beat"], r["host"], r["version"]) for r in system["replicas"]] == [
        (str(replica), 3, "one", "9.9")
    ]
    (job,) = system["jobs"]
    assert (job["name"], job["every_s"], job["done_at"], job["error"]) == ("sweep", 2.5, None, "TimeoutError")
    assert job["known_at"] == job["failed_at"]


async def test_the_zone_is_stored_told_and_makes_replicas_reload(portal: Portal, admin: Caller) -> None:
    async def world() -> int:
        async with portal.house.database.transaction() as tx:
            return int((await tx.execute(text("SELECT epoch FROM world"))).scalar_one())

    before = await world()
    changed = await admin.client.patch(SYSTEM, json={"organization_zone": "Asia/Taipei"})
    assert (changed.status_code, changed.json()["organization_zone"]) == (200, "Asia/Taipei")
    assert (await admin.client.get(SYSTEM)).json()["organization_zone"] == "Asia/Taipei"
    assert await world() != before
    (event,) = (await admin.client.get("/api/admin/audit", params={"action": "system.update"})).json()["items"]
    assert (event["before"], event["after"]) == ({"organization_zone": "UTC"}, {"organization_zone": "Asia/Taipei"})


@pytest.mark.parametrize(
    "zone", ["Asia/Atlantis", "asia/taipei", "America", "+08:00", "../etc/passwd", "", "Factory", "x" * 99]
)
async def test_what_is_no_zone_is_refused_and_changes_nothing(admin: Caller, zone: str) -> None:
    refused = await admin.client.patch(SYSTEM, json={"organization_zone": zone})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_time_zone")
    assert (await admin.client.get(SYSTEM)).json()["organization_zone"] == "UTC"


async def test_an_empty_change_and_null_are_refused(admin: Caller) -> None:
    assert (await admin.client.patch(SYSTEM, json={})).status_code == 422
    assert (await admin.client.patch(SYSTEM, json={"organization_zone": None})).status_code == 422

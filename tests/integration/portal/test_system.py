"""What runs here, and the zone of the organization."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from scripts.settings_reference import rows
from sqlalchemy import text

from ai_api import __version__
from ai_api.app.portal import portal_settings
from ai_api.core.ids import uuid7
from ai_api.settings import load_settings
from tests.support.portal import Caller, Portal, open_portal

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


CANARY = "canaryThatNobodyMaySee"
KEY = base64.b64encode(hashlib.sha256(CANARY.encode()).digest()).decode()
# One for every secret there is; what is no secret is looked for in the answer instead.
SECRETS = {
    "AI_API_DATABASE_URL": f"postgresql://ada:{CANARY}1@db/ai",
    "AI_API_ENCRYPTION_KEYS": f"k1:{KEY}",
    "AI_API_OPS_TOKEN": f"{CANARY}2",
    "AI_API_SMTP__PASSWORD": f"{CANARY}3",
    "AI_API_TRACES__HEADERS": f"authorization={CANARY}4",
    "AI_API_OIDC__NAME__CLIENT_SECRET": f"{CANARY}5",
}
OTHERS = {
    "AI_API_PUBLIC_URL": f"https://ada:{CANARY}6@ai.example",
    "AI_API_SMTP__HOST": "mail.example",
    "AI_API_SMTP__USERNAME": "postman",
    "AI_API_SMTP__SENDER": "ai@example.com",
    "AI_API_TRACES__ENDPOINT": "http://collector:4318/v1/traces",
    "AI_API_OIDC__NAME__PRESET": "google",
    "AI_API_OIDC__NAME__CLIENT_ID": "client-of-ours",
    "AI_API_LISTEN__PORT": "8099",
}


async def test_a_secret_is_in_the_answer_about_settings(database: str) -> None:
    settings = load_settings({**SECRETS, **OTHERS})
    documented = {row.name: row for row in rows() if row.name != "AI_API_OIDC"}
    assert {name for name, row in documented.items() if row.is_secret} == set(SECRETS)
    async with open_portal(database, settings=portal_settings(settings)) as portal:
        admin = await portal.caller(role="admin")
        answer = await admin.client.get(f"{SYSTEM}/settings")
        assert answer.status_code == 200, answer.text
    for value in (CANARY, KEY, *SECRETS.values()):
        assert value not in answer.text
        assert json.dumps(value)[1:-1] not in answer.text
    shown = {each["name"]: each for each in answer.json()["items"]}
    assert shown.keys() == documented.keys()
    for name in SECRETS:
        assert (shown[name]["is_secret"], shown[name]["is_set"], shown[name]["value"]) == (True, True, None), name
        assert (shown[name]["origin"], shown[name]["variable"]) == ("environment", name)
    for name, given in OTHERS.items():
        assert shown[name]["origin"] == "environment"
        assert not shown[name]["is_secret"]
        assert shown[name]["value"] == (given if CANARY not in given else "https://…@ai.example")
    assert {each["origin"] for name, each in shown.items() if name not in SECRETS | OTHERS} == {"default"}


async def test_members_read_the_settings_of_the_operator(portal: Portal) -> None:
    who = await portal.caller()
    assert (await who.client.get(f"{SYSTEM}/settings")).status_code == 403

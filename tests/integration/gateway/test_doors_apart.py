"""Calls and the portal in processes of their own, over one database: each answers what it serves, and they know of each other."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from ai_api import identity
from ai_api.identity import By, Draft
from tests.support.gateway import gateway_process
from tests.support.organization import CLI, Organization
from tests.support.upstream.server import Simulator

ELSEWHERE = b"This process does not serve that.\n"


async def an_administrator(org: Organization) -> dict[str, str]:
    """Their headers."""
    async with org.database.transaction() as tx:
        now = datetime.now(UTC)
        draft = Draft(identifier="ada@example.test", display_name="Ada", role="owner")
        owner = await identity.create_member(tx, CLI, draft, by=By(None, "owner"), now=now)
        _, secret = await identity.issue_access_token(tx, CLI, owner.id, name="here", expires_at=None, now=now)
    return {"authorization": f"Bearer {secret}"}


async def test_what_is_taken_back_in_the_portals_process_is_still_had_in_that_of_calls(
    database: str, sim: Simulator, tmp_path
):
    org = Organization(database, sim.url)
    try:
        caller, admin = await org.caller(usd="5"), await an_administrator(org)
    finally:
        await org.close()
    credential = caller.credential.credential.id
    async with (
        gateway_process(database, log=tmp_path / "calls", arguments=("--doors", "protocols")) as calls,
        gateway_process(database, log=tmp_path / "pages", arguments=("--doors", "portal")) as pages,
        httpx.AsyncClient(base_url=pages.url, headers=admin) as portal,
    ):
        assert (await calls.chat(caller)).status == 200
        refused = await pages.chat(caller)
        assert (refused.status, refused.body) == (404, ELSEWHERE)
        async with httpx.AsyncClient(base_url=calls.url, headers=admin) as there:
            for path in ("/api/me", "/app/", "/install/codex.sh"):
                assert (await there.get(path)).status_code == 404, path
        assert (await portal.get("/api/me")).status_code == 200
        listed = (await portal.get("/api/admin/call-records")).json()["items"]
        assert [each["outcome"] for each in listed] == ["ok"]

        paused = await portal.post(f"/api/admin/credentials/{credential}/pause")
        assert paused.status_code == 200, paused.text
        # A hold proves that what it was judged by is current: the very next call knows.
        assert (await calls.chat(caller)).status == 403
        assert (await portal.post(f"/api/admin/credentials/{credential}/resume")).status_code == 200
        assert (await calls.chat(caller)).status == 200

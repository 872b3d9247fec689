"""A program that was let in by a code calls at once, by whichever replica."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from ai_api import identity
from tests.support.gateway import gateway_process
from tests.support.organization import CLI, Organization
from tests.support.portal_writes.devices import GRANT_TYPE
from tests.support.simulated import simulated

pytestmark = pytest.mark.integration


async def test_a_collected_credential_is_unknown_to_the_other_replica(database: str, tmp_path: Path) -> None:
    with simulated() as sim:
        organization = Organization(database, sim.url)
        try:
            caller = await organization.caller(usd="5")
            async with organization.database.transaction() as tx:
                _, token = await identity.issue_access_token(
                    tx, CLI, caller.member.id, name="page", expires_at=None, now=datetime.now(UTC)
                )
        finally:
            await organization.close()
        async with (
            gateway_process(database, log=tmp_path / "one.log") as one,
            gateway_process(database, log=tmp_path / "two.log") as two,
            httpx.AsyncClient() as client,
        ):
            chat = {"model": caller.model.slug, "messages": [{"role": "user", "content": "hello"}]}

            async def calls(secret: str) -> int:
                answer = await client.post(
                    f"{two.url}/v1/chat/completions", json=chat, headers={"authorization": f"Bearer {secret}"}
                )
                return answer.status_code

            # The other replica knows the member before there is the credential.
            assert await calls(caller.secret) == 200
            asked = {"client_id": "cli", "scope": "chat"}
            codes = (await client.post(f"{one.url}/api/device/authorize", data=asked)).json()
            assert codes["verification_uri"] == f"{one.url}/app/device"
            page = f"{one.url}/api/me/device/{codes['user_code']}/approve"
            approved = await client.post(page, json={"name": "cli"}, headers={"authorization": f"Bearer {token}"})
            assert approved.status_code == 200, approved.text
            poll = {"grant_type": GRANT_TYPE, "device_code": codes["device_code"], "client_id": "cli"}
            given = (await client.post(f"{two.url}/api/device/token", data=poll)).json()
            assert given["models"] == [caller.model.slug]
            assert await calls(given["access_token"]) == 200

"""Programs that ask for a credential by a code."""

from __future__ import annotations

from typing import Any

from tests.support.portal_writes.examples import question, write
from tests.support.portal_writes.stage import Ask, Stage

DEVICE = "/api/me/device/{code}"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


async def waiting(stage: Stage) -> dict[str, Any]:
    """The codes of a new program."""
    return await stage.do("/api/device/authorize", {"client_id": "codex-install", "device_name": "laptop"})


@question("POST", "/api/device/authorize")
async def _(stage: Stage) -> Ask:
    return Ask("/api/device/authorize", {"client_id": "codex-install"})


@write("POST", "/api/device/token", epoch="member")
async def _(stage: Stage) -> Ask:
    codes = await waiting(stage)
    await stage.do(f"/api/me/device/{codes['user_code']}/approve", {"name": "laptop"})
    body = {"grant_type": GRANT_TYPE, "device_code": codes["device_code"], "client_id": "codex-install"}
    return Ask("/api/device/token", body)


# A credential is made when it is collected: until then there is nothing for replicas to know.
@write("POST", f"{DEVICE}/approve", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/me/device/{(await waiting(stage))['user_code']}/approve", {"name": "laptop"})


@write("POST", f"{DEVICE}/deny", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/me/device/{(await waiting(stage))['user_code']}/deny")

"""From where the portal may be used, and who becomes a member by signing in: settings that must lock nobody out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ai_api.core.client_address import networks_of
from ai_api.portal.house import PortalSettings
from tests.support.portal import Caller, Portal, open_portal

pytestmark = pytest.mark.integration
SYSTEM = "/api/admin/system"


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def elsewhere(portal: Portal, caller: Caller, address: str) -> httpx.AsyncClient:
    """The same caller from another address."""
    client = portal.client(caller.secret)
    client._transport = httpx.ASGITransport(portal.app, raise_app_exceptions=False, client=(address, 50_000))
    return client


async def test_the_portal_is_used_from_elsewhere(portal: Portal, owner: Caller) -> None:
    other = elsewhere(portal, owner, "203.0.113.9")
    assert (await other.get(SYSTEM)).json()["your_address"] == "203.0.113.9"
    changed = await owner.client.patch(SYSTEM, json={"portal_networks": ["192.0.2.0/24", "2001:DB8::/32"]})
    assert changed.json()["portal_networks"] == ["192.0.2.0/24", "2001:db8::/32"]
    for path in (SYSTEM, "/api/me"):
        assert code_of(await other.get(path)) == (403, "network_not_allowed")
        assert (await elsewhere(portal, owner, "2001:db8::7").get(path)).status_code == 200
        assert (await elsewhere(portal, owner, "::ffff:192.0.2.9").get(path)).status_code == 200
        # Nobody else's word counts on where a request comes from, and a stranger learns nothing else either.
        answer = await other.get(path, headers={"x-forwarded-for": "192.0.2.7"})
        assert code_of(answer) == (403, "network_not_allowed")
        answer = await other.get(path, headers={"authorization": "Bearer wrong"})
        assert code_of(answer) == (403, "network_not_allowed")
    assert (await owner.client.patch(SYSTEM, json={"portal_networks": None})).json()["portal_networks"] is None
    assert (await other.get(SYSTEM)).status_code == 200


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"portal_networks": ["203.0.113.0/24"]}, (409, "would_lock_you_out")),
        ({"portal_networks": ["2001:db8::/32"]}, (409, "would_lock_you_out")),
        ({"portal_networks": ["192.0.2.0/24", "192.0.2.7/24"]}, (422, "bad_network")),
        ({"portal_networks": ["192.0.2.0/33"]}, (422, "bad_network")),
        ({"portal_networks": []}, (422, "invalid_fields")),
        ({"registration_domains": ["example.com", "*.example.com"]}, (422, "bad_domain")),
        ({"registration_domains": ["@example.com"]}, (422, "bad_domain")),
        ({"registration_domains": ["com"]}, (422, "bad_domain")),
    ],
)
async def test_an_administrator_locks_everybody_out(
    portal: Portal, owner: Caller, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    """By networks they are not in, or by what is none; nor is half of a refused change stored."""
    answer = await owner.client.patch(SYSTEM, json={**body, "organization_zone": "Asia/Taipei"})
    assert code_of(answer) == refusal
    assert answer.json()["errors"][0]["field"].split(".")[0] == next(iter(body))
    shown = (await owner.client.get(SYSTEM)).json()
    assert (shown["portal_networks"], shown["registration_domains"], shown["organization_zone"]) == (None, [], "UTC")


async def test_behind_a_proxy_everybody_has_the_proxy_s_address(database: str) -> None:
    """Networks, the guard against locking out and the audit trail go by the client's own."""
    settings = PortalSettings(public_url="http://portal.test", trusted_proxies=networks_of("192.0.2.7"))
    async with open_portal(database, settings=settings) as portal:
        owner = await portal.owner()
        owner.client.headers["x-forwarded-for"] = "192.0.2.7, 198.51.100.4"
        guarded = await owner.client.patch(SYSTEM, json={"portal_networks": ["192.0.2.0/24"]})
        assert code_of(guarded) == (409, "would_lock_you_out")
        done = await owner.client.patch(SYSTEM, json={"portal_networks": ["198.51.100.0/24"]})
        assert done.json()["your_address"] == "198.51.100.4"
        latest = (await owner.client.get("/api/admin/audit", params={"limit": 1})).json()["items"][0]
        assert (latest["address"], latest["after"]) == ("198.51.100.4", {"portal_networks": ["198.51.100.0/24"]})
        for spoofed in ("198.51.100.4, 203.0.113.9", "unknown", ""):
            owner.client.headers["x-forwarded-for"] = spoofed
            assert code_of(await owner.client.get(SYSTEM)) == (403, "network_not_allowed")


async def test_domains_are_stored_as_nobody_compares_them(owner: Caller) -> None:
    done = await owner.client.patch(
        SYSTEM, json={"registration_domains": ["Example.EDU", "cs.example.edu", "example.edu"]}
    )
    assert done.json()["registration_domains"] == ["example.edu", "cs.example.edu"]

"""Where a request of the portal comes from, and whether the portal may be used from there."""

from __future__ import annotations

from fastapi import Request

from ai_api import setup
from ai_api.core.client_address import Address, client_address, is_within
from ai_api.core.errors import Refusal
from ai_api.portal.house import House


def address_of(request: Request) -> Address | None:
    """The client's address, through the proxies that the settings trust; None where it cannot be known."""
    house: House = request.app.state.house
    peer = request.client.host if request.client else None
    return client_address(peer, request.scope["headers"], house.settings.trusted_proxies)


def shown_address_of(request: Request) -> str | None:
    """The same, as the audit trail and the count of attempts at signing in have it."""
    address = address_of(request)
    return None if address is None else str(address)


async def refuse_other_networks(request: Request) -> None:
    """Asked before anything else of each request. Raises Refusal `network_not_allowed` where it comes from elsewhere.

    The list is read anew each time, so that a change is in force for the next request on every replica.
    """
    house: House = request.app.state.house
    async with house.database.transaction() as tx:
        allowed = await setup.portal_networks(tx)
    if allowed is None:
        return
    address = address_of(request)
    if not is_within(address, allowed):
        where = f"from {address}" if address is not None else "from an address that is not known"
        message = f"The portal may not be used {where}. Use a network of the organization, or ask an administrator."
        raise Refusal("network_not_allowed", "forbidden", message)

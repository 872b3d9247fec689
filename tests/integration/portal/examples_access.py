"""One working example of every write to allocations and credentials, and the scene they play in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api import allocations, catalog, credentials
from ai_api.allocations import Allocation
from ai_api.catalog import Draft, Model
from ai_api.credentials import Issued, Order
from ai_api.identity import Member
from ai_api.quotas import AllocationLimits
from tests.support.portal import CLI, Portal

ALLOCATIONS = "/api/admin/allocations"
CREDENTIALS = "/api/admin/credentials"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Example:
    """A write that works once. `member_id` is the member whose epoch it must move; `status` what it answers."""

    method: str
    route: str
    path: str
    body: dict[str, Any] | None
    member_id: UUID
    status: int


async def model(portal: Portal, slug: str | None = None) -> Model:
    """A new model in the catalog."""
    draft = Draft(
        slug=slug or f"openai/model-{next(_numbers)}",
        display_name="A model",
        operations=frozenset({"chat"}),
        access="open",
    )
    async with portal.house.database.transaction() as tx:
        return await catalog.publish(tx, CLI, draft)


async def granted(
    portal: Portal, member: Member, *, tokens: int | None = None, cost_nanos: int | None = None, of: Model | None = None
) -> Allocation:
    """A new allocation, of a new model unless one is given."""
    wanted = of or await model(portal)
    limits = AllocationLimits(monthly_tokens=tokens, monthly_cost_nanos=cost_nanos)
    async with portal.house.database.transaction() as tx:
        return await allocations.grant(tx, CLI, member_id=member.id, model_id=wanted.id, limits=limits)


async def moved(
    portal: Portal, allocation: Allocation, action: allocations.Action, *, by: allocations.By
) -> Allocation:
    """The allocation after an action, on behalf of whoever."""
    async with portal.house.database.transaction() as tx:
        return await allocations.move(tx, CLI, allocation.id, action, by=by, reason="")


async def issued(portal: Portal, member: Member, **fields: Any) -> Issued:
    """A new credential that never expires unless told."""
    order = Order(member_id=member.id, **{"name": "laptop", "prefix": "sk-aiapi-", "expires_at": None, **fields})
    async with portal.house.database.transaction() as tx:
        return await credentials.issue(tx, CLI, order, at=portal.now())


async def paused(portal: Portal, credential_id: UUID, *, by: credentials.By) -> None:
    """Pauses a credential on behalf of whoever."""
    async with portal.house.database.transaction() as tx:
        await credentials.pause(tx, CLI, credential_id, by=by, reason="", at=portal.now())


async def access_examples(portal: Portal) -> list[Example]:
    """An example of every write under /api/admin/allocations and /api/admin/credentials, each on things of its own."""
    return [*await _allocation_examples(portal), *await _credential_examples(portal)]


async def _allocation_examples(portal: Portal) -> list[Example]:
    member = await portal.member()
    wanted = await model(portal)
    body = {"member_id": str(member.id), "model_id": str(wanted.id), "monthly_tokens": 1000, "monthly_cost_usd": "2.50"}
    examples = [Example("POST", ALLOCATIONS, ALLOCATIONS, body, member.id, 201)]

    def on(allocation: Allocation, verb: str = "", *, method: str = "POST", body: dict[str, Any]) -> Example:
        tail = f"/{verb}" if verb else ""
        route, path = f"{ALLOCATIONS}/{{allocation_id}}{tail}", f"{ALLOCATIONS}/{allocation.id}{tail}"
        return Example(method, route, path, body, member.id, 200)

    examples.append(on(await granted(portal, member), method="PATCH", body={"monthly_cost_usd": "0.5"}))
    for verb in ("pause", "quarantine", "revoke"):
        examples.append(on(await granted(portal, member), verb, body={"reason": "leave"}))
    stopped = await moved(portal, await granted(portal, member), "pause", by="admin")
    examples.append(on(stopped, "resume", body={}))
    suspected = await moved(portal, await granted(portal, member), "quarantine", by="admin")
    examples.append(on(suspected, "release", body={"reason": "explained"}))
    return examples


async def _credential_examples(portal: Portal) -> list[Example]:
    member = await portal.member()
    body = {"member_id": str(member.id), "name": "laptop"}
    examples = [Example("POST", CREDENTIALS, CREDENTIALS, body, member.id, 201)]

    async def on(verb: str = "", *, method: str = "POST", body: dict[str, Any], status: int = 200) -> Example:
        one = (await issued(portal, member)).credential
        if verb == "resume":
            await paused(portal, one.id, by="admin")
        tail = f"/{verb}" if verb else ""
        route, path = f"{CREDENTIALS}/{{credential_id}}{tail}", f"{CREDENTIALS}/{one.id}{tail}"
        return Example(method, route, path, body, member.id, status)

    examples.append(await on(method="PATCH", body={"name": "desktop"}))
    examples.append(await on("pause", body={"reason": "lost"}))
    examples.append(await on("resume", body={}))
    examples.append(await on("revoke", body={"reason": "stolen"}))
    examples.append(await on("rotate", body={"overlap_s": 3600}, status=201))
    return examples

"""Preflight: may this call be made? Pure, over copies; the admission that follows proves that the copies were current.

    credential → allocation state → quota → model binding → access policy

Each step refuses with a code of its own. A model that the access policy hides is "not found" to the caller whatever the step
that refused; the true reason stays in the details of the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ai_api import access
from ai_api.catalog import Model, resolve
from ai_api.core.errors import Refusal
from ai_api.core.money import format_usd
from ai_api.core.values import value
from ai_api.gateway import credential_checks
from ai_api.gateway.people import Allocation, Holder
from ai_api.gateway.world import World
from ai_api.pricing import PriceVersion
from ai_api.providers import ProviderKey, Route, lanes
from ai_api.quotas.limit import Limit
from ai_api.wire.envelope import Envelope, Operation

USABLE_SHOWN_MAX = 20

Obstacle = Literal["other_tags", "provider_key_disabled", "operation_not_served"]
"""Why an active route cannot serve a call."""


@value
class Permission:
    """What preflight found: the right a call is made by, and the ways it can be served.

    `keeps_here`: the caller insists that the answer is kept, and no provider of these would do it.
    """

    allocation: Allocation
    model: Model
    price: PriceVersion | None
    routes: tuple[tuple[Route, ProviderKey], ...]
    keeps_here: bool = False


@dataclass(slots=True)
class Finding:
    """What is known of a call so far; filled step by step, so that a refused call is still filed under its owner."""

    allocation: Allocation | None = None
    model: Model | None = None
    unclaimed: Model | None = None
    """What was refused for want of an allocation alone, and may be claimed by calling it."""


def judge(envelope: Envelope, holder: Holder | None, world: World, now: datetime, finding: Finding) -> Permission:
    """All five steps for one call. Raises Refusal; fills `finding` on the way."""
    person = credential_checks.check_credential(holder, now)
    finding.unclaimed = None
    try:
        allocation, model = answering_allocation(envelope.model, person, world)
    except Refusal:
        finding.unclaimed = claimed_by_calling(envelope.model, envelope.operation, person, world)
        raise
    finding.allocation, finding.model = allocation, model
    try:
        check_state(allocation, model)
        limits = (*person.limits, *allocation.limits, *world.limits_for(person.tags))
        check_allowance(limits)
        permission = _check_binding(envelope, person, allocation, model, world, now, limits)
    except Refusal as refusal:
        if not is_visible(model, person, world):
            raise hidden(envelope.model or model.slug, because=refusal.code) from None
        raise
    if not is_visible(model, person, world):
        raise hidden(envelope.model or model.slug, because="hidden_by_policy")
    return permission


def is_visible(model: Model, holder: Holder, world: World) -> bool:
    """Whether the access policy shows a model to the holder's member."""
    return access.verdict(model, holder.member_id, world.tags_of(holder.tags)).visible


def usable_models(holder: Holder, world: World) -> list[Model]:
    """The models this credential can call now, by slug: granted, active, visible and served."""
    usable = []
    for allocation in holder.allocations.values():
        model = world.models.get(allocation.model_id)
        if model is None or allocation.state != "active" or not is_visible(model, holder, world):
            continue
        if any(serving_routes(model, operation, world, holder) for operation in lanes.DECLARED & model.operations):
            usable.append(model)
    return sorted(usable, key=lambda model: model.slug)


def serving_routes(
    model: Model, operation: Operation, world: World, holder: Holder
) -> tuple[tuple[Route, ProviderKey], ...]:
    """The routes of a model that are open to the holder's member and whose provider key can serve `operation`."""
    tags = world.tags_of(holder.tags)
    return tuple(
        (route, world.keys[route.provider_key_id])
        for route in world.routes.get(model.id, ())
        if obstacle(route, model, operation, world, tags) is None
    )


def obstacle(
    route: Route, model: Model, operation: Operation, world: World, tags: AbstractSet[UUID]
) -> Obstacle | None:
    """Why an active route cannot serve `operation` to a member with these tags, everyone's among them; None where it can."""
    if not route.is_open_to(tags):
        return "other_tags"
    key = world.keys.get(route.provider_key_id)
    if key is None:
        return "provider_key_disabled"
    return None if lanes.lane_for(key.wiring, operation, model.operations) is not None else "operation_not_served"


def answering_allocation(name: str | None, holder: Holder, world: World) -> tuple[Allocation, Model]:
    """Step 1, last part: which right a call is made by, of those within the credential's scope. Raises Refusal."""
    if name is None:
        raise Refusal("bad_request", "invalid", "model is missing.", param="model", details=_usable(holder, world))
    meant = resolve(name, world.names)
    granted = _meant_most([model for model in meant if model.id in holder.allocations], holder, world)
    if len(granted) == 1:
        return holder.allocations[granted[0].id], granted[0]
    if len(granted) > 1:
        slugs = ", ".join(sorted(model.slug for model in granted))
        raise Refusal("model_ambiguous", "invalid", f"{name!r} may mean {slugs}. Use the whole name.", param="model")
    if any(is_visible(model, holder, world) for model in meant):
        raise not_in_scope(name, holder, world)
    raise hidden(name, because="hidden_by_policy" if meant else "unknown")


def claimed_by_calling(name: str | None, operation: Operation, holder: Holder, world: World) -> Model | None:
    """The one model the name means to a holder of all allocations who has none of it, where it may be claimed and served."""
    if name is None or not holder.all_allocations:
        return None
    meant = [model for model in resolve(name, world.names) if is_visible(model, holder, world)]
    if len(meant) != 1 or not meant[0].claimable or meant[0].id in holder.allocations:
        return None
    is_served = lanes.offers(operation, meant[0].operations) and serving_routes(meant[0], operation, world, holder)
    return meant[0] if is_served else None


def _meant_most(granted: list[Model], holder: Holder, world: World) -> list[Model]:
    """Of several models a name may mean: those that can be seen, and of these the ones by a right not revoked."""
    if len(granted) > 1:
        granted = [model for model in granted if is_visible(model, holder, world)]
    live = [model for model in granted if holder.allocations[model.id].state != "revoked"]
    return live or granted


def check_state(allocation: Allocation, model: Model) -> None:
    """Step 2: the allocation is active. Raises Refusal."""
    if allocation.state == "active":
        return
    who = "an administrator" if allocation.state != "paused" or allocation.paused_by == "admin" else "the member"
    repair = {
        "paused": f"It was paused by {who}, who can resume it.",
        "quarantined": "An administrator has to release it.",
        "revoked": "Claim the model again, or ask an administrator.",
    }[allocation.state]
    raise Refusal(
        f"allocation_{allocation.state}",
        "forbidden",
        f"Your allocation of {model.slug} is {allocation.state}. {repair}",
        param="model",
    )


def check_allowance(limits: Iterable[Limit]) -> None:
    """Step 3: no limit of nothing applies. Raises Refusal."""
    # What is used up is for the hold to say, on locked accounts; only a limit of nothing is certain here.
    for limit in limits:
        if limit.amount == 0 and limit.rejects:
            what = {"cost": "cost", "requests": "request", "concurrency": "request"}.get(limit.metric, "token")
            nothing = format_usd(0) if limit.metric == "cost" else 0
            raise Refusal(
                f"{what}_quota_exceeded",
                "exhausted",
                f"A limit of 0 {limit.span()} applies to this call. Ask an administrator to raise it.",
                details={"limit_id": str(limit.id), "limit": nothing, "metric": limit.metric, "left": nothing},
            )


def _check_binding(
    envelope: Envelope,
    holder: Holder,
    allocation: Allocation,
    model: Model,
    world: World,
    now: datetime,
    limits: Iterable[Limit],
) -> Permission:
    check_operation(envelope.operation, model)
    price = world.price_of(model.id, now)
    check_price(price, model, limits)
    routes = check_routes(envelope.operation, model, world, holder)
    keeping = _that_keep(routes, envelope.operation, model) if envelope.must_store else ()
    return Permission(allocation, model, price, keeping or routes, keeps_here=envelope.must_store and not keeping)


def check_operation(operation: Operation, model: Model) -> None:
    """Step 4, first part: the model offers what is asked for. Raises Refusal."""
    if not lanes.offers(operation, model.operations):
        offered = ", ".join(sorted(model.operations))
        raise Refusal(
            "unknown_operation",
            "invalid",
            f"{model.slug} does not offer {operation}; it offers {offered}.",
            param="model",
        )


def check_price(price: PriceVersion | None, model: Model, limits: Iterable[Limit]) -> None:
    """Step 4, second part: the model has a price where money is limited. Raises Refusal."""
    if price is None and any(limit.metric == "cost" and limit.rejects for limit in limits):
        raise Refusal(
            "model_unpriced",
            "unavailable",
            f"{model.slug} has no price, and a limit on cost applies. An administrator has to set one.",
        )


def check_routes(
    operation: Operation, model: Model, world: World, holder: Holder
) -> tuple[tuple[Route, ProviderKey], ...]:
    """Step 4, last part: somebody can serve the call, and these can. Raises Refusal."""
    routes = serving_routes(model, operation, world, holder)
    if not routes:
        raise _no_route(model, world, holder)
    return routes


def is_native(operation: Operation, key: ProviderKey, model: Model) -> bool:
    """Whether a provider is asked for an operation of a model in the operation's own dialect."""
    return lanes.lane_for(key.wiring, operation, model.operations) == key.wiring.lanes.get(operation)


def _no_route(model: Model, world: World, holder: Holder) -> Refusal:
    tags = world.tags_of(holder.tags)
    if any(not route.is_open_to(tags) for route in world.routes.get(model.id, ())):
        message = (
            f"No route of {model.slug} that is open to you can serve this; others are for members with certain tags."
        )
        return Refusal("no_route", "unavailable", message, retry_after_s=30, because="no_route_for_tags")
    return Refusal("no_route", "unavailable", f"No provider key can serve {model.slug} at present.", retry_after_s=30)


def _that_keep(
    routes: tuple[tuple[Route, ProviderKey], ...], operation: Operation, model: Model
) -> tuple[tuple[Route, ProviderKey], ...]:
    return tuple(each for each in routes if operation in each[1].wiring.keeps and is_native(operation, each[1], model))


def hidden(name: str, *, because: str) -> Refusal:
    """The answer to a model that is not there for the caller; the true reason is for the record."""
    message = f"The model {name!r} does not exist, or you have no access to it. GET /v1/models lists what you can call."
    return Refusal("model_not_found", "not_found", message, param="model", because=because)


def not_in_scope(name: str, holder: Holder, world: World) -> Refusal:
    """The answer to a model that can be seen and is not the credential's to call."""
    details = _usable(holder, world)
    names = ", ".join(details["usable_models"]) or "none yet"
    return Refusal(
        "model_not_in_scope",
        "forbidden",
        f"This credential may not call {name!r}. It may call: {names}.",
        param="model",
        details=details,
    )


def _usable(holder: Holder, world: World) -> dict[str, list[str]]:
    return {"usable_models": [model.slug for model in usable_models(holder, world)[:USABLE_SHOWN_MAX]]}

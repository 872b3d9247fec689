"""Reconsidering a call under way: may it go on? Pure.

Not preflight once more. What the name it asked for would mean to a new call, which limits and price would apply and by which
routes it would be served are matters of new calls. A call under way goes on by four things, and ends when one is taken back:
its credential (with its member, and where it is used), its allocation, its member's sight of the model, and the provider key
that serves it.
"""

from __future__ import annotations

from datetime import datetime

from ai_api.core.errors import Refusal
from ai_api.gateway import credential_checks, preflight
from ai_api.gateway.docket import Docket
from ai_api.gateway.people import Allocation, Holder
from ai_api.gateway.preflight import Permission
from ai_api.gateway.world import World


def reconsider(docket: Docket, holder: Holder | None, world: World, now: datetime) -> None:
    """Returns when an admitted call may go on. `holder` is who its secret belongs to by now, None for nobody.

    Raises Refusal, with the code that a new call would be refused with, or `provider_key_disabled`.
    """
    permission = docket.permission
    if permission is None:
        raise RuntimeError("only an admitted call is reconsidered")
    person = credential_checks.check_credential(holder, now)
    credential_checks.check_source(person, docket.ask.source)
    _check_model(docket, permission, person, world)
    preflight.check_state(_allocation(permission, person), permission.model)
    _check_provider_key(docket, world)
    _check_route(docket, person, world)


def _check_model(docket: Docket, permission: Permission, holder: Holder, world: World) -> None:
    model = world.models.get(permission.model.id)
    if model is None or not preflight.is_visible(model, holder, world):
        name = docket.ask.envelope.model or permission.model.slug
        raise preflight.hidden(name, because="unknown" if model is None else "hidden_by_policy")


def _allocation(permission: Permission, holder: Holder) -> Allocation:
    """The allocation of the call itself as it is by now. Raises Refusal."""
    own = permission.allocation
    present = holder.allocations.get(own.model_id)
    if present is None:
        raise Refusal(
            "model_not_in_scope",
            "forbidden",
            f"This credential may no longer call {permission.model.slug}.",
            param="model",
        )
    if present.id != own.id:
        # Granted anew: that is for new calls. A member has one allocation of a model that is not revoked, and it is another.
        return Allocation(own.id, own.model_id, "revoked", None, own.funded_by, own.limits)
    return present


def _check_provider_key(docket: Docket, world: World) -> None:
    if docket.attempts and docket.attempts[-1].key.id not in world.keys:
        raise Refusal(
            "provider_key_disabled",
            "unavailable",
            "The provider key that served this call was disabled. Try again: another route may serve it.",
        )


def _check_route(docket: Docket, holder: Holder, world: World) -> None:
    """A route that is for others by now serves no longer; one that is gone serves what it has begun. Raises Refusal."""
    if not docket.attempts:
        return
    used = docket.attempts[-1].route
    present = next((route for route in world.routes.get(used.model_id, ()) if route.id == used.id), used)
    if not present.is_open_to(world.tags_of(holder.tags)):
        raise Refusal(
            "no_route",
            "unavailable",
            "The route that served this call is no longer open to you. Try again: another may serve it.",
            because="no_route_for_tags",
        )

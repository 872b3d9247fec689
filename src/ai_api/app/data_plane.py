"""The doors of calls, put together."""

from __future__ import annotations

from ai_api.app.gateway import Gateway
from ai_api.app.ground import Ground
from ai_api.protocols.app import DoorsOfCalls, create_data_plane
from ai_api.protocols.intake import Bounds, Intake, body_caps
from ai_api.protocols.serve import DataPlane
from ai_api.protocols.stored_responses import KeptByProviders, KeptResponseDoors
from ai_api.settings import Settings


def data_plane_of(settings: Settings, ground: Ground, gateway: Gateway, intake: Intake) -> DoorsOfCalls:
    """Every door that takes calls, in front of `gateway`."""
    plane = DataPlane(
        gateway.calls,
        gateway.counts,
        gateway.tell,
        gateway.people,
        intake,
        ground.clock,
        gateway.idempotency if settings.idempotency else None,
    )
    by_providers = KeptByProviders(gateway.worlds, gateway.stored, gateway.upstream, settings.ring(), gateway.deadlines)
    kept = KeptResponseDoors(plane, gateway.stored, by_providers)
    return create_data_plane(plane, gateway.worlds, ground.pools.hot, ground.clock, kept)


def bounds_of(settings: Settings) -> Bounds:
    """How much this process takes on."""
    load = settings.load
    return Bounds(
        body_bytes_max=body_caps(settings.limits.body_bytes_max),
        body_s=settings.listen.body_s,
        bodies_bytes_max=load.bodies_bytes_max,
        open_calls_max=load.open_calls_max,
        waiting_calls_max=load.waiting_calls_max,
        lag_s_max=load.lag_ms_max / 1000,
    )

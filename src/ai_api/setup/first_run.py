"""The whole of a newcomer's first run, in one call that may be made at every start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ai_api.audit import Actor
from ai_api.core.db import Database
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing
from ai_api.identity import Passwords
from ai_api.quotas import Terms
from ai_api.setup import starting_point
from ai_api.setup.starting_point import Connected, Connection, Owner

SYSTEM = Actor(kind="system", member_id=None, name="ai-api up", address=None, request_id=None)


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """What there is to start with. `owner` is None when an earlier run made it; `model` is the first that can be called."""

    owner: Owner | None
    connected: tuple[Connected, ...]
    model: str | None


async def make_starting_point(
    database: Database,
    egress: Egress,
    ring: KeyRing,
    connections: Sequence[Connection],
    *,
    now: datetime,
    prefix: str,
    limits: Sequence[Terms] = (),
) -> StartingPoint:
    """Makes what is missing and leaves alone what is there. Raises Refusal, StoreUnavailable."""
    owner = await starting_point.make_owner(database, Passwords(), SYSTEM, now=now, prefix=prefix, limits=limits)
    connected = [
        await starting_point.connect(database, egress, ring, SYSTEM, connection, now=now) for connection in connections
    ]
    slugs = [slug for each in connected for slug in each.slugs]
    model = None
    try:
        await starting_point.allocate(database, SYSTEM, identifier=starting_point.OWNER_IDENTIFIER, slugs=slugs)
        model = await starting_point.first_callable(database, identifier=starting_point.OWNER_IDENTIFIER, slugs=slugs)
    except Refusal as refusal:
        # The first owner may have been renamed or removed since; then their rights are not this program's to give.
        if refusal.code != "member_not_found":
            raise
    return StartingPoint(owner, tuple(connected), model)

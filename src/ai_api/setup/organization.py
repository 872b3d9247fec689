"""Settings of the whole organization, and the state of its schema."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal
from ai_api.setup import store
from ai_api.setup.store import SchemaState

ORGANIZATION_ZONE = "organization_zone"

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}", re.ASCII)


async def schema_state(tx: Tx) -> SchemaState:
    """Which revision the schema has, and the oldest build that can still read it."""
    return await store.read_schema(tx)


async def organization_zone(tx: Tx, *, configured: str) -> str:
    """The IANA zone in force: the one an administrator stored, else the configured one."""
    stored = await store.read_setting(tx, ORGANIZATION_ZONE)
    return configured if stored is None else str(stored)


async def set_organization_zone(tx: Tx, actor: Actor, zone: str, *, configured: str, now: datetime) -> None:
    """Stores the zone calendar windows are counted in. Raises Refusal `bad_time_zone`."""
    check_zone(zone)
    # First, because it locks: of two who change the zone, the second sees what the first wrote.
    await bump_world(tx)
    before = await organization_zone(tx, configured=configured)
    await store.write_setting(tx, ORGANIZATION_ZONE, zone, now=now)
    await note(
        tx,
        actor,
        action="system.update",
        target_kind="system",
        target_id=None,
        before={ORGANIZATION_ZONE: before},
        after={ORGANIZATION_ZONE: zone},
    )


def check_zone(zone: str) -> None:
    """Raises Refusal `bad_time_zone` for what is no IANA name such as Asia/Taipei, spelled exactly so."""
    refusal = Refusal(
        "bad_time_zone", "invalid", "Give an IANA time zone such as Asia/Taipei or UTC.", param=ORGANIZATION_ZONE
    )
    if len(zone) > 64 or _ZONE.fullmatch(zone) is None or zone == "Factory":
        raise refusal
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # A directory such as "America" is an OSError, an unknown name a KeyError.
        raise refusal from None

"""/api/admin/system: what runs here, and the settings of the whole organization."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ai_api import __version__, quotas, setup
from ai_api.core.db import Tx
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.house import House
from ai_api.portal.shapes import Patch, Shown, not_given

router = APIRouter(prefix="/api/admin/system", tags=["system"])


class SchemaShown(Shown):
    """Which schema the database has, and the oldest build that can read it."""

    revision: str
    readable_from: str


class ReplicaShown(Shown):
    """A process that serves calls, as it last said of itself."""

    id: UUID
    beat: int
    host: str
    version: str
    started_at: datetime
    seen_at: datetime
    swept_at: datetime | None


class MissingAssurance(Shown):
    """Why audit events and call records could be changed after they were written, and what would prevent it."""

    code: Literal["one_role", "trigger_off"]
    detail: str


class SystemShown(BaseModel):
    """What runs here. `version` is that of the process that answers; `missing_assurances` should be empty."""

    version: str
    db_schema: SchemaShown = Field(serialization_alias="schema")
    organization_zone: str
    replicas: list[ReplicaShown]
    missing_assurances: list[MissingAssurance]


class SystemChange(Patch):
    """Settings of the organization. The zone is an IANA name; calendar windows begin at its midnight."""

    organization_zone: str = not_given()


@router.get("", response_model=SystemShown)
async def get_system(_: AdminHolder, tx: Transaction, house: HouseDep) -> SystemShown:
    """Versions, replicas and settings."""
    return await _system(tx, house)


@router.patch("", response_model=SystemShown)
async def change_system(body: SystemChange, actor: Admin, tx: Transaction, house: HouseDep) -> SystemShown:
    """Changes settings of the organization; every replica knows before its next call."""
    await setup.set_organization_zone(
        tx, actor, body.organization_zone, configured=house.settings.organization_zone, now=house.clock.now()
    )
    return await _system(tx, house)


async def _system(tx: Tx, house: House) -> SystemShown:
    return SystemShown(
        version=__version__,
        db_schema=SchemaShown.model_validate(await setup.schema_state(tx)),
        organization_zone=await setup.organization_zone(tx, configured=house.settings.organization_zone),
        replicas=[ReplicaShown.model_validate(replica) for replica in await quotas.list_replicas(tx)],
        missing_assurances=[MissingAssurance.model_validate(missing) for missing in await setup.missing_assurances(tx)],
    )

"""/api/admin/system: what runs here, and the settings of the whole organization."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ai_api import __version__, quotas, setup
from ai_api.core.db import Tx
from ai_api.portal.address import address_of
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.house import House
from ai_api.portal.shapes import Patch, Shown, not_given
from ai_api.setup import PORTAL_NETWORKS_MAX, REGISTRATION_DOMAINS_MAX, OrganizationChanges

router = APIRouter(prefix="/api/admin/system", tags=["system"])


Domain = Annotated[str, Field(min_length=1, max_length=253)]
NetworkText = Annotated[str, Field(min_length=1, max_length=64)]


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


class JobShown(Shown):
    """A job of the worker. `failed_at` and `error`, the kind of fault, are null unless it failed since it was done."""

    name: str
    every_s: float
    known_at: datetime
    done_at: datetime | None
    failed_at: datetime | None
    error: str | None


class MissingAssurance(Shown):
    """Why audit events and call records could be changed after they were written, and what would prevent it."""

    code: Literal["one_role", "trigger_off"]
    detail: str


class SystemShown(BaseModel):
    """What runs here. `version` is that of the process that answers; `your_address` is where this request came from.

    `jobs` is empty where no worker ever ran; `missing_assurances` should be empty.
    """

    version: str
    db_schema: SchemaShown = Field(serialization_alias="schema")
    organization_zone: str
    registration_domains: list[str]
    portal_networks: list[str] | None
    your_address: str | None
    replicas: list[ReplicaShown]
    jobs: list[JobShown]
    missing_assurances: list[MissingAssurance]


class SystemChange(Patch):
    """Settings of the organization. The zone is an IANA name; calendar windows begin at its midnight.

    Whose identifier is of `registration_domains` becomes a member by signing in with a provider; none is nobody.
    `portal_networks` are those that `/api` may be used from; null is from anywhere.
    """

    organization_zone: str = not_given()
    registration_domains: Annotated[list[Domain], Field(max_length=REGISTRATION_DOMAINS_MAX)] = not_given()
    portal_networks: Annotated[list[NetworkText], Field(min_length=1, max_length=PORTAL_NETWORKS_MAX)] | None = None


@router.get("", response_model=SystemShown)
async def get_system(request: Request, _: AdminHolder, tx: Transaction, house: HouseDep) -> SystemShown:
    """Versions, replicas and settings."""
    return await _system(tx, house, request)


@router.patch("", response_model=SystemShown)
async def change_system(
    request: Request, body: SystemChange, *, actor: Admin, tx: Transaction, house: HouseDep
) -> SystemShown:
    """Changes settings of the organization; every replica knows before its next call. 409 for what locks the caller out."""
    await setup.change_organization(
        tx,
        actor,
        cast(OrganizationChanges, body.changes()),
        configured_zone=house.settings.organization_zone,
        address=address_of(request),
        now=house.clock.now(),
    )
    return await _system(tx, house, request)


async def _system(tx: Tx, house: House, request: Request) -> SystemShown:
    networks, address = await setup.portal_networks(tx), address_of(request)
    return SystemShown(
        version=__version__,
        db_schema=SchemaShown.model_validate(await setup.schema_state(tx)),
        organization_zone=await setup.organization_zone(tx, configured=house.settings.organization_zone),
        registration_domains=await setup.registration_domains(tx),
        portal_networks=None if networks is None else [str(each) for each in networks],
        your_address=None if address is None else str(address),
        replicas=[ReplicaShown.model_validate(replica) for replica in await quotas.list_replicas(tx)],
        jobs=[JobShown.model_validate(job) for job in await setup.list_jobs(tx)],
        missing_assurances=[MissingAssurance.model_validate(missing) for missing in await setup.missing_assurances(tx)],
    )

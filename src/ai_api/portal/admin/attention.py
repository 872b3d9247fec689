"""/api/admin/attention: what needs somebody now."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ai_api import setup
from ai_api.portal.deps import AdminHolder, HouseDep, Transaction
from ai_api.portal.shapes import Shown
from ai_api.setup import Code, Severity

router = APIRouter(prefix="/api/admin/attention", tags=["system"])


class CaseShown(Shown):
    """One thing that a condition is about. `id` is null for what has none, `since` where nobody wrote it down."""

    id: str | None
    name: str
    since: datetime | None


class FindingShown(Shown):
    """A condition that holds, said in `words`. `count` is of how many things, of which `affected` are the first 5.

    `at_least`: there may be more than `count`. `target` is the path of the API where they are; `runbook` a page of the
    documentation's runbooks.
    """

    code: Code
    severity: Severity
    since: datetime | None
    count: int
    at_least: bool
    affected: list[CaseShown] = Field(validation_alias="first")
    words: str
    target: str
    runbook: str | None


class AttentionShown(BaseModel):
    """Everything that needs somebody, the most harmful first; empty when all is well."""

    looked_at: datetime
    items: list[FindingShown]


@router.get("", response_model=AttentionShown)
async def get_attention(_: AdminHolder, tx: Transaction, house: HouseDep) -> AttentionShown:
    """What needs somebody now."""
    now = house.clock.now()
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    found = await setup.attention(tx, zone=zone, now=now)
    return AttentionShown(looked_at=now, items=[FindingShown.model_validate(each) for each in found])

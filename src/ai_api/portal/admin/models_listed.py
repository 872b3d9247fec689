"""The list of models as administrators read it: each with what serves it, what it costs, and whether it is called."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ai_api import catalog, setup
from ai_api.portal.admin.models import Access, ModelShown, Operation, Status, fields_of
from ai_api.portal.deps import AdminHolder, HouseDep, Transaction
from ai_api.portal.prices_shown import PricesInForce, prices_in_force
from ai_api.portal.reports_asked import InZone, viewed_period
from ai_api.portal.shapes import Listed, ListQuery, Shown
from ai_api.setup import Health, Lack, ModelAtWork

router = APIRouter(prefix="/api/admin/models", tags=["models"])


class RouteInShortShown(Shown):
    """A route by the name of its provider key. `standby` waits until a route before it fails, `disabled` is never chosen;
    one that is `cooling` is left alone until `cooling_until`.
    """

    id: UUID
    provider_key_id: UUID
    provider_key: str
    health: Health
    cooling_until: datetime | None


class AudienceShown(BaseModel):
    """How many of all active `members` can see a model."""

    seeing: int
    members: int


class ModelAudience(AudienceShown):
    """How many of all active `members` can see a model, and how many have an allocation of it that is not revoked, be it
    claimed or granted.
    """

    holding: int


class ModelListed(ModelShown):
    """A model with the first few of its `routes_count` routes, those in use first, in the order in which they are tried.

    `prices` are those of now, null where nobody has said what it costs. `calls_today` counts refused ones too.
    """

    routes: list[RouteInShortShown]
    routes_count: int
    prices: PricesInForce | None
    calls_today: int
    audience: AudienceShown


class ModelsQuery(ListQuery, InZone):
    """Filters; `q` is part of a slug or a display name. Today is a day of `zone`, or else of the organization's.

    `lacks` are active models without a `price` in force, or without a `route` that calls may go by. `served_by` are active ones
    that a route in use leads to by this provider key, be it disabled or not.
    """

    SORTS: ClassVar[tuple[str, ...]] = (
        "slug",
        "-slug",
        "display_name",
        "-display_name",
        "created_at",
        "-created_at",
    )
    SEARCHED: ClassVar[bool] = True

    status: Status | None = None
    access: Access | None = None
    operation: Operation | None = None
    lacks: Lack | None = None
    served_by: UUID | None = None


@router.get("", response_model=Listed[ModelListed])
async def list_models(
    _: AdminHolder, tx: Transaction, house: HouseDep, query: Annotated[ModelsQuery, Query()]
) -> Listed[ModelListed]:
    """Models, archived ones too, by slug unless sorted otherwise."""
    today = await viewed_period(tx, house, query, "today")
    page = await setup.list_models(
        tx,
        catalog.Filter(q=query.q, status=query.status, access=query.access, operation=query.operation),
        lacks=query.lacks,
        served_by=query.served_by,
        sort=query.sort or "slug",
        limit=query.limit,
        cursor=query.cursor,
        since=today.since,
        until=today.until,
        now=house.clock.now(),
    )
    return Listed(items=[_shown(each) for each in page.items], next=page.next)


@router.get("/{model_id}/audience")
async def get_model_audience(model_id: UUID, _: AdminHolder, tx: Transaction) -> ModelAudience:
    """For how many members a model is: who can see it, and who has it."""
    model = await catalog.get(tx, model_id)
    seen = await setup.audience(tx, [model])
    return ModelAudience(
        seeing=seen.seeing[model_id], members=seen.members, holding=await setup.count_holders(tx, model_id)
    )


def _shown(found: ModelAtWork) -> ModelListed:
    at_work = {
        "routes": [RouteInShortShown.model_validate(route) for route in found.routes],
        "routes_count": found.routes_count,
        "prices": prices_in_force(found.price),
        "calls_today": found.calls,
        "audience": AudienceShown(seeing=found.seeing, members=found.members),
    }
    return ModelListed.model_validate({**fields_of(found.model), **at_work})

"""/api/me/models: the models the caller sees, which of them are theirs, and which they may claim."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ai_api import setup
from ai_api.allocations import By, State, WhyNot
from ai_api.portal.admin.models import Operation
from ai_api.portal.deps import HouseDep, Signed, Transaction
from ai_api.portal.limits_shown import DefaultLimit
from ai_api.portal.prices_shown import PricesInForce, prices_in_force
from ai_api.portal.shapes import Listed, ListQuery, Strict
from ai_api.setup import Mine, Offer, Wanted

router = APIRouter(prefix="/api/me/models", tags=["me"])

Word = Annotated[str, Field(min_length=1, max_length=64)]


class OwnAllocation(BaseModel):
    """The caller's allocation of a model that is not revoked."""

    id: UUID
    state: State
    state_reason: str
    paused_by: By | None


class MyModelShown(BaseModel):
    """A model the caller sees. `prices` is null where nobody has said what it costs.

    `access` is `granted`, `claimable` or `closed`; `why_not` says why it cannot be claimed, null where it can. Under
    `default_limits` it is claimed.
    """

    id: UUID
    slug: str
    display_name: str
    description: str
    operations: list[Operation]
    context_tokens: int | None
    output_tokens_max: int | None
    capabilities: dict[str, bool]
    access: Mine
    claimable: bool
    why_not: WhyNot | None
    allocation: OwnAllocation | None
    default_limits: list[DefaultLimit]
    prices: PricesInForce | None


class FacetsShown(BaseModel):
    """How many of the models the caller sees are of each kind."""

    provider: dict[str, int]
    operation: dict[str, int]
    capability: dict[str, int]
    access: dict[Mine, int]


class MyModelsQuery(ListQuery):
    """Filters; `q` is part of a slug or a display name, `provider` the slug's first part."""

    SORTS: ClassVar[tuple[str, ...]] = ("slug", "-slug", "display_name", "-display_name")
    SEARCHED: ClassVar[bool] = True

    provider: Word | None = None
    operation: Operation | None = None
    capability: Word | None = None
    access: Mine | None = None


class FacetsQuery(Strict):
    """What the counted models have in their slug or display name."""

    q: Annotated[str, Field(min_length=1, max_length=200)] | None = None


@router.get("")
async def list_my_models(
    query: Annotated[MyModelsQuery, Query()], holder: Signed, tx: Transaction, house: HouseDep
) -> Listed[MyModelShown]:
    """The models the caller sees, by slug unless sorted otherwise."""
    page = await setup.page_offers(
        tx,
        holder.member_id,
        Wanted(
            q=query.q,
            provider=query.provider,
            operation=query.operation,
            capability=query.capability,
            mine=query.access,
        ),
        sort=query.sort or "slug",
        limit=query.limit,
        cursor=query.cursor,
        at=house.clock.now(),
    )
    return Listed(items=[_shown(each) for each in page.items], next=page.next)


@router.get("/facets")
async def count_my_models(query: Annotated[FacetsQuery, Query()], holder: Signed, tx: Transaction) -> FacetsShown:
    """How many of the models the caller sees are of each kind; what is hidden is in no count."""
    facets = await setup.count_offers(tx, holder.member_id, q=query.q)
    return FacetsShown(
        provider=dict(facets.providers),
        operation=dict(facets.operations),
        capability=dict(facets.capabilities),
        access=dict(facets.mine),
    )


@router.get("/{model_id}")
async def get_my_model(model_id: UUID, holder: Signed, tx: Transaction, house: HouseDep) -> MyModelShown:
    """One model the caller sees."""
    return _shown(await setup.find_offer(tx, holder.member_id, model_id, at=house.clock.now()))


def _shown(offer: Offer) -> MyModelShown:
    model, allocation = offer.model, offer.allocation
    return MyModelShown(
        id=model.id,
        slug=model.slug,
        display_name=model.display_name,
        description=model.description,
        operations=sorted(model.operations),
        context_tokens=model.context_tokens,
        output_tokens_max=model.output_tokens_max,
        capabilities=dict(model.capabilities),
        access=offer.mine,
        claimable=offer.why_not is None,
        why_not=offer.why_not,
        allocation=None
        if allocation is None
        else OwnAllocation(
            id=allocation.id,
            state=allocation.state,
            state_reason=allocation.state_reason,
            paused_by=allocation.paused_by,
        ),
        default_limits=[DefaultLimit.model_validate(each) for each in model.default_limits],
        prices=prices_in_force(offer.price),
    )

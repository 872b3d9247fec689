"""/api/admin/models/import, and what the registry would change of an imported model: seen, then applied."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from ai_api import catalog, pricing, setup
from ai_api.catalog import FactReview, Registry
from ai_api.core.undone import undone
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.shapes import Strict
from ai_api.pricing import PriceVersion
from ai_api.setup import PriceReview, Review

router = APIRouter(prefix="/api/admin/models", tags=["models"])

Text = Annotated[str, Field(min_length=1, max_length=256)]
Version = Annotated[str, Field(min_length=1, max_length=64)]
LeaveOut = Annotated[list[Text], Field(max_length=100)]
DryRun = Annotated[bool, Query(description="Run the import, take it back, and answer what would have been made")]


class ModelImport(Strict):
    """A model to be taken from the registry, by provider and key exactly as they are there. The slug is made of them if null."""

    provider: Text
    key: Text
    slug: Annotated[str, Field(max_length=200)] | None = None


class RegistryEntry(Strict):
    """An entry of the registry, by provider and key exactly as they are there."""

    provider: Text
    key: Text


class ApplyImport(Strict):
    """The registry's version that was looked at."""

    version: Version


class ApplyPrice(Strict):
    """The registry's version that was looked at, and every fact about money that its price leaves out, by name."""

    version: Version
    leave_out: LeaveOut = Field(default_factory=list)


class FactShown(BaseModel):
    """One field: as it was imported, as the registry says now (null where it says nothing), and as it is here.

    `kept` says that it was changed here and stays so; `applies`, that applying the registry would store what it says now.
    """

    name: str
    before: Any
    now: Any
    here: Any
    kept: bool
    applies: bool


class SuggestedPriceShown(BaseModel):
    """The price that the registry suggests. It is charged only once it was applied.

    `before` and `now` are the registry's facts about money, in its own words and in USD a unit, as they were when the price was
    imported or applied last, and now; `changed` names those that differ. `prices` is what can be published of them, null
    where `by_hand` says why it has to be published by hand. `outside` are facts that it leaves out, each with the reason.
    `here` is the price in force.
    """

    version: str
    before: dict[str, Any]
    now: dict[str, Any]
    changed: list[str]
    prices: dict[str, Any] | None
    outside: dict[str, str]
    unknown: list[str]
    by_hand: list[str]
    here: dict[str, Any] | None
    here_source: str | None
    applies: bool


class SuggestionShown(BaseModel):
    """An imported model beside the registry. `id` is the model's; null in a dry run, which made none.

    `imported_version` is the version that the fields were taken from, `version` the one that is installed. `missing` says
    that this one has the model no more. `left_out` are abilities that cannot be kept.
    """

    id: UUID | None
    slug: str
    source: str
    provider: str
    key: str
    imported_version: str
    version: str
    missing: bool
    withdrawn_on: str | None
    left_out: list[str]
    facts: list[FactShown]
    price: SuggestedPriceShown


class AppliedPrice(BaseModel):
    """The price version that was published."""

    id: UUID
    model_id: UUID
    in_force_from: datetime
    prices: dict[str, Any]
    source: str


_TRIED: dict[int | str, dict[str, Any]] = {
    200: {"model": SuggestionShown, "description": "With `dry_run`: what would have been made"}
}


async def registry() -> Registry:
    """The installed registry, read off the loop."""
    return await asyncio.to_thread(catalog.read_registry)


@router.post("/import", status_code=201, response_model=SuggestionShown, responses=_TRIED)
async def import_model(
    body: ModelImport, response: Response, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryRun = False
) -> SuggestionShown:
    """Makes a model from one entry of the registry: visible to nobody, without route, and its price only suggested."""
    read = await registry()
    async with undone(tx, only_if=dry_run):
        model = await setup.import_model(tx, actor, read, provider=body.provider, key=body.key, slug=body.slug)
        shown = _shown(await setup.review_import(tx, model.id, read, now=house.clock.now()))
    if not dry_run:
        return shown
    response.status_code = 200
    return shown.model_copy(update={"id": None})


@router.put("/{model_id}/registry-entry", response_model=SuggestionShown)
async def link_model(
    model_id: UUID, body: RegistryEntry, actor: Admin, tx: Transaction, house: HouseDep
) -> SuggestionShown:
    """Has a model compared with an entry of the registry from now on. Nothing of the model changes."""
    read = await registry()
    await setup.link_model(tx, actor, model_id, read, provider=body.provider, key=body.key)
    return _shown(await setup.review_import(tx, model_id, read, now=house.clock.now()))


@router.get("/{model_id}/suggestion", response_model=SuggestionShown)
async def get_suggestion(model_id: UUID, _: AdminHolder, tx: Transaction, house: HouseDep) -> SuggestionShown:
    """What the installed registry says of an imported model, beside what was imported and what is set."""
    return _shown(await setup.review_import(tx, model_id, await registry(), now=house.clock.now()))


@router.post("/{model_id}/suggestion/apply", response_model=SuggestionShown)
async def apply_suggestion(
    model_id: UUID, body: ApplyImport, actor: Admin, tx: Transaction, house: HouseDep
) -> SuggestionShown:
    """Stores what the registry says now, except in fields that were changed here. The price stays as it is."""
    read = await registry()
    await setup.apply_import(tx, actor, model_id, read, version=body.version)
    return _shown(await setup.review_import(tx, model_id, read, now=house.clock.now()))


@router.post("/{model_id}/suggestion/price", status_code=201, response_model=AppliedPrice)
async def apply_price(model_id: UUID, body: ApplyPrice, actor: Admin, tx: Transaction, house: HouseDep) -> AppliedPrice:
    """Publishes the suggested price, in force from now on. What it leaves out has to be named: 409 `price_incomplete`."""
    version = await setup.apply_suggested_price(
        tx, actor, model_id, await registry(), version=body.version, leave_out=body.leave_out, now=house.clock.now()
    )
    return AppliedPrice(
        id=version.id,
        model_id=version.model_id,
        in_force_from=version.in_force_from,
        prices=pricing.prices_to_usd(version.prices),
        source=version.source,
    )


def _shown(review: Review) -> SuggestionShown:
    origin, entry = review.origin, review.entry
    return SuggestionShown(
        id=review.model.id,
        slug=review.model.slug,
        source=origin.source,
        provider=origin.provider,
        key=origin.key,
        imported_version=origin.facts_version,
        version=review.version,
        missing=entry is None,
        withdrawn_on=entry.withdrawn_on if entry else None,
        left_out=list(entry.left_out) if entry else [],
        facts=[_fact(each) for each in review.facts],
        price=_price(review.price, origin.price_version),
    )


def _fact(each: FactReview) -> FactShown:
    return FactShown(
        name=each.name, before=each.before, now=each.now, here=each.here, kept=each.kept, applies=each.applies
    )


def _price(review: PriceReview, version: str) -> SuggestedPriceShown:
    suggested = review.suggested
    return SuggestedPriceShown(
        version=version,
        before=dict(review.before),
        now=dict(review.now),
        changed=list(review.changed),
        prices=None if suggested.prices is None else pricing.prices_to_usd(suggested.prices),
        outside=dict(suggested.outside),
        unknown=list(suggested.unknown),
        by_hand=list(suggested.by_hand),
        here=_usd(review.here),
        here_source=review.here.source if review.here else None,
        applies=review.applies,
    )


def _usd(version: PriceVersion | None) -> dict[str, Any] | None:
    return None if version is None else pricing.prices_to_usd(version.prices)

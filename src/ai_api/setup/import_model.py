"""Importing a model from the registry, and what a later registry would change: reviewed, then applied, never by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api import catalog, pricing
from ai_api.audit import Actor
from ai_api.catalog import Draft, Entry, FactReview, Model, Origin, OriginDraft, Registry
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.pricing import PriceVersion, Suggested


@dataclass(frozen=True, slots=True)
class PriceReview:
    """The registry's facts about money as imported, and now; what they suggest, and the price in force here.

    `changed` are the facts that differ. `applies` says whether there is something to publish that is not in force.
    """

    before: Mapping[str, Any] = field(hash=False)
    now: Mapping[str, Any] = field(hash=False)
    changed: tuple[str, ...]
    suggested: Suggested
    here: PriceVersion | None

    @property
    def applies(self) -> bool:
        """Whether the suggestion is another price than the one in force."""
        prices = self.suggested.prices
        return prices is not None and (self.here is None or self.here.prices != prices)


@dataclass(frozen=True, slots=True)
class Review:
    """An imported model beside the registry of `version`. `entry` is None where the registry has it no more."""

    model: Model
    origin: Origin
    version: str
    entry: Entry | None
    facts: tuple[FactReview, ...]
    price: PriceReview

    @property
    def has_news(self) -> bool:
        """Whether anything could be applied, or the registry has the model no more."""
        return self.entry is None or self.price.applies or any(each.applies for each in self.facts)


async def import_model(
    tx: Tx, actor: Actor, registry: Registry, *, provider: str, key: str, slug: str | None = None
) -> Model:
    """A new model from one entry: restricted, without route and without price, which is only suggested.

    Raises Refusal `registry_entry_not_found`, `registry_mode_unserved`, `registry_price_unknown` for a fact about money of a kind
    never seen, and those of `catalog.publish`.
    """
    entry = registry.get(provider, key)
    catalog.check_importable(entry)
    unknown = pricing.suggest_prices(entry.price_facts).unknown
    if unknown:
        message = f"The registry has prices of {key} in fields that are not understood: {', '.join(unknown)}."
        raise Refusal("registry_price_unknown", "invalid", message, param="key", details={"fields": list(unknown)})
    chosen = entry.slug if slug is None else slug
    draft = Draft(
        slug=chosen,
        display_name=catalog.bare_name(chosen) or chosen,
        operations=entry.operations,
        context_tokens=entry.context_tokens,
        output_tokens_max=entry.output_tokens_max,
        capabilities=entry.capabilities,
    )
    origin = OriginDraft(
        provider=provider,
        key=key,
        version=registry.version,
        facts=catalog.facts_of(entry),
        price_facts=entry.price_facts,
    )
    return await catalog.publish(tx, actor, draft, origin=origin)


async def link_model(tx: Tx, actor: Actor, model_id: UUID, registry: Registry, *, provider: str, key: str) -> Model:
    """A model that was made by hand, or from another entry, compared with this one from now on. Nothing of it changes.

    Raises Refusal `model_not_found`, `registry_entry_not_found`, `registry_mode_unserved`.
    """
    entry = registry.get(provider, key)
    catalog.check_importable(entry)
    return await catalog.link(tx, actor, model_id, entry, version=registry.version)


async def review_import(tx: Tx, model_id: UUID, registry: Registry, *, now: datetime) -> Review:
    """An imported model beside the registry: what was imported, what is said now, what is set here.

    Raises Refusal `model_not_found`, `model_not_imported`.
    """
    model = await catalog.get(tx, model_id)
    origin = await catalog.get_origin(tx, model_id)
    entry = registry.find(origin.provider, origin.key)
    said = {} if entry is None else entry.price_facts
    changed = {name for name in {*origin.price_facts, *said} if origin.price_facts.get(name) != said.get(name)}
    price = PriceReview(
        before=origin.price_facts,
        now=said,
        changed=tuple(sorted(changed)),
        suggested=pricing.suggest_prices(said),
        here=await pricing.find_in_force(tx, model_id, now),
    )
    return Review(model, origin, registry.version, entry, catalog.review_facts(origin, entry, model), price)


async def review_imports(tx: Tx, registry: Registry, *, now: datetime) -> list[Review]:
    """Every imported model beside the registry, by slug."""
    return [await review_import(tx, each.model_id, registry, now=now) for each in await catalog.load_origins(tx)]


async def apply_import(tx: Tx, actor: Actor, model_id: UUID, registry: Registry, *, version: str) -> Model:
    """Stores what the registry says now, except in fields that were changed here; the price stays as it is.

    `version` is the one that was reviewed. Raises Refusal `registry_changed` when another is installed,
    `registry_entry_not_found`, `registry_mode_unserved`, and those of `catalog.apply_facts`.
    """
    entry = await _reviewed_entry(tx, model_id, registry, version)
    catalog.check_importable(entry)
    return await catalog.apply_facts(tx, actor, model_id, entry, version=version)


async def apply_suggested_price(
    tx: Tx,
    actor: Actor,
    model_id: UUID,
    registry: Registry,
    *,
    version: str,
    leave_out: Collection[str],
    now: datetime,
) -> PriceVersion:
    """Publishes the suggested price, in force from now on. `leave_out` names every fact about money that it leaves out.

    Raises Refusal `price_by_hand` when the registry does not say enough, `price_incomplete` when `leave_out` names other facts
    than those that are left out, and what `apply_import` raises of the registry.
    """
    await catalog.get(tx, model_id, lock=True)
    entry = await _reviewed_entry(tx, model_id, registry, version)
    suggested = pricing.suggest_prices(entry.price_facts)
    if suggested.prices is None or suggested.unknown:
        reasons = (*suggested.by_hand, *(f"{name} is not understood" for name in suggested.unknown))
        message = f"The price has to be published by hand: {'; '.join(reasons)}."
        raise Refusal("price_by_hand", "conflict", message, details={"reasons": list(reasons)})
    if set(leave_out) != suggested.outside.keys():
        named = ", ".join(suggested.outside) or "nothing"
        message = f"The suggested price leaves out {named}. Name exactly that in leave_out, or publish a price by hand."
        details = {"outside": dict(suggested.outside)}
        raise Refusal("price_incomplete", "conflict", message, param="leave_out", details=details)
    without = f" without {', '.join(sorted(leave_out))}" if leave_out else ""
    source = f"{catalog.SOURCE} {version}: {entry.provider} {entry.key}{without}"
    published = await pricing.publish(tx, actor, model_id, suggested.prices, None, now=now, source=source)
    await catalog.note_price_facts(tx, model_id, entry.price_facts, version=version)
    return published


async def _reviewed_entry(tx: Tx, model_id: UUID, registry: Registry, version: str) -> Entry:
    await catalog.get(tx, model_id)
    origin = await catalog.get_origin(tx, model_id)
    if version != registry.version:
        message = f"The registry is now {registry.version}. Look at what it says before you apply it."
        raise Refusal("registry_changed", "conflict", message, param="version")
    return registry.get(origin.provider, origin.key)

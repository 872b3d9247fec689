"""The catalog as one member may know it: what they see, have and can claim. What is hidden from them is in no count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from ai_api import access, allocations, pricing
from ai_api.allocations import Allocation, WhyNot
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, bad_cursor, decode_cursor, encode_cursor
from ai_api.pricing import PriceVersion

Mine = Literal["granted", "claimable", "closed"]
"""What a model is to a member who sees it: theirs, theirs for the asking, or neither."""

SORTS: Final = ("slug", "display_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which models a list shows; None does not filter. `q` looks in slugs and display names."""

    q: str | None = None
    provider: str | None = None
    operation: str | None = None
    capability: str | None = None
    mine: Mine | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A model the member sees: their allocation that is not revoked, and why they cannot claim it (None: they can)."""

    model: Model
    allocation: Allocation | None
    why_not: WhyNot | None
    price: PriceVersion | None

    @property
    def mine(self) -> Mine:
        """What the model is to the member."""
        if self.allocation is not None:
            return "granted"
        return "claimable" if self.why_not is None else "closed"


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of the models that the member sees are of each kind."""

    providers: Mapping[str, int]
    operations: Mapping[str, int]
    capabilities: Mapping[str, int]
    mine: Mapping[Mine, int]


async def page_offers(
    tx: Tx, member_id: UUID, wanted: Wanted, *, sort: str, limit: int, cursor: str | None, at: datetime
) -> Page[Offer]:
    """One page of the models the member sees, by `slug` or `display_name`. Raises Refusal `bad_sort`, `bad_cursor`."""
    field = sort.removeprefix("-")
    if field not in SORTS:
        raise Refusal("bad_sort", "invalid", f"Models can be sorted by {', '.join(SORTS)}.", param="sort")
    found = [each for each in await _offers(tx, member_id) if _is_wanted(each, wanted)]
    found.sort(key=lambda each: _position(each, field), reverse=sort.startswith("-"))
    if cursor is not None:
        made_for, *text = decode_cursor(cursor, 3)
        if made_for != sort:
            raise bad_cursor()
        last = (text[0], text[1])
        found = [each for each in found if _is_after(_position(each, field), last, sort)]
    shown = await _priced(tx, found[:limit], at)
    more = len(found) > limit
    return Page(shown, encode_cursor(sort, *_position(shown[-1], field)) if more else None)


async def find_offer(tx: Tx, member_id: UUID, model_id: UUID, *, at: datetime) -> Offer:
    """One model. Raises Refusal `model_not_found`, also for one that is hidden from the member."""
    model = await access.visible_model(tx, member_id, model_id)
    allocation, why_not = (await allocations.claims_of(tx, member_id, [model]))[model.id]
    (offer,) = await _priced(tx, [Offer(model, allocation, why_not, None)], at)
    return offer


async def count_offers(tx: Tx, member_id: UUID, *, q: str | None) -> Facets:
    """How many of the models the member sees, and `q` finds, are of each kind."""
    found = [each for each in await _offers(tx, member_id) if _is_wanted(each, Wanted(q=q))]
    return Facets(
        providers=Counter(_provider(each.model) for each in found),
        operations=Counter(operation for each in found for operation in each.model.operations),
        capabilities=Counter(name for each in found for name, has in each.model.capabilities.items() if has),
        mine=Counter(each.mine for each in found),
    )


async def _offers(tx: Tx, member_id: UUID) -> list[Offer]:
    models = await access.visible_models(tx, member_id)
    claims = await allocations.claims_of(tx, member_id, models)
    return [Offer(model, *claims[model.id], None) for model in models]


async def _priced(tx: Tx, offers: Sequence[Offer], at: datetime) -> list[Offer]:
    prices = await pricing.find_all_in_force(tx, [each.model.id for each in offers], at)
    return [Offer(each.model, each.allocation, each.why_not, prices.get(each.model.id)) for each in offers]


def _is_wanted(offer: Offer, wanted: Wanted) -> bool:
    model = offer.model
    if wanted.q is not None:
        q = wanted.q.casefold()
        if q not in model.slug.casefold() and q not in model.display_name.casefold():
            return False
    return (
        wanted.provider in {None, _provider(model)}
        and (wanted.operation is None or wanted.operation in model.operations)
        and (wanted.capability is None or model.capabilities.get(wanted.capability, False))
        and wanted.mine in {None, offer.mine}
    )


def _provider(model: Model) -> str:
    return model.slug.partition("/")[0]


def _position(offer: Offer, field: str) -> tuple[str, str]:
    return (offer.model.slug if field == "slug" else offer.model.display_name, str(offer.model.id))


def _is_after(position: tuple[str, str], last: tuple[str, str], sort: str) -> bool:
    return position < last if sort.startswith("-") else position > last

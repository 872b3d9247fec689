"""Provider keys as administrators read them: each with what it serves, whether it works, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import providers, reports, setup
from ai_api.core.db import Tx
from ai_api.portal.admin.members_listed import SpentShown
from ai_api.portal.admin.provider_keys import ProviderKeyShown, Status
from ai_api.portal.deps import AdminHolder, HouseDep, Reading, Transaction
from ai_api.portal.house import House
from ai_api.portal.reports_asked import InZone, viewed_period
from ai_api.portal.shapes import Listed, ListQuery
from ai_api.reports import Asked, Period, Sums
from ai_api.setup import KeyAtWork, KeyState

router = APIRouter(prefix="/api/admin/provider-keys", tags=["provider keys"])


class ProviderKeyListed(ProviderKeyShown):
    """A provider key with how it does, and what its calls came to in the present calendar month.

    `state` is `working` for one that has answered since its secret or address last changed, `refused` by its provider,
    `unreachable` where the last test failed or all its routes did, or `not_tested`. `models` counts active ones that a route in
    use leads to by it. `last_success_at` is the beginning of the quarter of an hour in which a call by it last began that ended
    well, of the last 90 days; null for none.
    """

    state: KeyState
    models: int
    last_success_at: datetime | None
    this_month: SpentShown


class ProviderKeysQuery(ListQuery, InZone):
    """Filters; `q` is part of a name, a provider or a base URL. The month is one of `zone`, or else of the organization's."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "-name", "provider", "-provider", "created_at", "-created_at")
    SEARCHED: ClassVar[bool] = True

    provider: str | None = None
    status: Status | None = None


@router.get("")
async def list_provider_keys(
    _: AdminHolder, tx: Transaction, calls: Reading, house: HouseDep, query: Annotated[ProviderKeysQuery, Query()]
) -> Listed[ProviderKeyListed]:
    """Provider keys, by name unless sorted otherwise."""
    month = await viewed_period(tx, house, query, "this_month")
    wanted = providers.KeyFilter(q=query.q, provider=query.provider, status=query.status)
    page = await setup.list_keys(tx, wanted, sort=query.sort or "name", limit=query.limit, cursor=query.cursor)
    return Listed(items=await _shown(calls, house, page.items, month), next=page.next)


@router.get("/{provider_key_id}")
async def get_provider_key(
    provider_key_id: UUID,
    _: AdminHolder,
    *,
    tx: Transaction,
    calls: Reading,
    house: HouseDep,
    query: Annotated[InZone, Query()],
) -> ProviderKeyListed:
    """One provider key."""
    month = await viewed_period(tx, house, query, "this_month")
    (shown,) = await _shown(calls, house, [await setup.find_key_at_work(tx, provider_key_id)], month)
    return shown


async def _shown(tx: Tx, house: House, keys: Sequence[KeyAtWork], month: Period) -> list[ProviderKeyListed]:
    """These keys with what the roll-ups say of their calls: a look at the month, and one at when each last served."""
    ids = [each.key.id for each in keys]
    if not ids:
        return []
    spent = await reports.sums_of(tx, Asked(period=month), "provider_key", [str(each) for each in ids])
    served = await reports.last_successes(tx, ids, now=house.clock.now())
    return [_shape(each, spent.get(str(each.key.id)), served.get(each.key.id)) for each in keys]


def _shape(at_work: KeyAtWork, spent: Sums | None, last_success: datetime | None) -> ProviderKeyListed:
    this_month = SpentShown(
        calls=0 if spent is None else spent.calls,
        unpriced_calls=0 if spent is None else spent.unpriced_calls,
        billed_cost_usd=0 if spent is None else spent.billed_cost_nanos,
    )
    return ProviderKeyListed.model_validate(
        {
            **dict(ProviderKeyShown.model_validate(at_work.key)),
            "state": setup.key_state(at_work, last_success),
            "models": at_work.found.models,
            "last_success_at": last_success,
            "this_month": this_month,
        }
    )

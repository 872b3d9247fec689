"""Limits as the portal shows them, with what is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field, WithJsonSchema

from ai_api import allocations, credentials, identity, quotas, setup
from ai_api.allocations import Allocation
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.money import MoneyError, format_usd, parse_usd
from ai_api.portal.house import House
from ai_api.portal.shapes import Count
from ai_api.quotas import Left, Reach
from ai_api.quotas.limit import Metric, OnExceed, Partition, SubjectKind
from ai_api.quotas.windows import WindowKind

SHOWN_MAX = 200
"""How many allocations and credentials of a member are looked at: the newest of each."""

AMOUNT_CHARACTERS_MAX: Final = 64

Amount = Annotated[
    Count | Annotated[str, Field(max_length=AMOUNT_CHARACTERS_MAX)],
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
                {"type": "string", "format": "decimal", "examples": ["1.25"]},
            ],
            "description": "Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`",
        }
    ),
]
AmountOut = Annotated[
    int | str,
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer"}, {"type": "string", "format": "decimal", "examples": ["1.25"]}],
            "description": "Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`",
        }
    ),
]


class LimitLeft(BaseModel):
    """What is left under a limit. Where each member or credential has the whole amount, `partition_id` is whose this is.

    `used` may pass `limit`: what a call really used is always booked. Of calls at a time those that run are `used`.
    """

    limit_id: UUID | None
    scope: SubjectKind
    subject_id: UUID | None
    metric: Metric
    window_kind: WindowKind
    window_s: int | None
    zone: str | None
    window: str
    partition_by: Partition
    partition_id: UUID | None
    on_exceed: OnExceed
    limit: AmountOut | None
    used: AmountOut
    held: AmountOut
    left: AmountOut | None
    window_start: datetime | None
    resets_at: datetime | None


class DefaultLimit(BaseModel):
    """A limit that an allocation begins with when its member claims it."""

    metric: Metric
    window_kind: WindowKind
    window_s: int | None
    zone: str | None
    on_exceed: OnExceed
    amount: AmountOut


class LimitsLeft(BaseModel):
    """What is left under every limit of a member's calls, by whose limit it is."""

    member: list[LimitLeft]
    credential: list[LimitLeft]
    allocation: list[LimitLeft]
    tag: list[LimitLeft]
    everybody: list[LimitLeft] = Field(description="Limits of the whole, of kind `global`")


def left_shown(left: Left) -> LimitLeft:
    """What is left under one limit, as it is answered."""

    def amount(value: int | None) -> int | str | None:
        return format_usd(value) if left.metric == "cost" and value is not None else value

    return LimitLeft.model_validate(
        {name: getattr(left, name) for name in LimitLeft.model_fields}
        | {name: amount(getattr(left, name)) for name in ("limit", "used", "held", "left")}
    )


async def left_of_member(tx: Tx, house: House, member_id: UUID) -> LimitsLeft:
    """Every limit that matches calls of a member: for all their live credentials and allocations."""
    at = house.clock.now()
    filters = credentials.Filters(member_id=member_id, state="active")
    found = (await credentials.list_page(tx, filters, at=at, limit=SHOWN_MAX)).items
    return await _left(tx, house, member_id, [each.id for each in found], await _allocations_of(tx, member_id))


async def left_of_credential(tx: Tx, house: House, credential: credentials.Credential) -> LimitsLeft:
    """Every limit that matches calls with a credential, within its scope."""
    scope = credential.allocation_ids
    within = await _allocations_of(tx, credential.member_id) if scope is None else scope
    return await _left(tx, house, credential.member_id, [credential.id], within)


async def left_of_allocation(tx: Tx, house: House, allocation: Allocation) -> LimitsLeft:
    """Every limit that matches calls by an allocation, with any live credential in whose scope it is."""
    filters = credentials.Filters(member_id=allocation.member_id, state="active")
    found = (await credentials.list_page(tx, filters, at=house.clock.now(), limit=SHOWN_MAX)).items
    able = [each.id for each in found if each.allocation_ids is None or allocation.id in each.allocation_ids]
    return await _left(tx, house, allocation.member_id, able, [allocation.id])


async def own_limits_left(tx: Tx, house: House, credential_ids: Sequence[UUID]) -> dict[UUID, list[LimitLeft]]:
    """What is left under the limits of each of these credentials alone, in three queries however many there are."""
    own: dict[UUID, list[LimitLeft]] = {each: [] for each in credential_ids}
    if not own:
        return own
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    for each in await quotas.left(tx, Reach(credential_ids=credential_ids), zone=zone, at=house.clock.now()):
        if each.subject_id in own:
            own[each.subject_id].append(left_shown(each))
    return own


async def _left(
    tx: Tx, house: House, member_id: UUID, credential_ids: Sequence[UUID], allocation_ids: Sequence[UUID]
) -> LimitsLeft:
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    tags = (await identity.tags_of_members(tx, [member_id]))[member_id]
    reach = Reach(
        everybody=True,
        member_ids=[member_id],
        credential_ids=credential_ids,
        allocation_ids=allocation_ids,
        tag_ids=[tag.id for tag in tags],
    )
    found = await quotas.left(tx, reach, zone=zone, at=house.clock.now())
    by: dict[SubjectKind, list[LimitLeft]] = {}
    for each in found:
        by.setdefault(each.scope, []).append(left_shown(each))
    return LimitsLeft(
        member=by.get("member", []),
        credential=by.get("credential", []),
        allocation=by.get("allocation", []),
        tag=by.get("tag", []),
        everybody=by.get("global", []),
    )


async def _allocations_of(tx: Tx, member_id: UUID) -> list[UUID]:
    filters = allocations.Filters(member_id=member_id)
    page = await allocations.list_page(tx, filters, limit=SHOWN_MAX)
    return [each.id for each in page.items if each.state != "revoked"]


def amount_of(metric: Metric, given: int | str) -> int:
    """The amount of a limit as it is kept. Raises Refusal `bad_amount` for one in the form of another metric."""
    if metric != "cost":
        if isinstance(given, int):
            return given
        raise _bad_amount("This metric is counted in whole numbers: give the amount as a number.")
    if isinstance(given, int):
        raise _bad_amount('An amount of money is a decimal string of USD, such as "1.25".')
    try:
        return parse_usd(given)
    except MoneyError:
        # Not in the words of the error, which repeat what was sent.
        raise _bad_amount("An amount of money is a plain decimal string of USD with at most nine decimals.") from None


def _bad_amount(message: str) -> Refusal:
    return Refusal("bad_amount", "invalid", message, param="amount")

"""What a call demands of its accounts, under every limit that matches it, and the rows that are stored with its hold."""

from __future__ import annotations

from ai_api import pricing
from ai_api.core.errors import Refusal
from ai_api.core.ids import unix_ms_of
from ai_api.gateway import record
from ai_api.gateway.docket import Counted, Docket
from ai_api.gateway.preflight import Permission
from ai_api.gateway.store_admission import Row
from ai_api.gateway.world import World
from ai_api.quotas.bound import Bound, bound
from ai_api.quotas.limit import AccountKey, Limit, account_of
from ai_api.quotas.rules import OUTPUT_TOKENS_MIN, Charge, Demand
from ai_api.quotas.windows import STILL, Bucket, Window, account_id, bucket_at
from ai_api.wire.json_body import encode

FROM_BIRTH = ("total_tokens", "cost")
"""What every allocation's month counts, limited or not, so that a limit set on the 20th knows what was used before."""

_ANY_OUTPUT = 2**53


def fill(docket: Docket, permission: Permission, world: World, month: Window) -> None:
    """Writes bound, accounts and demand of a permitted call onto its docket. Raises Refusal `model_unpriced`."""
    envelope, model, holder = docket.ask.envelope, permission.model, docket.holder
    if holder is None:
        raise RuntimeError("a call is permitted to somebody")
    docket.bound = bound(
        input_bytes=envelope.input_bytes,
        input_is_bounded=envelope.input_is_bounded,
        output_tokens_asked=envelope.output_tokens_max,
        choices=envelope.choices,
        context_tokens=model.context_tokens,
        output_tokens_max=model.output_tokens_max,
    )
    limits = (*holder.limits, *permission.allocation.limits, *world.limits_for(holder.tags))
    charges: list[Charge] = []
    counted = {each.account.id: each for each in _from_birth(permission, month)}
    for limit in limits:
        account = account_of(
            limit,
            zone=world.zone,
            at=docket.started_at,
            member_id=holder.member_id,
            credential_id=holder.credential_id,
        )
        bucket = bucket_at(limit.window_s, unix_ms_of(docket.call_id))
        counted[account.id] = Counted(account, bucket.number)
        charges.append(_charge(limit, account, bucket, docket.bound, permission))
    docket.accounts = tuple(counted.values())
    whole = docket.bound.output_tokens
    docket.demand = Demand(tuple(charges), whole, min(whole, OUTPUT_TOKENS_MIN * envelope.choices))


def row(docket: Docket, output_tokens: int) -> Row:
    """What admission stores for an output of so many tokens."""
    holder, demand = docket.holder, docket.demand
    if holder is None or demand is None:
        raise RuntimeError("a call is admitted after preflight")
    docket.amounts = demand.amounts(output_tokens)
    return Row(
        call_id=docket.call_id,
        member_id=holder.member_id,
        member_epoch=holder.member_epoch,
        world_epoch=docket.world_epoch,
        holds=True,
        wanted=demand.wanted(output_tokens),
        amounts_json=encode(docket.amounts).decode(),
        record_json=encode(record.interrupted(docket)).decode(),
    )


def proof(docket: Docket) -> Row:
    """A row that takes nothing and only proves that the copies of a verdict were current."""
    holder = docket.holder
    if holder is None:
        raise RuntimeError("a verdict on nobody needs no proof")
    return Row(docket.call_id, holder.member_id, holder.member_epoch, docket.world_epoch, False, (), "[]", "{}")


def output_tokens_to_send(docket: Docket) -> int | None:
    """The bound on output the provider must be told (per choice), where the caller's own does not bind; None otherwise.

    A call limited by its output whose caller gave no bound is held for a certain output, so exactly that is sent.
    """
    demand, bound_ = docket.demand, docket.bound
    if demand is None or bound_ is None or not any(_depends_on_output(charge.limit) for charge in demand.charges):
        return None
    asked = docket.ask.envelope.output_tokens_max
    # More than is held must not be asked for: a caller's own bound may be above what the catalog knows of the model.
    if asked is None or asked * bound_.choices > docket.output_tokens:
        return docket.output_tokens // bound_.choices
    return None


def is_shortened(docket: Docket) -> bool:
    """Whether the call may produce less than it asked for, because no more is affordable."""
    return docket.demand is not None and docket.output_tokens < docket.demand.output_tokens


def _from_birth(permission: Permission, month: Window) -> list[Counted]:
    allocation = permission.allocation
    return [
        Counted(
            AccountKey(
                account_id("allocation", allocation.id, metric, month.start),
                "allocation",
                allocation.id,
                metric,
                month.start,
                month.end,
            ),
            STILL.number,
        )
        for metric in FROM_BIRTH
    ]


def _depends_on_output(limit: Limit) -> bool:
    return limit.rejects and limit.metric in {"output_tokens", "total_tokens", "cost"}


def _charge(limit: Limit, account: AccountKey, bucket: Bucket, bound_: Bound, permission: Permission) -> Charge:
    input_tokens = bound_.input_tokens
    if limit.metric in {"requests", "concurrency"}:
        return Charge(account, limit, bucket, lambda _: 1, lambda room: _ANY_OUTPUT if room >= 1 else -1)
    if limit.metric == "input_tokens":
        return Charge(
            account, limit, bucket, lambda _: input_tokens, lambda room: _ANY_OUTPUT if room >= input_tokens else -1
        )
    if limit.metric == "output_tokens":
        return Charge(account, limit, bucket, lambda output: output, lambda room: room)
    if limit.metric == "total_tokens":
        return Charge(account, limit, bucket, lambda output: input_tokens + output, lambda room: room - input_tokens)
    return _cost_charge(limit, account, bucket, bound_, permission)


def _cost_charge(limit: Limit, account: AccountKey, bucket: Bucket, bound_: Bound, permission: Permission) -> Charge:
    input_tokens, price = bound_.input_tokens, permission.price
    prices = price.prices if price is not None else None
    try:
        if prices is not None:
            pricing.ceiling(prices, input_tokens=input_tokens, output_tokens=bound_.output_tokens)
    except pricing.PriceMissingError:
        prices = None
    if prices is None:
        if limit.rejects:
            raise _unpriced(permission)
        return Charge(account, limit, bucket, lambda _: 0, lambda _: _ANY_OUTPUT)
    known = prices
    return Charge(
        account,
        limit,
        bucket,
        lambda output: pricing.ceiling(known, input_tokens=input_tokens, output_tokens=output).total_nanos,
        lambda room: pricing.affordable_output(known, input_tokens=input_tokens, room_nanos=room) if room >= 0 else -1,
    )


def _unpriced(permission: Permission) -> Refusal:
    return Refusal(
        "model_unpriced",
        "unavailable",
        f"{permission.model.slug} has no price for all it can charge, and a limit on cost applies to this call. "
        "An administrator has to set one.",
    )

"""What a call demands of its accounts, under every limit that matches it, and the rows that are stored with its hold.

The input is bounded by bytes first, which costs nothing. Before that bound refuses or shortens a call its input is counted
(`needs_count`), which takes a while: so a call under no pressure is never counted.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.core.ids import unix_ms_of
from ai_api.gateway import caps, record
from ai_api.gateway.charges import Size, charge, depends_on_output, size_of
from ai_api.gateway.docket import Counted, Docket
from ai_api.gateway.preflight import Permission
from ai_api.gateway.store_admission import Row
from ai_api.gateway.world import World
from ai_api.quotas.bound import bound
from ai_api.quotas.limit import AccountKey, Limit, account_of
from ai_api.quotas.rules import OUTPUT_TOKENS_MIN, Charge, Demand, amounts
from ai_api.quotas.windows import ACCOUNTS_REMEMBERED, STILL, Window, account_id, bucket_at
from ai_api.wire.json_body import encode

FROM_BIRTH = ("total_tokens", "cost")
"""What every allocation's month counts, limited or not, so that a limit set on the 20th knows what was used before."""


def fill(docket: Docket, permission: Permission, world: World, month: Window, *, typical_output: int) -> None:
    """Writes bound, accounts and demand of a permitted call onto its docket.

    `typical_output` is what most answers under this allocation stay below. Raises Refusal `model_unpriced`, or
    `input_too_long` for a counted input that is over a cap.
    """
    envelope, model, holder = docket.ask.envelope, permission.model, docket.holder
    if holder is None:
        raise RuntimeError("a call is permitted to somebody")
    docket.bound = bound(
        envelope.input_size,
        targets=targets(permission),
        output_tokens_asked=envelope.output_tokens_max,
        choices=envelope.choices,
        context_tokens=model.context_tokens,
        output_tokens_max=model.output_tokens_max,
    )
    if docket.counted_input is not None:
        docket.bound = replace(docket.bound, input_tokens=min(docket.bound.input_tokens, docket.counted_input))
    limits = (*holder.limits, *permission.allocation.limits, *world.limits_for(holder.tags))
    size = size_of(
        input_tokens=docket.bound.input_tokens, output_tokens=docket.bound.output_tokens, price=permission.price
    )
    if size.prices is None and any(limit.metric == "cost" and limit.rejects for limit in limits):
        raise _unpriced(permission)
    charges = _charges(docket, permission, world, month, limits, size)
    docket.demand = _demand(docket, permission, limits, size, charges, typical_output)


def targets(permission: Permission) -> list[tuple[str, str]]:
    """Who may read the input: each provider with its name of the model."""
    return [(key.provider, route.upstream_model) for route, key in permission.routes]


def needs_count(docket: Docket) -> bool:
    """Whether the input could be counted and was not: then nothing may be refused or shortened for its sake."""
    return not docket.was_counted and docket.bound is not None and docket.bound.countable


def row(docket: Docket, output_tokens: int) -> Row:
    """What admission stores for an output of so many tokens."""
    holder, demand = docket.holder, docket.demand
    if holder is None or demand is None:
        raise RuntimeError("a call is admitted after preflight")
    wanted = demand.wanted(output_tokens)
    docket.amounts = amounts(wanted)
    return Row(
        call_id=docket.call_id,
        member_id=holder.member_id,
        member_epoch=holder.member_epoch,
        world_epoch=docket.world_epoch,
        holds=True,
        wanted=wanted,
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

    A call limited by its output whose caller gave no bound is held for a certain output, so exactly that is sent. A light
    hold grows with the answer: there only a cap is sent.
    """
    demand, bound_ = docket.demand, docket.bound
    if demand is None or bound_ is None:
        return None
    is_capped = demand.output_tokens < bound_.output_tokens
    if not is_capped and not any(depends_on_output(each.limit) for each in demand.charges):
        return None
    if demand.is_light(docket.output_tokens):
        return demand.output_tokens // bound_.choices if is_capped else None
    asked = docket.ask.envelope.output_tokens_max
    # More than is held must not be asked for: a caller's own bound may be above what the catalog knows of the model.
    if asked is None or asked * bound_.choices > docket.output_tokens:
        return docket.output_tokens // bound_.choices
    return None


def is_shortened(docket: Docket) -> bool:
    """Whether the call may produce less than it asked for, because a cap says so or no more is affordable."""
    demand, bound_ = docket.demand, docket.bound
    if demand is None or bound_ is None:
        return False
    return most_output(docket) < bound_.output_tokens


def most_output(docket: Docket) -> int:
    """The most output the admitted call may come to."""
    if docket.demand is not None and docket.demand.is_light(docket.output_tokens):
        return docket.demand.output_tokens
    return docket.output_tokens


def _charges(
    docket: Docket, permission: Permission, world: World, month: Window, limits: tuple[Limit, ...], size: Size
) -> tuple[Charge, ...]:
    """The charges of all limits with an account; notes the accounts on the docket."""
    holder = docket.holder
    if holder is None:
        raise RuntimeError("a call is permitted to somebody")
    charges: list[Charge] = []
    counted = {each.account.id: each for each in _from_birth(permission.allocation.id, month)}
    for limit in limits:
        if limit.window_kind == "request":
            continue
        account = account_of(
            limit,
            zone=world.zone,
            at=docket.started_at,
            member_id=holder.member_id,
            credential_id=holder.credential_id,
        )
        bucket = bucket_at(limit.window_s, unix_ms_of(docket.call_id))
        counted[account.id] = Counted(account, bucket.number)
        charges.append(charge(limit, account, bucket, size))
    docket.accounts = tuple(counted.values())
    return tuple(charges)


def _demand(
    docket: Docket,
    permission: Permission,
    limits: tuple[Limit, ...],
    size: Size,
    charges: tuple[Charge, ...],
    typical_output: int,
) -> Demand:
    envelope, bound_ = docket.ask.envelope, docket.bound
    if bound_ is None:
        raise RuntimeError("a demand follows the bound")
    capped = caps.under(
        limits, size, output_tokens=bound_.output_tokens, output_tokens_min=min(envelope.choices, bound_.output_tokens)
    )
    uncounted = needs_count(docket)
    if capped.broken is not None:
        if not uncounted:
            raise caps.refusal(capped.broken, size)
        docket.over_cap = True
        return Demand(charges, bound_.output_tokens, bound_.output_tokens)
    docket.over_cap = False
    whole = capped.output_tokens
    light = None
    if envelope.stream and envelope.output_tokens_max is None and not permission.model.hidden_reasoning:
        light = min(whole, typical_output * envelope.choices)
    least = whole if uncounted else min(whole, OUTPUT_TOKENS_MIN * envelope.choices)
    return Demand(charges, whole, least, light if any(depends_on_output(each.limit) for each in charges) else None)


# The same for every call of a month.
@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def _from_birth(allocation_id: UUID, month: Window) -> tuple[Counted, ...]:
    return tuple(
        Counted(
            AccountKey(
                account_id("allocation", allocation_id, metric, month.start),
                "allocation",
                allocation_id,
                metric,
                month.start,
                month.end,
            ),
            STILL.number,
        )
        for metric in FROM_BIRTH
    )


def _unpriced(permission: Permission) -> Refusal:
    return Refusal(
        "model_unpriced",
        "unavailable",
        f"{permission.model.slug} has no price for all it can charge, and a limit on cost applies to this call. "
        "An administrator has to set one.",
    )

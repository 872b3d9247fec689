"""What a call demands of its accounts, the rows that are stored with its hold, and the refusal where it does not fit."""

from __future__ import annotations

from ai_api import pricing
from ai_api.core.errors import Refusal
from ai_api.core.money import format_usd
from ai_api.gateway import record
from ai_api.gateway.docket import Docket
from ai_api.gateway.preflight import Permission
from ai_api.gateway.store_admission import Row
from ai_api.quotas.bound import Bound, bound
from ai_api.quotas.rules import OUTPUT_TOKENS_MIN, AccountKey, Charge, Demand, Denied
from ai_api.quotas.windows import Window, account_id
from ai_api.wire.json_body import encode

METRICS = ("total_tokens", "cost")


def fill(docket: Docket, permission: Permission, month: Window) -> None:
    """Writes bound, accounts and demand of a permitted call onto its docket. Raises Refusal `model_unpriced`."""
    envelope, model = docket.ask.envelope, permission.model
    docket.bound = bound(
        input_bytes=envelope.input_bytes,
        input_is_bounded=envelope.input_is_bounded,
        output_tokens_asked=envelope.output_tokens_max,
        choices=envelope.choices,
        context_tokens=model.context_tokens,
        output_tokens_max=model.output_tokens_max,
    )
    allocation = permission.allocation
    # Every allocation counts its month from birth, so that a limit set on the 20th knows what was used before.
    docket.accounts = tuple(
        AccountKey(
            account_id("allocation", allocation.id, metric, month.start),
            "allocation",
            allocation.id,
            metric,
            month.start,
            month.end,
        )
        for metric in METRICS
    )
    charges = [
        _charge(account, allocation.limits[account.metric], docket.bound, permission)
        for account in docket.accounts
        if account.metric in allocation.limits
    ]
    whole = docket.bound.output_tokens
    docket.demand = Demand(tuple(charges), whole, min(whole, OUTPUT_TOKENS_MIN * envelope.choices))


def row(docket: Docket, output_tokens: int) -> Row:
    """What admission stores for an output of so many tokens."""
    holder, demand = docket.holder, docket.demand
    if holder is None or demand is None:
        raise RuntimeError("a call is admitted after preflight")
    docket.amounts = demand.amounts(output_tokens)
    limits = {charge.account.id: charge.limit for charge in demand.charges if charge.limit is not None}
    return Row(
        call_id=docket.call_id,
        member_id=holder.member_id,
        member_epoch=holder.member_epoch,
        world_epoch=docket.world_epoch,
        holds=True,
        wanted=tuple((account, amount, limits[account]) for account, amount in docket.amounts),
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

    A limited call whose caller gave no bound is held for a certain output, so exactly that is sent.
    """
    demand, bound_ = docket.demand, docket.bound
    if demand is None or bound_ is None or not demand.charges:
        return None
    asked = docket.ask.envelope.output_tokens_max
    # More than is held must not be asked for: a caller's own bound may be above what the catalog knows of the model.
    if asked is None or asked * bound_.choices > docket.output_tokens:
        return docket.output_tokens // bound_.choices
    return None


def is_shortened(docket: Docket) -> bool:
    """Whether the call may produce less than it asked for, because no more is affordable."""
    return docket.demand is not None and docket.output_tokens < docket.demand.output_tokens


def refusal(denied: Denied, docket: Docket) -> Refusal:
    """What the caller is told: which limit, what is left, when it resets."""
    is_cost = denied.account.metric == "cost"
    left = max(0, denied.limit - denied.settled - denied.held)
    model = docket.finding.model
    name = model.slug if model else "this model"
    resets_at = denied.account.window_end
    details = {
        "metric": denied.account.metric,
        "window": "month",
        **_amounts(
            is_cost=is_cost, limit=denied.limit, used=denied.settled, held=denied.held, left=left, needed=denied.needed
        ),
        "resets_at": resets_at.isoformat(),
    }
    what = "cost" if is_cost else "token"
    if denied.busy:
        return Refusal(
            f"{what}_quota_in_use",
            "limited",
            f"What is left of your monthly {what} limit for {name} is held by calls still running. Try again when they end.",
            details=details,
            retry_after_s=5,
        )
    shown = f"{format_usd(denied.limit)} USD" if is_cost else f"{denied.limit:,} tokens"
    shown_left = f"{format_usd(left)} USD" if is_cost else f"{left:,} tokens"
    return Refusal(
        f"{what}_quota_exceeded",
        "exhausted",
        f"The monthly {what} limit of your allocation of {name} ({shown}) does not cover this call: {shown_left} left. "
        f"It resets at {resets_at:%Y-%m-%d %H:%M} UTC. A shorter request may fit; an administrator can raise the limit.",
        # No retry-after: a client that waits for the end of the month only looks as if it hung.
        details=details,
    )


def _charge(account: AccountKey, limit: int, bound_: Bound, permission: Permission) -> Charge:
    input_tokens = bound_.input_tokens
    if account.metric == "total_tokens":
        return Charge(account, limit, lambda output: input_tokens + output, lambda room: room - input_tokens)
    price = permission.price
    if price is None:
        raise _unpriced(permission)
    prices = price.prices
    try:
        pricing.ceiling(prices, input_tokens=input_tokens, output_tokens=bound_.output_tokens)
    except pricing.PriceMissingError:
        raise _unpriced(permission) from None
    return Charge(
        account,
        limit,
        lambda output: pricing.ceiling(prices, input_tokens=input_tokens, output_tokens=output).total_nanos,
        lambda room: pricing.affordable_output(prices, input_tokens=input_tokens, room_nanos=room) if room >= 0 else -1,
    )


def _unpriced(permission: Permission) -> Refusal:
    return Refusal(
        "model_unpriced",
        "unavailable",
        f"{permission.model.slug} has no price for all it can charge, and this allocation is limited by cost. "
        "An administrator has to set one.",
    )


def _amounts(*, is_cost: bool, **amounts: int) -> dict[str, object]:
    return {name: format_usd(amount) if is_cost else amount for name, amount in amounts.items()}

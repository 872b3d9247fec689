"""Caps: limits on one call alone. They need no account: a call is within them, is shortened to be, or is refused."""

from __future__ import annotations

from collections.abc import Iterable

from ai_api.core.errors import Refusal
from ai_api.core.money import format_usd
from ai_api.core.values import value
from ai_api.gateway.charges import NO_ROOM, Size, affordable_output
from ai_api.quotas.limit import Limit


@value
class Capped:
    """What the caps leave of a call. `broken` is the cap that its input alone is over; None when it fits."""

    output_tokens: int
    broken: Limit | None


def under(limits: Iterable[Limit], size: Size, *, output_tokens: int, output_tokens_min: int) -> Capped:
    """The output that every cap among `limits` allows a call of this size, at most `output_tokens`."""
    for limit in limits:
        if limit.window_kind != "request" or not limit.rejects:
            continue
        room = _output_within(limit, size)
        if room is None or room < output_tokens_min:
            return Capped(output_tokens, limit)
        output_tokens = min(output_tokens, room)
    return Capped(output_tokens, None)


def refusal(limit: Limit, size: Size) -> Refusal:
    """What a caller is told whose input alone is over a cap."""
    amount = f"{format_usd(limit.amount)} USD" if limit.metric == "cost" else f"{limit.amount:,} tokens"
    what = {"input_tokens": "input", "output_tokens": "output", "total_tokens": "input and output", "cost": "cost"}
    return Refusal(
        "input_too_long",
        "invalid",
        f"One call may have at most {amount} of {what[limit.metric]} here, and this one can reach {size.input_tokens:,} tokens "
        "of input. Send less, or ask an administrator to raise the cap.",
        details={
            "limit_id": str(limit.id),
            "subject": limit.subject_kind,
            "metric": limit.metric,
            "window": limit.span(),
            "limit": format_usd(limit.amount) if limit.metric == "cost" else limit.amount,
            "input_tokens": size.input_tokens,
        },
    )


def _output_within(limit: Limit, size: Size) -> int | None:
    """The most output a cap leaves; None when the input is over it."""
    if limit.metric == "output_tokens":
        return limit.amount
    if limit.metric == "cost":
        affordable = affordable_output(size, limit.amount)
        return None if affordable == NO_ROOM else affordable
    left = limit.amount - size.input_tokens
    if left < 0:
        return None
    return left if limit.metric == "total_tokens" else 2**53

"""From a limit to a charge: what a call of so much input and output takes of it. Pure."""

from __future__ import annotations

from ai_api import pricing
from ai_api.core.values import value
from ai_api.quotas.limit import AccountKey, Limit
from ai_api.quotas.rules import Charge
from ai_api.quotas.windows import Bucket

ANY_OUTPUT = 2**53
"""Room for any answer there is."""

NO_ROOM = -1


@value
class Size:
    """The most a call reads, and what it is priced by. `prices` is None where it has no price for all it can charge.

    `writes` is False where its answer has no tokens, which then need no price.
    """

    input_tokens: int
    prices: pricing.Prices | None
    writes: bool = True


def size_of(*, input_tokens: int, output_tokens: int, price: pricing.PriceVersion | None) -> Size:
    """The size of a call; its price counts only where it covers all that such a call can charge."""
    prices = price.prices if price is not None else None
    if prices is not None:
        try:
            pricing.ceiling(prices, input_tokens=input_tokens, output_tokens=output_tokens)
        except pricing.PriceMissingError:
            prices = None
    return Size(input_tokens, prices, writes=output_tokens > 0)


def charge(limit: Limit, account: AccountKey, bucket: Bucket, size: Size) -> Charge:
    """What a call of this size takes under a limit. An unknown cost takes nothing: who must know it asks before."""
    tokens = size.input_tokens
    if limit.metric in {"requests", "concurrency"}:
        return Charge(account, limit, bucket, lambda _: 1, lambda room: ANY_OUTPUT if room >= 1 else NO_ROOM)
    if limit.metric == "input_tokens":
        return Charge(account, limit, bucket, lambda _: tokens, lambda room: ANY_OUTPUT if room >= tokens else NO_ROOM)
    if limit.metric == "output_tokens":
        return Charge(account, limit, bucket, lambda output: output, lambda room: room)
    if limit.metric == "total_tokens":
        return Charge(account, limit, bucket, lambda output: tokens + output, lambda room: room - tokens)
    return _cost_charge(limit, account, bucket, size)


def affordable_output(size: Size, room_nanos: int) -> int:
    """The output that fits into an amount of money beside the input; `NO_ROOM` where not even that fits, or nobody knows."""
    if size.prices is None:
        return NO_ROOM
    # No room for the input is told apart from room for the input alone.
    if room_nanos < pricing.ceiling(size.prices, input_tokens=size.input_tokens, output_tokens=0).total_nanos:
        return NO_ROOM
    if not size.writes:
        return ANY_OUTPUT
    return pricing.affordable_output(size.prices, input_tokens=size.input_tokens, room_nanos=room_nanos)


def recharged(known: Charge, size: Size) -> Charge:
    """The same charge for a call that turned out to be of another size."""
    return charge(known.limit, known.account, known.bucket, size)


def depends_on_output(limit: Limit) -> bool:
    """Whether what a call takes of a limit grows with its answer."""
    return limit.rejects and limit.metric in {"output_tokens", "total_tokens", "cost"}


def _cost_charge(limit: Limit, account: AccountKey, bucket: Bucket, size: Size) -> Charge:
    if size.prices is None:
        return Charge(account, limit, bucket, lambda _: 0, lambda _: ANY_OUTPUT)
    prices, tokens = size.prices, size.input_tokens
    return Charge(
        account,
        limit,
        bucket,
        lambda output: pricing.ceiling(prices, input_tokens=tokens, output_tokens=output).total_nanos,
        lambda room: affordable_output(size, room),
    )

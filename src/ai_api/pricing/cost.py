"""What a call costs, what it can cost at most, and how much output an amount buys. Pure, exact, integers only.

A token price is nano-USD per million tokens, so tokens x price is an exact integer of 10⁻¹⁵ USD. The parts of a call are
added up in that unit and rounded **once**, half up, to whole nano-USD. Rounding each part would add up to three wrong
nanos to a call, and its direction would depend on how a provider splits its counts; rounding to anything coarser than a
nano makes small embeddings free.
"""

from collections.abc import Mapping
from typing import Final

from ai_api.core.money import NANOS_MAX
from ai_api.core.values import value
from ai_api.pricing.rules import TOKENS_PER_PRICE, UNITS, PriceMissingError, Prices, Rates
from ai_api.wire.usage import COUNT_MAX, Usage

NO_UNITS: Final[Mapping[str, int]] = {}
_HALF: Final = TOKENS_PER_PRICE // 2


@value
class Reach:
    """What a call can come to be priced by, where its request rules something out. The default rules out nothing.

    `service_tiers` are the tiers that may serve it beside the ordinary one; None is every tier that has prices.
    `cache_write` and `cache_write_1h` say whether it may write to the provider's cache at all, and for an hour.
    """

    service_tiers: frozenset[str] | None = None
    cache_write: bool = True
    cache_write_1h: bool = True


ANYTHING: Final = Reach()


@value
class Ceiling:
    """The most a call can cost: `fixed_nanos` for its input, request and units, `output_nanos` for its output."""

    fixed_nanos: int
    output_nanos: int

    @property
    def total_nanos(self) -> int:
        """What to hold for the whole call."""
        return self.fixed_nanos + self.output_nanos


def cost(usage: Usage, prices: Prices, *, units: Mapping[str, int] = NO_UNITS) -> int:
    """The cost of a call in nano-USD: exact, rounded half up once, and at most `NANOS_MAX`.

    Priced by the tier that served it and by the long-context tier its input reached. `units` are counts by the names in
    `UNITS` (whole ones: the caller rounds a started second up); the searches that `usage` counts are priced as queries
    and do not stand there again. A unit without a price costs nothing as long as another meter (tokens, the request,
    another unit) is priced: image models report tokens, transcriptions also seconds.

    Raises PriceMissingError where a token class in use has no price, or where nothing this model is priced by was
    reported: unknown is never a silent zero. ValueError for an unknown unit. Whether a failed call is priced at all is
    the caller's decision.
    """
    rates = prices.rates(usage.service_tier, usage.input_total)
    read, written, hour, reasoning = usage.cached_read, usage.cache_write, usage.cache_write_1h, usage.reasoning
    if rates.unknown:
        _check_known(usage, prices, rates)
    tokens = (
        (usage.input_total - read - written) * rates.input
        + read * rates.cached_read
        + (written - hour) * rates.cache_write
        + hour * rates.cache_write_1h
        + (usage.output - reasoning) * rates.output
        + reasoning * rates.reasoning
    )
    nanos = (tokens + _HALF) // TOKENS_PER_PRICE + (prices.per_request_nanos or 0)
    if units or usage.web_searches or not prices.counts_tokens:
        nanos += _units_nanos(prices, units, searches=usage.web_searches)
    # A count that only a broken provider reports must not become a row that the database refuses.
    return min(nanos, NANOS_MAX)


def cost_or_none(usage: Usage | None, prices: Prices | None, *, units: Mapping[str, int] = NO_UNITS) -> int | None:
    """`cost`, or None (stored as null: unpriced) where the usage, the prices, or a price that was needed is unknown."""
    if usage is None or prices is None:
        return None
    try:
        return cost(usage, prices, units=units)
    except PriceMissingError:
        return None


def likely(prices: Prices, *, input_tokens: int, output_tokens: int, units: Mapping[str, int] = NO_UNITS) -> int:
    """The likely cost in nano-USD of a call nobody counted: nothing cached, no reasoning, the ordinary service tier.

    Raises PriceMissingError as `cost` does.
    """
    return cost(Usage(input_total=input_tokens, output=output_tokens), prices, units=units)


def ceiling(
    prices: Prices,
    *,
    input_tokens: int,
    output_tokens: int,
    units: Mapping[str, int] = NO_UNITS,
    reach: Reach = ANYTHING,
) -> Ceiling:
    """The most that a call of at most so many tokens and units can cost, for its hold.

    For every usage within these bounds (however its input splits into plain, cached and written, its output into answer
    and reasoning, whatever long-context or service tier in `reach` it is billed by) `cost` is at most `total_nanos`.
    Searches that the provider runs are bounded only by `units["query"]`; what they cost beyond is an overrun.

    Raises PriceMissingError where input or output is possible but has no price, or a unit-priced call names no unit.
    ValueError for negative bounds.
    """
    if output_tokens < 0:
        raise ValueError(f"{output_tokens} is not a number of tokens")
    per_input, per_output = _dearest(prices, input_tokens, reach, with_output=output_tokens > 0)
    return Ceiling(
        fixed_nanos=_fixed_nanos(prices, input_tokens * per_input, units),
        output_nanos=-(-output_tokens * per_output // TOKENS_PER_PRICE),
    )


def affordable_output(
    prices: Prices, *, input_tokens: int, room_nanos: int, units: Mapping[str, int] = NO_UNITS, reach: Reach = ANYTHING
) -> int:
    """The largest number of output tokens whose `ceiling` fits into `room_nanos`.

    At most `COUNT_MAX`, which also stands for "any number" where output is free. 0 also where not even the input fits.
    Raises as `ceiling` does.
    """
    per_input, per_output = _dearest(prices, input_tokens, reach, with_output=True)
    left = room_nanos - _fixed_nanos(prices, input_tokens * per_input, units)
    if left < 0:
        return 0
    # ceil(m x price / 10⁶) <= left exactly when m x price <= left x 10⁶, as left is whole
    return min(COUNT_MAX, left * TOKENS_PER_PRICE // per_output) if per_output else COUNT_MAX


def _dearest(prices: Prices, input_tokens: int, reach: Reach, *, with_output: bool) -> tuple[int, int]:
    """The highest input and output price per million tokens that a call can reach."""
    if input_tokens < 0:
        raise ValueError(f"{input_tokens} is not a number of tokens")
    per_input = per_output = 0
    for rates in prices.rates_within(reach.service_tiers, input_tokens):
        if rates.unknown and prices.counts_tokens:
            possible = {"input": input_tokens > 0, "output": with_output}
            _refuse(tuple(each for each, is_possible in possible.items() if is_possible and each in rates.unknown))
        per_input = max(per_input, rates.input, rates.cached_read)
        if reach.cache_write:
            per_input = max(per_input, rates.cache_write, rates.cache_write_1h if reach.cache_write_1h else 0)
        per_output = max(per_output, rates.output, rates.reasoning)
    return per_input, per_output


def _fixed_nanos(prices: Prices, input_amount: int, units: Mapping[str, int]) -> int:
    """What is owed before the first token of output, its input rounded up. `input_amount` is tokens x price."""
    return (
        -(-input_amount // TOKENS_PER_PRICE) + (prices.per_request_nanos or 0) + _units_nanos(prices, units, searches=0)
    )


def _units_nanos(prices: Prices, units: Mapping[str, int], *, searches: int) -> int:
    """The price of the units, and the check that something this model is priced by was reported at all."""
    nanos = 0
    metered = prices.counts_tokens or prices.per_request_nanos is not None
    for unit, quantity in units.items():
        price = prices.unit_nanos(unit)
        if quantity < 0:
            raise ValueError(f"{quantity} is not a number of {unit} units")
        if price is not None:
            nanos += quantity * price
            metered = True
    if searches and prices.per_query_nanos is not None:
        nanos += searches * prices.per_query_nanos
        metered = True
    if not metered:
        raise PriceMissingError(tuple(each for each in UNITS if prices.unit_nanos(each) is not None) or ("anything",))
    return nanos


def _check_known(usage: Usage, prices: Prices, rates: Rates) -> None:
    """Every class of tokens in use must have a price, if tokens are what this model is priced by."""
    in_use = {
        "input": usage.input_total - usage.cached_read - usage.cache_write,
        "cached_read": usage.cached_read,
        "cache_write": usage.cache_write - usage.cache_write_1h,
        "cache_write_1h": usage.cache_write_1h,
        "output": usage.output - usage.reasoning,
        "reasoning": usage.reasoning,
    }
    if prices.counts_tokens:
        _refuse(tuple(each for each, tokens in in_use.items() if tokens and each in rates.unknown))


def _refuse(missing: tuple[str, ...]) -> None:
    if missing:
        raise PriceMissingError(missing)

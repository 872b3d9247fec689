"""Prices and usages for the laws of money, and a second, slow way to price a call that shares no code with the first."""

from fractions import Fraction

from hypothesis import strategies as st

from ai_api.pricing import Prices, ServiceTier, Tier
from ai_api.wire.usage import Usage

CLASSES = ("input", "cached_read", "cache_write", "cache_write_1h", "output", "reasoning")
LIKE = {"cached_read": "input", "cache_write": "input", "cache_write_1h": "cache_write", "reasoning": "output"}
SERVED = (None, "priority", "flex", "batches", "unpriced_tier")

amounts = st.integers(min_value=0, max_value=20) | st.integers(min_value=0, max_value=10**15)
maybe = st.none() | amounts
tokens = st.integers(min_value=0, max_value=60) | st.integers(min_value=0, max_value=2**53)


def _stated(*required):
    return st.fixed_dictionaries({f"{each}_nanos": amounts if each in required else maybe for each in CLASSES})


@st.composite
def tiers(draw):
    thresholds = sorted(draw(st.sets(st.integers(min_value=1, max_value=50), max_size=3)))
    return tuple(Tier(above_input_tokens=each, **draw(_stated(draw(st.sampled_from(CLASSES))))) for each in thresholds)


@st.composite
def prices(draw):
    """Prices with a known price for every class, and long-context and service tiers that leave things out."""
    named = draw(st.sets(st.sampled_from(["priority", "flex", "batches"])))
    per = {f"per_{each}_nanos": draw(maybe) for each in ("request", "image", "page", "second", "character", "query")}
    return Prices(
        **draw(_stated("input", "output")),
        **per,
        tiers=draw(tiers()),
        service_tiers=tuple(
            ServiceTier(name=each, **draw(_stated(draw(st.sampled_from(CLASSES)))), tiers=draw(tiers()))
            for each in sorted(named)
        ),
    )


@st.composite
def usages(draw, input_max=None, output_max=None):
    """Any split of any usage, within the bounds if there are some, served by any tier."""
    total = draw(tokens if input_max is None else st.just(input_max) | st.integers(min_value=0, max_value=input_max))
    output = draw(
        tokens if output_max is None else st.just(output_max) | st.integers(min_value=0, max_value=output_max)
    )
    read = draw(st.integers(min_value=0, max_value=total))
    written = draw(st.just(total - read) | st.integers(min_value=0, max_value=total - read))
    return Usage(
        input_total=total,
        cached_read=read,
        cache_write=written,
        cache_write_1h=draw(st.just(written) | st.integers(min_value=0, max_value=written)),
        output=output,
        reasoning=draw(st.just(output) | st.integers(min_value=0, max_value=output)),
        service_tier=draw(st.sampled_from(SERVED)),
    )


def _closed(stated, without):
    """What each class costs where only some are stated; `without` is what applies where nothing is said."""
    own = {each: getattr(stated, f"{each}_nanos") for each in CLASSES}

    def price(each):
        if own[each] is not None:
            return own[each]
        return price(LIKE[each]) if each in LIKE else None

    return {each: without.get(each) if price(each) is None else price(each) for each in CLASSES}


def _reached(flat, tiers, input_total):
    reached = [each for each in tiers if input_total > each.above_input_tokens]
    return _closed(reached[-1], flat) if reached else flat


def exact_nanos(usage, prices):
    """The cost as an exact fraction of nano-USD, worked out the slow way from the words of the rule."""
    ordinary = _closed(prices, {})
    rates = _reached(ordinary, prices.tiers, usage.input_total)
    for each in prices.service_tiers:
        if each.name == usage.service_tier:
            flat = _closed(each, ordinary)
            if each.tiers:
                rates = _reached(flat, each.tiers, usage.input_total)
            elif rates is ordinary:
                rates = flat
            else:
                rates = {name: max(flat[name], rates[name]) for name in CLASSES}
    counted = {
        "input": usage.input_total - usage.cached_read - usage.cache_write,
        "cached_read": usage.cached_read,
        "cache_write": usage.cache_write - usage.cache_write_1h,
        "cache_write_1h": usage.cache_write_1h,
        "output": usage.output - usage.reasoning,
        "reasoning": usage.reasoning,
    }
    return sum(Fraction(counted[each] * rates[each], 10**6) for each in CLASSES if counted[each]) + (
        prices.per_request_nanos or 0
    )

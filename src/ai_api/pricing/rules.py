"""What a model's tokens, requests and units cost, as integers of nano-USD.

Token prices are nano-USD per million tokens; `per_…` prices are nano-USD each. None is "not stated", 0 is free.

**What is not stated** follows the same rule everywhere: a cached read and a cache write cost as much as plain input, a
one-hour write as much as a cache write, reasoning as much as output. A long-context or service tier that states prices
first follows that rule among its own; only a class about which it says nothing keeps the price it would have without it.
A class that has no price after all this is unknown: using it makes the call unpriced, never free.

**Long-context tiers** apply to the whole call, output too, once its input *exceeds* the threshold. **Service tiers** are
complete price lists of their own, chosen by the tier that served the call. One without long-context tiers does not
escape the ordinary ones: beyond their threshold the dearer of the two applies, class by class.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Final

from ai_api.core.errors import Refusal

PRICE_NANOS_MAX: Final = 10**15
"""The highest price: a million USD per million tokens, or per unit. A call of nine billion tokens then still fits a bigint."""
TOKENS_PER_PRICE: Final = 10**6
"""Token prices are for this many tokens."""
UNITS: Final = ("image", "page", "second", "character", "query")
"""What may be priced per unit: `per_image_nanos` and so on."""

_CLASSES: Final = ("input", "cached_read", "cache_write", "cache_write_1h", "output", "reasoning")
_LIKE: Final = {
    "cached_read": "input",
    "cache_write": "input",
    "cache_write_1h": "cache_write",
    "reasoning": "output",
}
_TIERS_MAX: Final = 16
_TIER_NAME: Final = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)


class PricesInvalid(Refusal):
    """Prices that cannot be kept. `param` is the path of the field at fault, such as `tiers[0].input_nanos`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__("prices_invalid", "invalid", f"{path}: {reason}" if path else reason, param=path or None)
        self.path = path
        self.reason = reason

    def under(self, parent: str) -> "PricesInvalid":
        """The same fault, seen from the document that holds this one."""
        return PricesInvalid(f"{parent}.{self.path}" if self.path else parent, self.reason)


class PriceMissingError(LookupError):
    """A call used something that has no known price. `what` names it: token classes, or the units that could be priced."""

    def __init__(self, what: tuple[str, ...]) -> None:
        super().__init__(f"no price for {', '.join(what)}")
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """Prices per million tokens, as far as they are stated."""

    input_nanos: int | None = None
    cached_read_nanos: int | None = None
    cache_write_nanos: int | None = None
    cache_write_1h_nanos: int | None = None
    output_nanos: int | None = None
    reasoning_nanos: int | None = None

    @property
    def states_tokens(self) -> bool:
        """Whether any token price is stated: whether tokens are what this is metered by."""
        return any(getattr(self, f"{each}_nanos") is not None for each in _CLASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(TokenPrices):
    """Prices of the whole call once its input exceeds `above_input_tokens`. Raises PricesInvalid."""

    above_input_tokens: int

    def __post_init__(self) -> None:
        _check_prices(self)
        if type(self.above_input_tokens) is not int or not 0 < self.above_input_tokens <= 2**53:
            raise PricesInvalid("above_input_tokens", "a whole number of tokens above 0 is needed")
        if not self.states_tokens:
            raise PricesInvalid("", "a tier must state at least one price")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTier(TokenPrices):
    """Prices of calls that were served in this tier (`priority`, `flex`, `batches`, …). Raises PricesInvalid."""

    name: str
    tiers: tuple[Tier, ...] = ()

    def __post_init__(self) -> None:
        _check_prices(self)
        if _TIER_NAME.fullmatch(self.name) is None:
            raise PricesInvalid("name", "1 to 32 of a-z, 0-9 and _ are needed")
        if not self.states_tokens:
            raise PricesInvalid("", "a service tier must state at least one price")
        _check_tiers(self.tiers)


@dataclass(frozen=True, slots=True)
class Rates:
    """One price for each token class, nothing left open. `unknown` names the classes without one; they read 0 here."""

    input: int
    cached_read: int
    cache_write: int
    cache_write_1h: int
    output: int
    reasoning: int
    unknown: frozenset[str]

    def dearer(self, other: "Rates") -> "Rates":
        """Class by class, the higher of the two prices."""
        most = {each: max(getattr(self, each), getattr(other, each)) for each in _CLASSES}
        return Rates(**most, unknown=self.unknown & other.unknown)


Step = tuple[int, Rates]
"""Rates, and the number of input tokens that must be exceeded for them to apply; -1 for always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices(TokenPrices):
    """All that a model's calls may cost. Immutable; comparing and hashing go by what is stated. Raises PricesInvalid."""

    per_request_nanos: int | None = None
    per_image_nanos: int | None = None
    per_page_nanos: int | None = None
    per_second_nanos: int | None = None
    per_character_nanos: int | None = None
    per_query_nanos: int | None = None
    tiers: tuple[Tier, ...] = ()
    service_tiers: tuple[ServiceTier, ...] = ()
    counts_tokens: bool = field(init=False, repr=False, compare=False)
    """Whether tokens are a meter of this model: a model that is priced by the image alone is not unpriced for reporting some."""
    _steps: dict[str | None, tuple[Step, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_prices(self)
        _check_tiers(self.tiers)
        names = [each.name for each in self.service_tiers]
        if len(names) > _TIERS_MAX or len(set(names)) != len(names):
            raise PricesInvalid("service_tiers", f"at most {_TIERS_MAX}, each name once")
        if (self.tiers or self.service_tiers) and not self.states_tokens:
            raise PricesInvalid("", "tiers need a token price outside of them to differ from")
        ordinary = _ladder(_resolve(self), self.tiers)
        steps: dict[str | None, tuple[Step, ...]] = {None: ordinary}
        for each in self.service_tiers:
            flat = _resolve(each, ordinary[-1][1])
            steps[each.name] = (
                _ladder(flat, each.tiers)
                if each.tiers
                else (*((above, flat.dearer(rates)) for above, rates in ordinary[:-1]), (-1, flat))
            )
        object.__setattr__(self, "counts_tokens", self.states_tokens)
        object.__setattr__(self, "_steps", steps)

    def rates(self, service_tier: str | None, input_total: int) -> Rates:
        """The rates of a call with that much input, served in that tier. A tier without prices costs the ordinary ones."""
        for above, rates in self._steps.get(service_tier) or self._steps[None]:
            if input_total > above:
                return rates
        raise ValueError(f"{input_total} is not a number of tokens")

    def rates_within(self, service_tiers: frozenset[str] | None, input_tokens: int) -> Iterator[Rates]:
        """Every set of rates that a call with at most that much input can reach, in the ordinary or one of these tiers.

        None is every service tier that has prices.
        """
        for name, steps in self._steps.items():
            if name is None or service_tiers is None or name in service_tiers:
                for above, rates in steps:
                    if input_tokens > above:
                        yield rates

    def unit_nanos(self, unit: str) -> int | None:
        """The price of one unit (see `UNITS`); None where it has none. Raises ValueError for what is not a unit."""
        if unit not in UNITS:
            raise ValueError(f"{unit!r} is not a unit: {', '.join(UNITS)}")
        price: int | None = getattr(self, f"per_{unit}_nanos")
        return price


def _resolve(stated: TokenPrices, without: Rates | None = None) -> Rates:
    """Closes what is left open. `without` are the rates that apply where a tier says nothing at all about a class."""
    found: dict[str, int] = {}
    for each in _CLASSES:  # in this order: what a class falls back to is found before it
        price = getattr(stated, f"{each}_nanos")
        if price is None:
            price = found.get(_LIKE.get(each, ""))
        if price is not None:
            found[each] = price
    unknown = frozenset(_CLASSES) - found.keys()
    if without is not None:
        found |= {each: getattr(without, each) for each in unknown}
        unknown &= without.unknown
    return Rates(**{each: found.get(each, 0) for each in _CLASSES}, unknown=unknown)


def _ladder(flat: Rates, tiers: tuple[Tier, ...]) -> tuple[Step, ...]:
    """The highest threshold first, so that the first one exceeded is the one that applies."""
    return (*((each.above_input_tokens, _resolve(each, flat)) for each in reversed(tiers)), (-1, flat))


def _check_prices(stated: TokenPrices) -> None:
    for each in fields(stated):
        if each.init and each.name.endswith("_nanos"):
            price = getattr(stated, each.name)
            if price is not None and not (type(price) is int and 0 <= price <= PRICE_NANOS_MAX):
                raise PricesInvalid(each.name, f"a whole number of nano-USD from 0 to {PRICE_NANOS_MAX} is needed")


def _check_tiers(tiers: tuple[Tier, ...]) -> None:
    thresholds = [each.above_input_tokens for each in tiers]
    if len(thresholds) > _TIERS_MAX or thresholds != sorted(set(thresholds)):
        raise PricesInvalid("tiers", f"at most {_TIERS_MAX}, with rising thresholds")

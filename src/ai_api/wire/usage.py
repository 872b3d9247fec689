"""What a call used, in one form, whatever dialect the provider counted in.

    OpenAI chat ──┐
    Responses ────┼──► Usage ──► pricing
    Anthropic ────┘

**What is believed.** A count is an integer from 0 to 2**53. Anything else in its place (negative, a float even if it is
whole, a string, a boolean, a list, larger) is treated as if the field were missing. Nothing here raises, whatever the
provider sent. Where a side of the call (input or output) has no count and none follows from the others, it is 0 and
`input_known` or `output_known` is False; where neither side has one, the answer is None. In both cases the caller puts
its own count and marks the record estimated.

**One number in several places** (a detail repeated at the top level under another name) is read as the largest of
them, never the sum. **A part larger than its whole** is cut to the whole: totals are what providers bill by.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ai_api.core import values

COUNT_MAX: Final = 2**53
"""The largest count that is believed: what every JSON reader keeps exact."""

_FIELDS_MAX: Final = 64
_KINDS: Final[Mapping[str, type]] = {
    "service_tier": str,
    "serviceTier": str,
    "speed": str,
    "iterations": list,
    "prompt_tokens_details": dict,
    "completion_tokens_details": dict,
    "input_tokens_details": dict,
    "input_token_details": dict,
    "output_tokens_details": dict,
    "cache_creation": dict,
    "server_tool_use": dict,
}
"""The fields of a usage object that are not counts."""
_NOTHING: Final[Mapping[str, Any]] = {}
_TIER_NAME: Final = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_ORDINARY_TIERS: Final = frozenset({"default", "standard", "auto", "on_demand"})
_TIER_SYNONYMS: Final[Mapping[str, str]] = {"batch": "batches"}


@values.value
class Usage:
    """Tokens of one call, ready to be priced.

    `input_total` includes `cached_read` and `cache_write`; `cache_write_1h` is the part of `cache_write` that is kept for
    an hour. `output` includes `reasoning`. `service_tier` is the tier that *served* the call, by the name its prices have;
    None is the ordinary one. `web_searches` counts the searches the provider ran. `input_known` and `output_known` are
    False where the provider gave no usable count of that side, which is then a lower bound.

    A negative count becomes 0 and a part larger than its whole is cut to it, cache reads before writes: a contradiction
    in a provider's numbers must neither fail a settlement nor make a price negative.
    """

    input_total: int
    cached_read: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    service_tier: str | None = None
    web_searches: int = 0
    input_known: bool = True
    output_known: bool = True

    def __post_init__(self) -> None:
        if (
            self.cached_read >= 0
            and 0 <= self.cache_write_1h <= self.cache_write
            and self.cached_read + self.cache_write <= self.input_total
            and 0 <= self.reasoning <= self.output
            and self.web_searches >= 0
        ):
            return
        put = object.__setattr__  # frozen for everybody else
        put(self, "input_total", max(0, self.input_total))
        put(self, "cached_read", min(max(0, self.cached_read), self.input_total))
        put(self, "cache_write", min(max(0, self.cache_write), self.input_total - self.cached_read))
        put(self, "cache_write_1h", min(max(0, self.cache_write_1h), self.cache_write))
        put(self, "output", max(0, self.output))
        put(self, "reasoning", min(max(0, self.reasoning), self.output))
        put(self, "web_searches", max(0, self.web_searches))


def count(value: object) -> int | None:
    """The count, if it can be believed: an integer from 0 to `COUNT_MAX`. Everything else is None."""
    return value if type(value) is int and 0 <= value <= COUNT_MAX else None


def served_tier(value: object) -> str | None:
    """The name under which a served tier has its prices; None for the ordinary tier and for what is not a tier's name.

    Providers say `default` or `standard` for the ordinary tier, and `batch` for what price lists call `batches`.
    """
    if not isinstance(value, str):
        return None
    name = value.lower()
    if name in _ORDINARY_TIERS or _TIER_NAME.fullmatch(name) is None:
        return None
    return _TIER_SYNONYMS.get(name, name)


class UsageStream:
    """What a stream has said of its usage so far: the last usable value of each field wins, never a sum.

    Give it each `usage` object as it passes (OpenAI's chunks, Anthropic's message_start and message_delta, the response
    of a terminal event); null and garbage change nothing.
    """

    __slots__ = ("_read", "_said", "_service_tier")

    def __init__(self, read: Callable[..., Usage | None]) -> None:
        """`read` is the reader of the stream's dialect: one of the `from_…` functions."""
        self._read = read
        self._said: dict[str, Any] = {}
        self._service_tier: str | None = None

    def add(self, usage: object, *, service_tier: object = None) -> None:
        """Takes one frame's `usage` (anything else is ignored) and, where the dialect puts it beside, its service tier."""
        if isinstance(service_tier, str):
            self._service_tier = service_tier
        for name, value in as_mapping(usage).items():
            if not isinstance(value, _KINDS.get(name, int)):
                continue
            if isinstance(value, dict):
                details = self._said.setdefault(name, {})
                for part, number in value.items():
                    _put(details, part, count(number))
            else:
                _put(self._said, name, count(value) if isinstance(value, int) else value)

    def total(self) -> Usage | None:
        """The usage so far; None while there is no usable count."""
        return self._read(self._said, service_tier=self._service_tier)


# Plain loops from here on: a call is read once, and generators would cost as much as the rest of the reading.


def as_mapping(value: object) -> Mapping[str, Any]:
    """An object of a provider's; an empty one for whatever else stands in its place."""
    return value if type(value) is dict or isinstance(value, Mapping) else _NOTHING


def largest(*values: object) -> int | None:
    """The largest believable count among the places where one number may stand; None where none is."""
    found = None
    for value in values:
        if value is not None:
            number = count(value)
            if number is not None and (found is None or number > found):
                found = number
    return found


def sum_of(numbers: Iterable[int | None]) -> int | None:
    """The sum of the counts that are there; None where none is."""
    there = [number for number in numbers if number is not None]
    return sum(there) if there else None


def _put(into: dict[str, Any], name: str, value: object) -> None:
    """Keeps a value, but no more names than any real usage object has: a stream may be long and its sender hostile."""
    if value is not None and (name in into or len(into) < _FIELDS_MAX):
        into[name] = value

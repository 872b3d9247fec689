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
from dataclasses import dataclass
from typing import Any, Final

from ai_api.core import values

COUNT_MAX: Final = 2**53
"""The largest count that is believed: what every JSON reader keeps exact."""

_ITERATIONS_MAX: Final = 1_000
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
_INPUT_DETAILS: Final = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_OUTPUT_DETAILS: Final = ("completion_tokens_details", "output_tokens_details")
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


def from_openai_chat(usage: Mapping[str, Any], *, service_tier: object = None) -> Usage | None:
    """Reads a `usage` object of chat completions, embeddings or transcriptions, OpenAI's or a compatible server's.

    `service_tier` is the answer's own top-level field, as it came. Understood beyond OpenAI's fields: DeepSeek's cache
    hits and misses, cache counts at the top level (Moonshot, Together, Mistral), cache writes (OpenRouter), Perplexity's
    searches, and reasoning reported beside the completion (xAI, Gemini's compatible endpoint; told by `total_tokens`).
    None when there is no usable count.
    """
    return _from_openai(usage, ("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"), service_tier)


def from_openai_responses(usage: Mapping[str, Any], *, service_tier: object = None) -> Usage | None:
    """Reads the `usage` object of a response, from its whole answer or its terminal event.

    `service_tier` is the response's own top-level field, as it came. None when there is no usable count.
    """
    return _from_openai(usage, ("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens"), service_tier)


def from_anthropic(usage: Mapping[str, Any], *, service_tier: object = None) -> Usage | None:
    """Reads the `usage` object of a message.

    Anthropic's `input_tokens` excludes what was read from and written to the cache: both are added. With `iterations`
    (a compaction, an advisor) the top level leaves some out: the sum of all of them is what is billed. The tier is in the
    object itself unless `service_tier` gives it; fast mode counts as a tier named `fast`. None when there is no usable
    count.
    """
    usage = _as_mapping(usage)
    counts = _anthropic_counts(usage)
    listed = usage.get("iterations")
    if isinstance(listed, list) and 0 < len(listed) <= _ITERATIONS_MAX:
        columns = zip(*(_anthropic_counts(_as_mapping(each)) for each in listed), strict=True)
        counts = [_largest(top, _sum(column)) for top, column in zip(counts, columns, strict=True)]
    uncached, read, written, hour, output = counts
    if uncached is None and read is None and written is None and output is None:
        return None
    tier = usage.get("service_tier") if service_tier is None else service_tier
    return Usage(
        input_total=(uncached or 0) + (read or 0) + (written or 0),
        cached_read=read or 0,
        cache_write=written or 0,
        cache_write_1h=hour or 0,
        output=output or 0,
        reasoning=_largest(_as_mapping(usage.get("output_tokens_details")).get("thinking_tokens")) or 0,
        service_tier="fast" if usage.get("speed") == "fast" else served_tier(tier),
        web_searches=_largest(_as_mapping(usage.get("server_tool_use")).get("web_search_requests")) or 0,
        input_known=uncached is not None,
        output_known=output is not None,
    )


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
        for name, value in _as_mapping(usage).items():
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


def _from_openai(
    usage: Mapping[str, Any], input_names: tuple[str, ...], output_names: tuple[str, ...], service_tier: object
) -> Usage | None:
    usage = _as_mapping(usage)
    hit, missed = count(usage.get("prompt_cache_hit_tokens")), count(usage.get("prompt_cache_miss_tokens"))
    cached_read = _largest(
        _in_details(usage, _INPUT_DETAILS, "cached_tokens"),
        hit,
        usage.get("cached_tokens"),
        usage.get("num_cached_tokens"),
        usage.get("cache_read_input_tokens"),
    )
    cache_write = _largest(
        _in_details(usage, _INPUT_DETAILS, "cache_write_tokens"),
        _in_details(usage, _INPUT_DETAILS, "cache_creation_tokens"),
        usage.get("cache_write_tokens"),
        usage.get("cache_creation_input_tokens"),
    )
    beside = _largest(usage.get("reasoning_tokens")) or 0
    sides = _Sides(
        input=_first_count(usage, *input_names),
        output=_first_count(usage, *output_names),
        total=count(usage.get("total_tokens")),
    )
    if sides.input is None and missed is not None:
        sides.input = _sum((hit, missed))
    if sides.input is None and sides.output is None:
        return None
    sides.fill()
    reasoning = sides.settle(
        cached=(cached_read or 0) + (cache_write or 0),
        reasoning=_largest(_in_details(usage, _OUTPUT_DETAILS, "reasoning_tokens"), beside) or 0,
        beside=beside,
    )
    return Usage(
        input_total=sides.input or 0,
        cached_read=cached_read or 0,
        cache_write=cache_write or 0,
        output=sides.output or 0,
        reasoning=reasoning,
        service_tier=served_tier(usage.get("service_tier") if service_tier is None else service_tier),
        web_searches=_largest(usage.get("num_search_queries")) or 0,
        input_known=sides.input is not None,
        output_known=sides.output is not None,
    )


@dataclass(slots=True)
class _Sides:
    """The two sides of a call and the total the provider gave, while they are brought to agree."""

    input: int | None
    output: int | None
    total: int | None

    def fill(self) -> None:
        """A side that is missing follows from the other and the total: embeddings state no output."""
        if self.total is None:
            return
        if self.output is None and self.input is not None and self.total >= self.input:
            self.output = self.total - self.input
        elif self.input is None and self.output is not None and self.total >= self.output:
            self.input = self.total - self.output

    def settle(self, *, cached: int, reasoning: int, beside: int) -> int:
        """Counts what was reported beside a side into it, and returns the reasoning.

        The total says so: xAI's is prompt + completion + reasoning; Gemini's compatible endpoint leaves its thinking out of
        everything but the total; some servers exclude cached tokens from the prompt, as Anthropic does. A difference that
        matches nothing is left alone. Without a total, only Perplexity's own top-level count (`beside`) can be outside,
        and is when it exceeds the completion.
        """
        if self.input is None or self.output is None:
            return reasoning
        unexplained = 0 if self.total is None else self.total - self.input - self.output
        if unexplained > 0 and unexplained == reasoning:
            self.output += reasoning
        elif unexplained > 0 and unexplained == cached:
            self.input += cached
        elif unexplained > 0 and reasoning == 0:
            self.output += unexplained
            return unexplained
        elif beside > self.output:
            self.output += beside
        return reasoning


def _anthropic_counts(usage: Mapping[str, Any]) -> list[int | None]:
    """Uncached input, cache reads, cache writes (the total, or its two lifetimes where that is more), 1-hour writes, output."""
    kept = _as_mapping(usage.get("cache_creation"))
    hour = count(kept.get("ephemeral_1h_input_tokens"))
    by_lifetime = _sum((count(kept.get("ephemeral_5m_input_tokens")), hour))
    return [
        count(usage.get("input_tokens")),
        count(usage.get("cache_read_input_tokens")),
        _largest(usage.get("cache_creation_input_tokens"), by_lifetime),
        hour,
        count(usage.get("output_tokens")),
    ]


# Plain loops from here on: a call is read once, and generators would cost as much as the rest of the reading.


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if type(value) is dict or isinstance(value, Mapping) else _NOTHING


def _in_details(usage: Mapping[str, Any], places: tuple[str, ...], name: str) -> int | None:
    """A part of a side, from the first of the places for details that has a count of it."""
    for place in places:
        details = usage.get(place)
        if details is not None:
            number = count(_as_mapping(details).get(name))
            if number is not None:
                return number
    return None


def _first_count(usage: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        number = count(usage.get(name))
        if number is not None:
            return number
    return None


def _largest(*values: object) -> int | None:
    """The largest believable count among the places where one number may stand; None where none is."""
    largest = None
    for value in values:
        if value is not None:
            number = count(value)
            if number is not None and (largest is None or number > largest):
                largest = number
    return largest


def _sum(numbers: Iterable[int | None]) -> int | None:
    """The sum of the counts that are there; None where none is."""
    there = [number for number in numbers if number is not None]
    return sum(there) if there else None


def _put(into: dict[str, Any], name: str, value: object) -> None:
    """Keeps a value, but no more names than any real usage object has: a stream may be long and its sender hostile."""
    if value is not None and (name in into or len(into) < _FIELDS_MAX):
        into[name] = value

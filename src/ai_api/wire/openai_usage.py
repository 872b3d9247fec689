"""What an answer in one of OpenAI's dialects used, OpenAI's own or a compatible server's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ai_api.wire.usage import Usage, as_mapping, count, largest, served_tier, sum_of

_INPUT_DETAILS: Final = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_OUTPUT_DETAILS: Final = ("completion_tokens_details", "output_tokens_details")


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


def _from_openai(
    usage: Mapping[str, Any], input_names: tuple[str, ...], output_names: tuple[str, ...], service_tier: object
) -> Usage | None:
    usage = as_mapping(usage)
    hit, missed = count(usage.get("prompt_cache_hit_tokens")), count(usage.get("prompt_cache_miss_tokens"))
    cached_read = largest(
        _in_details(usage, _INPUT_DETAILS, "cached_tokens"),
        hit,
        usage.get("cached_tokens"),
        usage.get("num_cached_tokens"),
        usage.get("cache_read_input_tokens"),
    )
    cache_write = largest(
        _in_details(usage, _INPUT_DETAILS, "cache_write_tokens"),
        _in_details(usage, _INPUT_DETAILS, "cache_creation_tokens"),
        usage.get("cache_write_tokens"),
        usage.get("cache_creation_input_tokens"),
    )
    beside = largest(usage.get("reasoning_tokens")) or 0
    sides = _Sides(
        input=_first_count(usage, *input_names),
        output=_first_count(usage, *output_names),
        total=count(usage.get("total_tokens")),
    )
    if sides.input is None and missed is not None:
        sides.input = sum_of((hit, missed))
    if sides.input is None and sides.output is None:
        return None
    sides.fill()
    reasoning = sides.settle(
        cached=(cached_read or 0) + (cache_write or 0),
        reasoning=largest(_in_details(usage, _OUTPUT_DETAILS, "reasoning_tokens"), beside) or 0,
        beside=beside,
    )
    return Usage(
        input_total=sides.input or 0,
        cached_read=cached_read or 0,
        cache_write=cache_write or 0,
        output=sides.output or 0,
        reasoning=reasoning,
        service_tier=served_tier(usage.get("service_tier") if service_tier is None else service_tier),
        web_searches=largest(usage.get("num_search_queries")) or 0,
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


# Plain loops: a call is read once, and generators would cost as much as the rest of the reading.


def _in_details(usage: Mapping[str, Any], places: tuple[str, ...], name: str) -> int | None:
    """A part of a side, from the first of the places for details that has a count of it."""
    for place in places:
        details = usage.get(place)
        if details is not None:
            number = count(as_mapping(details).get(name))
            if number is not None:
                return number
    return None


def _first_count(usage: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        number = count(usage.get(name))
        if number is not None:
            return number
    return None

"""What a message of Anthropic's used, out of its `usage`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.usage import Usage, as_mapping, count, largest, served_tier, sum_of

_ITERATIONS_MAX: Final = 1_000


def from_anthropic(usage: Mapping[str, Any], *, service_tier: object = None) -> Usage | None:
    """Reads the `usage` object of a message.

    Anthropic's `input_tokens` excludes what was read from and written to the cache: both are added. With `iterations`
    (a compaction, an advisor) the top level leaves some out: the sum of all of them is what is billed. The tier is in the
    object itself unless `service_tier` gives it; fast mode counts as a tier named `fast`. None when there is no usable
    count.
    """
    usage = as_mapping(usage)
    counts = _anthropic_counts(usage)
    listed = usage.get("iterations")
    if isinstance(listed, list) and 0 < len(listed) <= _ITERATIONS_MAX:
        columns = zip(*(_anthropic_counts(as_mapping(each)) for each in listed), strict=True)
        counts = [largest(top, sum_of(column)) for top, column in zip(counts, columns, strict=True)]
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
        reasoning=largest(as_mapping(usage.get("output_tokens_details")).get("thinking_tokens")) or 0,
        service_tier="fast" if usage.get("speed") == "fast" else served_tier(tier),
        web_searches=largest(as_mapping(usage.get("server_tool_use")).get("web_search_requests")) or 0,
        input_known=uncached is not None,
        output_known=output is not None,
    )


def _anthropic_counts(usage: Mapping[str, Any]) -> list[int | None]:
    """Uncached input, cache reads, cache writes (the total, or its two lifetimes where that is more), 1-hour writes, output."""
    kept = as_mapping(usage.get("cache_creation"))
    hour = count(kept.get("ephemeral_1h_input_tokens"))
    by_lifetime = sum_of((count(kept.get("ephemeral_5m_input_tokens")), hour))
    return [
        count(usage.get("input_tokens")),
        count(usage.get("cache_read_input_tokens")),
        largest(usage.get("cache_creation_input_tokens"), by_lifetime),
        hour,
        count(usage.get("output_tokens")),
    ]

"""What a Gemini answer used, out of its `usageMetadata`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from ai_api.wire.usage import Usage, count, served_tier


def from_gemini(usage: object, *, service_tier: object = None) -> Usage | None:
    """Reads a `usageMetadata` object. None when there is no usable count, or no object.

    What was read from a cache is inside the prompt. What was thought is beside the candidates, and what the provider's own
    tools gave the model to read beside the prompt, unless the total says that one of them is inside. A side without a count
    follows from the other and the total: a refused prompt has no candidates. The tier that served is named in the object itself.
    """
    if not isinstance(usage, Mapping):
        return None
    prompt, total = count(usage.get("promptTokenCount")), count(usage.get("totalTokenCount"))
    said, thoughts = count(usage.get("candidatesTokenCount")), count(usage.get("thoughtsTokenCount"))
    if prompt is None and said is None and thoughts is None:
        return None
    output = said if thoughts is None else (said or 0)
    tools, thought = _beside(
        (prompt or 0) + (output or 0), count(usage.get("toolUsePromptTokenCount")) or 0, thoughts or 0, total
    )
    read = None if prompt is None else prompt + tools
    written = None if output is None else output + thought
    if total is not None:
        if written is None and read is not None and total >= read:
            written = total - read
        elif read is None and written is not None and total >= written:
            read = total - written
    return Usage(
        input_total=read or 0,
        cached_read=count(usage.get("cachedContentTokenCount")) or 0,
        output=written or 0,
        reasoning=thoughts or 0,
        service_tier=served_tier(usage.get("serviceTier") if service_tier is None else service_tier),
        input_known=read is not None,
        output_known=written is not None,
    )


def _beside(counted: int, tools: int, thoughts: int, total: int | None) -> tuple[int, int]:
    """How much of what tools gave and of what was thought is not in the counts of the two sides: all of each, or nothing.

    A total that explains nothing changes nothing.
    """
    for outside in product((tools, 0), (thoughts, 0)):
        if total == counted + sum(outside):
            return outside
    return tools, thoughts

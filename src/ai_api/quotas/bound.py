"""How many tokens a call can use at most, before it is known how many it does. Pure.

Input: the bytes of the body, since no tokenizer makes more tokens than bytes, and the envelope of a message is longer than
what a provider adds to one; never more than the model's context. Where the model reads what is not in the body as text (media,
tools the provider runs) there is no bound by bytes, and the whole context is held.
"""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN_CONTEXT_TOKENS = 1_000_000
"""What a model may read when nobody said how much: larger than any context window in use but the largest few."""

UNKNOWN_OUTPUT_TOKENS = 128_000
"""What a model may write when nobody said how much."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The most tokens a call reads and writes. `output_tokens` is over all choices."""

    input_tokens: int
    output_tokens: int
    choices: int


def bound(
    *,
    input_bytes: int,
    input_is_bounded: bool,
    output_tokens_asked: int | None,
    choices: int,
    context_tokens: int | None,
    output_tokens_max: int | None,
) -> Bound:
    """The bound of one call."""
    context = context_tokens or UNKNOWN_CONTEXT_TOKENS
    input_tokens = min(context, input_bytes) if input_is_bounded else context
    per_choice = output_tokens_max or min(context, UNKNOWN_OUTPUT_TOKENS)
    if output_tokens_asked is not None:
        per_choice = min(per_choice, output_tokens_asked)
    return Bound(input_tokens, per_choice * choices, choices)

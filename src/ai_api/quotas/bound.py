"""How many tokens a call can use at most, before it is known how many it does. Pure.

Input: no tokenizer makes more tokens of a text than it has bytes, and tokens that come as such are as many; each message brings
a few of the provider's own, each image or recording has its maximum at the model; never more than the model's context, for each
input that is read on its own. Where the body does not tell what the model will read there is no bound by its bytes, and the whole
context is held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ai_api.core.values import value
from ai_api.quotas.media import media_tokens
from ai_api.wire.input_size import InputSize

UNKNOWN_CONTEXT_TOKENS = 1_000_000
"""What a model may read when nobody said how much: larger than any context window in use but the largest few."""

UNKNOWN_OUTPUT_TOKENS = 128_000
"""What a model may write when nobody said how much."""

MESSAGE_TOKENS = 8
"""What a provider puts around each message, part, tool or tool call, at most."""

OPENING_TOKENS = 128
"""What a provider puts before the first message, at most: the date, a default system prompt, the channels of a format."""

TOOLS_OPENING_TOKENS = 640
"""What a provider puts there to explain tools, at most (Anthropic, "Tool use", pricing: up to 530)."""


@value
class Bound:
    """The most tokens a call reads and writes. `output_tokens` is over all choices.

    `countable` says that counting the tokens of its texts may lower the bound, and `beside_text_tokens` what would be added to
    that count. `exact` says that they were counted, by the tokenizer of the provider itself.
    """

    input_tokens: int
    output_tokens: int
    choices: int
    beside_text_tokens: int = 0
    countable: bool = False
    exact: bool = False

    def lowered(self, text_tokens: int, *, exact: bool) -> Bound:
        """The bound after its texts were found to have at most `text_tokens`; the same one if that is no less."""
        input_tokens = min(self.input_tokens, text_tokens + self.beside_text_tokens)
        return replace(self, input_tokens=input_tokens, countable=False, exact=exact)


def bound(
    size: InputSize,
    *,
    targets: Iterable[tuple[str, str]],
    output_tokens_asked: int | None,
    choices: int,
    context_tokens: int | None,
    output_tokens_max: int | None,
) -> Bound:
    """The bound of one call that any of `targets` (provider, its name of the model) may serve."""
    context = context_tokens or UNKNOWN_CONTEXT_TOKENS
    per_choice = output_tokens_max or min(context, UNKNOWN_OUTPUT_TOKENS)
    if output_tokens_asked is not None:
        per_choice = min(per_choice, output_tokens_asked)
    output_tokens = per_choice * choices
    media = media_tokens(size, targets)
    if size.unbounded is not None or media is None:
        return Bound(context * size.inputs, output_tokens, choices)
    opening = TOOLS_OPENING_TOKENS if size.tools_bytes else OPENING_TOKENS
    beside = opening + MESSAGE_TOKENS * size.messages + size.opaque_bytes + size.tokens + media
    most = beside + size.text_bytes
    return Bound(
        # A bound by bytes may be larger than a context that nobody knows.
        input_tokens=min(context_tokens * size.inputs, most) if context_tokens else most,
        output_tokens=output_tokens,
        choices=choices,
        beside_text_tokens=beside,
        countable=size.text_bytes > 0,
    )


def likely_input_tokens(size: InputSize) -> int:
    """What an input probably is, where nobody counted it: four bytes a token, 1,000 tokens an image, 10 a second of sound."""
    text = -(-(size.text_bytes + size.opaque_bytes) // 4)
    return (
        text
        + size.tokens
        + 4 * size.messages
        + 1_000 * (size.images - size.images_low)
        + 100 * size.images_low
        + 10 * size.audio_seconds
    )

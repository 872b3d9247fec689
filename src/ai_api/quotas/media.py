"""The most tokens a model makes of an image or of a second of sound, by the provider's own statements. Pure.

Images are scaled down by the provider before the model sees them, so each has a maximum whatever its size. A file has none: a
few bytes can hold thousands of pages. Where nothing is known there is no maximum, and the whole context is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ai_api.wire.input_size import InputSize


@dataclass(frozen=True, slots=True)
class Maxima:
    """Tokens per image, per image in low detail, and per second of a recording; None where no maximum is known."""

    image: int | None = None
    image_low: int | None = None
    audio_second: int | None = None


# OpenAI, "Images and vision", calculating costs. Tiles of 512 pixels after scaling into 2,048 and then to 768 on the short side:
# at most 8. Patches of 32 pixels: at most 1,536, 2,500 or 10,000 by model and detail, times the model's multiplier; models that
# count patches make no difference for low detail. Its "Audio" guide: a token for each tenth of a second.
_OPENAI_AUDIO = 10
_DEAREST_OPENAI = Maxima(2_833 + 8 * 5_667, 2_833 + 8 * 5_667, _OPENAI_AUDIO)
# Anthropic, "Vision": about 1,600 tokens an image, 4,784 from Claude Opus 4.7 on.
_ANTHROPIC = Maxima(4_784, 4_784)
# Google, "Understand and count tokens": 258 a tile; a picture is brought into 3,072 pixels and cut into tiles of at least 256,
# which makes 24 of the longest. Later models make 1,120 of one, 2,240 at the most. Sound: 32 a second.
_GOOGLE = Maxima(24 * 258, 24 * 258, 32)
# Mistral, "Vision": patches of 16 pixels out of 1,024, and a token at the end of each row. "Audio": 12.5 tokens a second.
_MISTRAL = Maxima(64 * 65, 64 * 65, 13)
# xAI, "Image understanding": tiles of 256 tokens, at most six and one of the whole.
_XAI = Maxima(7 * 256, 7 * 256)
# Alibaba Model Studio, "Visual understanding": 16,384 tokens at the highest resolution. "Omni": 25 a second of sound.
_QWEN = Maxima(16_384, 16_384, 25)

_BY_MODEL = tuple(
    (re.compile(rf"(?:^|[/.:@]){name}"), maxima)
    for name, maxima in (
        (r"gpt-4o-mini", Maxima(2_833 + 8 * 5_667, 2_833, _OPENAI_AUDIO)),
        (r"(?:gpt-4\.1-(?:mini|nano)|gpt-5-(?:mini|nano)|o4-mini|codex-mini)", Maxima(3_779, 3_779)),
        (r"(?:chatgpt-4o|gpt-4o|gpt-audio|gpt-4\.1|gpt-4\.5|gpt-4-)", Maxima(85 + 8 * 170, 85, _OPENAI_AUDIO)),
        (r"o[13](?:$|-)", Maxima(75 + 8 * 150, 75)),
        (r"gpt-5(?:$|-)", Maxima(70 + 8 * 140, 70)),
        (r"gpt-[5-9]", Maxima(24_600, 24_600)),
        (r"claude-", _ANTHROPIC),
        (r"gemini-", _GOOGLE),
        (r"(?:pixtral|mistral|ministral|magistral|voxtral)-", _MISTRAL),
        (r"grok-", _XAI),
        (r"(?:qwen|qvq)", _QWEN),
    )
)
_BY_PROVIDER = {
    "openai": _DEAREST_OPENAI,
    # The name of a deployment says nothing of its model.
    "azure": _DEAREST_OPENAI,
    "anthropic": _ANTHROPIC,
    "gemini": _GOOGLE,
    "mistral": _MISTRAL,
    "xai": _XAI,
    "dashscope": _QWEN,
}


def maxima(provider: str, upstream_model: str) -> Maxima:
    """What is known of a model by its provider's name for it, or else of its provider."""
    if provider != "azure":
        for name, found in _BY_MODEL:
            if name.search(upstream_model.lower()):
                return found
    return _BY_PROVIDER.get(provider, Maxima())


def media_tokens(size: InputSize, targets: Iterable[tuple[str, str]]) -> int | None:
    """The most tokens the images and recordings of a request are; None where there is no maximum.

    `targets` are the (provider, its name of the model) that may serve it; the dearest counts.
    """
    if not size.images and not size.audio_items:
        return 0
    found = [_tokens_at(maxima(*target), size) for target in targets]
    known = [tokens for tokens in found if tokens is not None]
    return max(known) if found and len(known) == len(found) else None


def _tokens_at(known: Maxima, size: InputSize) -> int | None:
    tokens = 0
    for count, each in (
        (size.images - size.images_low, known.image),
        (size.images_low, known.image_low),
        (size.audio_seconds, known.audio_second),
    ):
        if count and each is None:
            return None
        tokens += count * (each or 0)
    return tokens

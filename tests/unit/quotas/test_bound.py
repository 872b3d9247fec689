"""The bound of a call: never below what it can use, and nothing where there is nothing to know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.quotas.bound import (
    MESSAGE_TOKENS,
    OPENING_TOKENS,
    TOOLS_OPENING_TOKENS,
    UNKNOWN_CONTEXT_TOKENS,
    UNKNOWN_OUTPUT_TOKENS,
    Bound,
    bound,
    likely_input_tokens,
)
from ai_api.quotas.media import Maxima, maxima, media_tokens
from ai_api.wire.input_size import InputSize, measure

sizes = st.integers(1, 10**7)
few = st.integers(0, 40)
TEXT = InputSize(text_bytes=1000, messages=2)
BESIDE = OPENING_TOKENS + 2 * MESSAGE_TOKENS
GPT_4O = ("openai", "gpt-4o")


def bound_of(size=TEXT, **given_values):
    values = {
        "targets": [GPT_4O],
        "output_tokens_asked": None,
        "choices": 1,
        "context_tokens": 128_000,
        "output_tokens_max": 16_000,
    }
    return bound(size, **values | given_values)


@given(
    size=st.builds(
        InputSize,
        text_bytes=sizes,
        opaque_bytes=few,
        messages=few,
        tools_bytes=few,
        images=few,
        audio_seconds=few,
        unbounded=st.none() | st.just("a file"),
        tokens=sizes,
        inputs=st.integers(1, 100),
    ),
    values=st.fixed_dictionaries(
        {
            "targets": st.lists(
                st.sampled_from([GPT_4O, ("anthropic", "claude-sonnet-4-5"), ("local", "smol")]), min_size=1
            ),
            "output_tokens_asked": st.none() | sizes,
            "choices": st.integers(1, 128),
            "context_tokens": st.none() | sizes,
            "output_tokens_max": st.none() | sizes,
        }
    ),
)
def test_a_call_can_use_no_more_than_its_bound(size, values):
    found = bound(size, **values)
    media = media_tokens(size, values["targets"])
    if size.unbounded or media is None:
        context = size.inputs * (values["context_tokens"] or UNKNOWN_CONTEXT_TOKENS)
        assert (found.input_tokens, found.countable) == (context, False)
    else:
        # No tokenizer makes more tokens than bytes; no model reads more than its context, of each input on its own.
        least = size.text_bytes + size.opaque_bytes + size.tokens + 8 * size.messages + media
        context = size.inputs * values["context_tokens"] if values["context_tokens"] else None
        assert found.input_tokens >= min(least, context or least)
        assert context is None or found.input_tokens <= context
        assert found.countable
    assert found.choices == values["choices"]
    per_choice, left_over = divmod(found.output_tokens, values["choices"])
    assert left_over == 0
    assert per_choice <= min(
        value for value in (values["output_tokens_asked"], values["output_tokens_max"], 10**9) if value
    )
    if values["output_tokens_asked"] is not None and values["output_tokens_max"] is not None:
        assert per_choice == min(values["output_tokens_asked"], values["output_tokens_max"])


@pytest.mark.parametrize(
    ("size", "values", "expected"),
    [
        (TEXT, {}, (1000 + BESIDE, 16_000, 1)),
        (TEXT, {"output_tokens_asked": 500}, (1000 + BESIDE, 500, 1)),
        (TEXT, {"output_tokens_asked": 500, "choices": 4}, (1000 + BESIDE, 2000, 4)),
        (TEXT, {"output_tokens_asked": 99_000}, (1000 + BESIDE, 16_000, 1)),
        (InputSize(text_bytes=10**6), {}, (128_000, 16_000, 1)),
        (InputSize(text_bytes=10**7), {"context_tokens": None}, (10**7 + OPENING_TOKENS, 16_000, 1)),
        (InputSize(text_bytes=9, tools_bytes=9), {}, (9 + TOOLS_OPENING_TOKENS, 16_000, 1)),
        (InputSize(opaque_bytes=70), {}, (70 + OPENING_TOKENS, 16_000, 1)),
        (InputSize(text_bytes=9, unbounded="a file"), {}, (128_000, 16_000, 1)),
        (InputSize(unbounded="a file"), {"context_tokens": None}, (UNKNOWN_CONTEXT_TOKENS, 16_000, 1)),
        (TEXT, {"context_tokens": None, "output_tokens_max": None}, (1000 + BESIDE, UNKNOWN_OUTPUT_TOKENS, 1)),
        (TEXT, {"context_tokens": 8_000, "output_tokens_max": None}, (1000 + BESIDE, 8_000, 1)),
        (TEXT, {"output_tokens_max": None, "output_tokens_asked": 700}, (1000 + BESIDE, 700, 1)),
        (TEXT, {"output_tokens_asked": 0}, (1000 + BESIDE, 0, 1)),
        (InputSize(tokens=500, messages=2), {}, (500 + BESIDE, 16_000, 1)),
        (InputSize(tokens=10**6, inputs=3), {"context_tokens": 8_192}, (3 * 8_192, 16_000, 1)),
        (InputSize(text_bytes=10**6, inputs=3), {"context_tokens": 8_192}, (3 * 8_192, 16_000, 1)),
        (InputSize(inputs=3, unbounded="a list"), {"context_tokens": 512}, (3 * 512, 16_000, 1)),
    ],
)
def test_known_bounds(size, values, expected):
    found = bound_of(size, **values)
    assert (found.input_tokens, found.output_tokens, found.choices) == expected


def test_a_question_about_two_pictures():
    text = {"type": "text", "text": "How many of these are cats?"}
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    size = measure("chat", {"messages": [{"role": "user", "content": [text, image, image]}], "n": 2, "max_tokens": 300})
    found = bound_of(size, output_tokens_asked=300, choices=2)
    assert (found.input_tokens, found.output_tokens) == (27 + 4 * 8 + 128 + 2 * 1_445, 600)
    assert found.input_tokens == 3_077


@given(tokens=st.integers(0, 5_000), exact=st.booleans())
def test_counting_lowers_a_bound_and_never_raises_it(tokens, exact):
    before = bound_of()
    after = before.lowered(tokens, exact=exact)
    assert after.input_tokens == min(before.input_tokens, tokens + BESIDE)
    assert (after.countable, after.exact) == (False, exact)
    assert (after.output_tokens, after.choices) == (before.output_tokens, before.choices)


def test_only_text_can_be_counted():
    assert bound_of().countable
    assert not bound_of(InputSize(images=1)).countable
    assert not bound_of(InputSize(text_bytes=9, unbounded="a file")).countable


# ── images and recordings ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        # Eight tiles of 512 pixels and the whole; the small model is charged the most tokens of all.
        (("openai", "gpt-4o"), (1_445, 85, 10)),
        (("openai", "gpt-4o-2024-11-20"), (1_445, 85, 10)),
        (("openai", "gpt-4o-mini"), (48_169, 2_833, 10)),
        (("openai", "gpt-4.1"), (1_445, 85, 10)),
        (("openai", "gpt-4.1-nano"), (3_779, 3_779, None)),
        (("openai", "gpt-5"), (1_190, 70, None)),
        (("openai", "gpt-5-mini"), (3_779, 3_779, None)),
        (("openai", "gpt-5.4"), (24_600, 24_600, None)),
        (("openai", "o1"), (1_275, 75, None)),
        (("openai", "o3-2025-04-16"), (1_275, 75, None)),
        (("openai", "o4-mini"), (3_779, 3_779, None)),
        (("openai", "invented-next-year"), (48_169, 48_169, 10)),
        (("openrouter", "openai/gpt-4o-mini"), (48_169, 2_833, 10)),
        (("azure", "gpt-4o"), (48_169, 48_169, 10)),
        (("anthropic", "claude-opus-4-8"), (4_784, 4_784, None)),
        (("bedrock", "eu.anthropic.claude-sonnet-4-5"), (4_784, 4_784, None)),
        (("gemini", "gemini-2.5-pro"), (6_192, 6_192, 32)),
        (("xai", "grok-4"), (1_792, 1_792, None)),
        (("local", "Qwen/Qwen2.5-VL-7B-Instruct"), (16_384, 16_384, 25)),
        (("local", "smol"), (None, None, None)),
        (("local", "my-claude"), (None, None, None)),
    ],
)
def test_the_most_tokens_of_an_image_and_of_a_second_of_sound(target, expected):
    assert maxima(*target) == Maxima(*expected)


def test_the_dearest_of_the_models_that_may_serve_a_call_counts():
    size = InputSize(images=3, images_low=1)
    assert media_tokens(size, [("openai", "gpt-4o")]) == 2 * 1_445 + 85
    assert media_tokens(size, [("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5")]) == 3 * 4_784
    assert media_tokens(InputSize(audio_items=1, audio_seconds=60), [("openai", "gpt-4o-audio-preview")]) == 600


def test_where_nothing_is_known_of_a_model_there_is_no_maximum():
    assert media_tokens(InputSize(images=1), [("openai", "gpt-4o"), ("local", "smol")]) is None
    assert media_tokens(InputSize(images=1), []) is None
    assert media_tokens(InputSize(audio_items=1, audio_seconds=1), [("anthropic", "claude-sonnet-4-5")]) is None
    assert media_tokens(InputSize(text_bytes=1), [("local", "smol")]) == 0
    assert bound_of(InputSize(text_bytes=1, images=1), targets=[("local", "smol")]) == Bound(128_000, 16_000, 1)


def test_what_an_input_probably_is():
    assert likely_input_tokens(InputSize()) == 0
    assert likely_input_tokens(InputSize(text_bytes=4_001, messages=2)) == 1_001 + 8
    assert likely_input_tokens(InputSize(images=3, images_low=1, audio_seconds=7)) == 2_170

"""Counting tokens: never below what a provider counts, never long, never by the network, and whoever waits is told."""

import asyncio
import copy
import math
import os
import socket
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken
import tokenizers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ai_api.core.clock import SystemClock
from ai_api.providers import count_tokens
from ai_api.providers.count_tokens import SLICE_CHARS, TokenCount, TokenCounter

GPT_4O = ("openai", "gpt-4o")
CLAUDE = ("anthropic", "claude-sonnet-4-5")
LOCAL = ("local", "llama-3.3-70b")
PROSE = "The quick brown fox jumps over the lazy dog, and nobody minds.\n"
TOKENIZERS = Path(find_spec("litellm").submodule_search_locations[0], "litellm_core_utils", "tokenizers")


@pytest.fixture(scope="module")
def counter():
    found = TokenCounter(clock=SystemClock(), time_max_s=20.0)
    asyncio.run(found.load())
    yield found
    found.close()


def count(counter, target, *texts):
    found = asyncio.run(counter.count([target], texts))
    assert found is not None
    return found


def test_what_is_known_of_openais_models(counter):
    # OpenAI's cookbook, "How to count tokens with tiktoken".
    assert count(counter, ("openai", "gpt-4"), "tiktoken is great!") == TokenCount(6, exact=True)
    assert count(counter, ("openai", "gpt-4"), "お誕生日おめでとう") == TokenCount(9, exact=True)
    assert count(counter, GPT_4O, "お誕生日おめでとう") == TokenCount(8, exact=True)
    assert count(counter, GPT_4O, "2 + 2 = 4", "2 + 2 = 4") == TokenCount(14, exact=True)
    assert count(counter, GPT_4O, "<|endoftext|>").tokens > 1


@pytest.mark.parametrize(
    ("target", "exact"),
    [
        (("openai", "gpt-5-mini"), True),
        (("openai", "o3"), True),
        (("openai", "ft:gpt-4o-mini:acme::1"), True),
        (("openai", "gpt-3.5-turbo"), True),
        (("openai", "davinci-002"), True),
        (("openai", "text-davinci-003"), False),
        (("openai", "invented-next-year"), False),
        (("azure", "gpt-4o"), False),
        (("local", "gpt-4o"), False),
        (CLAUDE, False),
    ],
)
def test_exact_is_only_what_openai_serves_itself(counter, target, exact):
    assert count(counter, target, PROSE).exact is exact


def test_the_dearest_of_the_models_that_may_serve_a_call_counts(counter):
    async def both():
        return await counter.count([GPT_4O, CLAUDE], [PROSE])

    exactly, twice = count(counter, GPT_4O, PROSE).tokens, count(counter, CLAUDE, PROSE).tokens
    assert asyncio.run(both()) == TokenCount(max(exactly, twice), exact=False)
    assert count(counter, LOCAL, PROSE).tokens == math.ceil(count(counter, ("openai", "gpt-4"), PROSE).tokens * 1.5)


@pytest.mark.usefixtures("counter")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(
        st.sampled_from(["word ", "Wörter ", "x" * 30, "不", "😀", "    ", "\n\n", "1234567", "{}();", "ﷺ", "a1"]),
        max_size=60,
    ),
    times=st.integers(1, 200),
)
def test_a_count_in_slices_is_never_below_the_count_of_the_whole(counter, pieces, times):
    text = "".join(pieces) * times
    found = count(counter, GPT_4O, text).tokens if text else 0
    whole = len(tiktoken.get_encoding("o200k_base").encode_ordinary(text))
    assert whole <= found <= whole + 6 * (len(text) // (SLICE_CHARS // 2) + 1)


SAMPLES = [
    PROSE * 40,
    "Größere Wörter über die Donaudampfschifffahrtsgesellschaft, très naïvement écrites. " * 20,
    "人工智能正在改变世界。私はガラスを食べられます。나는 유리를 먹을 수 있어요. " * 20,
    "Съешь ещё этих мягких французских булок. नमस्ते दुनिया। สวัสดีชาวโลก " * 20,
    "def f(a, b):\n    if a > b:\n        return {'a': [a, b][0]}\n    return None\n\n" * 30,
    "2026-11-21,12345.6789,0.000123,99887766\n" * 50,
    '{"id":"0199f","values":[1,22,333,4444],"ok":true}\n' * 40,
    " " * 5_000,
    "a" * 5_000,
    "0" * 5_000,
]


# What SmolLM2 makes of them, whose vocabulary is small and English, and takes each digit by itself: measured.
SMALL_VOCABULARY = [600, 701, 1_560, 1_582, 899, 2_000, 1_280, 79, 1_250, 5_000]


@pytest.mark.parametrize("target", [LOCAL, CLAUDE])
@pytest.mark.parametrize(
    ("sample", "tokens"), list(zip(SAMPLES, SMALL_VOCABULARY, strict=True)), ids=range(len(SAMPLES))
)
def test_an_estimate_is_not_below_what_other_tokenizers_count(counter, target, sample, tokens):
    # The only one published by Anthropic, of an older model.
    claude = tokenizers.Tokenizer.from_file(str(TOKENIZERS / "anthropic_tokenizer.json"))
    found = count(counter, target, sample).tokens
    assert found >= len(claude.encode(sample).ids)
    assert found >= tokens


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("run", [" ", "\n", "a", "^", "0", "a ", "不"])
def test_a_text_made_to_take_long_is_counted_as_far_as_time_allows(run):
    quick = TokenCounter(clock=SystemClock(), time_max_s=0.05)
    asyncio.run(quick.load())
    text = run * 3_000_000
    asked_at = time.perf_counter()
    found = asyncio.run(quick.count([GPT_4O], [text]))
    took_s = time.perf_counter() - asked_at
    quick.close()
    assert took_s < 2
    if found is not None:
        assert found.tokens >= len(text) // 200
        assert found.tokens <= len(text.encode()) + CUTS * (len(text) // SLICE_CHARS + 1)


CUTS = count_tokens.CUT_TOKENS


class _Watch:
    """A clock that says what it is told, and then goes on saying the last."""

    def __init__(self, *readings):
        self._readings = list(readings)

    def monotonic(self):
        return self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]


async def test_what_was_not_counted_in_time_stands_for_a_token_a_byte():
    # Asked for, loaded (before and after), the first slice, and from then on too late.
    slow = TokenCounter(clock=_Watch(0.0, 0.0, 0.0, 0.1, 9.0), time_max_s=0.25)
    found = await slow.count([GPT_4O], ["the " * 5_000, "the end"])
    slow.close()
    first = " the" * 5_000
    at = ("the " * 5_000).rfind(" ", 0, SLICE_CHARS)
    assert found == TokenCount(
        len(tiktoken.get_encoding("o200k_base").encode_ordinary(first[:at])) + 20_000 - at + 7, exact=False
    )


async def test_nothing_counted_is_not_a_count():
    late = TokenCounter(clock=_Watch(0.0, 0.0, 0.0, 9.0), time_max_s=0.25)
    assert await late.count([GPT_4O], ["the end"]) is None
    late.close()


async def test_who_would_wait_too_long_is_told_at_once():
    busy = TokenCounter(clock=SystemClock(), time_max_s=20.0, waiting_max=3)
    await busy.load()
    found = await asyncio.gather(*(busy.count([GPT_4O], [PROSE * 5_000]) for _ in range(10)))
    assert [each is None for each in found] == [False] * 3 + [True] * 7
    # And places are given back.
    assert await busy.count([GPT_4O], [PROSE]) is not None
    busy.close()
    assert await busy.count([GPT_4O], [PROSE]) is None


async def test_a_caller_that_leaves_takes_its_place_with_it():
    busy = TokenCounter(clock=SystemClock(), time_max_s=20.0, waiting_max=2)
    await busy.load()
    first = asyncio.create_task(busy.count([GPT_4O], [PROSE * 20_000]))
    second = asyncio.create_task(busy.count([GPT_4O], [PROSE]))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert await busy.count([GPT_4O], [PROSE]) is not None
    assert await first is not None
    busy.close()


async def test_the_loop_goes_on_while_a_long_text_is_counted(counter):
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await counter.count([GPT_4O], [PROSE * 30_000])
    ticking.cancel()
    assert ticks > 5


async def test_a_tokenizer_that_breaks_leaves_the_bytes(monkeypatch):
    # A megabyte of spaces in one piece overflows the tokenizer's stack: the reason for slices.
    monkeypatch.setattr(count_tokens, "SLICE_CHARS", 10**7)
    counter = TokenCounter(clock=SystemClock(), time_max_s=20.0)
    found = await counter.count([GPT_4O], [" " * 1_000_000 + "x"])
    counter.close()
    assert found is not None
    assert found.tokens == 1_000_001


# ── without the network ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_tokenizers_come_from_the_disk(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nonexistent")
    counter = TokenCounter(clock=SystemClock())
    for target in (GPT_4O, CLAUDE):
        assert await counter.count([target], [PROSE]) is not None
    counter.close()
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(TOKENIZERS)


@pytest.mark.parametrize("damage", ["missing", "other", "no package"])
async def test_a_tokenizer_whose_file_is_not_there_is_not_downloaded(monkeypatch, tmp_path, damage):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was used")

    package = tmp_path / "litellm"
    (package / "litellm_core_utils" / "tokenizers").mkdir(parents=True)
    (package / "__init__.py").touch()
    if damage == "other":
        for file in TOKENIZERS.glob("*"):
            if file.is_file():
                (package / "litellm_core_utils" / "tokenizers" / file.name).write_bytes(b"IQ== 0\n")
    # A copy: where the package was imported before, this is the module's own.
    spec = None if damage == "no package" else copy.copy(find_spec("litellm"))
    if spec is not None:
        spec.submodule_search_locations = [str(package)]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    counter = TokenCounter(clock=SystemClock())
    assert await counter.count([GPT_4O], [PROSE]) is None
    counter.close()

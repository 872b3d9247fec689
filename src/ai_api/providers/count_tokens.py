"""How many tokens a provider makes of a text: counted in one thread beside the event loop, within a time, without the network.

OpenAI publishes its tokenizers; every other count is an upper estimate made with one of them. A count never promises less than
it knows: what was not counted in time stands in it with a token for each byte.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tiktoken

from ai_api.core.clock import Clock
from ai_api.wire.utf8 import bytes_read

SLICE_CHARS: Final = 16_384
"""A text is counted in slices: the tokenizer's time grows faster than a run of letters, and a megabyte of spaces breaks it."""

CUT_TOKENS: Final = 4
"""What a cut between slices may hide: two halves can have fewer tokens than the whole."""

_O200K: Final = "o200k_base"
_CL100K: Final = "cl100k_base"
# Where each lies in litellm's package: the name under which tiktoken looks for it, and the SHA-256 of what it expects there. It
# would download what it does not find.
_FILES: Final = {
    _CL100K: (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    _O200K: (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}
_ENCODINGS: Final = {"cl100k_base": _CL100K, "o200k_base": _O200K, "o200k_harmony": _O200K}
_BYTES_A_TOKEN_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The tokens of some texts. `exact` says that the provider's own tokenizer counted them, whole."""

    tokens: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """By which tokenizer to count for a model; `halves` is the factor on it, in halves: 2 where it is the model's own."""

    encoding: str
    halves: int


@dataclass(frozen=True, slots=True)
class _Tally:
    """What a tokenizer found: tokens counted, of how many bytes in UTF-8, characters and digits; bytes not counted in time."""

    tokens: int
    digits: int
    counted_chars: int
    counted_bytes: int
    other_bytes: int


class TokenCounter:
    """Counts tokens, one request at a time. Use within one event loop; `close` when done."""

    def __init__(self, *, clock: Clock, time_max_s: float = 0.25, waiting_max: int = 16) -> None:
        """A count is given `time_max_s` from when it is asked for, and at most `waiting_max` are under way at once.

        Loading the tokenizers does not count as time: the first counts wait for it, unless `load` was called before.
        """
        self._clock = clock
        self._time_max_s = time_max_s
        self._places = threading.BoundedSemaphore(waiting_max)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="count-tokens")
        self._encodings: dict[str, tiktoken.Encoding | None] = {}
        self._closed = False

    async def count(self, targets: Collection[tuple[str, str]], texts: Sequence[str]) -> TokenCount | None:
        """The most tokens any of `targets` (provider, its name of the model) makes of `texts`, what it adds itself not included.

        None when it was not counted: too many wait, there was no time, or the tokenizer's file is not there.
        """
        plans = {_plan_for(*target) for target in targets}
        if self._closed or not plans or not self._places.acquire(blocking=False):
            return None
        deadline = self._clock.monotonic() + self._time_max_s
        job: Future[TokenCount | None] = self._thread.submit(self._count, plans, texts, deadline)
        job.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(job)

    async def load(self) -> None:
        """Loads the tokenizers before they are needed: half a second of CPU, some 120 MB."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._load_all)

    def close(self) -> None:
        """Ends the thread; what waits is not counted."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _count(self, plans: set[_Plan], texts: Sequence[str], deadline: float) -> TokenCount | None:
        tallies: dict[str, _Tally] = {}
        for name in sorted({plan.encoding for plan in plans}):
            asked_at = self._clock.monotonic()
            encoding = self._encoding(name)
            deadline += self._clock.monotonic() - asked_at
            if encoding is None:
                return None
            tallies[name] = self._tally(encoding, texts, deadline)
        if not any(tally.counted_bytes for tally in tallies.values()):
            return None
        return TokenCount(
            tokens=max(_tokens(plan, tallies[plan.encoding]) for plan in plans),
            exact=all(plan.halves == 2 and not tallies[plan.encoding].other_bytes for plan in plans),
        )

    def _encoding(self, name: str) -> tiktoken.Encoding | None:
        if name not in self._encodings:
            self._encodings[name] = _load(name)
        return self._encodings[name]

    def _load_all(self) -> None:
        for name in _FILES:
            self._encoding(name)

    def _tally(self, encoding: tiktoken.Encoding, texts: Sequence[str], deadline: float) -> _Tally:
        tokens = digits = chars = counted_bytes = other_bytes = 0
        for text in texts:
            for start, end in _slices(text):
                if self._clock.monotonic() >= deadline:
                    other_bytes += bytes_read(text[start:])
                    break
                piece = text[start:end]
                tokens += _encoded(encoding, piece) + (CUT_TOKENS if start else 0)
                digits += sum(map(piece.count, "0123456789"))
                chars += len(piece)
                counted_bytes += len(piece.encode("utf-8", "surrogatepass"))
        return _Tally(tokens, digits, chars, counted_bytes, other_bytes)


def _plan_for(provider: str, upstream_model: str) -> _Plan:
    """How to count for a model.

    Not every "gpt-4o" is one: an Azure deployment and a server of one's own have the names they were given, so only what OpenAI
    itself serves is taken at its word. Claude's tokenizers make more of code and prose than others (up to 1.3 times as much as
    cl100k, and again 1.35 times since Opus 4.7).
    """
    name = upstream_model.lower()
    if provider == "openai":
        try:
            encoding = _ENCODINGS.get(tiktoken.encoding_name_for_model(upstream_model))
        except KeyError:
            encoding = None
        if encoding is not None:
            return _Plan(encoding, 2)
    return _Plan(_CL100K, 4 if provider == "anthropic" or "claude" in name else 3)


def _tokens(plan: _Plan, tally: _Tally) -> int:
    if plan.halves == 2:
        return tally.tokens + tally.other_bytes
    # cl100k makes one token of three digits, of eighty spaces, of many a character that is not English. Others make three, a few
    # more, or one for nearly each of its bytes.
    estimate = -(-(tally.tokens * plan.halves + tally.digits) // 2)
    estimate += -(-(tally.counted_bytes - tally.counted_chars) // 4)
    return max(estimate, -(-tally.counted_bytes // _BYTES_A_TOKEN_MAX)) + tally.other_bytes


def _slices(text: str) -> Iterator[tuple[int, int]]:
    """Where to cut a text: before a space or a line's end, where words are cut anyway, or else anywhere."""
    start = 0
    while len(text) - start > SLICE_CHARS:
        latest = start + SLICE_CHARS
        cut = max(text.rfind(" ", start + SLICE_CHARS // 2, latest), text.rfind("\n", start + SLICE_CHARS // 2, latest))
        yield start, (end := cut if cut > start else latest)
        start = end
    if start < len(text):
        yield start, len(text)


def _encoded(encoding: tiktoken.Encoding, piece: str) -> int:
    try:
        return len(encoding.encode_ordinary(piece))
    except BaseException:  # noqa: BLE001  # a panic of the tokenizer's is no Exception, and the bytes are a bound without it
        return bytes_read(piece)


def _load(name: str) -> tiktoken.Encoding | None:
    """The tokenizer of that name; None where its file is not as tiktoken expects it, which would then download it."""
    # Found without being imported: litellm takes seconds and 180 MB.
    package = importlib.util.find_spec("litellm")
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(package.submodule_search_locations[0], "litellm_core_utils", "tokenizers")
    file_name, expected = _FILES[name]
    try:
        found = hashlib.sha256((folder / file_name).read_bytes()).hexdigest()
    except OSError:
        return None
    if found != expected:
        return None
    # litellm sets the same when it is imported, and tiktoken keeps one copy for both.
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    return tiktoken.get_encoding(name)

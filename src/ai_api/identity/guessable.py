"""How much there is to guess in a password: common words, runs of keys and repetitions count for little."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Final

WEIGHT_MIN: Final = 7
"""What a password has to weigh: as many characters nobody would guess, or four words of the kind people choose."""

_WORD_WEIGHS: Final = 2
_WORD_CHARACTERS_MIN: Final = 4
_WORD_CHARACTERS_MAX: Final = 24
_RUN_CHARACTERS_MIN: Final = 3
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_AS_LETTERS = str.maketrans("@431!05$7", "aaeiiosst")
_KEYS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl;'",
    "qsdfghjklm",
    "zxcvbnm,./",
    "wxcvbn",
    "!@#$%^&*()",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1qaz",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)
_RUNS: Final = (*_KEYS, *(keys[::-1] for keys in _KEYS))


def weight_of(password: str) -> int:
    """How many characters of a password are worth guessing: a common word weighs 2, a run, a year or a repetition 1.

    Nothing is weighed after `WEIGHT_MIN` is reached.
    """
    text = password.casefold()
    spelled = text.translate(_AS_LETTERS)
    at = weight = 0
    while at < len(text) and weight < WEIGHT_MIN:
        length, weighs = _piece(text, spelled, at)
        at += length
        weight += weighs
    return weight


def _piece(text: str, spelled: str, at: int) -> tuple[int, int]:
    """The longest piece at a place that is easily guessed, or else one character; and its weight."""
    pieces = (
        (_word_at(spelled, at), _WORD_WEIGHS),
        (_run_at(text, at), 1),
        (_repeated_at(text, at), 1),
        (4 if _YEAR.match(text, at) else 0, 1),
        (1, 1),
    )
    return max(pieces, key=lambda piece: (piece[0], -piece[1]))


def _word_at(spelled: str, at: int) -> int:
    longest = min(_WORD_CHARACTERS_MAX, len(spelled) - at)
    return next((n for n in range(longest, _WORD_CHARACTERS_MIN - 1, -1) if spelled[at : at + n] in guessed_words()), 0)


def _run_at(text: str, at: int) -> int:
    same = next(n for n in count(1) if text[at : at + n + 1] != text[at] * (n + 1))
    longest = 0
    for keys in _RUNS:
        begin = keys.find(text[at])
        if begin >= 0:
            longest = max(longest, _shared(keys[begin:], text[at:]))
    return max(same if same > 1 else 0, longest if longest >= _RUN_CHARACTERS_MIN else 0)


def _repeated_at(text: str, at: int) -> int:
    """How much of what comes was there before, from three characters on."""
    length = 0
    while at + length < len(text) and text.find(text[at : at + max(length + 1, 3)], 0, at) >= 0:
        length += 1
    return length if length >= _RUN_CHARACTERS_MIN else 0


def _shared(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@cache
def guessed_words() -> frozenset[str]:
    """Words that leaked passwords have most often, in small letters, digits that stand for letters read as those."""
    text = files("ai_api.identity").joinpath("guessed_words.txt").read_text(encoding="ascii")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word.translate(_AS_LETTERS) for line in lines for word in line.split())

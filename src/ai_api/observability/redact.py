"""Taking secrets out of finished text: those that were learned, and whatever looks like one.

It works on the finished line, after formatting and with the traceback in it, because that is the only place where nothing
can slip past. Every pattern is bounded, so that a line costs time in proportion to its length.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Final
from urllib.parse import quote

MASK: Final = "[redacted]"
LEARNED_MAX: Final = 10_000
SECRET_CHARACTERS_MIN: Final = 8
"""Shorter ones are not learned: they would take ordinary words out of every line, and guessing them needs no log."""

_KEY = 8
_FEW = 256
"""Up to so many beginnings are looked for one by one; with more, going through the text once is quicker."""
_PARTIAL_MIN = 20  # longer than what is shown on purpose: a prefix and six characters

_QUOTE = r"\\{0,8}[\"']"
_NAMES = (
    r"(?:x-|x_)?(?:api|goog-api|gateway)[-_]?(?:key|authorization|token)|x-goog-api-key|authorization|proxy-authorization|"
    r"cookie|set-cookie|password|passwd|pwd|passphrase|secret|client_secret|access_token|refresh_token|id_token|"
    r"encryption_keys?|database_url|ops_token"
)

_NAME: Final = re.compile(_NAMES, re.IGNORECASE)
_HINTS = (
    *("key", "auth", "cookie", "pass", "pwd", "secret", "database_url"),
    # Not every token: `input_tokens` stands on the line of every call, and these rules are the dearest.
    *("apitoken", "api-token", "api_token", "waytoken", "way-token", "way_token"),
    *("ss_token", "sh_token", "id_token", "ops_token"),
)
# What must be in a lower-case line for a rule to be worth its time, the rule, and what it puts in place.
_RULES: Final = (
    # A URL's password: everything between the colon and the last @ before a space or a quote.
    (
        ("://",),
        re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"'\\]{0,256}):[^\s\"'\\]{1,512}@"),
        rf"\1:{MASK}@",
    ),
    # A named secret in quotes, at any depth of escaping: up to the quote that closes it.
    (
        _HINTS,
        re.compile(
            rf"(?i)(\b(?:{_NAMES}){_QUOTE}?\s{{0,4}}[:=,]\s{{0,4}}b?({_QUOTE}))(?:(?!(?<!\\)\2)[^\n]){{1,16384}}",
        ),
        rf"\1{MASK}",
    ),
    # A named secret without quotes, such as a header: one word, after the word for its scheme if there is one.
    (
        _HINTS,
        re.compile(
            rf"(?i)(\b(?:{_NAMES}){_QUOTE}?\s{{0,4}}[:=]\s{{0,4}}(?:(?:bearer|basic|token)\s{{1,4}})?)"
            r"[^\s\"'\\,;&)}\]]{1,16384}"
        ),
        rf"\1{MASK}",
    ),
    (("bearer",), re.compile(r"(?i)(\bbearer\s{1,4})[A-Za-z0-9._~+/=-]{8,16384}"), rf"\1{MASK}"),
    (
        ("?", "&"),
        re.compile(r"(?i)([?&](?:key|api[-_]?key|token|access_token|sig|signature|code)=)[^\s&#\"'\\]{1,16384}"),
        rf"\1{MASK}",
    ),
    (("aiapi_pat_",), re.compile(r"aiapi_pat_[0-9A-Za-z]{7,1024}"), MASK),
    (("sk-",), re.compile(r"(?<![A-Za-z])sk-[A-Za-z0-9_-]{16,1024}"), MASK),
    (("aiza",), re.compile(r"AIza[0-9A-Za-z_-]{20,256}"), MASK),
    # What is long, random and of three kinds of characters has no business in a log, whatever its prefix.
    (
        ("",),
        re.compile(
            r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]{40})(?=[A-Za-z0-9]{0,64}[a-z])(?=[A-Za-z0-9]{0,64}[A-Z])(?=[A-Za-z0-9]{0,64}[0-9])"
            r"[A-Za-z0-9]{40,4096}"
        ),
        MASK,
    ),
)


class Redactor:
    """Scrubs text. One per process; it holds at most `learned_max` secrets and forgets the oldest first."""

    def __init__(self, *, learned_max: int = LEARNED_MAX) -> None:
        self._learned_max = learned_max
        self._lock = threading.Lock()
        self._spellings: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._by_beginning: dict[str, tuple[str, ...]] = {}

    def learn(self, secret: str) -> None:
        """From now on `secret` is scrubbed, also where it is escaped, quoted, URL-encoded, or cut off after 20 characters."""
        if len(secret) < SECRET_CHARACTERS_MIN:
            return
        with self._lock:
            if secret in self._spellings:
                self._spellings.move_to_end(secret)
                return
            self._spellings[secret] = spellings = _spellings(secret)
            for spelling in spellings:
                beginning = spelling[:_KEY]
                self._by_beginning[beginning] = (*self._by_beginning.get(beginning, ()), spelling)
            if len(self._spellings) > self._learned_max:
                self._forget_oldest()

    def scrub(self, text: str) -> str:
        """`text` without secrets, each replaced by `[redacted]`."""
        if self._by_beginning:
            text = self._without_learned(text)
        lowered = text.lower()
        for hints, pattern, replacement in _RULES:
            for hint in hints:
                if hint in lowered:
                    text = pattern.sub(replacement, text)
                    break
        return text

    def _without_learned(self, text: str) -> str:
        beginnings = self._by_beginning
        if len(beginnings) <= _FEW and not any(beginning in text for beginning in list(beginnings)):
            return text
        kept: list[str] = []
        shown_to = position = 0
        end = len(text) - _KEY
        while position <= end:
            candidates = beginnings.get(text[position : position + _KEY])
            length = _length_matched(text, position, candidates) if candidates else 0
            if length:
                kept += (text[shown_to:position], MASK)
                position += length
                shown_to = position
            else:
                position += 1
        return text if not kept else "".join((*kept, text[shown_to:]))

    def _forget_oldest(self) -> None:
        _, spellings = self._spellings.popitem(last=False)
        for spelling in spellings:
            beginning = spelling[:_KEY]
            left = list(self._by_beginning[beginning])
            left.remove(spelling)
            if left:
                self._by_beginning[beginning] = tuple(left)
            else:
                del self._by_beginning[beginning]


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether what stands under this name is a secret, whatever it looks like."""
    return _NAME.fullmatch(name) is not None


def _spellings(secret: str) -> tuple[str, ...]:
    """How a secret may stand in a line: as it is, inside JSON, inside a Python repr, inside both, and in a URL."""
    shown = repr(secret)[1:-1]
    found = (
        secret,
        _in_json(secret),
        shown,
        _in_json(shown),
        quote(secret, safe="", errors="replace"),
        quote(secret, errors="replace"),
    )
    return tuple(dict.fromkeys(found))


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _length_matched(text: str, position: int, candidates: tuple[str, ...]) -> int:
    """How much of `text` from `position` on is one of `candidates`, or a long enough beginning of one; 0 if nothing is."""
    longest = 0
    for candidate in candidates:
        if text.startswith(candidate, position):
            longest = max(longest, len(candidate))
        elif len(candidate) > _PARTIAL_MIN and text.startswith(candidate[:_PARTIAL_MIN], position):
            same = _PARTIAL_MIN
            while position + same < len(text) and same < len(candidate) and text[position + same] == candidate[same]:
                same += 1
            longest = max(longest, same)
    return longest

"""Where a call stands in a trace: W3C's `traceparent`, read and written. Pure, and without a library."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HEADER: Final = "traceparent"
# Versions after 00 may have more behind the flags; ff is none.
_FORM = re.compile(rb"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A call's own span in its trace. `parent_id` is the caller's span, None where the trace begins here."""

    trace_id: int
    span_id: int
    parent_id: int | None
    is_sampled: bool

    def header(self) -> str:
        """The `traceparent` of whoever is called next."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{int(self.is_sampled):02x}"


def context_of(headers: Iterable[tuple[bytes, bytes]], *, share: float, chance: random.Random) -> TraceContext:
    """The context of a request with these headers (names in lower case).

    A trace that the caller has begun goes on, and is sampled if the caller samples it. One that is not readable, or comes twice,
    is none, and of those that begin here a `share` from 0 to 1 is sampled.
    """
    span_id = chance.getrandbits(64) or 1
    given = [value for name, value in headers if name == HEADER.encode()]
    found = _FORM.fullmatch(given[0]) if len(given) == 1 else None
    if found is not None and not (found[1] == b"00" and found[5]):
        trace_id, parent_id = int(found[2], 16), int(found[3], 16)
        if trace_id and parent_id:
            return TraceContext(trace_id, span_id, parent_id, is_sampled=bool(int(found[4], 16) & _SAMPLED))
    return TraceContext(chance.getrandbits(128) or 1, span_id, None, is_sampled=chance.random() < share)

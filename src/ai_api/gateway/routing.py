"""In which order the routes of a model are tried. Pure, given a source of chance.

Calls of one conversation go the same way for as long as it is open to them: what a provider has cached of a prompt is with the
key that it was sent by.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeVar

from ai_api.providers import ProviderKey, Route

Candidate = TypeVar("Candidate", bound=tuple[Route, ProviderKey])

_HASHES = 2**64


def order(
    routes: Sequence[Candidate], chance: Callable[[], float], conversation: bytes | None = None
) -> list[Candidate]:
    """Routes by priority (lowest first); among equals by weight, 0 meaning never.

    Without a `conversation` they are drawn; `chance` gives numbers from 0 (included) to 1 (excluded). Calls of one
    conversation have one order, and conversations share the routes by weight. Where a route comes or goes, only those
    change their way that it takes over, or that were on it.
    """
    rank = _drawn(chance) if conversation is None else _of(conversation)
    ordered: list[Candidate] = []
    for priority in sorted({route.priority for route, _ in routes}):
        equals = [each for each in routes if each[0].priority == priority and each[0].weight > 0]
        # One alone needs no rank.
        ordered += equals if len(equals) < 2 else sorted(equals, key=lambda each: rank(each[0]))
    return ordered


def _drawn(chance: Callable[[], float]) -> Callable[[Route], float]:
    # The times at which events of these rates happen first: any order of them is as likely as drawing without return.
    return lambda route: -math.log(1.0 - chance()) / route.weight


def _of(conversation: bytes) -> Callable[[Route], float]:
    # The same with a hash for the chance, which is called weighted rendezvous hashing.
    def rank(route: Route) -> float:
        digest = blake2b(route.id.bytes, digest_size=8, key=conversation[:64]).digest()
        return -math.log((int.from_bytes(digest) + 1) / (_HASHES + 1)) / route.weight

    return rank

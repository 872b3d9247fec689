"""In which order the routes of a model are tried. Pure, given a source of chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ai_api.providers import ProviderKey, Route

Candidate = TypeVar("Candidate", bound=tuple[Route, ProviderKey])


def order(routes: Sequence[Candidate], chance: Callable[[], float]) -> list[Candidate]:
    """Routes by priority (lowest first); among equals drawn by weight without return; weight 0 is drained, never drawn.

    `chance` gives numbers from 0 (included) to 1 (excluded).
    """
    ordered: list[Candidate] = []
    for priority in sorted({route.priority for route, _ in routes}):
        equals = [each for each in routes if each[0].priority == priority and each[0].weight > 0]
        while equals:
            point = chance() * sum(route.weight for route, _ in equals)
            for index, (route, _) in enumerate(equals):
                point -= route.weight
                if point < 0 or index == len(equals) - 1:
                    ordered.append(equals.pop(index))
                    break
    return ordered

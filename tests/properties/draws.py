"""What is drawn of a step, as one number: drawing each of its arguments would take longer than most steps do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st


def one_of_each(**choices: Sequence[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One of each, by its name, all combinations as likely; the first of each is the simplest."""

    def chosen(number: int) -> dict[str, Any]:
        given = {}
        for name, among in choices.items():
            number, place = divmod(number, len(among))
            given[name] = among[place]
        return given

    return st.integers(0, math.prod(map(len, choices.values())) - 1).map(chosen)

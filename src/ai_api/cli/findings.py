"""What `ai-api doctor` says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one thing. `advice` can wait; with `wrong` calls fail, or will. `repair` is empty where all is well."""

    check: str
    verdict: Literal["ok", "advice", "wrong"]
    words: str
    repair: str = ""

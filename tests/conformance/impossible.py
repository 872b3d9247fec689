"""Cells that a provider's own documents rule out. Each has to be refused, by the name of its field: never half done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Impossible:
    """Why a cell cannot be, where that is written, and the field a refusal has to name."""

    reason: str
    document: str
    field: str


_NO_STOP: Final = Impossible(
    reason="a response has no stop sequences",
    document="https://platform.openai.com/docs/api-reference/responses/create",
    field="stop",
)

IMPOSSIBLE: Final[Mapping[tuple[str, str, str], Impossible]] = MappingProxyType(
    {("responses", family, "stop"): _NO_STOP for family in ("openai", "anthropic", "gemini", "generic")}
)
"""By dialect, family and feature."""

"""Reading a response's body strictly: a member is understood or refused by its path, never dropped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ai_api.core.errors import Refusal
from ai_api.wire import strict
from ai_api.wire.envelope import bad


def unsayable(path: str, advice: str = "Leave it out.") -> Refusal:
    """The refusal of something that only OpenAI's own models can be asked."""
    return bad(f"{path} cannot be passed on to this model, which is asked by chat completions. {advice}", path)


def members(value: object, path: str, known: Collection[str]) -> dict[str, Any]:
    """An object's members; null ones count as not given. Raises Refusal for another shape and for an unknown member."""
    return strict.members(value, path, known, unsayable)


def one_of(value: object, path: str, words: Collection[str]) -> str:
    """One of some words. Raises Refusal."""
    if not isinstance(value, str) or value not in words:
        raise bad(f"{path} must be one of {', '.join(sorted(words))}.", path)
    return value

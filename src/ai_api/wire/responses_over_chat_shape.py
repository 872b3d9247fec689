"""Reading a response's body strictly: a member is understood or refused by its path, never dropped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from ai_api.core.errors import Refusal
from ai_api.wire.envelope import bad

_NAME_CHARS_SHOWN: Final = 64


def unsayable(path: str, advice: str = "Leave it out.") -> Refusal:
    """The refusal of something that only OpenAI's own models can be asked."""
    return bad(f"{path} cannot be passed on to this model, which is asked by chat completions. {advice}", path)


def members(value: object, path: str, known: Collection[str]) -> dict[str, Any]:
    """An object's members; null ones count as not given. Raises Refusal for another shape and for an unknown member."""
    if not isinstance(value, dict):
        raise bad(f"{path} must be an object.", path)
    found = {name: member for name, member in value.items() if member is not None}
    for name in found:
        if name not in known:
            raise unsayable(f"{path}.{name[:_NAME_CHARS_SHOWN]}")
    return found


def listed(value: object, path: str) -> list[Any]:
    """A list. Raises Refusal."""
    if not isinstance(value, list):
        raise bad(f"{path} must be a list.", path)
    return value


def string(value: object, path: str) -> str:
    """A text, which may be empty. Raises Refusal."""
    if not isinstance(value, str):
        raise bad(f"{path} must be a string.", path)
    return value


def word(value: object, path: str) -> str:
    """A text that is not empty. Raises Refusal."""
    if not isinstance(value, str) or not value:
        raise bad(f"{path} must be a string that is not empty.", path)
    return value


def switch(value: object, path: str) -> bool:
    """True or false. Raises Refusal."""
    if not isinstance(value, bool):
        raise bad(f"{path} must be true or false.", path)
    return value


def one_of(value: object, path: str, words: Collection[str]) -> str:
    """One of some words. Raises Refusal."""
    if not isinstance(value, str) or value not in words:
        raise bad(f"{path} must be one of {', '.join(sorted(words))}.", path)
    return value

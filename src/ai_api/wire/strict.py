"""Reading a caller's JSON strictly: a member is understood or refused by its path, never dropped. For every dialect over chat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from ai_api.core.errors import Refusal
from ai_api.wire.envelope import bad

NAME_CHARS_SHOWN: Final = 64


def members(value: object, path: str, known: Collection[str], unknown: Callable[[str], Refusal]) -> dict[str, Any]:
    """An object's members; null ones count as not given. Raises Refusal for another shape, and `unknown` for another member."""
    if not isinstance(value, Mapping):
        raise bad(f"{path} must be an object.", path)
    found = {name: member for name, member in value.items() if member is not None}
    for name in found:
        if name not in known:
            raise unknown(f"{path}.{name[:NAME_CHARS_SHOWN]}")
    return found


def listed(value: object, path: str) -> list[Any]:
    """A list. Raises Refusal."""
    if not isinstance(value, list):
        raise bad(f"{path} must be a list.", path)
    return value


def any_text(value: object, path: str) -> str:
    """A text, which may be empty. Raises Refusal."""
    if not isinstance(value, str):
        raise bad(f"{path} must be a string.", path)
    return value


def filled(value: object, path: str) -> str:
    """A text that is not empty. Raises Refusal."""
    if not isinstance(value, str) or not value:
        raise bad(f"{path} must be a string that is not empty.", path)
    return value


def switch(value: object, path: str) -> bool:
    """True or false. Raises Refusal."""
    if not isinstance(value, bool):
        raise bad(f"{path} must be true or false.", path)
    return value

"""Reading a chat body strictly: a member is understood or refused by its name, never dropped.

A body is the caller's, so nothing of it goes on before it was looked at here, and only what was understood goes on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ai_api.core.errors import Refusal


def unsupported(param: str, advice: str = "Leave it out.") -> Refusal:
    """The refusal of something that this model's provider cannot be asked."""
    return Refusal(
        "unsupported_parameter", "invalid", f"{param} does not exist with this model's provider. {advice}", param=param
    )


def bad(param: str, message: str) -> Refusal:
    """The refusal of something that has the wrong shape."""
    return Refusal("bad_request", "invalid", f"{param} {message}", param=param)


def members(value: object, path: str, known: Collection[str]) -> dict[str, Any]:
    """An object's members; null ones count as not given. Raises Refusal for another shape and for an unknown member."""
    if not isinstance(value, dict):
        raise bad(path, "must be an object.")
    found = {name: member for name, member in value.items() if member is not None}
    for name in found:
        if name not in known:
            raise unsupported(f"{path}.{name[:64]}")
    return found


def items(value: object, path: str) -> list[Any]:
    """A list that is not empty. Raises Refusal."""
    if not isinstance(value, list) or not value:
        raise bad(path, "must be a list that is not empty.")
    return value


def text(value: object, path: str) -> str:
    """A string that is not empty. Raises Refusal."""
    if not isinstance(value, str) or not value:
        raise bad(path, "must be a string that is not empty.")
    return value


def kind(value: object, path: str) -> str:
    """The `type` of an object. Raises Refusal."""
    if not isinstance(value, dict):
        raise bad(path, "must be an object.")
    return text(value.get("type"), f"{path}.type")

"""Reading a request of messages strictly: a member is understood or refused by its name, never dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ai_api.core.errors import Refusal
from ai_api.wire.envelope import bad

_NAME_CHARS_SHOWN = 64


def cannot(path: str, advice: str = "Leave it out.") -> Refusal:
    """The refusal of something that only Anthropic's own models can be asked."""
    return Refusal("unsupported_parameter", "invalid", f"{path} does not exist with this model. {advice}", param=path)


def members(value: object, path: str, known: Collection[str]) -> dict[str, Any]:
    """An object's members; null ones count as not given. Raises Refusal for another shape and for an unknown member."""
    if not isinstance(value, Mapping):
        raise bad(f"{path} must be an object.", path)
    found = {name: member for name, member in value.items() if member is not None}
    for name in found:
        if name not in known:
            raise cannot(f"{path}.{name[:_NAME_CHARS_SHOWN]}")
    return found


def items(value: object, path: str) -> list[Any]:
    """A list. Raises Refusal."""
    if not isinstance(value, list):
        raise bad(f"{path} must be a list.", path)
    return value


def text(value: object, path: str) -> str:
    """A string that is not empty. Raises Refusal."""
    if not isinstance(value, str) or not value:
        raise bad(f"{path} must be a string that is not empty.", path)
    return value


def flag(given: Mapping[str, Any], name: str, path: str) -> bool:
    """A switch, off where it is not given. Raises Refusal."""
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise bad(f"{path}.{name} must be true or false.", f"{path}.{name}")
    return value


def kind(value: object, path: str) -> str:
    """The `type` of an object. Raises Refusal."""
    if not isinstance(value, Mapping):
        raise bad(f"{path} must be an object.", path)
    return text(value.get("type"), f"{path}.type")

"""Reading a request of messages strictly: a member is understood or refused by its name, never dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ai_api.core.errors import Refusal
from ai_api.wire import strict
from ai_api.wire.envelope import bad


def cannot(path: str, advice: str = "Leave it out.") -> Refusal:
    """The refusal of something that only Anthropic's own models can be asked."""
    return Refusal("unsupported_parameter", "invalid", f"{path} does not exist with this model. {advice}", param=path)


def members(value: object, path: str, known: Collection[str]) -> dict[str, Any]:
    """An object's members; null ones count as not given. Raises Refusal for another shape and for an unknown member."""
    return strict.members(value, path, known, cannot)


def flag(given: Mapping[str, Any], name: str, path: str) -> bool:
    """A switch, off where it is not given. Raises Refusal."""
    return strict.switch(given.get(name, False), f"{path}.{name}")


def kind(value: object, path: str) -> str:
    """The `type` of an object. Raises Refusal."""
    if not isinstance(value, Mapping):
        raise bad(f"{path} must be an object.", path)
    return strict.filled(value.get("type"), f"{path}.type")

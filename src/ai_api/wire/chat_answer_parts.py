"""Parts of a chat's answer, read as what they have to be: what a provider leaves out is empty, anything else is unreadable."""

from __future__ import annotations

from typing import Any

from ai_api.wire.failures import StreamFailure


def text_in(value: object) -> str:
    """A text; an absent one is empty. Raises StreamFailure."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise unreadable()
    return value


def list_in(value: object) -> list[Any]:
    """A list; an absent one is empty. Raises StreamFailure."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise unreadable()
    return value


def object_in(value: object) -> dict[str, Any]:
    """An object; an absent one is empty. Raises StreamFailure."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise unreadable()
    return value


def unreadable() -> StreamFailure:
    """What is said of an answer that is no chat's."""
    return StreamFailure("upstream_interrupted", "The provider sent something that cannot be read.")

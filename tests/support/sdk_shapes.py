"""What the official libraries' types say of a JSON value: members that do not fit, and members nobody declares."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import typing_extensions

REQUIRED: tuple[Any, ...] = (typing.Required, typing_extensions.Required)


def extras(models: Iterable[Any]) -> set[str]:
    """Names of members that the types do not declare, at any depth."""
    found: set[str] = set()
    pending = list(models)
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif hasattr(node, "model_extra"):
            found |= set(node.model_extra or {})
            pending += [getattr(node, name) for name in type(node).model_fields]
    return found


def misfits(declared: Any, value: object, path: str = "body") -> list[str]:
    """Where a JSON value does not fit a type of TypedDicts: also members the type does not declare, at any depth."""
    origin, arguments = typing.get_origin(declared), typing.get_args(declared)
    if origin in REQUIRED:
        return misfits(arguments[0], value, path)
    if origin in (typing.Union, types.UnionType):
        tries = [misfits(each, value, path) for each in arguments]
        return min(tries, key=len) if all(tries) else []
    if origin is Literal:
        return [] if value in arguments else [f"{path}: {value!r} is none of {arguments}"]
    if typing_extensions.is_typeddict(declared):
        return misfits_of_object(declared, value, path)
    if declared is Any or declared is object:
        return []
    if origin is not None and issubclass(origin, Mapping):
        return [] if isinstance(value, dict) else [f"{path}: not an object"]
    if origin is not None:
        if not isinstance(value, list):
            return [f"{path}: not a list"]
        return [each for number, item in enumerate(value) for each in misfits(arguments[0], item, f"{path}[{number}]")]
    if declared is float:
        declared = (int, float)
    fits = isinstance(value, declared) if isinstance(declared, type | tuple) else False
    return [] if fits else [f"{path}: {value!r} is not {declared}"]


def misfits_of_object(declared: Any, value: object, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: not an object"]
    hints = typing_extensions.get_type_hints(declared, include_extras=True)
    closed = getattr(declared, "__pydantic_config__", {}).get("extra") != "allow"
    # Not `__required_keys__`: it cannot see through annotations that are strings.
    required = {name for name, hint in hints.items() if typing.get_origin(hint) in REQUIRED}
    found = [f"{path}.{name} is missing" for name in required - value.keys()]
    for name, member in value.items():
        if name in hints:
            found += misfits(hints[name], member, f"{path}.{name}")
        elif closed:
            found.append(f"{path}.{name} is not declared")
    return found

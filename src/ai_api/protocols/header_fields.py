"""The header fields of a request, read once: a call looks for a dozen of them."""

from __future__ import annotations

from starlette.types import Scope


def first_of_each(scope: Scope) -> dict[str, str]:
    """The fields by their names in lower case, as the server gives them; of one that comes twice, the first."""
    fields: dict[str, str] = {}
    for name, value in scope["headers"]:
        fields.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    return fields


def all_of(scope: Scope, name: str) -> list[str]:
    """All fields of this name, which is in lower case, in their order."""
    wanted = name.encode("latin-1")
    return [value.decode("latin-1") for each, value in scope["headers"] if each == wanted]

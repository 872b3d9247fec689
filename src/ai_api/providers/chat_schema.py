"""JSON schemas of tools and answers, in the one form that is passed on as it is.

Schemas may name shared parts in `$defs` and point at them. Older ones call that `definitions` or `components.schemas`;
the translating library would copy such a part into every place that points at it, so that a kilobyte becomes a megabyte
nobody counted and seconds on the event loop. Here the parts are moved to `$defs`, and stay where they are.
"""

from __future__ import annotations

from typing import Any, Final

from ai_api.providers.chat_shape import bad

_OLD_PLACES: Final = ("#/definitions/", "#/components/schemas/")


def read_schema(value: object, path: str) -> dict[str, Any]:
    """A schema whose shared parts are in `$defs`. Raises Refusal for anything that is not an object."""
    if not isinstance(value, dict):
        raise bad(path, "must be a JSON schema.")
    if "definitions" not in value and "components" not in value:
        return value
    components = value.get("components") or {}
    if not isinstance(components, dict):
        raise bad(f"{path}.components", "must be an object.")
    shared: dict[str, Any] = {}
    for name, parts in (
        ("definitions", value.get("definitions")),
        ("components.schemas", components.get("schemas")),
        ("$defs", value.get("$defs")),
    ):
        if parts is not None:
            if not isinstance(parts, dict):
                raise bad(f"{path}.{name}", "must be an object.")
            shared |= parts
    rest = {name: member for name, member in value.items() if name not in {"definitions", "components"}}
    moved: dict[str, Any] = _repointed({**rest, "$defs": shared})
    return moved


def _repointed(node: Any) -> Any:
    if isinstance(node, list):
        return [_repointed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _new_place(member) if name == "$ref" and isinstance(member, str) else _repointed(member)
        for name, member in node.items()
    }


def _new_place(reference: str) -> str:
    for old in _OLD_PLACES:
        if reference.startswith(old):
            return "#/$defs/" + reference.removeprefix(old)
    return reference

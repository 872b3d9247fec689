"""Google's schemas as JSON schemas.

Google's are OpenAPI's of old: types in capitals, `nullable`, numbers as texts. What they say is said in JSON schema's words;
words that Google does not know are refused, as Google does. A JSON schema belongs in `parametersJsonSchema` and
`responseJsonSchema`, and goes on as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.gemini_names import camel
from ai_api.wire.generate_over_chat_fields import number, unsupported, within, word
from ai_api.wire.strict import any_text, filled, switch

_TYPES: Final = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"})
_COUNT_DIGITS_MAX: Final = 19
"""As many as the largest number of 64 bits has."""


def json_schema(value: object, path: str) -> dict[str, Any]:
    """The JSON schema for one of Google's schemas. Raises Refusal."""
    if not isinstance(value, dict):
        raise bad(f"{path} must be a schema.", path)
    made: dict[str, Any] = {}
    nullable = False
    order: list[str] = []
    for spelled, member in value.items():
        name, at = camel(spelled), within(path, spelled)
        if member is None:
            continue
        if name == "nullable":
            nullable = switch(member, at)
        elif name == "propertyOrdering":
            order = _texts(member, at)
        else:
            made |= _keyword(name, member, at)
    if order and "properties" in made:
        made["properties"] = _ordered(made["properties"], order)
    return _nullable(made) if nullable else made


def given_schema(value: object, path: str) -> dict[str, Any]:
    """A JSON schema, as it is. Raises Refusal for anything that is not an object."""
    if not isinstance(value, dict):
        raise bad(f"{path} must be a JSON schema.", path)
    return value


def _keyword(name: str, value: object, path: str) -> dict[str, Any]:
    if name not in _KEYWORDS:
        raise unsupported(path, "It is no part of Google's schemas; a JSON schema has a field of its own.")
    in_json, read = _KEYWORDS[name]
    made = read(value, path)
    return {} if made is None else {in_json: made}


def _type(value: object, path: str) -> str | None:
    name = word(value, path)
    if name == "TYPE_UNSPECIFIED":
        return None
    if name not in _TYPES:
        raise bad(f"{path} must be one of {', '.join(sorted(_TYPES))}.", path)
    return name.lower()


def _by_name(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad(f"{path} must be an object.", path)
    return {key: json_schema(part, within(path, key)) for key, part in value.items()}


def _listed(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise bad(f"{path} must be a list.", path)
    return [json_schema(part, f"{path}[{at}]") for at, part in enumerate(value)]


def _more(value: object, path: str) -> bool | dict[str, Any]:
    return value if isinstance(value, bool) else json_schema(value, path)


def _nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(schema)
    if "anyOf" in made:
        made["anyOf"] = [*made["anyOf"], {"type": "null"}]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    if "type" in made:
        made["type"] = [made["type"], "null"]
    return made


def _ordered(properties: dict[str, Any], order: list[str]) -> dict[str, Any]:
    """The order is told by where a property stands: that is how models write them."""
    first = {name: properties[name] for name in order if name in properties}
    return first | {name: schema for name, schema in properties.items() if name not in first}


def _texts(value: object, path: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad(f"{path} must be a list of strings.", path)
    return value


def _count(value: object, path: str) -> int:
    # A number of 64 bits is a text in Google's JSON.
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise bad(f"{path} must be a whole number from 0 on.", path)
    return value


def _as_it_is(value: object, _path: str) -> object:
    return value


def _one_of_them(value: object, _path: str) -> list[object]:
    return [value]


# Google's keyword → JSON schema's, and what reads its value.
_KEYWORDS: Final[Mapping[str, tuple[str, Callable[[object, str], Any]]]] = {
    "type": ("type", _type),
    "title": ("title", any_text),
    "description": ("description", any_text),
    "format": ("format", any_text),
    "pattern": ("pattern", any_text),
    "enum": ("enum", _texts),
    "required": ("required", _texts),
    "minItems": ("minItems", _count),
    "maxItems": ("maxItems", _count),
    "minLength": ("minLength", _count),
    "maxLength": ("maxLength", _count),
    "minProperties": ("minProperties", _count),
    "maxProperties": ("maxProperties", _count),
    "minimum": ("minimum", number),
    "maximum": ("maximum", number),
    "default": ("default", _as_it_is),
    "example": ("examples", _one_of_them),
    "properties": ("properties", _by_name),
    "items": ("items", json_schema),
    "prefixItems": ("prefixItems", _listed),
    "anyOf": ("anyOf", _listed),
    "additionalProperties": ("additionalProperties", _more),
    "defs": ("$defs", _by_name),
    "$defs": ("$defs", _by_name),
    "ref": ("$ref", filled),
    "$ref": ("$ref", filled),
}

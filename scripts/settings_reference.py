"""Writes the table of settings into docs/reference/settings.md, from the settings themselves."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ai_api import settings
from scripts import generated_block

PAGE = Path("docs/reference/settings.md")
BLOCK = "python -m scripts.settings_reference"
# What the name alone says in the program, and a page should say in words.
WORDS = {
    "AI_API_LISTEN__HOST": "Address of the public listener: calls and `/api`.",
    "AI_API_LISTEN__PORT": "Port of the public listener.",
    "AI_API_LISTEN__OPS_HOST": "Address of the internal listener: probes and metrics.",
    "AI_API_LISTEN__OPS_PORT": "Port of the internal listener.",
    "AI_API_UPSTREAM__CONNECT_S": "How long connecting to a provider may take, in seconds.",
    "AI_API_UPSTREAM__FIRST_BYTE_S": "How long a provider may take to begin its answer, in seconds.",
    "AI_API_UPSTREAM__IDLE_S": "How long a provider may be silent in the middle of an answer, in seconds.",
    "AI_API_UPSTREAM__TOTAL_S": "How long a call may take from its beginning to its end, in seconds.",
    "AI_API_LIMITS__BODY_BYTES_MAX": "The largest body a call may have, in bytes. The portal's API takes 1 MiB.",
    "AI_API_CREDENTIALS__PREFIX": "How the secrets of new credentials begin, unless a prefix is asked for.",
    "AI_API_CREDENTIALS__TTL_DAYS": "How many days a new credential lives unless something else is asked for.",
    "AI_API_POOLS__HOT": "Connections for calls, in each process.",
    "AI_API_POOLS__PORTAL": "Connections for the portal's API and for loading the catalog, in each process; five more in bursts.",
    "AI_API_LOG_LEVEL": "The least that is written to the log.",
}


@dataclass(frozen=True)
class Row:
    """One setting, as the table shows it."""

    name: str
    allowed: str
    default: str
    meaning: str
    is_secret: bool


def rows(model: type[BaseModel] = settings.Settings, prefix: str = settings.PREFIX) -> Iterator[Row]:
    """Every setting of `model`, in order. Raises KeyError, naming it, for one that nobody has described."""
    said, schema = _docstrings(model), model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        shown = prefix + name.upper()
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from rows(kind, f"{shown}__")
            continue
        meaning = said.get(name) or WORDS[shown]
        is_secret = _is_secret(model, name, shown)
        yield Row(shown, _allowed(schema[name]), _default(field), meaning.replace("\n", " "), is_secret)
        for each in get_args(kind):
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield from rows(each, f"{shown}__NAME__")


def _is_secret(model: type[BaseModel], name: str, shown: str) -> bool:
    """Whether a setting may come from a file."""
    if model is settings.Oidc:
        return name == "client_secret"
    return shown.removeprefix(settings.PREFIX).lower() in settings.SECRET_SETTINGS


def table() -> str:
    """The table in Markdown."""
    lines = ["| setting | may be | default | meaning |", "|---|---|---|---|"]
    for row in rows():
        from_file = f" Or the path of a file that holds it, as `{row.name}_FILE`." if row.is_secret else ""
        lines.append(f"| `{row.name}` | {row.allowed} | {row.default} | {row.meaning}{from_file} |")
    return "\n".join(lines)


def needless_words() -> list[str]:
    """Names in `WORDS` that the program itself describes by now, or no longer has."""
    described = {row.name for row in rows() if row.meaning == WORDS.get(row.name)}
    return sorted(WORDS.keys() - described)


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a class, which Python itself throws away."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    found: dict[str, str] = {}
    if isinstance(body, ast.ClassDef):
        for before, node in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(before, ast.AnnAssign)
                and isinstance(before.target, ast.Name)
                and isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
            ):
                found[before.target.id] = inspect.cleandoc(str(node.value.value))
    return found


def _allowed(schema: Mapping[str, Any]) -> str:
    """What JSON Schema says of a value, in words."""
    for alternative in schema.get("anyOf", ()):
        if alternative.get("type") != "null":
            return _allowed(alternative)
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if schema["type"] == "boolean":
        return "`true`, `false`"
    name = {"integer": "whole number", "number": "number", "string": "text"}[schema["type"]]
    if schema.get("format") == "password":
        name = "text, secret"
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    bounds = [f"{word} {schema[key]}" for key, word in words.items() if key in schema]
    if "pattern" in schema:
        bounds.append(f"matching `{schema['pattern']}`")
    return " ".join([name, *bounds])


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "none"
    if field.default is PydanticUndefined:
        return "**required**"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, tuple) and field.default:
        return f"`{' '.join(field.default)}`"
    return "none" if field.default in (None, ()) else f"`{field.default}`"


def main() -> int:
    """Fills the page."""
    generated_block.write(PAGE, BLOCK, table())
    return 0


if __name__ == "__main__":
    sys.exit(main())

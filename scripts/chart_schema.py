"""Writes what a value under `settings` and `secrets` may be into the chart's values.schema.json, from the settings themselves.

The rest of that file is written by hand. `--check` changes nothing, and exits with 1 where the file is stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ai_api import settings

SCHEMA = Path("deploy/helm/ai-api/values.schema.json")
OF_THE_CHART = frozenset({"host", "port", "ops_host", "ops_port", "worker_ops_port"})
"""Listeners: the chart's Services and probes go by them."""
_KEPT = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "pattern", "minLength", "maxLength")
_OIDC_SECRET = "^oidc__[a-z0-9][a-z0-9-]{0,31}__client_secret$"  # noqa: S105 -- the form of a name
_CLOSED: dict[str, Any] = {"additionalProperties": False}


def settings_schema() -> dict[str, Any]:
    """What `settings` may be: a tree of names in small letters, without what is secret and what the chart sets itself."""
    whole = settings.Settings.model_json_schema()
    properties: dict[str, Any] = {}
    for name, schema in whole["properties"].items():
        if name in settings.SECRET_SETTINGS:
            continue
        if name == "oidc":
            inner = _group(settings.Oidc.model_json_schema(), {"client_secret"})
            names = {"pattern": "^[a-z0-9][a-z0-9-]{0,31}$"}
            properties[name] = {"type": "object", "propertyNames": names, "additionalProperties": inner}
        elif (group := _definition(schema, whole)) is not None:
            properties[name] = _group(group, _left_out(name))
        else:
            properties[name] = _of_one(schema)
    properties["public_url"] = {"type": ["string", "null"], "pattern": "^https?://[^/]"}
    return {"type": "object", "properties": properties} | _CLOSED


def secrets_schema() -> dict[str, Any]:
    """What `secrets` may be: each by value, or by the name and the key of a Secret."""
    given = {"$ref": "#/$defs/secret"}
    properties = dict.fromkeys(settings.SECRET_SETTINGS, given)
    return {"type": "object", "properties": properties, "patternProperties": {_OIDC_SECRET: given}} | _CLOSED


def filled(text: str) -> str:
    """The whole file with both parts as they are now."""
    document = json.loads(text)
    document["properties"]["settings"] = settings_schema()
    document["properties"]["secrets"] = secrets_schema()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _left_out(group: str) -> set[str]:
    secret = {each.partition("__")[2] for each in settings.SECRET_SETTINGS if each.startswith(f"{group}__")}
    return secret | (OF_THE_CHART if group == "listen" else set())


def _definition(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any] | None:
    reference = schema.get("$ref") or next((each["$ref"] for each in schema.get("allOf", ()) if "$ref" in each), None)
    found = whole.get("$defs", {}).get(str(reference).rpartition("/")[2])
    return found if isinstance(found, dict) else None


def _group(schema: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    inner = {name: _of_one(each) for name, each in schema["properties"].items() if name not in left_out}
    return {"type": "object", "properties": inner} | _CLOSED


def _of_one(schema: dict[str, Any]) -> dict[str, Any]:
    """The limits of one setting, and no more: Helm shows them, and pages have the words."""
    if "anyOf" in schema:
        return {"anyOf": [_of_one(each) for each in schema["anyOf"]]}
    if schema.get("type") == "array":
        return {"type": "string"}
    return {key: schema[key] for key in _KEPT if key in schema}


def main() -> int:
    """Fills the file, or says that it is stale."""
    text = SCHEMA.read_text(encoding="utf-8")
    new = filled(text)
    if "--check" not in sys.argv[1:]:
        SCHEMA.write_text(new, encoding="utf-8")
    elif new != text:
        sys.stderr.write(f"{SCHEMA} is stale: run `python -m scripts.chart_schema`\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

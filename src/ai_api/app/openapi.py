"""What the doors promise, in one document."""

from __future__ import annotations

from ai_api import __version__
from ai_api.app.application import Application


def openapi_of(application: Application) -> dict[str, object]:
    """The OpenAPI document of all doors together."""
    document: dict[str, object] = {}
    plane = application.data_plane
    for app in (plane.described if plane is not None else None, application.portal):
        if app is None:
            continue
        part = app.openapi()
        if not document:
            document = {**part, "info": {"title": "ai-api", "version": __version__}}
            continue
        document["paths"] = {**_as_dict(document["paths"]), **part["paths"]}
        components = _as_dict(document.get("components", {}))
        for kind, named in part.get("components", {}).items():
            components[kind] = {**_as_dict(components.get(kind, {})), **named}
        document["components"] = components
    return document


def _as_dict(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}

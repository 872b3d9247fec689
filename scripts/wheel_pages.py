"""Puts the portal's pages into the wheel. An editable install has none: there the checkout's own are served.

Run by the build backend, as pyproject.toml asks for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesOfPortal(BuildHookInterface):  # type: ignore[misc]  # the backend is not installed where types are checked
    """Adds `frontend/dist` as `ai_api/_portal`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel of a `version`, standard or editable, is built. Raises FileNotFoundError without pages."""
        if version != "standard":
            return
        pages = Path(self.root) / "frontend" / "dist"
        if not (pages / "index.html").is_file():
            raise FileNotFoundError(
                f"{pages} holds no pages, and a wheel without them is none to publish: run `make portal`"
            )
        build_data["force_include"][str(pages)] = "ai_api/_portal"

"""`ai-api openapi`: the document of all doors, from the code itself; needs no database."""

from __future__ import annotations

import json

from ai_api.app import create_app, openapi_of
from ai_api.settings import load_settings

# Nothing is connected or sealed while the document is made; these only have the right form.
_NOWHERE = "postgresql://nobody@localhost/none"
_NO_KEY = "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def openapi() -> None:
    """Print the OpenAPI document."""
    settings = load_settings({}, database_url=_NOWHERE, encryption_keys=_NO_KEY)
    print(json.dumps(openapi_of(create_app(settings)), indent=2, sort_keys=True, ensure_ascii=False))

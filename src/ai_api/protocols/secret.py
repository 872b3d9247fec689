"""Where clients put their secret. The first place that holds something wins; what was found is never logged or forwarded."""

from __future__ import annotations

from collections.abc import Mapping

_BARE_HEADERS = ("x-api-key", "x-goog-api-key", "api-key")


def find(headers: Mapping[str, str]) -> str | None:
    """The secret of a request, or None when it carries none."""
    for name in _BARE_HEADERS:
        value = headers.get(name, "").strip()
        if value:
            return value
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return None

"""Where clients put their secret. The first place that holds something wins; what was found is never logged or forwarded."""

from __future__ import annotations

from collections.abc import Mapping

_GATEWAY_SECRET, _GATEWAY_ID = "x-gateway-authorization", "x-gateway-id"
_BARE_HEADERS = ("x-api-key", "x-goog-api-key", "api-key")


def find(headers: Mapping[str, str]) -> str | None:
    """The secret of a request, or None when it carries none."""
    ours = headers.get(_GATEWAY_SECRET, "").strip()
    if ours:
        # For who needs the other places for something else: with `Bearer` or without.
        scheme, _, value = ours.partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ours
    for name in _BARE_HEADERS:
        value = headers.get(name, "").strip()
        if value:
            return value
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return None


def public_id(headers: Mapping[str, str]) -> str | None:
    """The public id of the credential that a request says its secret is of; None where it need not say."""
    if not headers.get(_GATEWAY_SECRET, "").strip():
        return None
    return headers.get(_GATEWAY_ID, "").strip()

"""The columns of a provider key that follow from what an administrator says of it: where it is called, and its sealed secret."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ai_api.core.addresses import check_base_url
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing
from ai_api.providers import google_token, rules, store, wiring

_DISPLAY_MAX = 100


def address_columns(provider: str, base_url: str | None, api_version: str | None, *, private: bool) -> dict[str, Any]:
    """The columns that follow from where a key is called. Raises Refusal `bad_base_url`, `bad_api_version`."""
    base, version = wiring.address(provider, base_url, api_version)
    base = check_base_url(base, private_network=private)
    return {
        "base_url": base,
        "api_version": version,
        "allow_private_network": private,
        "wiring": store.wiring_values(wiring.derive(provider, base, version)),
        "wiring_version": wiring.WIRING_VERSION,
    }


def secret_columns(ring: KeyRing, key_id: UUID, provider: str, secret: str | None, *, private: bool) -> dict[str, Any]:
    """The columns that hold a secret. Raises Refusal `secret_needed`, `bad_secret`, `bad_base_url`."""
    known = wiring.vendor(provider)
    if secret is None:
        if known.needs_secret:
            raise Refusal("secret_needed", "invalid", f"Provider {provider} needs a secret.", param="secret")
        return {"sealed_secret": None, "sealing_key_id": None, "secret_display": None}
    if known.scheme == "google" and google_token.is_service_account(secret):
        # Whose it is tells it apart, and gives nothing away.
        shown = google_token.read_service_account(secret, private_network=private).email[:_DISPLAY_MAX]
    else:
        shown = rules.display(rules.check_secret(secret))
    sealed = ring.seal(secret, key_id)
    return {"sealed_secret": sealed.value, "sealing_key_id": sealed.key_id, "secret_display": shown}

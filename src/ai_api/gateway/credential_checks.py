"""Preflight's first step: is the credential one that may be used, by this member, from here? Pure, over copies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ai_api.core.client_address import Address, is_within
from ai_api.core.errors import Refusal
from ai_api.gateway.people import Holder

_UNKNOWN = "This credential is not known, or was revoked. Check the key you send, or create a new credential."


def check_credential(holder: Holder | None, now: datetime) -> Holder:
    """Step 1, first half: the credential is known, in force, and its member active. Raises Refusal."""
    known = check_in_force(holder, now)
    check_member(known)
    check_not_paused(known)
    return known


def check_in_force(holder: Holder | None, now: datetime) -> Holder:
    """The credential is known, and neither revoked nor expired. Raises Refusal."""
    if holder is None:
        raise unknown()
    if holder.revoked_at is not None:
        raise Refusal("credential_revoked", "unauthenticated", _UNKNOWN)
    if holder.expires_at is not None and holder.expires_at <= now:
        raise Refusal(
            "credential_expired",
            "unauthenticated",
            f"This credential expired on {holder.expires_at:%Y-%m-%d}. Create or rotate a credential and use the new one.",
        )
    return holder


def check_member(holder: Holder) -> None:
    """The credential's member is active. Raises Refusal."""
    if holder.member_status != "active":
        raise Refusal(
            "member_disabled", "forbidden", "The member this credential belongs to is disabled. Ask an administrator."
        )


def check_not_paused(holder: Holder) -> None:
    """The credential is not paused. Raises Refusal."""
    if holder.paused_at is not None:
        raise Refusal("credential_paused", "forbidden", "This credential is paused. Resume it, or use another one.")


def check_source(holder: Holder, source: Callable[[], Address | None]) -> None:
    """Step 1, second half: the credential is used from a network it may be used from. Raises Refusal.

    `source` says where the call comes from; it is asked only where the credential has networks.
    """
    if holder.source_networks is None:
        return
    address = source()
    if not is_within(address, holder.source_networks):
        where = f"from {address}" if address is not None else "from an address that is not known"
        raise Refusal(
            "source_not_allowed",
            "forbidden",
            f"This credential may not be used {where}. Use it in its own networks, or ask an administrator to add this one.",
        )


def unknown() -> Refusal:
    """The answer to a secret nobody knows; the same words as for a revoked one."""
    return Refusal("credential_unknown", "unauthenticated", _UNKNOWN)

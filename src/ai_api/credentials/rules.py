"""What a credential is, what state it is in, and who may change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.client_address import network_of
from ai_api.core.errors import Refusal

State = Literal["active", "paused", "expired", "revoked"]
By = Literal["member", "admin"]
"""On whose behalf something is done: the member's own, or as an administrator."""

STATES: Final[tuple[State, ...]] = ("active", "paused", "expired", "revoked")
NAME_CHARACTERS_MAX: Final = 100
SCOPE_MAX: Final = 200
"""How many allocations a credential's scope names at most; beyond that it is for all of them."""
SOURCE_NETWORKS_MAX: Final = 50
OVERLAP_MAX: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Credential:
    """A member's application key, without its secret.

    `allocation_ids` is None for all of the member's allocations, `source_networks` for use from anywhere.
    """

    id: UUID
    public_id: str
    member_id: UUID
    name: str
    display: str
    allocation_ids: tuple[UUID, ...] | None
    expires_at: datetime | None
    source_networks: tuple[str, ...] | None
    paused_at: datetime | None
    paused_by: By | None
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime

    def state(self, at: datetime) -> State:
        """What it is at a moment; the first that applies of revoked, expired, paused, active."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= at:
            return "expired"
        return "active" if self.paused_at is None else "paused"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential with its secret, which nobody can read again."""

    credential: Credential
    secret: str

    def __repr__(self) -> str:
        """Without the secret: this may end in a log."""
        return f"Issued({self.credential.public_id})"


def require_live(credential: Credential) -> None:
    """Raises Refusal `credential_revoked`: a revocation is final, and nothing about it changes any more."""
    if credential.revoked_at is not None:
        raise Refusal(
            "credential_revoked",
            "conflict",
            "This credential is revoked, and stays so. Issue a new one.",
        )


def require_pausable(credential: Credential, by: By) -> None:
    """Whether `by` may pause it now; an administrator's pause also goes over a member's own.

    Raises Refusal `credential_revoked` or `credential_state_conflict`.
    """
    require_live(credential)
    if credential.paused_by is not None and not (by == "admin" and credential.paused_by == "member"):
        raise Refusal(
            "credential_state_conflict",
            "conflict",
            f"This credential is already paused by {credential.paused_by}.",
            details={"paused_by": credential.paused_by},
        )


def require_resumable(credential: Credential, by: By) -> None:
    """Whether `by` may resume it now. Who paused decides who may resume.

    Raises Refusal `credential_revoked`, `credential_state_conflict` or `credential_action_forbidden`.
    """
    require_live(credential)
    if credential.paused_by is None:
        raise Refusal("credential_state_conflict", "conflict", "This credential is not paused.")
    if credential.paused_by == "admin" and by == "member":
        raise Refusal(
            "credential_action_forbidden",
            "forbidden",
            "An administrator paused this credential; only an administrator may resume it.",
            details={"paused_by": "admin"},
        )


def require_future(expires_at: datetime | None, at: datetime) -> None:
    """Raises Refusal `bad_expiry` for an expiry that has passed."""
    if expires_at is not None and expires_at <= at:
        raise Refusal(
            "bad_expiry",
            "invalid",
            "An expiry lies in the future. To stop a credential now, revoke it.",
            param="expires_at",
        )


def networks_in(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Networks as they are stored, each once; None stays None: from anywhere.

    Raises Refusal `bad_network`, naming the first that is none, or for none or more than `SOURCE_NETWORKS_MAX` of them.
    """
    if given is None:
        return None
    if not 1 <= len(given) <= SOURCE_NETWORKS_MAX:
        raise _bad_network(f"Name 1 to {SOURCE_NETWORKS_MAX} networks, or null for use from anywhere.")
    found = []
    for text in given:
        try:
            found.append(str(network_of(text.strip())))
        except ValueError:
            raise _bad_network(
                f"{text[:64]!r} is no network. Write one such as 10.0.0.0/8 or 2001:db8::/32, without bits of a host."
            ) from None
    return tuple(dict.fromkeys(found))


def require_name(name: str) -> None:
    """Raises Refusal `bad_name` for a name nobody could read in a list."""
    if not name.strip() or len(name) > NAME_CHARACTERS_MAX or not name.isprintable():
        raise Refusal(
            "bad_name", "invalid", f"A name is 1 to {NAME_CHARACTERS_MAX} printable characters.", param="name"
        )


def require_overlap(overlap: timedelta) -> None:
    """Raises Refusal `bad_overlap` for less than nothing or more than a day."""
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise Refusal("bad_overlap", "invalid", "The overlap is between 0 and 24 hours.", param="overlap_s")


def successor_expiry(credential: Credential, at: datetime) -> datetime | None:
    """When a credential that takes this one's place at `at` expires: it lives as long as this one was given; None is never."""
    if credential.expires_at is None:
        return None
    return at + (credential.expires_at - credential.created_at)


def audited(credential: Credential) -> dict[str, Any]:
    """A credential as the audit trail shows it: neither the secret nor its hash."""
    return {
        "public_id": credential.public_id,
        "member_id": credential.member_id,
        "name": credential.name,
        "display": credential.display,
        "allocation_ids": credential.allocation_ids,
        "expires_at": credential.expires_at,
        "source_networks": credential.source_networks,
        "paused_at": credential.paused_at,
        "paused_by": credential.paused_by,
        "revoked_at": credential.revoked_at,
    }


def overlap_under_limits() -> Refusal:
    """The answer to a rotation with overlap where two secrets at a time would each have a whole amount."""
    return Refusal(
        "overlap_under_limits",
        "conflict",
        "Limits count by this credential, and while two secrets work each would have the whole amount. "
        "Rotate it without an overlap.",
        param="overlap_s",
    )


def credential_not_found() -> Refusal:
    """The answer for an id that names no credential, or none of the caller's."""
    return Refusal("credential_not_found", "not_found", "There is no such credential.")


def _bad_network(message: str) -> Refusal:
    return Refusal("bad_network", "unprocessable", message, param="source_networks")

"""What an allocation is, and how its state may change.

    active ──pause──▶ paused by member ──pause by admin──▶ paused by admin
       ▲                   │ resume (member, admin)              │ resume (admin alone)
       └───────────────────┴─────────────────────────────────────┘
    active, paused ──quarantine──▶ quarantined ──release──▶ active        (admin alone)
    active, paused, quarantined ──revoke──▶ revoked, for good             (admin alone)

Who paused decides who may resume, and a quarantine cannot be left by pausing and resuming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.errors import Refusal

State = Literal["active", "paused", "quarantined", "revoked"]
By = Literal["member", "admin"]
"""On whose behalf something is done: the member's own, or as an administrator."""
Action = Literal["pause", "resume", "quarantine", "release", "revoke"]

STATES: Final[tuple[State, ...]] = ("active", "paused", "quarantined", "revoked")
ACTIONS: Final[tuple[Action, ...]] = ("pause", "resume", "quarantine", "release", "revoke")
REASON_CHARACTERS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Allocation:
    """One member's right to one model. `paused_by` is set exactly while it is paused; `state_reason` says why it is so."""

    id: UUID
    member_id: UUID
    model_id: UUID
    state: State
    state_reason: str
    paused_by: By | None
    funded_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, and who paused if it is paused."""

    state: State
    paused_by: By | None = None


def after(standing: Standing, action: Action, by: By) -> Standing:
    """The standing that `action` leads to. Pure.

    Raises Refusal `allocation_action_forbidden` when only an administrator may do this, and
    `allocation_state_conflict` when it makes no sense in the present state.
    """
    if by == "member" and (
        action in {"quarantine", "release", "revoke"} or (action == "resume" and standing.paused_by == "admin")
    ):
        raise Refusal(
            "allocation_action_forbidden",
            "forbidden",
            f"Only an administrator may {action} this allocation.",
            details={"state": standing.state, "paused_by": standing.paused_by},
        )
    match action, standing:
        case "pause", Standing("active"):
            return Standing("paused", by)
        case "pause", Standing("paused", "member") if by == "admin":
            return Standing("paused", "admin")
        case "resume", Standing("paused"):
            return Standing("active")
        case "quarantine", Standing("active" | "paused"):
            return Standing("quarantined")
        case "release", Standing("quarantined"):
            return Standing("active")
        case "revoke", Standing("active" | "paused" | "quarantined"):
            return Standing("revoked")
        case _:
            raise _conflict(standing, action)


def require_live(allocation: Allocation) -> None:
    """Raises Refusal `allocation_state_conflict` when the allocation is revoked: nothing about it changes any more."""
    if allocation.state == "revoked":
        raise _conflict(Standing("revoked"), "change")


def audited(allocation: Allocation, limits: Mapping[str, Any]) -> dict[str, Any]:
    """An allocation as the audit trail shows it."""
    return {
        "member_id": allocation.member_id,
        "model_id": allocation.model_id,
        "state": allocation.state,
        "state_reason": allocation.state_reason,
        "paused_by": allocation.paused_by,
        "funded_by": allocation.funded_by,
        **limits,
    }


def allocation_not_found() -> Refusal:
    """The answer for an id that names no allocation, or none of the caller's."""
    return Refusal("allocation_not_found", "not_found", "There is no such allocation.")


def already_granted() -> Refusal:
    """The answer to a second grant while the first is not revoked."""
    return Refusal(
        "allocation_exists",
        "conflict",
        "This member already has an allocation of this model. Change, resume or revoke that one.",
    )


def _conflict(standing: Standing, action: str) -> Refusal:
    now = f"paused by {standing.paused_by}" if standing.state == "paused" else standing.state
    final = " A revoked allocation stays revoked; grant a new one." if standing.state == "revoked" else ""
    return Refusal(
        "allocation_state_conflict",
        "conflict",
        f"Cannot {action} an allocation that is {now}.{final}",
        details={"state": standing.state, "paused_by": standing.paused_by},
    )

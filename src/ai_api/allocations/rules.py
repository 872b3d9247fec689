"""What an allocation is, and how its state may change.

    active ──pause──▶ paused by member ──pause by admin──▶ paused by admin
       ▲                   │ resume (member, admin)              │ resume (admin alone)
       └───────────────────┴─────────────────────────────────────┘
    active, paused ──quarantine──▶ quarantined ──release──▶ active        (admin alone)
    active, paused, quarantined ──revoke──▶ revoked, for good             (admin alone)
    revoked ──unlock (admin)──▶ revoked, may be claimed ──claim (member)──▶ active

Who paused decides who may resume, and a quarantine cannot be left by pausing and resuming. A model claimed again is the same
allocation again, with all it has used: accounts are keyed by the allocation, so claiming is no way to a fresh quota.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.errors import Refusal

State = Literal["active", "paused", "quarantined", "revoked"]
By = Literal["member", "admin"]
"""On whose behalf something is done: the member's own, or as an administrator."""
WhyNot = Literal["already_granted", "not_claimable", "claim_locked"]
"""Why a member cannot claim a model they see."""
Action = Literal["pause", "resume", "quarantine", "release", "revoke"]

STATES: Final[tuple[State, ...]] = ("active", "paused", "quarantined", "revoked")
ACTIONS: Final[tuple[Action, ...]] = ("pause", "resume", "quarantine", "release", "revoke")
REASON_CHARACTERS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Allocation:
    """One member's right to one model. `paused_by` is set exactly while it is paused; `state_reason` says why it is so.

    A revoked one locks its model for its member's claims until an administrator has unlocked it (`unlocked_at`).
    """

    id: UUID
    member_id: UUID
    model_id: UUID
    state: State
    state_reason: str
    paused_by: By | None
    funded_by: str
    created_at: datetime
    updated_at: datetime
    unlocked_at: datetime | None = None

    @property
    def claim_locked(self) -> bool:
        """Whether its member cannot claim the model because this one was revoked."""
        return self.state == "revoked" and self.unlocked_at is None


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


def why_not_claim(*, claimable: bool, had: Sequence[Allocation]) -> WhyNot | None:
    """Why a member cannot claim a model that they see and have `had` these allocations of; None when they can.

    Every allocation counts that is not revoked, whatever its state: or pausing, or a quarantine, would be left by claiming.
    """
    if any(each.state != "revoked" for each in had):
        return "already_granted"
    if not claimable:
        return "not_claimable"
    return "claim_locked" if any(each.claim_locked for each in had) else None


def require_claimable(why_not: WhyNot | None) -> None:
    """Raises Refusal `allocation_exists`, `model_not_claimable` or `claim_locked`."""
    match why_not:
        case "already_granted":
            raise already_granted()
        case "not_claimable":
            message = "This model cannot be claimed. Ask an administrator to grant it."
            raise Refusal("model_not_claimable", "forbidden", message, param="model_id")
        case "claim_locked":
            message = "An administrator took this model back from you. Ask one to unlock it."
            raise Refusal("claim_locked", "forbidden", message, param="model_id")


def require_locked(allocation: Allocation) -> None:
    """Raises Refusal `allocation_state_conflict` where there is no lock to take away."""
    if not allocation.claim_locked:
        raise _conflict(Standing(allocation.state, allocation.paused_by), "unlock")


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


def refusal_of(constraint: str) -> Refusal:
    """What it means that a constraint refused an allocation."""
    match constraint:
        case "uq_allocations_one_live":
            return already_granted()
        case "fk_allocations_member_id":
            return Refusal("member_not_found", "not_found", "There is no such member.", param="member_id")
        case "fk_allocations_model_id":
            return Refusal("model_not_found", "not_found", "There is no such model.", param="model_id")
        case _:
            raise ValueError(f"an allocation was refused by an unknown constraint, {constraint}")


def _conflict(standing: Standing, action: str) -> Refusal:
    now = f"paused by {standing.paused_by}" if standing.state == "paused" else standing.state
    final = " A revoked allocation stays revoked; grant a new one." if standing.state == "revoked" else ""
    return Refusal(
        "allocation_state_conflict",
        "conflict",
        f"Cannot {action} an allocation that is {now}.{final}",
        details={"state": standing.state, "paused_by": standing.paused_by},
    )

"""The one place that decides whether a member may see a model."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ai_api.catalog.rules import Model


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model is visible, and the checks that led there, in order; the last one decided.

    Reasons: `model_archived` (hides), `model_active`, `access_open` (shows), `access_restricted`, `member_allowed` (shows),
    `member_not_allowed` (hides).
    """

    visible: bool
    reasons: tuple[str, ...]


def verdict(model: Model, member_id: UUID) -> Verdict:
    """Whether the member may see the model. What is not visible does not exist for them."""
    if model.status != "active":
        return Verdict(visible=False, reasons=("model_archived",))
    if model.access == "open":
        return Verdict(visible=True, reasons=("model_active", "access_open"))
    if member_id in model.allowed_members:
        return Verdict(visible=True, reasons=("model_active", "access_restricted", "member_allowed"))
    return Verdict(visible=False, reasons=("model_active", "access_restricted", "member_not_allowed"))

"""The one place that decides whether a member may see a model."""

from __future__ import annotations

from uuid import UUID

from ai_api.catalog.rules import Model
from ai_api.core.values import value


@value
class Verdict:
    """Whether a model is visible, and the checks that led there, in order; the last one decided.

    Reasons: `model_archived` (hides), `model_active`, `member_denied` (hides), `tag_denied` (hides), `access_open` (shows),
    `access_restricted`, `member_allowed` (shows), `member_not_allowed`, `tag_allowed` (shows), `tags_not_allowed` (hides).
    """

    visible: bool
    reasons: tuple[str, ...]


def verdict(model: Model, member_id: UUID, tags: frozenset[UUID]) -> Verdict:
    """Whether the member with these tags may see the model. What is not visible does not exist for them.

    `tags` are all that apply to the member, those of everyone too. A deny wins over every allow and over an open model.
    """
    if model.status != "active":
        return Verdict(visible=False, reasons=("model_archived",))
    if member_id in model.denied_members:
        return Verdict(visible=False, reasons=("model_active", "member_denied"))
    if not model.denied_tags.isdisjoint(tags):
        return Verdict(visible=False, reasons=("model_active", "tag_denied"))
    if model.access == "open":
        return Verdict(visible=True, reasons=("model_active", "access_open"))
    restricted = ("model_active", "access_restricted")
    if member_id in model.allowed_members:
        return Verdict(visible=True, reasons=(*restricted, "member_allowed"))
    by_tag = not model.allowed_tags.isdisjoint(tags)
    last = "tag_allowed" if by_tag else "tags_not_allowed"
    return Verdict(visible=by_tag, reasons=(*restricted, "member_not_allowed", last))

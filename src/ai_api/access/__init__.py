"""Who may see what: one pure verdict, asked by preflight, claiming, lists and explanations alike, and previews of it."""

from ai_api.access.preview import Affected, Preview, preview_membership, preview_policy, preview_tag
from ai_api.access.rules import Verdict, verdict
from ai_api.access.seen import visible_model, visible_models

__all__ = [
    "Affected",
    "Preview",
    "Verdict",
    "preview_membership",
    "preview_policy",
    "preview_tag",
    "verdict",
    "visible_model",
    "visible_models",
]

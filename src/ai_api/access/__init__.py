"""Who may see what: one pure verdict, asked by preflight, claiming, lists and explanations alike."""

from ai_api.access.rules import Verdict, verdict

__all__ = ["Verdict", "verdict"]

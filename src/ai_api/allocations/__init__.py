"""Allocations: one member's right to one model, with a state and limits."""

from ai_api.allocations.claim import claim, claims_of, unlock
from ai_api.allocations.find import find, find_of_member, find_own, list_page
from ai_api.allocations.grant import grant
from ai_api.allocations.limit import change_limits
from ai_api.allocations.move import move
from ai_api.allocations.rules import ACTIONS, REASON_CHARACTERS_MAX, STATES, Action, Allocation, By, State, WhyNot
from ai_api.allocations.store import Filters

__all__ = [
    "ACTIONS",
    "REASON_CHARACTERS_MAX",
    "STATES",
    "Action",
    "Allocation",
    "By",
    "Filters",
    "State",
    "WhyNot",
    "change_limits",
    "claim",
    "claims_of",
    "find",
    "find_of_member",
    "find_own",
    "grant",
    "list_page",
    "move",
    "unlock",
]

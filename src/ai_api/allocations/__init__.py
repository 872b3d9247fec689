"""Allocations: one member's right to one model, with a state and limits."""

from ai_api.allocations.find import find, find_of_member, list_page
from ai_api.allocations.grant import grant
from ai_api.allocations.limit import change_limits
from ai_api.allocations.move import move
from ai_api.allocations.rules import ACTIONS, REASON_CHARACTERS_MAX, STATES, Action, Allocation, By, State
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
    "change_limits",
    "find",
    "find_of_member",
    "grant",
    "list_page",
    "move",
]

"""Credentials: members' application keys, of which only the hash is kept."""

from ai_api.credentials.change import Changes, change
from ai_api.credentials.find import count, find, find_own, find_public, list_page
from ai_api.credentials.issue import Order, check_order, issue
from ai_api.credentials.playground import PLAYGROUND_TOKENS_MAX, PlaygroundToken, issue_playground_token
from ai_api.credentials.rotate import rotate
from ai_api.credentials.rules import (
    NAME_CHARACTERS_MAX,
    OVERLAP_MAX,
    SCOPE_MAX,
    SOURCE_NETWORKS_MAX,
    STATES,
    By,
    Credential,
    Issued,
    State,
)
from ai_api.credentials.stop import pause, resume, revoke
from ai_api.credentials.store import Filters

__all__ = [
    "NAME_CHARACTERS_MAX",
    "OVERLAP_MAX",
    "PLAYGROUND_TOKENS_MAX",
    "SCOPE_MAX",
    "SOURCE_NETWORKS_MAX",
    "STATES",
    "By",
    "Changes",
    "Credential",
    "Filters",
    "Issued",
    "Order",
    "PlaygroundToken",
    "State",
    "change",
    "check_order",
    "count",
    "find",
    "find_own",
    "find_public",
    "issue",
    "issue_playground_token",
    "list_page",
    "pause",
    "resume",
    "revoke",
    "rotate",
]

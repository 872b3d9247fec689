"""Quotas: limits, the accounts they are kept on, and what is left."""

from ai_api.quotas.default_limits import (
    DEFAULT_LIMITS_MAX,
    default_limits_document,
    default_limits_terms,
    ordered_limits_document,
)
from ai_api.quotas.find_limits import list_limits
from ai_api.quotas.left import Left, left, left_of_allocations, left_of_key, left_under
from ai_api.quotas.limits import METRICS, AllocationLimits, Metric, read_for_allocations, set_for_allocation
from ai_api.quotas.set_limit import (
    change_limit,
    described,
    find_limit,
    give_limits,
    remove_limit,
    replace_limits,
    set_limit,
)
from ai_api.quotas.store import (
    HeldCall,
    LimitFilters,
    Reach,
    Replica,
    StoredLimit,
    balances_of,
    list_replicas,
    open_calls,
)
from ai_api.quotas.store import limits_within as find_within
from ai_api.quotas.store import shared_limits as load_shared
from ai_api.quotas.terms import Subject, Terms, merged, narrowed

__all__ = [
    "DEFAULT_LIMITS_MAX",
    "METRICS",
    "AllocationLimits",
    "HeldCall",
    "Left",
    "LimitFilters",
    "Metric",
    "Reach",
    "Replica",
    "StoredLimit",
    "Subject",
    "Terms",
    "balances_of",
    "change_limit",
    "default_limits_document",
    "default_limits_terms",
    "described",
    "find_limit",
    "find_within",
    "give_limits",
    "left",
    "left_of_allocations",
    "left_of_key",
    "left_under",
    "list_limits",
    "list_replicas",
    "load_shared",
    "merged",
    "narrowed",
    "open_calls",
    "ordered_limits_document",
    "read_for_allocations",
    "remove_limit",
    "replace_limits",
    "set_for_allocation",
    "set_limit",
]

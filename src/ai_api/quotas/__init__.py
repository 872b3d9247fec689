"""Quotas: limits, the accounts they are kept on, and what is left."""

from ai_api.quotas.left import Left, left_of_allocations
from ai_api.quotas.limits import METRICS, AllocationLimits, Metric, read_for_allocations, set_for_allocation
from ai_api.quotas.store import Replica, list_replicas
from ai_api.quotas.store import shared_limits as load_shared

__all__ = [
    "METRICS",
    "AllocationLimits",
    "Left",
    "Metric",
    "Replica",
    "left_of_allocations",
    "list_replicas",
    "load_shared",
    "read_for_allocations",
    "set_for_allocation",
]

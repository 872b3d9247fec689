"""The ledger: what every call was and what it cost. Records are only ever added."""

from ai_api.ledger.partitions import make as make_partition
from ai_api.ledger.partitions import missing as missing_partitions
from ai_api.ledger.partitions import name_of as partition_name
from ai_api.ledger.partitions import strays as count_strays
from ai_api.ledger.read import find, list_page
from ai_api.ledger.rules import CallRecord, Question

__all__ = [
    "CallRecord",
    "Question",
    "count_strays",
    "find",
    "list_page",
    "make_partition",
    "missing_partitions",
    "partition_name",
]

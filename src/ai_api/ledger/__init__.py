"""The ledger: what every call was and what it cost. Records are only ever added."""

from ai_api.ledger.export import export
from ai_api.ledger.middles import days_of, middle_of
from ai_api.ledger.partitions import make as make_partition
from ai_api.ledger.partitions import missing as missing_partitions
from ai_api.ledger.partitions import name_of as partition_name
from ai_api.ledger.partitions import strays as count_strays
from ai_api.ledger.read import find, find_own, list_page
from ai_api.ledger.rules import CallRecord, Question, as_told, in_usd
from ai_api.ledger.store_usage import Durations, LastCall, UsageQuestion, UsageSum
from ai_api.ledger.usage import durations, last_calls, quarter_after, quarter_before, sum_usage

__all__ = [
    "CallRecord",
    "Durations",
    "LastCall",
    "Question",
    "UsageQuestion",
    "UsageSum",
    "as_told",
    "count_strays",
    "days_of",
    "durations",
    "export",
    "find",
    "find_own",
    "in_usd",
    "last_calls",
    "list_page",
    "make_partition",
    "middle_of",
    "missing_partitions",
    "partition_name",
    "quarter_after",
    "quarter_before",
    "sum_usage",
]

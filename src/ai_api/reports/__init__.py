"""Reports: what calls came to, by whose and what they were and over time. They read the ledger and write nothing."""

from ai_api.reports.export import export
from ai_api.reports.heat_map import Cell, heat_map
from ai_api.reports.make import make
from ai_api.reports.periods import Named, Period, Step, cut, month_period, named_period, period_of, zone_of
from ai_api.reports.refused import count_refused, list_refused
from ai_api.reports.rules import OVERLAP, TOP_MAX, Asked, By, Measure, Report, Row, RowKind, StepRow, StepSums, Sums
from ai_api.reports.statement import Statement, statement
from ai_api.reports.store_latency import Latency, LatencyBy, LookedAt, Percentiles, latency
from ai_api.reports.store_refused import RefusedCalls
from ai_api.reports.store_successes import last_successes
from ai_api.reports.sums_of import sums_of

__all__ = [
    "OVERLAP",
    "TOP_MAX",
    "Asked",
    "By",
    "Cell",
    "Latency",
    "LatencyBy",
    "LookedAt",
    "Measure",
    "Named",
    "Percentiles",
    "Period",
    "RefusedCalls",
    "Report",
    "Row",
    "RowKind",
    "Statement",
    "Step",
    "StepRow",
    "StepSums",
    "Sums",
    "count_refused",
    "cut",
    "export",
    "heat_map",
    "last_successes",
    "latency",
    "list_refused",
    "make",
    "month_period",
    "named_period",
    "period_of",
    "statement",
    "sums_of",
    "zone_of",
]

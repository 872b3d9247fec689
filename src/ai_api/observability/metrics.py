"""Metrics, collected at the scrape from plain numbers: nothing on the path of a call knows Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from ai_api.observability.busiest import by_client
from ai_api.observability.histogram import BatchFigures, Histogram
from ai_api.observability.listener import Family, Sample

CALL_SERIES_MAX = 3_800
ERROR_SERIES_MAX = 600
"""With the other families a replica shows at most 5,000 series."""

BatchesShown = Mapping[str, tuple[BatchFigures, int]]
"""By kind of batch: what was counted of them, and how many items wait now."""


class CallCounters(Protocol):
    """The numbers a gateway keeps."""

    calls: Counter[tuple[str, str, str]]
    refusals: Counter[str]
    upstream_errors: Counter[tuple[str, str, str]]
    extensions: Counter[str]
    usage_doubted: Counter[str]
    input_tokens: int
    output_tokens: int
    billed_nanos: int
    unsettled: int
    broken: int
    durations_s: Histogram
    first_bytes_s: Histogram
    overheads_s: Histogram


def gateway_metrics(
    counters: CallCounters,
    *,
    open_calls: int,
    active_clients: int,
    settlements_pending: int,
    people: int,
    routes_cooling: int,
) -> list[Family]:
    """The metric families of one replica. `client` is a credential's public id; beyond the busiest 200 it is `other`.

    So are client and model (or provider) of what is rarest where that leaves too many series.
    """
    return [
        *_ended(counters),
        *_timed(counters),
        _one("ai_gateway_requests_in_progress", "Calls under way.", "gauge", open_calls),
        _one("ai_gateway_active_clients", "Credentials with a call under way.", "gauge", active_clients),
        _one("ai_gateway_input_tokens_total", "Input tokens recorded.", "counter", counters.input_tokens),
        _one("ai_gateway_output_tokens_total", "Output tokens recorded.", "counter", counters.output_tokens),
        _one("ai_gateway_billed_usd_total", "Cost billed, in USD.", "counter", counters.billed_nanos / 1e9),
        _one("ai_gateway_settlements_pending", "Records not yet committed.", "gauge", settlements_pending),
        unsettled_metric(counters.unsettled),
        _one("ai_gateway_defects_total", "Calls ended by a defect of the gateway.", "counter", counters.broken),
        _one("ai_gateway_routes_cooling", "Routes that are left alone after failures.", "gauge", routes_cooling),
        _one("ai_gateway_people_in_memory", "Credentials held in memory.", "gauge", people),
    ]


def _ended(counters: CallCounters) -> list[Family]:
    """How calls, tries and wishes ended."""
    return [
        (
            "ai_gateway_requests_total",
            "Calls that ended, by outcome.",
            "counter",
            by_client(counters.calls, ("client", "model", "status"), series_max=CALL_SERIES_MAX),
        ),
        _counted(
            "ai_gateway_refusals_total", "Calls refused before they were admitted, by code.", code=counters.refusals
        ),
        (
            "ai_gateway_upstream_errors_total",
            "Failed tries, by client, provider and code.",
            "counter",
            by_client(counters.upstream_errors, ("client", "provider", "code"), series_max=ERROR_SERIES_MAX),
        ),
        _counted(
            "ai_gateway_hold_extensions_total",
            "Wishes to extend the hold of a growing answer, by what became of them.",
            result=counters.extensions,
        ),
        _counted(
            "ai_gateway_usage_doubted_total",
            "Calls whose input a provider counts more than a fifth beside our own exact count.",
            provider=counters.usage_doubted,
        ),
    ]


def _timed(counters: CallCounters) -> list[Family]:
    """How long calls took, in seconds."""
    return [
        _histogram("ai_gateway_request_duration_seconds", "From a call's arrival to its end.", counters.durations_s),
        _histogram(
            "ai_gateway_first_byte_seconds", "From a call's arrival to its stream's first byte.", counters.first_bytes_s
        ),
        _histogram(
            "ai_gateway_overhead_seconds", "From a call's arrival to the only try upstream.", counters.overheads_s
        ),
    ]


def unsettled_metric(count: int) -> Family:
    """Records that the database refused: of calls, and of what a dead replica left behind."""
    return _one("ai_gateway_unsettled_total", "Records the database refused.", "counter", count)


def process_metrics(faults: Iterable[str], *, version: str) -> list[Family]:
    """What every process shows of itself: its version, and whether and why not it is ready."""
    found = sorted(faults)
    return [
        ("ai_gateway_build_info", "The version of this process; always 1.", "gauge", [("", {"version": version}, 1.0)]),
        _one("ai_gateway_ready", "Whether this process is ready: 1, or 0.", "gauge", not found),
        (
            "ai_gateway_fault",
            "Why this process is not ready, each reason as 1.",
            "gauge",
            [("", {"fault": fault}, 1.0) for fault in found],
        ),
    ]


def jobs_metrics(runs: Mapping[tuple[str, str], int], done_at_s: Mapping[str, float]) -> list[Family]:
    """What became of the runs of each job, by (job, result), and when each was done last, in Unix seconds (0: not yet).

    The label is `task`: `job` is Prometheus's own name for what it scrapes.
    """
    return [
        (
            "ai_gateway_job_runs_total",
            "Runs of jobs, by job and result.",
            "counter",
            [("", {"task": task, "result": result}, float(count)) for (task, result), count in sorted(runs.items())],
        ),
        (
            "ai_gateway_job_done_at_seconds",
            "When a job was done last, in Unix seconds.",
            "gauge",
            [("", {"task": task}, at_s) for task, at_s in done_at_s.items()],
        ),
    ]


def books_metrics(unexplained: Mapping[str, int], proved_at_s: Mapping[str, float]) -> list[Family]:
    """What the proofs of the books found, by law: amounts (goal 0), and when each was last looked through (0: not yet)."""
    return [
        (
            "ai_gateway_unexplained_amount",
            "What the books cannot explain, by law. The goal is 0.",
            "gauge",
            [("", {"law": law}, float(amount)) for law, amount in unexplained.items()],
        ),
        (
            "ai_gateway_books_proved_at_seconds",
            "When the books were last looked through, by law, in Unix seconds.",
            "gauge",
            [("", {"law": law}, at_s) for law, at_s in proved_at_s.items()],
        ),
    ]


def mail_metrics(letters: Mapping[str, int], *, failed: int, oldest_s: float) -> list[Family]:
    """What became of letters, how many were given up in the last 30 days, and how long the oldest that waits has done so."""
    return [
        _counted("ai_gateway_letters_total", "Tries to send a letter, by what became of them.", result=letters),
        (
            "ai_gateway_letters_given_up",
            "Letters of the last 30 days that no mail server took. The goal is 0.",
            "gauge",
            [("", {}, float(failed))],
        ),
        (
            "ai_gateway_letters_oldest_seconds",
            "How long the oldest letter that waits has waited, in seconds.",
            "gauge",
            [("", {}, oldest_s)],
        ),
    ]


def load_metrics(shed: Mapping[str, int], *, lag_s: float, held_bytes: int) -> list[Family]:
    """How much a replica has taken on."""
    return [
        _counted(
            "ai_gateway_shed_calls_total",
            "Calls sent away for want of room, by what there was too little of.",
            reason=shed,
        ),
        _one("ai_gateway_loop_lag_seconds", "How late the event loop is, smoothed.", "gauge", lag_s),
        _one("ai_gateway_bodies_bytes", "Bytes of bodies that are read or not sent yet.", "gauge", held_bytes),
    ]


def holds_metrics(holding: int, held: Mapping[str, int]) -> list[Family]:
    """What calls under way hold: how many of them hold something, and by metric of a limit how much (cost in nano-USD)."""
    tokens = ("input_tokens", "output_tokens", "total_tokens")
    return [
        _one("ai_gateway_holds_open", "Calls under way that hold something of a limit.", "gauge", holding),
        _one("ai_gateway_held_usd", "What they hold of limits in money, in USD.", "gauge", held.get("cost", 0) / 1e9),
        (
            "ai_gateway_held_tokens",
            "What they hold of limits in tokens, by the metric of the limits.",
            "gauge",
            [("", {"metric": metric}, float(held.get(metric, 0))) for metric in tokens],
        ),
    ]


def copies_metrics(ages_s: Mapping[str, float]) -> list[Family]:
    """How old what is in memory is: ages in seconds, by `world`, `people` and `watch`."""
    return [
        _one("ai_gateway_world_age_seconds", "Since models, routes and prices were read.", "gauge", ages_s["world"]),
        _one(
            "ai_gateway_people_age_seconds",
            "Since the oldest copy of a credential with a call under way was read.",
            "gauge",
            ages_s["people"],
        ),
        _one(
            "ai_gateway_watch_age_seconds", "Since the database was asked what has changed.", "gauge", ages_s["watch"]
        ),
    ]


def batch_metrics(batches: BatchesShown) -> list[Family]:
    """What goes to the database together: how much, how long it waited, how long it took, and what waits now."""

    def shown(figure: str) -> list[Sample]:
        return [
            sample for kind, (figures, _) in batches.items() for sample in getattr(figures, figure).samples(batch=kind)
        ]

    return [
        ("ai_gateway_batch_items", "What went to the database together.", "histogram", shown("items")),
        (
            "ai_gateway_batch_wait_seconds",
            "How long the one that waited longest of a batch waited for it to go.",
            "histogram",
            shown("waits_s"),
        ),
        ("ai_gateway_batch_seconds", "From a batch's going to its end.", "histogram", shown("took_s")),
        (
            "ai_gateway_batch_waiting",
            "What waits for a batch now.",
            "gauge",
            [("", {"batch": kind}, float(waiting)) for kind, (_, waiting) in batches.items()],
        ),
    ]


def edge_metrics(refused: Mapping[str, int]) -> list[Family]:
    """Clients that ran into a bound before it was known who asks."""
    return [
        _counted(
            "ai_gateway_edge_refusals_total",
            "Connections refused or cut before it was known who asks, by code.",
            code=refused,
        )
    ]


def _one(name: str, text: str, kind: str, value: float) -> Family:
    return (name, text, kind, [("", {}, float(value))])


def _counted(name: str, text: str, **counts: Mapping[str, int]) -> Family:
    """A counter with one label, which is the name its counts are given under."""
    [(label, by_value)] = counts.items()
    return (name, text, "counter", [("", {label: value}, float(count)) for value, count in sorted(by_value.items())])


def _histogram(name: str, text: str, histogram: Histogram) -> Family:
    return (name, text, "histogram", histogram.samples())

"""Metrics at the scrape: every number is there, moves, and has a bound on its labels however many clients there are."""

import asyncio
import re
import time
from collections import Counter

import pytest

from ai_api.gateway.tell import Counters
from ai_api.observability.histogram import BatchFigures, Histogram
from ai_api.observability.listener import OpsListener, exposition, samples_of
from ai_api.observability.metrics import batch_metrics, copies_metrics, gateway_metrics, holds_metrics

SERIES_MAX, FEW = 5_000, 200
AGES = {"world": 3.0, "people": 2.0, "watch": 0.5}


def families(counters, **gauges):
    idle = dict.fromkeys(("open_calls", "active_clients", "settlements_pending", "people", "routes_cooling"), 0)
    values = idle | gauges
    return {
        name: (name, text, kind, samples_of(late)) for name, text, kind, late in gateway_metrics(counters, **values)
    }


def samples(counters, name, **gauges):
    return {tuple(labels.values()): value for _, labels, value in families(counters, **gauges)[name][3]}


def test_an_idle_gateway_shows_all_its_metrics():
    shown = exposition(list(families(Counters()).values())).decode()
    assert set(re.findall(r"^# TYPE (\S+)", shown, re.MULTILINE)) == {
        "ai_gateway_requests_total",
        "ai_gateway_refusals_total",
        "ai_gateway_upstream_errors_total",
        "ai_gateway_hold_extensions_total",
        "ai_gateway_usage_doubted_total",
        "ai_gateway_routes_cooling",
        "ai_gateway_requests_in_progress",
        "ai_gateway_active_clients",
        "ai_gateway_request_duration_seconds",
        "ai_gateway_first_byte_seconds",
        "ai_gateway_overhead_seconds",
        "ai_gateway_input_tokens_total",
        "ai_gateway_output_tokens_total",
        "ai_gateway_billed_usd_total",
        "ai_gateway_settlements_pending",
        "ai_gateway_unsettled_total",
        "ai_gateway_defects_total",
        "ai_gateway_people_in_memory",
    }


@pytest.mark.parametrize(
    ("name", "field", "amount", "shown"),
    [
        ("ai_gateway_input_tokens_total", "input_tokens", 12, 12),
        ("ai_gateway_output_tokens_total", "output_tokens", 7, 7),
        ("ai_gateway_billed_usd_total", "billed_nanos", 2_500_000_000, 2.5),
        ("ai_gateway_unsettled_total", "unsettled", 1, 1),
        ("ai_gateway_defects_total", "broken", 3, 3),
    ],
)
def test_every_counter_moves(name, field, amount, shown):
    counters = Counters()
    assert samples(counters, name) == {(): 0}
    setattr(counters, field, amount)
    assert samples(counters, name) == {(): shown}


@pytest.mark.parametrize(
    ("name", "gauge"),
    [
        ("ai_gateway_requests_in_progress", "open_calls"),
        ("ai_gateway_active_clients", "active_clients"),
        ("ai_gateway_routes_cooling", "routes_cooling"),
        ("ai_gateway_settlements_pending", "settlements_pending"),
        ("ai_gateway_people_in_memory", "people"),
    ],
)
def test_every_gauge_moves(name, gauge):
    assert samples(Counters(), name, **{gauge: 5}) == {(): 5}


def test_calls_refusals_and_upstream_errors_by_their_labels():
    counters = Counters()
    counters.calls["c_1", "openai/gpt-4o", "ok"] += 2
    counters.calls["c_2", "openai/gpt-4o", "upstream_error"] += 1
    counters.refusals["credential_unknown"] += 3
    counters.upstream_errors["c_2", "openai", "upstream_timeout"] += 4
    assert families(counters)["ai_gateway_requests_total"][3] == [
        ("", {"client": "c_1", "model": "openai/gpt-4o", "status": "ok"}, 2.0),
        ("", {"client": "c_2", "model": "openai/gpt-4o", "status": "upstream_error"}, 1.0),
    ]
    assert samples(counters, "ai_gateway_refusals_total") == {("credential_unknown",): 3}
    assert samples(counters, "ai_gateway_upstream_errors_total") == {("c_2", "openai", "upstream_timeout"): 4}


def many(clients, models, statuses):
    """The calls of so many clients, the first of them the busiest."""
    return Counter(
        {
            (f"c_{client}", f"acme/m{model}", status): 1 + (clients - client)
            for client in range(clients)
            for model in range(models)
            for status in statuses
        }
    )


@pytest.mark.parametrize(
    ("clients", "models", "statuses"),
    [
        (100_000, 1, ["ok"]),
        (2_000, 30, ["ok", "client_closed"]),
        (50, 200, ["ok", "upstream_error"]),
        (3, 4_000, ["ok"]),
        (1, 400, [f"code_{number}" for number in range(20)]),
    ],
)
def test_labels_have_a_bound_and_no_call_is_left_out(clients, models, statuses):
    counters = Counters(calls=many(clients, models, statuses), upstream_errors=many(clients, models, statuses))
    everything = families(counters)
    for name in ("ai_gateway_requests_total", "ai_gateway_upstream_errors_total"):
        shown = everything[name][3]
        assert sum(value for _, _, value in shown) == sum(counters.calls.values())
        assert len({tuple(labels.items()) for _, labels, _ in shown}) == len(shown)
    beside = [
        *holds_metrics(1, {}),
        *copies_metrics(AGES),
        *batch_metrics(dict.fromkeys(range(6), (BatchFigures(), 0))),
    ]
    # Counters by code, gauges of load and the like are few.
    assert sum(len(family[3]) for family in (*everything.values(), *beside)) <= SERIES_MAX - FEW


async def test_a_scrape_keeps_calls_waiting():
    """With 10⁵ clients that called three models each: whoever is answered meanwhile is not answered that much later."""
    counters = Counters(calls=many(100_000, 3, ["ok"]))
    gauges = dict.fromkeys(("open_calls", "active_clients", "settlements_pending", "people", "routes_cooling"), 0)
    began = time.perf_counter()
    exposition(gateway_metrics(counters, **gauges))
    took_s = time.perf_counter() - began
    gaps = [0.0]

    async def go_on() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    going_on = asyncio.create_task(go_on())
    await asyncio.sleep(0)
    sent = []

    async def send(message):
        sent.append(message)

    listener = OpsListener(lambda: (), lambda: gateway_metrics(counters, **gauges))
    await listener({"type": "http", "path": "/metrics", "headers": []}, None, send)
    going_on.cancel()
    assert len(sent[1]["body"].splitlines()) > 600
    assert max(gaps) < took_s / 2


def test_the_busiest_clients_keep_their_names():
    shown = samples(Counters(calls=many(1_000, 2, ["ok"])), "ai_gateway_requests_total")
    assert shown["c_0", "acme/m0", "ok"] == 1_001
    assert ("c_999", "acme/m0", "ok") not in shown
    assert shown["other", "acme/m1", "ok"] > 0


def test_a_client_named_other_is_not_lost_among_the_others():
    counters = Counters(calls=Counter({("other", "m", "ok"): 3, ("c_1", "m", "ok"): 1}))
    assert samples(counters, "ai_gateway_requests_total") == {("other", "m", "ok"): 3, ("c_1", "m", "ok"): 1}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("ai_gateway_request_duration_seconds", "durations_s"),
        ("ai_gateway_first_byte_seconds", "first_bytes_s"),
        ("ai_gateway_overhead_seconds", "overheads_s"),
    ],
)
def test_every_histogram_moves(name, field):
    counters = Counters()
    for value in (0.002, 0.3, 10_000.0, -1.0):
        getattr(counters, field).observe(value)
    shown = [(suffix, labels.get("le"), value) for suffix, labels, value in families(counters)[name][3]]
    buckets = [value for suffix, _, value in shown if suffix == "_bucket"]
    assert buckets == sorted(buckets)
    # A value that is a bound is not above it; the last bucket has them all, as the count has.
    assert shown[-3:] == [("_bucket", "+Inf", 4.0), ("_sum", None, 10_000.302), ("_count", None, 4.0)]
    text = exposition([families(counters)[name]]).decode()
    assert f"# TYPE {name} histogram" in text
    assert f'{name}_bucket{{le="+Inf"}} 4' in text


def test_a_value_that_is_a_bound_is_counted_under_it():
    histogram = Histogram((1.0, 2.0))
    for value in (1.0, 1.5, 2.0, 2.1):
        histogram.observe(value)
    assert [value for suffix, _, value in histogram.samples() if suffix == "_bucket"] == [1.0, 3.0, 4.0]


def test_batches_of_one_kind_are_counted_under_another():
    settling, admitting = BatchFigures(), BatchFigures()
    for items in (1, 2, 600):
        settling.note(items, 0.004, 0.02)
    shown = {
        name: found for name, _, _, found in batch_metrics({"settlement": (settling, 7), "admission": (admitting, 0)})
    }
    assert [value for suffix, labels, value in shown["ai_gateway_batch_items"] if suffix == "_sum"] == [603.0, 0.0]
    reached = {labels["le"]: value for _, labels, value in shown["ai_gateway_batch_items"][:10]}
    assert (reached["1"], reached["2"], reached["500"], reached["+Inf"]) == (1, 2, 2, 3)
    for name, total_s in (("ai_gateway_batch_wait_seconds", 0.012), ("ai_gateway_batch_seconds", 0.06)):
        sums = {labels["batch"]: value for suffix, labels, value in shown[name] if suffix == "_sum"}
        assert sums == {"settlement": pytest.approx(total_s), "admission": 0.0}
    waiting = [(labels, value) for _, labels, value in shown["ai_gateway_batch_waiting"]]
    assert waiting == [({"batch": "settlement"}, 7.0), ({"batch": "admission"}, 0.0)]


def test_what_is_held_is_shown_in_its_units():
    shown = {
        name: found
        for name, _, _, found in holds_metrics(2, {"cost": 2_500_000_000, "total_tokens": 90, "requests": 2})
    }
    assert shown["ai_gateway_holds_open"] == [("", {}, 2.0)]
    assert shown["ai_gateway_held_usd"] == [("", {}, 2.5)]
    assert [(labels["metric"], value) for _, labels, value in shown["ai_gateway_held_tokens"]] == [
        ("input_tokens", 0.0),
        ("output_tokens", 0.0),
        ("total_tokens", 90.0),
    ]

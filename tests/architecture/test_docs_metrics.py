"""Every metric is described with its type and its labels, and none that does not exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from ai_api.gateway.tell import Counters
from ai_api.observability.histogram import BatchFigures
from ai_api.observability.listener import samples_of
from ai_api.observability.metrics import (
    batch_metrics,
    books_metrics,
    copies_metrics,
    edge_metrics,
    gateway_metrics,
    holds_metrics,
    jobs_metrics,
    load_metrics,
    mail_metrics,
    process_metrics,
)

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
ROW = re.compile(r"^\| `(ai_gateway_[a-z_]+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)
MENTIONED = re.compile(r"`(ai_gateway_[a-z_]+)`")

Described = dict[str, tuple[str, frozenset[str]]]


def described(page: str) -> Described:
    """The metrics of a page's table, with type and labels."""
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(page)}


def exposed() -> Described:
    """The metrics of the program, with type and labels, each of them with at least one sample."""
    counters = Counters(
        calls=Counter({("cred_a", "a/b", "ok"): 1}),
        refusals=Counter({"overloaded": 1}),
        upstream_errors=Counter({("cred_a", "openai", "upstream_error"): 1}),
        extensions=Counter({"extended": 1}),
        usage_doubted=Counter({"openai": 1}),
    )
    families = gateway_metrics(
        counters, open_calls=1, active_clients=1, settlements_pending=1, people=1, routes_cooling=1
    )
    families += holds_metrics(1, {"cost": 1})
    families += copies_metrics({"world": 1.0, "people": 1.0, "watch": 1.0})
    families += batch_metrics({"settlement": (BatchFigures(), 1)})
    families += load_metrics({"lag": 1}, lag_s=0.1, held_bytes=1)
    families += edge_metrics({"head_too_slow": 1})
    families += books_metrics({"held": 0}, {"held": 0.0})
    families += process_metrics(["starting"], version="1")
    families += jobs_metrics({("sweep_holds", "done"): 1}, {"sweep_holds": 1.0})
    families += mail_metrics({"sent": 1}, failed=0, oldest_s=0.0)
    return {name: (kind, frozenset(samples_of(samples)[0][1])) for name, _, kind, samples in families}


def unknown(page: str, known: Described) -> list[str]:
    """Metrics a page speaks of that do not exist."""
    return sorted(set(MENTIONED.findall(page)) - known.keys())


def test_the_page_of_metrics_is_what_the_program_exposes():
    page = PAGE.read_text(encoding="utf-8")
    assert described(page) == exposed()


def test_no_page_speaks_of_a_metric_that_does_not_exist():
    pages = [*PAGE.parents[1].rglob("*.md"), *(PAGE.parents[2] / "specs").glob("*.md")]
    known = exposed()
    assert {str(page): names for page in pages if (names := unknown(page.read_text(encoding="utf-8"), known))} == {}


@pytest.mark.parametrize(
    "page",
    [
        "| `ai_gateway_a_total` | gauge | `client` | … |",
        "| `ai_gateway_a_total` | counter | | … |",
        "| `ai_gateway_b_total` | counter | `client` | … |",
    ],
    ids=["another type", "a label missing", "another name"],
)
def test_a_stale_row_is_found(page):
    assert described(page) != {"ai_gateway_a_total": ("counter", frozenset({"client"}))}


def test_a_metric_that_is_gone_is_found():
    assert unknown("alert on `ai_gateway_gone_total`", exposed()) == ["ai_gateway_gone_total"]

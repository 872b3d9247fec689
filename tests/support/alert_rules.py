"""The alerting rules and the dashboard that come with the chart, read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy" / "helm" / "ai-api" / "files"
RULES = FILES / "alerts.yaml"
DASHBOARD = FILES / "dashboard.json"
_METRIC = re.compile(r"\bai_gateway_[a-z_]+")
_OF_A_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


@dataclass(frozen=True)
class Alert:
    """One rule."""

    name: str
    expr: str
    severity: str
    summary: str
    runbook_url: str


def alerts(text: str | None = None) -> list[Alert]:
    """Every rule of the file, or of `text`. Raises KeyError for one without a name, a severity, a summary or a runbook."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8") if text is None else text)["groups"]
    return [
        Alert(
            rule["alert"],
            rule["expr"],
            rule["labels"]["severity"],
            rule["annotations"]["summary"],
            rule["annotations"]["runbook_url"],
        )
        for group in groups
        for rule in group["rules"]
    ]


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana takes it."""
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))


def panels() -> list[dict[str, Any]]:
    """The dashboard's panels that show something."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def metrics_in(*expressions: str) -> set[str]:
    """The metrics that expressions ask for, by the names that the reference has for them."""
    return {_OF_A_HISTOGRAM.sub("", name) for expr in expressions for name in _METRIC.findall(expr)}

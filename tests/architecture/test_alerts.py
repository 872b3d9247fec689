"""Alerts and the dashboard ask for metrics that exist, and each alert has the page that it sends people to."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.architecture.test_docs_metrics import PAGE, described
from tests.support.alert_rules import ROOT, RULES, Alert, alerts, dashboard, metrics_in, panels

RUNBOOKS = ROOT / "docs" / "runbooks"
URL = re.compile(r"https://ai-api\.example/runbooks/([a-z-]+\.md)")
PARTS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
SEVERITIES = {"critical", "warning"}


def problems(rules: list[Alert]) -> list[str]:
    """What is wrong with rules, beside what promtool sees."""
    known = described(PAGE.read_text(encoding="utf-8"))
    found = [
        f"{name} is there {count} times" for name, count in Counter(each.name for each in rules).items() if count > 1
    ]
    for rule in rules:
        unknown = metrics_in(rule.expr) - known.keys()
        found += [f"{rule.name}: {name} is not in the reference" for name in sorted(unknown)]
        if not metrics_in(rule.expr):
            found.append(f"{rule.name}: asks for nothing of ours")
        if rule.severity not in SEVERITIES:
            found.append(f"{rule.name}: severity {rule.severity}")
        found += [f"{rule.name}: {problem}" for problem in _of_page(rule)]
    return found


def _of_page(rule: Alert) -> list[str]:
    url = URL.fullmatch(rule.runbook_url)
    if url is None:
        return [f"{rule.runbook_url} is not where runbooks are"]
    page = RUNBOOKS / url[1]
    if not page.exists():
        return [f"no runbook {url[1]}"]
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    found = [] if [each for each in headings if each in PARTS] == PARTS else [f"{url[1]} has the parts {headings}"]
    if f"`{rule.name}`" not in text:
        found.append(f"{url[1]} does not name it")
    if "```" not in text.partition("## Diagnosis")[2].partition("## Mitigation")[0]:
        found.append(f"{url[1]} has no command to look closer with")
    if f"]({url[1]})" not in (RUNBOOKS / "README.md").read_text(encoding="utf-8"):
        found.append(f"{url[1]} is not in the list of runbooks")
    return found


def test_an_alert_asks_for_nothing_or_sends_people_nowhere():
    assert problems(alerts()) == []


def test_a_runbook_names_an_alert_that_is_gone():
    named = {name for page in RUNBOOKS.glob("*.md") for name in re.findall(r"`(AiApi\w+)`", page.read_text("utf-8"))}
    assert named == {each.name for each in alerts()}


@pytest.mark.parametrize(
    ("found", "instead", "problem"),
    [
        ("ai_gateway_unexplained_amount", "ai_gateway_unexplained", "is not in the reference"),
        ("ai_gateway_unexplained_amount", "up", "asks for nothing of ours"),
        ("severity: critical", "severity: page", "severity page"),
        ("runbooks/unexplained-amount.md", "runbooks/gone.md", "no runbook gone.md"),
        ("runbooks/unexplained-amount.md", "runbooks/swept-alive.md", "does not name it"),
        (
            "https://ai-api.example/runbooks/unexplained",
            "https://elsewhere.example/unexplained",
            "is not where runbooks are",
        ),
        ("alert: AiApiBooksNotProved", "alert: AiApiUnexplainedAmount", "is there 2 times"),
    ],
)
def test_what_is_wrong_with_a_rule_is_not_seen(found, instead, problem):
    text = RULES.read_text(encoding="utf-8")
    assert found in text
    assert any(problem in each for each in problems(alerts(text.replace(found, instead, 1))))


def test_the_dashboard_leaves_metrics_out_or_asks_for_what_does_not_exist():
    asked = metrics_in(*(target["expr"] for panel in panels() for target in panel["targets"]))
    assert asked == described(PAGE.read_text(encoding="utf-8")).keys()


def test_panels_of_the_dashboard_lie_upon_one_another():
    everything = dashboard()["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    taken: set[tuple[int, int]] = set()
    for panel in everything:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells
    for panel in panels():
        assert panel["title"], panel["id"]
        assert panel["description"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", "one that nobody else's Grafana has"

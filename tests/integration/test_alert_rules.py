"""The alerting rules, run by Prometheus's own promtool: each fires for what it is for, and not for what merely looks like it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.alert_rules import ROOT, RULES, alerts, panels

Series = dict[str, str]

# For each alert: minutes from the start, and what Prometheus has seen until then, a value a minute (`_`: none, `5x3`: 5 and three
# more times, `0+2x3`: rising by 2). The time in these tests begins at 0, as does what `time()` gives.
FIRES: list[tuple[str, int, Series]] = [
    ("AiApiUnexplainedAmount", 4, {'ai_gateway_unexplained_amount{law="held"}': "0 0 5 5 5"}),
    ("AiApiBooksNotProved", 90, {'ai_gateway_books_proved_at_seconds{law="held"}': "0x100"}),
    ("AiApiRecordsUnsettled", 4, {"ai_gateway_unsettled_total": "0 0 1 1 1"}),
    ("AiApiUsageDoubted", 4, {'ai_gateway_usage_doubted_total{provider="openai"}': "_ _ 11 12 12"}),
    (
        "AiApiUpstreamFailing",
        25,
        {
            'ai_gateway_requests_total{model="a/b",status="upstream_timeout"}': "0+10x30",
            'ai_gateway_requests_total{model="a/b",status="ok"}': "0+30x30",
        },
    ),
    (
        "AiApiProviderKeyRefused",
        3,
        {'ai_gateway_upstream_errors_total{provider="openai",code="upstream_auth"}': "_ _ 1 1"},
    ),
    (
        "AiApiProviderKeyRefused",
        23,
        {'ai_gateway_upstream_errors_total{provider="openai",code="upstream_auth"}': "1x20 2x9"},
    ),
    ("AiApiRoutesLeftAlone", 20, {"ai_gateway_routes_cooling": "1x30"}),
    ("AiApiStoreUnavailable", 3, {'ai_gateway_refusals_total{code="store_unavailable"}': "_ _ 1 1"}),
    ("AiApiCallsShed", 4, {'ai_gateway_shed_calls_total{reason="lag"}': "_ _ 60 60 60"}),
    ("AiApiDefects", 4, {"ai_gateway_defects_total": "0 0 2 2 2"}),
    (
        "AiApiOverheadHigh",
        25,
        {
            'ai_gateway_overhead_seconds_bucket{le="0.25"}': "0+10x30",
            'ai_gateway_overhead_seconds_bucket{le="1"}': "0+60x30",
            'ai_gateway_overhead_seconds_bucket{le="+Inf"}': "0+60x30",
            "ai_gateway_overhead_seconds_count": "0+60x30",
        },
    ),
    ("AiApiNoGateway", 8, {}),
    ("AiApiNoGateway", 8, {'ai_gateway_job_done_at_seconds{task="sweep_holds"}': "1x20"}),
    ("AiApiNoWorker", 15, {"ai_gateway_requests_in_progress": "0x20"}),
    ("AiApiNotReady", 8, {'ai_gateway_fault{fault="clock_off",instance="a"}': "1x20"}),
    ("AiApiWatchStale", 3, {"ai_gateway_watch_age_seconds": "60x9"}),
    ("AiApiSettlementsPending", 3, {"ai_gateway_settlements_pending": "600x9"}),
    ("AiApiJobFails", 4, {'ai_gateway_job_runs_total{task="sweep_holds",result="failed"}': "0 0 1 1 1"}),
    ("AiApiLettersStuck", 3, {"ai_gateway_letters_oldest_seconds": "4000x9"}),
    ("AiApiLettersStuck", 75, {"ai_gateway_letters_given_up": "2x70 3x20"}),
]
KEEPS_STILL: list[tuple[str, int, Series]] = [
    ("AiApiUnexplainedAmount", 9, {'ai_gateway_unexplained_amount{law="held"}': "5 5 0x20"}),
    ("AiApiBooksNotProved", 90, {'ai_gateway_books_proved_at_seconds{law="held"}': "0+60x100"}),
    # Two workers, of which one does the jobs.
    (
        "AiApiBooksNotProved",
        90,
        {
            'ai_gateway_books_proved_at_seconds{law="held",instance="a"}': "0x100",
            'ai_gateway_books_proved_at_seconds{law="held",instance="b"}': "0+60x100",
        },
    ),
    # What happened once does not cry for ever.
    ("AiApiRecordsUnsettled", 30, {"ai_gateway_unsettled_total": "0 0 1x40"}),
    ("AiApiUsageDoubted", 100, {'ai_gateway_usage_doubted_total{provider="openai"}': "11x120"}),
    ("AiApiUsageDoubted", 4, {'ai_gateway_usage_doubted_total{provider="openai"}': "_ _ 3 4 4"}),
    # The caller's own mistakes, and a model that hardly anybody calls.
    (
        "AiApiUpstreamFailing",
        25,
        {
            'ai_gateway_requests_total{model="a/b",status="upstream_invalid"}': "0+60x30",
            'ai_gateway_requests_total{model="a/b",status="ok"}': "0+30x30",
        },
    ),
    ("AiApiUpstreamFailing", 25, {'ai_gateway_requests_total{model="a/b",status="upstream_timeout"}': "0 1x40"}),
    (
        "AiApiProviderKeyRefused",
        30,
        {'ai_gateway_upstream_errors_total{provider="openai",code="upstream_auth"}': "1x40"},
    ),
    (
        "AiApiProviderKeyRefused",
        3,
        {'ai_gateway_upstream_errors_total{provider="openai",code="upstream_error"}': "_ _ 9 9"},
    ),
    ("AiApiRoutesLeftAlone", 20, {"ai_gateway_routes_cooling": "1x10 0x20"}),
    ("AiApiStoreUnavailable", 20, {'ai_gateway_refusals_total{code="store_unavailable"}': "3x30"}),
    ("AiApiStoreUnavailable", 3, {'ai_gateway_refusals_total{code="credential_unknown"}': "_ _ 9 9"}),
    ("AiApiCallsShed", 4, {'ai_gateway_shed_calls_total{reason="lag"}': "_ _ 30 30 30"}),
    ("AiApiDefects", 30, {"ai_gateway_defects_total": "2x40"}),
    (
        "AiApiOverheadHigh",
        25,
        {
            'ai_gateway_overhead_seconds_bucket{le="0.01"}': "0+60x30",
            'ai_gateway_overhead_seconds_bucket{le="+Inf"}': "0+60x30",
            "ai_gateway_overhead_seconds_count": "0+60x30",
        },
    ),
    ("AiApiNoGateway", 8, {"ai_gateway_requests_in_progress": "0x20"}),
    # Stopped two minutes ago, and another is starting.
    ("AiApiNoGateway", 12, {"ai_gateway_requests_in_progress": "0x8 stale _ _ 0x9"}),
    (
        "AiApiNoWorker",
        15,
        {"ai_gateway_requests_in_progress": "0x20", 'ai_gateway_job_done_at_seconds{task="sweep_holds"}': "0x20"},
    ),
    ("AiApiNotReady", 8, {'ai_gateway_fault{fault="draining",instance="a"}': "1x20"}),
    ("AiApiWatchStale", 3, {"ai_gateway_watch_age_seconds": "0.5x9"}),
    ("AiApiSettlementsPending", 3, {"ai_gateway_settlements_pending": "400x9"}),
    ("AiApiJobFails", 4, {'ai_gateway_job_runs_total{task="sweep_holds",result="waits"}': "0 0 1 1 1"}),
    ("AiApiLettersStuck", 75, {"ai_gateway_letters_given_up": "2x90", "ai_gateway_letters_oldest_seconds": "100x90"}),
]


@pytest.fixture(scope="module")
def promtool() -> str:
    found = subprocess.run(
        ["sh", "scripts/promtool.sh"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    if found.returncode:
        pytest.skip(found.stderr.strip() or "there is no promtool here")
    return found.stdout.strip()


def case(alert: str, minutes: int, series: Series, *, fires: bool) -> dict[str, object]:
    """One test as promtool takes it."""
    # In a sum without labels, how many of it fire; nothing where none does.
    expected = [{"labels": "{}", "value": 1}] if fires else []
    return {
        "name": f"{alert} {'fires' if fires else 'keeps still'} with {series}",
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
                "eval_time": f"{minutes}m",
                "exp_samples": expected,
            }
        ],
    }


def run(promtool: str, folder: Path, rules: Path, tests: list[dict[str, object]]) -> str:
    """What promtool has against the rules; empty where all is as it should be."""
    page = folder / "tests.yaml"
    page.write_text(yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": tests}))
    done = subprocess.run(
        [promtool, "test", "rules", str(page)], capture_output=True, text=True, timeout=120, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_an_alert_is_not_tried():
    names = {each.name for each in alerts()}
    assert {name for name, _, _ in FIRES} == names
    assert {name for name, _, _ in KEEPS_STILL} == names


def test_an_alert_keeps_still_or_cries_for_nothing(promtool, tmp_path):
    tests = [case(*each, fires=True) for each in FIRES] + [case(*each, fires=False) for each in KEEPS_STILL]
    assert run(promtool, tmp_path, RULES, tests) == ""


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("(ai_gateway_unexplained_amount) > 0", "(ai_gateway_unexplained_amount) > 100"),
        (
            "    or increase(ai_gateway_shed_calls_total[10m])\n          ) > 50",
            "    or increase(ai_gateway_shed_calls_total[10m])\n          ) > 5",
        ),
        ('{fault!="draining"}', ""),
    ],
)
def test_a_broken_rule_passes(promtool, tmp_path, found, instead):
    text = RULES.read_text(encoding="utf-8")
    assert found in text
    broken = tmp_path / "rules.yaml"
    broken.write_text(text.replace(found, instead), encoding="utf-8")
    tests = [case(*each, fires=True) for each in FIRES] + [case(*each, fires=False) for each in KEEPS_STILL]
    assert "FAILED" in run(promtool, tmp_path, broken, tests)


def test_prometheus_does_not_understand_a_rule_or_a_panel(promtool, tmp_path):
    drawn = [
        target["expr"].replace("$namespace", ".*").replace("$instance", ".*").replace("$__rate_interval", "5m")
        for panel in panels()
        for target in panel["targets"]
    ]
    assert not [expr for expr in drawn if "$" in expr]
    records = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(drawn)]
    panel_rules = tmp_path / "panels.yaml"
    panel_rules.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": records}]}), encoding="utf-8")
    for rules in (RULES, panel_rules):
        done = subprocess.run(
            [promtool, "check", "rules", str(rules)], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

"""The limits that new credentials are born with, as a setting says them."""

from __future__ import annotations

from typing import get_args

import pytest
from tests.unit.test_settings import load, refused

from ai_api.quotas import Terms
from ai_api.quotas.limit import LIMIT_METRICS
from ai_api.quotas.terms import check
from ai_api.quotas.windows import WindowKind
from ai_api.settings import credential_limits

MOST = 2**63 - 1


def test_without_the_setting_new_credentials_have_no_limits():
    assert load().credential_limits == ()
    assert load(CREDENTIAL_LIMITS=" ").credential_limits == ()


def test_a_list_says_metric_amount_and_window():
    said = load(CREDENTIAL_LIMITS="requests:60/60s, concurrency:8,cost:0.25/day , total_tokens : 1000000 / month")
    assert said.credential_limits == (
        ("requests", 60, "sliding", 60),
        ("concurrency", 8, "lifetime", None),
        ("cost", 250_000_000, "day", None),
        ("total_tokens", 1_000_000, "month", None),
    )


def test_nothing_is_a_limit_and_so_are_the_largest_amounts():
    said = load(
        CREDENTIAL_LIMITS=f"output_tokens:0/call, input_tokens:{MOST}/lifetime, cost:9223372036.854775807/86400s"
    )
    assert [each.amount for each in said.credential_limits] == [0, MOST, MOST]


def test_the_words_are_those_of_limits_and_whatever_passes_can_be_set():
    assert get_args(credential_limits.Metric) == LIMIT_METRICS
    assert get_args(credential_limits.WindowKind) == get_args(WindowKind)
    tried = 0
    for metric in LIMIT_METRICS:
        for window in ("", "/1s", "/86400s", "/day", "/month", "/lifetime", "/call"):
            try:
                (said,) = credential_limits.credential_limits_in(f"{metric}:1{window}")
            except ValueError:
                continue
            check(Terms(*said), "credential")
            tried += 1
    assert tried == 5 * 6 - 1 + 1


@pytest.mark.parametrize(
    "value",
    [
        "many",
        "requests, please",
        "requests:61",
        "requests:/60s",
        "requests:sixty/60s",
        "requests:61/61",
        "requests:60/0s",
        "requests:60/86401s",
        "requests:60/week",
        "requests:60/call",
        "requests:-1/day",
        "requests:1.5/day",
        "requests:1e3/day",
        "words:60/day",
        "concurrency:8/day",
        "concurrency:1.0",
        "cost:7",
        "cost:0.0000000001/day",
        "cost:5./day",
        "cost:.5/day",
        "cost:10000000000/day",
        f"requests:{MOST + 1}/day",
        "requests:9" + "9" * 5000 + "/day",
        "cost:5/day, cost:6/day",
        "cost:7/day,",
        "cost:5/day; requests:60/60s",
        "requests:٦٠/day",
        '[{"metric": "requests"}]',
    ],
    ids=lambda value: value[:30],
)
def test_a_malformed_list_is_refused_by_the_settings_name(value):
    (line,) = refused(CREDENTIAL_LIMITS=value)
    assert line.startswith("AI_API_CREDENTIAL_LIMITS: ")

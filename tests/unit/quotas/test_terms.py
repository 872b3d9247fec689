"""Which limits there can be: metric, window, zone, sharing and amount, for every subject."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import pytest

from ai_api.core.errors import Refusal
from ai_api.quotas.limit import LIMIT_METRICS, SUBJECT_KINDS, Partition
from ai_api.quotas.terms import AMOUNT_MAX, PARTITIONS, Terms, check, check_amount, merged
from ai_api.quotas.windows import WindowKind

WINDOWS = get_args(WindowKind)
PLAIN = Terms("requests", 5, "day")


def refused(terms: Terms, kind="member"):
    """The code and the field of the refusal; None when there can be such a limit."""
    try:
        check(terms, kind)
    except Refusal as refusal:
        return refusal.code, refusal.param
    return None


@pytest.mark.parametrize(("metric", "window"), [*itertools.product(LIMIT_METRICS, WINDOWS)])
def test_every_metric_has_its_windows(metric, window):
    terms = Terms(metric, 5, window, window_s=60 if window == "sliding" else None)
    impossible = {"concurrency": {*WINDOWS} - {"lifetime"}, "requests": {"request"}}
    possible = window not in impossible.get(metric, ())
    assert refused(terms) == (None if possible else ("bad_limit", "window_kind"))


@pytest.mark.parametrize(("subject", "partition"), [*itertools.product(SUBJECT_KINDS, get_args(Partition))])
def test_a_limit_is_shared_out_only_where_its_subject_spans_several(subject, partition):
    possible = {
        "global": {"subject", "member", "credential"},
        "tag": {"subject", "member", "credential"},
        "member": {"subject", "credential"},
        "allocation": {"subject", "credential"},
        "credential": {"subject"},
        "provider_key": {"subject"},
    }[subject]
    assert set(PARTITIONS[subject]) == possible
    expected = None if partition in possible else ("bad_limit", "partition_by")
    assert refused(replace(PLAIN, partition=partition), subject) == expected


@pytest.mark.parametrize("seconds", [1, 60, 86_400])
def test_a_sliding_window_has_a_length(seconds):
    assert refused(replace(PLAIN, window_kind="sliding", window_s=seconds)) is None


@pytest.mark.parametrize("seconds", [None, 0, -1, 86_401])
def test_a_sliding_window_without_a_possible_length_is_refused(seconds):
    assert refused(replace(PLAIN, window_kind="sliding", window_s=seconds)) == ("bad_limit", "window_s")


@pytest.mark.parametrize("window", [each for each in WINDOWS if each != "sliding"])
def test_no_other_window_has_a_length(window):
    assert refused(Terms("cost", 5, window, window_s=60)) == ("bad_limit", "window_s")


@pytest.mark.parametrize("window", WINDOWS)
def test_only_days_and_months_begin_in_a_zone(window):
    terms = Terms("cost", 5, window, window_s=60 if window == "sliding" else None, zone="Asia/Taipei")
    assert refused(terms) == (None if window in {"day", "month"} else ("bad_limit", "zone"))


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "America", "../etc/passwd", "asia/taipei", "Factory", "A" * 65])
def test_a_zone_is_an_iana_name(zone):
    assert refused(replace(PLAIN, zone=zone)) == ("bad_time_zone", "zone")


@pytest.mark.parametrize("amount", [0, 1, AMOUNT_MAX])
def test_an_amount_that_a_column_holds_is_kept(amount):
    check_amount(amount)
    assert refused(replace(PLAIN, amount=amount)) is None


@pytest.mark.parametrize("amount", [-1, AMOUNT_MAX + 1])
def test_an_amount_that_no_column_holds_is_refused(amount):
    assert refused(replace(PLAIN, amount=amount)) == ("limit_out_of_range", "amount")


@pytest.mark.parametrize("subject", SUBJECT_KINDS)
def test_only_a_provider_key_cannot_warn(subject):
    expected = ("bad_limit", "on_exceed") if subject == "provider_key" else None
    assert refused(replace(PLAIN, on_exceed="warn"), subject) == expected


def test_a_cap_on_one_call_rejects_and_is_not_shared_out():
    cap = Terms("output_tokens", 100, "request")
    assert refused(cap) is None
    assert refused(replace(cap, on_exceed="warn")) == ("bad_limit", "on_exceed")
    assert refused(replace(cap, partition="credential"), "tag") == ("bad_limit", "partition_by")


@pytest.mark.parametrize(
    ("field", "value"), [("metric", "words"), ("window_kind", "week"), ("on_exceed", "cry"), ("partition", "team")]
)
def test_words_nobody_knows_are_refused(field, value):
    param = {"partition": "partition_by"}.get(field, field)
    assert refused(replace(PLAIN, **{field: value})) == ("bad_limit", param)
    assert refused(PLAIN, "planet") == ("bad_limit", "subject_kind")


def test_what_is_given_replaces_the_usual_limit_of_its_kind_alone():
    usual = [Terms("requests", 60, "sliding", 60), Terms("cost", 5, "day"), Terms("concurrency", 8, "lifetime")]
    given = [Terms("cost", 9, "day"), Terms("cost", 50, "month")]
    assert merged(usual, given) == (usual[0], usual[2], *given)
    assert merged(usual, [], without=[Terms("requests", 0, "sliding", 60)]) == (usual[1], usual[2])
    assert merged(usual, [], without=[Terms("requests", 0, "sliding", 61)]) == tuple(usual)

"""Caps: what they leave of a call, exactly."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api import pricing
from ai_api.gateway import caps
from ai_api.gateway.charges import Size
from ai_api.pricing import Prices
from ai_api.quotas.limit import Limit

PRICES = Prices(input_nanos=1_000_000_000, output_nanos=2_000_000_000)


def cap(metric, amount, *, on_exceed="reject", window_kind="request"):
    return Limit(
        id=UUID(int=1),
        subject_kind="member",
        subject_id=UUID(int=2),
        metric=metric,
        window_kind=window_kind,
        window_s=None,
        zone=None,
        partition="subject",
        on_exceed=on_exceed,
        amount=amount,
    )


def under(*limits, input_tokens=100, output=1_000, prices=PRICES):
    return caps.under(limits, Size(input_tokens, prices), output_tokens=output, output_tokens_min=1)


@pytest.mark.parametrize(
    ("metric", "amount", "output"),
    [
        ("output_tokens", 40, 40),
        ("output_tokens", 1_000, 1_000),
        ("total_tokens", 140, 40),
        ("total_tokens", 101, 1),
        ("input_tokens", 100, 1_000),
        ("cost", 100_000 + 2_000 * 7, 7),
    ],
)
def test_a_cap_leaves_exactly_what_it_says(metric, amount, output):
    assert under(cap(metric, amount)) == caps.Capped(output, None)


@pytest.mark.parametrize(("metric", "amount"), [("input_tokens", 99), ("total_tokens", 100), ("cost", 99_999)])
def test_an_input_over_a_cap_breaks_it(metric, amount):
    limit = cap(metric, amount)
    assert under(limit).broken == limit
    told = caps.refusal(limit, Size(100, PRICES))
    assert (told.code, told.kind) == ("input_too_long", "invalid")
    assert "100 tokens" in told.message


def test_the_tightest_of_several_counts():
    assert under(cap("output_tokens", 500), cap("total_tokens", 300), cap("cost", 10**9)).output_tokens == 200


def test_what_only_warns_or_is_no_cap_leaves_everything():
    kept = under(cap("output_tokens", 1, on_exceed="warn"), cap("output_tokens", 1, window_kind="month"))
    assert kept == caps.Capped(1_000, None)


def test_an_unknown_price_cannot_be_capped_and_is_refused():
    limit = cap("cost", 10**12)
    assert under(limit, prices=None).broken == limit


@pytest.mark.parametrize(("amount", "is_broken"), [(100_000, False), (99_999, True)])
def test_an_answer_without_tokens_needs_no_price_for_them(amount, is_broken):
    size = Size(100, Prices(input_nanos=1_000_000_000), writes=False)
    kept = caps.under([cap("cost", amount)], size, output_tokens=0, output_tokens_min=0)
    assert (kept.output_tokens, kept.broken is not None) == (0, is_broken)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**9))
def test_a_capped_call_never_costs_more_than_its_cap(input_tokens, output, amount):
    kept = under(cap("cost", amount), input_tokens=input_tokens, output=output)
    if kept.broken is None:
        most = pricing.ceiling(PRICES, input_tokens=input_tokens, output_tokens=kept.output_tokens).total_nanos
        assert most <= amount
        assert kept.output_tokens <= output

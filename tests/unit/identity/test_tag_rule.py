"""Whom a tag rule means, what can be none, and that no pattern takes long."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.thoroughness import tried

from ai_api.core.errors import Refusal
from ai_api.identity.tag_rule import TRIED_CHARACTERS_MAX, TagRule, TagRuleDraft, check_for_all, check_rule, matches

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ANA = "Ana.Li@CS.Example.edu"


def rule(kind: Any, value: str | None = None, claim: str | None = None) -> TagRule:
    return TagRule(uuid4(), "rule", kind, value, claim, uuid4(), enabled=True, created_at=NOW, updated_at=NOW)


@pytest.mark.parametrize(
    ("kind", "value", "identifier", "means"),
    [
        ("always", None, ANA, True),
        ("domain", "cs.example.edu", ANA, True),
        ("domain", "CS.example.EDU", ANA, True),
        ("domain", "example.edu", ANA, False),
        ("domain", "ana.li", "ana.li", False),
        ("domain", "example.edu", "a@example.edu@evil.example", False),
        ("suffix", ".example.edu", ANA, True),
        ("suffix", "@cs.example.edu", ANA, True),
        ("suffix", ".example.edu", "eve@example.edu", False),
        ("suffix", ".example.edu", "eve@notexample.edu", False),
        ("suffix", "@example.edu", "eve@notexample.edu", False),
        ("suffix", ".edu", "eve.edu", False),
        ("local_part", r"ana\..*", ANA, True),
        ("local_part", "ana", ANA, False),
        ("local_part", "li", ANA, False),
        ("local_part", "root", "root", True),
        ("local_part", r"[0-9]{8}", "20261121@example.edu", True),
        ("identifier", r".*@cs\.example\.edu", ANA, True),
        ("identifier", "admin", "not-admin@elsewhere.example", False),
        ("identifier", "王.*", "王小明@example.edu", True),
    ],
)
def test_a_rule_means_others_than_it_says(kind: str, value: str | None, identifier: str, means: bool) -> None:
    assert matches(rule(kind, value), identifier, {}) is means


@pytest.mark.parametrize(
    ("value", "claims", "means"),
    [
        ("staff", {"groups": "staff"}, True),
        ("staff", {"groups": ["students", "staff"]}, True),
        ("staff", {"groups": ["not-staff", "staff2"]}, False),
        ("staff", {"groups": "Staff"}, False),
        ("staff", {"other": "staff"}, False),
        ("staff", {"groups": {"staff": True}}, False),
        ("staff", {}, False),
        (".*", {"groups": None}, False),
        ("true", {"groups": True}, True),
        ("1", {"groups": [1]}, True),
        (".*", {"groups": "x" * (TRIED_CHARACTERS_MAX + 1)}, False),
        (".*", {"groups": "\ud800"}, False),
    ],
)
def test_a_claim_that_is_not_there_or_another_gives_a_tag(value: str, claims: dict[str, Any], means: bool) -> None:
    assert matches(rule("claim", value, "groups"), ANA, claims) is means


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "always", "value": "x"}, "value"),
        ({"kind": "always", "claim": "x"}, "claim"),
        ({"kind": "domain"}, "value"),
        ({"kind": "domain", "value": "@example.com"}, "value"),
        ({"kind": "domain", "value": "exa mple.com"}, "value"),
        ({"kind": "suffix", "value": "example.com"}, "value"),
        ({"kind": "suffix", "value": "."}, "value"),
        ({"kind": "identifier", "value": "("}, "value"),
        ({"kind": "identifier", "value": r"(a)\1"}, "value"),
        ({"kind": "identifier", "value": "(?=a)b"}, "value"),
        ({"kind": "local_part", "value": "((a{100}){100}){100}"}, "value"),
        ({"kind": "claim", "value": "staff"}, "claim"),
        ({"kind": "claim", "claim": "groups"}, "value"),
        ({"kind": "identifier", "value": "x", "claim": "groups"}, "claim"),
        ({"kind": "identifier", "value": "x" * 201}, "value"),
        ({"kind": "always", "name": " "}, "name"),
    ],
)
def test_a_rule_that_can_mean_nobody_or_anybody_is_stored(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_rule(TagRuleDraft(**{"name": "rule", "tag_id": uuid4(), **fields}))
    assert (refused.value.code, refused.value.param) == ("bad_tag_rule", field)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)b", "(a*)*b", "(x+x+)+y"]
)
def test_a_pattern_stops_the_event_loop(pattern: str) -> None:
    check_rule(TagRuleDraft(name="rule", kind="identifier", value=pattern, tag_id=uuid4()))
    began = time.perf_counter()
    assert not matches(rule("identifier", pattern), "a" * 254, {})
    assert not matches(rule("claim", pattern, "groups"), ANA, {"groups": "x" * TRIED_CHARACTERS_MAX})
    assert time.perf_counter() - began < 0.5


def test_a_rule_on_claims_is_applied_where_no_claims_are() -> None:
    check_for_all(rule("domain", "example.edu"))
    with pytest.raises(Refusal) as refused:
        check_for_all(rule("claim", "staff", "groups"))
    assert refused.value.code == "tag_rule_needs_claims"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@tried()
@given(
    kind=st.sampled_from(["always", "domain", "suffix", "local_part", "identifier", "claim"]),
    value=st.text(max_size=30),
    identifier=st.text(min_size=1, max_size=60),
    claims=st.dictionaries(st.sampled_from(["groups", "other"]), _JSON, max_size=2),
)
def test_a_rule_that_was_taken_fails_a_sign_in(kind: Any, value: str, identifier: str, claims: dict[str, Any]) -> None:
    """Whatever a rule says and whoever signs in: it is refused when it is made, or it says yes or no."""
    made = {"value": None if kind == "always" else value, "claim": "groups" if kind == "claim" else None}
    try:
        check_rule(TagRuleDraft(name="rule", kind=kind, tag_id=uuid4(), **made))
    except Refusal:
        return
    assert matches(rule(kind, **made), identifier, claims) in {True, False}

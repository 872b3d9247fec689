"""How conditions are said, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ai_api.setup.attention_rules import CONDITIONS, MOST, Case, finding, ranked

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def cases(count: int) -> list[Case]:
    return [Case(str(number), f"name {number}", NOON + timedelta(hours=number)) for number in range(count)]


def test_a_notice_comes_before_what_stops_calls():
    codes = ["one_owner", "limit_nearly_used", "provider_key_flagged", "jobs_late", "books_unexplained"]
    said = [each for code in codes if (each := finding(code, cases(1)))]
    assert [each.code for each in ranked(said)] == [
        "books_unexplained",
        "provider_key_flagged",
        "jobs_late",
        "limit_nearly_used",
        "one_owner",
    ]
    order = ["critical", "warning", "notice"]
    severities = [order.index(condition.severity) for condition in CONDITIONS.values()]
    assert severities == sorted(severities), "the order of harm contradicts the severities"


def test_a_thousand_things_are_named_or_counted_as_if_they_were_all():
    said = finding("provider_key_flagged", cases(7))
    assert said is not None
    assert (said.count, said.at_least, said.since) == (7, False, NOON)
    assert [each.name for each in said.first] == [f"name {number}" for number in range(5)]
    assert "name 0, name 1, name 2, name 3, name 4 and 2 more:" in said.words
    assert said.target == "/api/admin/provider-keys"
    most = finding("provider_key_flagged", cases(MOST))
    assert most is not None
    assert (most.count, most.at_least) == (MOST, True)


def test_one_thing_is_where_its_target_leads_and_none_is_said_of_nothing():
    assert finding("provider_key_flagged", []) is None
    said = finding("provider_key_flagged", [Case("7", "a {name} with {0}", None)])
    assert said is not None
    assert (said.target, said.since) == ("/api/admin/provider-keys/7", None)
    assert "a {name} with {0}" in said.words
    nowhere = finding("jobs_late", [Case(None, "sweep_holds", NOON)])
    assert nowhere is not None
    assert nowhere.target == "/api/admin/system"

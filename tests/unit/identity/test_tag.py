"""What a tag may be called, whom a request may name, and what keeps a tag from being deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ai_api.core.errors import Refusal
from ai_api.identity.tag import MEMBERS_AT_ONCE_MAX, PRIORITY_MAX, Tag, Who, check_tag, check_unused, check_who

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TAG = Tag(uuid4(), "interns", 100, everyone=False, members=3, created_at=NOW, updated_at=NOW)


def refusal_of(name: str | None, priority: int | None) -> str | None:
    try:
        check_tag(name=name, priority=priority)
    except Refusal as refused:
        return refused.code
    return None


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb", "a\x00b"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_tag(name=name, priority=None)
    assert (refused.value.code, refused.value.param) == ("bad_name", "name")


@pytest.mark.parametrize("priority", [-1, PRIORITY_MAX + 1])
def test_what_can_be_no_priority_is_refused(priority: int) -> None:
    with pytest.raises(Refusal) as refused:
        check_tag(name=None, priority=priority)
    assert (refused.value.code, refused.value.param) == ("bad_priority", "priority")


def test_names_and_priorities_at_their_bounds_are_taken() -> None:
    for name, priority in (("R&D 研發", 0), ("x" * 64, PRIORITY_MAX), (None, None)):
        assert refusal_of(name, priority) is None
    assert refusal_of("x" * 65, PRIORITY_MAX) == "bad_name"
    assert refusal_of("x" * 64, PRIORITY_MAX + 1) == "bad_priority"


def test_nobody_and_too_many_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check_who(Who())
    assert refused.value.code == "nobody_named"
    ids = [uuid4() for _ in range(MEMBERS_AT_ONCE_MAX)]
    check_who(Who(member_ids=[*ids, ids[0]]))
    with pytest.raises(Refusal) as refused:
        check_who(Who(member_ids=ids, identifiers=["one@more.test"]))
    assert refused.value.code == "too_many_members"


def test_a_tag_in_use_says_by_what() -> None:
    check_unused(TAG, models=[], limits=0, routes=0, rules=0)
    with pytest.raises(Refusal) as refused:
        check_unused(TAG, models=["b/2", "a/1"], limits=1, routes=0, rules=1)
    assert refused.value.code == "tag_in_use"
    assert (
        "interns is named by the access policy of a/1, b/2 and by 1 limit and by 1 tag rule." in refused.value.message
    )
    assert refused.value.details == {
        "models": ["a/1", "b/2"],
        "model_count": 2,
        "limit_count": 1,
        "route_count": 0,
        "rule_count": 1,
    }
    with pytest.raises(Refusal) as refused:
        check_unused(TAG, models=[], limits=2, routes=0, rules=0)
    assert "named by 2 limits" in refused.value.message
    with pytest.raises(Refusal) as refused:
        check_unused(TAG, models=[f"a/{number:02}" for number in range(30)], limits=0, routes=0, rules=0)
    assert refused.value.details["model_count"] == 30
    assert len(refused.value.details["models"]) == 20

"""Who may make, change and delete members, and when an access token speaks for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ai_api.core.errors import Refusal
from ai_api.identity import By, Changes, Draft, Member, TokenHolder, token_rules
from ai_api.identity import rules as identity_rules

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ME, OTHER = UUID(int=1), UUID(int=2)


def member(role: str = "member", *, kind: str = "person", status: str = "active", member_id: UUID = OTHER) -> Member:
    return Member(member_id, kind, "local", "x", "X", role, status, None, NOW, NOW)


def holder(**fields: object) -> TokenHolder:
    known = {
        "token_id": UUID(int=3), "member_id": ME, "kind": "person", "identifier": "x", "display_name": "X",
        "role": "member", "status": "active", "expires_at": None, "revoked_at": None, "last_used_at": None,
    }  # fmt: skip
    return TokenHolder(**{**known, **fields})


def refusal_of(function, *arguments, **named) -> str | None:
    try:
        function(*arguments, **named)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("by", ["member", "admin", "owner"])
@pytest.mark.parametrize("was", ["member", "admin", "owner"])
@pytest.mark.parametrize("becomes", ["member", "admin", "owner"])
def test_only_owners_touch_owners_and_nobody_raises_themself(by: str, was: str, becomes: str) -> None:
    change = Changes(role=becomes)
    of_other = refusal_of(identity_rules.check_change, member(was), change, by=By(ME, by))
    assert of_other == ("owner_required" if by != "owner" and "owner" in {was, becomes} else None)
    if by == was:
        of_self = refusal_of(identity_rules.check_change, member(was, member_id=ME), change, by=By(ME, by))
        ranks = ["member", "admin", "owner"]
        raised = ranks.index(becomes) > ranks.index(was)
        assert (of_self is not None) == raised


def test_a_service_account_is_no_owner_and_a_person_answers_to_nobody() -> None:
    by = By(None, "owner")
    service = Draft(identifier="s", display_name="S", kind="service", responsible_member_id=OTHER)
    person = Draft(identifier="p", display_name="P")
    assert refusal_of(identity_rules.check_new, service, by=by) is None
    assert refusal_of(identity_rules.check_new, person, by=by) is None
    for draft, code in (
        (
            Draft(identifier="s", display_name="S", kind="service", role="owner", responsible_member_id=OTHER),
            "service_owner",
        ),
        (Draft(identifier="s", display_name="S", kind="service"), "responsible_member_needed"),
        (Draft(identifier="p", display_name="P", responsible_member_id=OTHER), "responsible_member_of_person"),
    ):
        assert refusal_of(identity_rules.check_new, draft, by=by) == code
    assert (
        refusal_of(identity_rules.check_change, member(kind="service"), Changes(role="owner"), by=by) == "service_owner"
    )
    answers = Changes(responsible_member_id=ME)
    assert refusal_of(identity_rules.check_change, member(), answers, by=by) == "responsible_member_of_person"


def test_only_an_active_person_answers_for_a_service_account() -> None:
    assert refusal_of(identity_rules.check_responsible, member()) is None
    for nobody in (None, member(status="disabled"), member(kind="service")):
        assert refusal_of(identity_rules.check_responsible, nobody) == "bad_responsible_member"


def test_only_an_active_person_counts_as_owner() -> None:
    assert identity_rules.is_active_owner(member("owner"))
    for nobody in (member("owner", status="disabled"), member("owner", kind="service"), member("admin")):
        assert not identity_rules.is_active_owner(nobody)


@pytest.mark.parametrize("identifier", ["", " ", "a b", "a\tb", "a\u00a0b", "a\u2028b", "a\x00", "a\n", "x" * 255])
def test_what_can_be_no_identifier_is_refused(identifier: str) -> None:
    assert refusal_of(identity_rules.check_identifier, identifier) == "bad_identifier"


@pytest.mark.parametrize("identifier", ["a", "ada@example.test", "張三@例子.test", "ci/deploy-7", "x" * 254])
def test_what_people_are_called_by_is_taken(identifier: str) -> None:
    assert identity_rules.check_identifier(identifier) == identifier


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x1b[31m", "x" * 201])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert refusal_of(identity_rules.check_name, name, param="display_name") == "bad_name"


def test_a_token_opens_until_its_last_instant_and_while_its_member_is_active() -> None:
    moment = timedelta(microseconds=1)
    assert token_rules.is_usable(holder(), now=NOW)
    assert token_rules.is_usable(holder(expires_at=NOW + moment), now=NOW)
    assert not token_rules.is_usable(holder(expires_at=NOW), now=NOW)
    assert not token_rules.is_usable(holder(revoked_at=NOW - moment), now=NOW)
    assert not token_rules.is_usable(holder(status="disabled"), now=NOW)


def test_a_use_is_worth_noting_once_a_minute() -> None:
    assert token_rules.is_use_worth_noting(holder(), now=NOW)
    assert not token_rules.is_use_worth_noting(holder(last_used_at=NOW - timedelta(seconds=59)), now=NOW)
    assert token_rules.is_use_worth_noting(holder(last_used_at=NOW - timedelta(seconds=60)), now=NOW)

"""The states of an allocation: every pair of standing and action, for both who may act."""

import itertools

import pytest

from ai_api.allocations.rules import ACTIONS, STATES, Action, By, Standing, after
from ai_api.core.errors import Refusal

ACTIVE = Standing("active")
BY_MEMBER = Standing("paused", "member")
BY_ADMIN = Standing("paused", "admin")
QUARANTINED = Standing("quarantined")
REVOKED = Standing("revoked")
STANDINGS = (ACTIVE, BY_MEMBER, BY_ADMIN, QUARANTINED, REVOKED)

ALLOWED: dict[tuple[Standing, Action, By], Standing] = {
    (ACTIVE, "pause", "member"): BY_MEMBER,
    (ACTIVE, "pause", "admin"): BY_ADMIN,
    (ACTIVE, "quarantine", "admin"): QUARANTINED,
    (ACTIVE, "revoke", "admin"): REVOKED,
    (BY_MEMBER, "resume", "member"): ACTIVE,
    (BY_MEMBER, "resume", "admin"): ACTIVE,
    (BY_MEMBER, "pause", "admin"): BY_ADMIN,
    (BY_MEMBER, "quarantine", "admin"): QUARANTINED,
    (BY_MEMBER, "revoke", "admin"): REVOKED,
    (BY_ADMIN, "resume", "admin"): ACTIVE,
    (BY_ADMIN, "quarantine", "admin"): QUARANTINED,
    (BY_ADMIN, "revoke", "admin"): REVOKED,
    (QUARANTINED, "release", "admin"): ACTIVE,
    (QUARANTINED, "revoke", "admin"): REVOKED,
}


def test_the_table_below_covers_every_state() -> None:
    assert {standing.state for standing in STANDINGS} == set(STATES)


@pytest.mark.parametrize(
    ("standing", "action", "by"), list(itertools.product(STANDINGS, ACTIONS, ("member", "admin"))), ids=str
)
def test_every_move_is_the_one_in_the_table_or_refused(standing: Standing, action: Action, by: By) -> None:
    expected = ALLOWED.get((standing, action, by))
    if expected is not None:
        assert after(standing, action, by) == expected
        return
    with pytest.raises(Refusal) as refused:
        after(standing, action, by)
    assert refused.value.code in {"allocation_state_conflict", "allocation_action_forbidden"}
    assert refused.value.details["state"] == standing.state


def test_a_member_cannot_resume_what_an_administrator_paused() -> None:
    with pytest.raises(Refusal) as refused:
        after(BY_ADMIN, "resume", "member")
    assert refused.value.code == "allocation_action_forbidden"
    assert refused.value.kind == "forbidden"


def test_an_administrators_pause_over_a_members_own_binds_the_member() -> None:
    assert after(after(ACTIVE, "pause", "member"), "pause", "admin") == BY_ADMIN


def test_no_chain_of_a_members_own_moves_leaves_a_quarantine_an_admins_pause_or_a_revocation() -> None:
    for start in (QUARANTINED, BY_ADMIN, REVOKED):
        for action in ACTIONS:
            with pytest.raises(Refusal):
                after(start, action, "member")


def test_a_revocation_is_final_and_says_what_to_do() -> None:
    for action in ACTIONS:
        with pytest.raises(Refusal, match="grant a new one") as refused:
            after(REVOKED, action, "admin")
        assert refused.value.kind == "conflict"


def test_paused_by_is_set_exactly_while_paused() -> None:
    for standing in ALLOWED.values():
        assert (standing.state == "paused") == (standing.paused_by is not None)

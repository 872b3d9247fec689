"""Who may see what."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.catalog.test_names import model

from ai_api.access import verdict
from ai_api.catalog import Model
from ai_api.core.ids import uuid7

MEI, TOM = uuid7(), uuid7()
STAFF, INTERNS = uuid7(), uuid7()
NONE: frozenset[UUID] = frozenset()
RESTRICTED = model("a/b", access="restricted")

subjects = st.frozensets(st.sampled_from([UUID(int=number) for number in range(6)]))
policies = st.builds(
    lambda access, status, members, denied, tags, denied_tags: replace(
        model("a/b", access=access, status=status, allowed=members),
        denied_members=denied,
        allowed_tags=tags,
        denied_tags=denied_tags,
    ),
    st.sampled_from(["open", "restricted"]),
    st.sampled_from(["active", "active", "active", "archived"]),
    *(subjects,) * 4,
)
members = st.sampled_from([UUID(int=number) for number in range(6)])


def test_an_open_model_is_visible_to_everybody() -> None:
    found = verdict(model("a/b"), MEI, NONE)
    assert found.visible
    assert found.reasons == ("model_active", "access_open")


def test_a_restricted_model_is_visible_to_whom_it_names() -> None:
    restricted = replace(RESTRICTED, allowed_members=frozenset({MEI}))
    assert verdict(restricted, MEI, NONE).visible
    assert verdict(restricted, MEI, NONE).reasons == ("model_active", "access_restricted", "member_allowed")
    assert not verdict(restricted, TOM, NONE).visible
    why = ("model_active", "access_restricted", "member_not_allowed", "tags_not_allowed")
    assert verdict(restricted, TOM, frozenset({STAFF})).reasons == why


def test_a_restricted_model_is_visible_to_whom_a_tag_names() -> None:
    restricted = replace(RESTRICTED, allowed_tags=frozenset({STAFF}))
    found = verdict(restricted, MEI, frozenset({STAFF, INTERNS}))
    assert found.visible
    assert found.reasons == ("model_active", "access_restricted", "member_not_allowed", "tag_allowed")
    assert not verdict(restricted, MEI, frozenset({INTERNS})).visible
    assert not verdict(restricted, MEI, NONE).visible


def test_a_restricted_model_without_a_list_is_visible_to_nobody() -> None:
    assert not verdict(RESTRICTED, MEI, frozenset({STAFF})).visible


def test_a_denied_member_or_tag_sees_an_open_model() -> None:
    """Allowed by everything there is, and still not: deny wins."""
    allowed = replace(model("a/b"), allowed_members=frozenset({MEI}), allowed_tags=frozenset({STAFF}))
    tags = frozenset({STAFF, INTERNS})
    for access in ("open", "restricted"):
        shown = replace(allowed, access=access)  # type: ignore[arg-type]  # a literal, given by the test
        assert verdict(shown, MEI, tags).visible
        by_member = verdict(replace(shown, denied_members=frozenset({MEI})), MEI, tags)
        assert (by_member.visible, by_member.reasons) == (False, ("model_active", "member_denied"))
        by_tag = verdict(replace(shown, denied_tags=frozenset({INTERNS})), MEI, tags)
        assert (by_tag.visible, by_tag.reasons) == (False, ("model_active", "tag_denied"))
        assert verdict(replace(shown, denied_tags=frozenset({INTERNS})), MEI, frozenset({STAFF})).visible


def test_an_archived_model_is_visible_to_nobody_whatever_its_policy() -> None:
    for each in (
        model("a/b", status="archived"),
        model("a/b", access="restricted", status="archived", allowed=frozenset({MEI})),
    ):
        assert verdict(each, MEI, NONE).reasons == ("model_archived",)
        assert not verdict(each, MEI, NONE).visible


@given(policies, members, subjects)
def test_deny_wins_over_everything(policy: Model, member_id: UUID, tags: frozenset[UUID]) -> None:
    found = verdict(policy, member_id, tags)
    if member_id in policy.denied_members or policy.denied_tags & tags or policy.status == "archived":
        assert not found.visible
    # More denied never shows what less denied hides.
    for more in (
        replace(policy, denied_members=policy.denied_members | {UUID(int=0)}),
        replace(policy, denied_tags=policy.denied_tags | {UUID(int=0)}),
    ):
        assert found.visible or not verdict(more, member_id, tags).visible


@given(policies, members, subjects)
def test_what_is_restricted_is_never_visible_without_an_allow(
    policy: Model, member_id: UUID, tags: frozenset[UUID]
) -> None:
    found = verdict(policy, member_id, tags)
    if policy.access == "restricted" and found.visible:
        assert member_id in policy.allowed_members or policy.allowed_tags & tags
    silent = replace(policy, access="restricted", allowed_members=NONE, allowed_tags=NONE)
    assert not verdict(silent, member_id, tags).visible


@given(policies, members, subjects)
def test_the_last_reason_decides_and_every_other_one_only_leads_there(
    policy: Model, member_id: UUID, tags: frozenset[UUID]
) -> None:
    found = verdict(policy, member_id, tags)
    assert (found.reasons[-1] in {"access_open", "member_allowed", "tag_allowed"}) == found.visible
    leading = {"model_active", "access_restricted", "member_not_allowed"}
    assert set(found.reasons[:-1]) <= leading
    assert found.reasons[-1] not in leading

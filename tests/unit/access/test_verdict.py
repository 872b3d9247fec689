"""Who may see what."""

from __future__ import annotations

from tests.unit.catalog.test_names import model

from ai_api.access import verdict
from ai_api.core.ids import uuid7

MEI, TOM = uuid7(), uuid7()


def test_an_open_model_is_visible_to_everybody() -> None:
    found = verdict(model("a/b"), MEI)
    assert found.visible
    assert found.reasons == ("model_active", "access_open")


def test_a_restricted_model_is_visible_to_whom_it_names() -> None:
    restricted = model("a/b", access="restricted", allowed=frozenset({MEI}))
    assert verdict(restricted, MEI).visible
    assert verdict(restricted, MEI).reasons == ("model_active", "access_restricted", "member_allowed")
    assert not verdict(restricted, TOM).visible
    assert verdict(restricted, TOM).reasons == ("model_active", "access_restricted", "member_not_allowed")


def test_a_restricted_model_without_a_list_is_visible_to_nobody() -> None:
    assert not verdict(model("a/b", access="restricted"), MEI).visible


def test_an_archived_model_is_visible_to_nobody_whatever_its_policy() -> None:
    for each in (
        model("a/b", status="archived"),
        model("a/b", access="restricted", status="archived", allowed=frozenset({MEI})),
    ):
        assert verdict(each, MEI).reasons == ("model_archived",)
        assert not verdict(each, MEI).visible

"""May a call under way go on: by the four things it goes by, and by nothing else."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.unit.gateway.examples import ALLOCATION, EARLIER, HOLDER, KEY, MODEL, NOW, PRICE, ROUTE, docket, model, world

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import Attempt
from ai_api.gateway.preflight import Permission
from ai_api.gateway.reconsider import reconsider

OTHER_KEY = replace(KEY, id=UUID(int=41))


def under_way(*attempts):
    call = docket(permission=Permission(ALLOCATION, MODEL, PRICE, ((ROUTE, KEY),)))
    call.attempts = [Attempt(ROUTE, key) for key in attempts or (KEY,)]
    return call


def with_allocation(**changes):
    return replace(HOLDER, allocations={MODEL.id: replace(ALLOCATION, **changes)})


def refusal_of(*, call=None, holder=HOLDER, around=None):
    """What ends the call, and None when it goes on."""
    try:
        reconsider(call or under_way(), holder, around or world(MODEL), NOW)
    except Refusal as told:
        return told
    return None


def test_a_call_that_lost_nothing_goes_on():
    assert refusal_of() is None


@pytest.mark.parametrize(
    ("holder", "code"),
    [
        (None, "credential_unknown"),
        (replace(HOLDER, revoked_at=EARLIER), "credential_revoked"),
        (replace(HOLDER, expires_at=NOW), "credential_expired"),
        (replace(HOLDER, paused_at=EARLIER), "credential_paused"),
        (replace(HOLDER, member_status="disabled"), "member_disabled"),
        (with_allocation(state="paused", paused_by="admin"), "allocation_paused"),
        (with_allocation(state="quarantined"), "allocation_quarantined"),
        (with_allocation(state="revoked"), "allocation_revoked"),
        (replace(HOLDER, allocations={}), "model_not_in_scope"),
    ],
    ids=str,
)
def test_each_right_that_is_gone_ends_it_with_a_code_of_its_own(holder, code):
    assert refusal_of(holder=holder).code == code


def test_another_allocation_of_the_same_model_is_for_new_calls():
    assert refusal_of(holder=with_allocation(id=UUID(int=99))).code == "allocation_revoked"


def test_a_model_that_is_hidden_or_gone_does_not_exist():
    hidden = refusal_of(around=world(replace(MODEL, access="restricted")))
    assert (hidden.code, hidden.because) == ("model_not_found", "hidden_by_policy")
    archived = refusal_of(around=world(model(11, "openai/other")))
    assert (archived.code, archived.because) == ("model_not_found", "unknown")


def test_what_is_hidden_is_hidden_whatever_else_is_gone():
    around = world(replace(MODEL, access="restricted"))
    assert refusal_of(holder=with_allocation(state="revoked"), around=around).code == "model_not_found"


def test_the_key_that_serves_it_is_what_counts():
    assert refusal_of(around=world(MODEL, key=OTHER_KEY)).code == "provider_key_disabled"
    # A key it has left, and one it was never at.
    assert refusal_of(call=under_way(OTHER_KEY, KEY)) is None
    waiting = under_way()
    waiting.attempts = []
    assert refusal_of(call=waiting, around=world(MODEL, key=OTHER_KEY)) is None


def test_what_concerns_new_calls_alone_ends_none():
    """Its name, its operation, its price and its routes: a new call would be refused for each of these."""
    renamed = replace(MODEL, slug="openai/gpt-4o-old", operations=frozenset({"responses"}))
    assert refusal_of(around=world(renamed, routed=False, priced=False)) is None

"""May this call be made: each step's codes, the order of the steps, and that what is hidden does not exist."""

import itertools
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.examples import (
    ALLOCATION,
    EARLIER,
    ENVELOPE,
    HOLDER,
    KEY,
    MEMBER,
    MODEL,
    NOW,
    PRICE,
    ROUTE,
    allocation,
    holder,
    limited,
    model,
    world,
)

from ai_api.core.errors import Refusal
from ai_api.gateway.credential_checks import check_credential
from ai_api.gateway.preflight import USABLE_SHOWN_MAX, Finding, judge, serving_routes, usable_models

HIDDEN = {"access": "restricted", "allowed_members": frozenset()}


def judged(*, envelope=ENVELOPE, person=HOLDER, around=None, finding=None):
    return judge(envelope, person, around or world(MODEL), NOW, finding or Finding())


def refused(**situation):
    with pytest.raises(Refusal) as told:
        judged(**situation)
    return told.value


def asking(name, **changes):
    return replace(ENVELOPE, model=name, **changes)


def test_a_call_that_may_be_made_says_by_which_right_at_which_price_and_by_which_routes():
    finding = Finding()
    permission = judged(finding=finding)
    assert (permission.allocation, permission.model, permission.price) == (ALLOCATION, MODEL, PRICE)
    assert permission.routes == ((ROUTE, KEY),)
    assert (finding.allocation, finding.model) == (ALLOCATION, MODEL)


# ── one fault at a time ──────────────────────────────────────────────────────────────────────────────────────────────────


def situation(*faults):
    """What a call meets when all of these are wrong at once."""
    person, right, thing, asked, around = HOLDER, ALLOCATION, MODEL, ENVELOPE, {}
    for fault in faults:
        match fault:
            case "credential_revoked":
                person = replace(person, revoked_at=EARLIER)
            case "credential_expired":
                person = replace(person, expires_at=EARLIER)
            case "member_disabled":
                person = replace(person, member_status="disabled")
            case "credential_paused":
                person = replace(person, paused_at=EARLIER)
            case "model_not_in_scope":
                right = None
            case "allocation_paused" | "allocation_quarantined" | "allocation_revoked":
                right = right and replace(right, state=fault.removeprefix("allocation_"), paused_by="admin")
            case "token_quota_exceeded":
                right = right and replace(right, limits=(*right.limits, *limited(total_tokens=0)))
            case "cost_quota_exceeded":
                right = right and replace(right, limits=(*right.limits, *limited(cost=0)))
            case "unknown_operation":
                asked = replace(asked, operation="chat")
                thing = replace(thing, operations=frozenset({"responses"}))
            case "model_unpriced":
                right = right and replace(right, limits=(*right.limits, *limited(cost=10**9)))
                around["priced"] = False
            case "no_route":
                around["routed"] = False
            case "hidden":
                thing = replace(thing, **HIDDEN)
    person = replace(person, allocations={right.model_id: right} if right else {})
    return {"envelope": asked, "person": person, "around": world(thing, **around)}


# Step, code, kind. Within a step the order is the one listed.
STEPS = [
    (1, "credential_revoked", "unauthenticated"),
    (1, "credential_expired", "unauthenticated"),
    (1, "member_disabled", "forbidden"),
    (1, "credential_paused", "forbidden"),
    (1, "model_not_in_scope", "forbidden"),
    (2, "allocation_paused", "forbidden"),
    (2, "allocation_quarantined", "forbidden"),
    (2, "allocation_revoked", "forbidden"),
    (3, "token_quota_exceeded", "exhausted"),
    (3, "cost_quota_exceeded", "exhausted"),
    (4, "unknown_operation", "invalid"),
    (4, "model_unpriced", "unavailable"),
    (4, "no_route", "unavailable"),
]
ABOUT_THE_CREDENTIAL = {"credential_revoked", "credential_expired", "member_disabled", "credential_paused"}
LIMITS = {"token_quota_exceeded", "cost_quota_exceeded"}
STATES = {"allocation_paused", "allocation_quarantined", "allocation_revoked"}


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for _, code, kind in STEPS])
def test_each_fault_has_its_own_code(code, kind):
    told = refused(**situation(code))
    assert (told.code, told.kind, told.because) == (code, kind, None)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (first, second)
        for (_, first, _), (_, second, _) in itertools.combinations(STEPS, 2)
        if not {first, second} <= STATES and not {first, second} <= LIMITS and first != "model_not_in_scope"
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_of_two_faults_the_earlier_steps_code_wins(earlier, later, reverse):
    assert refused(**situation(*(later, earlier) if reverse else (earlier, later))).code == earlier


@pytest.mark.parametrize(
    "faults",
    [[code] for _, code, _ in STEPS if code not in ABOUT_THE_CREDENTIAL] + [["no_route", "allocation_paused"], []],
)
def test_what_is_hidden_does_not_exist_whatever_right_to_it_there_is(faults):
    told = refused(**situation(*faults, "hidden"))
    assert (told.code, told.kind) == ("model_not_found", "not_found")
    # The record keeps the true reason: the first that would have refused, or the policy itself.
    first = min(faults, key=[code for _, code, _ in STEPS].index) if faults else "hidden_by_policy"
    assert told.because == ("hidden_by_policy" if first == "model_not_in_scope" else first)
    assert told.message == refused(envelope=asking("openai/gpt-4o"), around=world()).message


@pytest.mark.parametrize("code", sorted(ABOUT_THE_CREDENTIAL))
def test_a_credential_out_of_force_learns_nothing_of_models(code):
    for name in ("openai/gpt-4o", "no/such", None):
        assert refused(**situation(code, "hidden") | {"envelope": asking(name)}).code == code


def test_a_refused_call_is_still_filed_under_its_owner():
    for fault in ("allocation_paused", "no_route", "hidden"):
        finding = Finding()
        refused(**situation(fault), finding=finding)
        assert finding.allocation is not None
        assert finding.model is not None


# ── the credential ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_unknown_and_revoked_say_the_same():
    unknown = refused(person=None)
    revoked = refused(**situation("credential_revoked"))
    assert (unknown.code, unknown.kind) == ("credential_unknown", "unauthenticated")
    assert (unknown.kind, unknown.message, unknown.details) == (revoked.kind, revoked.message, revoked.details)


def test_a_credential_expires_at_its_moment_and_not_before():
    assert judged(person=replace(HOLDER, expires_at=NOW + timedelta(microseconds=1)))
    assert refused(person=replace(HOLDER, expires_at=NOW)).code == "credential_expired"


@pytest.mark.parametrize("status", ["disabled", "invited", "anything else"])
def test_a_disabled_members_credentials_stop_working(status):
    told = refused(person=replace(HOLDER, member_status=status))
    assert (told.code, told.kind) == ("member_disabled", "forbidden")


def test_a_credential_in_force_gives_its_holder():
    assert check_credential(HOLDER, NOW) is HOLDER


# ── which right answers ──────────────────────────────────────────────────────────────────────────────────────────────────

AZURE = model(11, "azure/gpt-4o")
MINI = model(12, "openai/gpt-4o-mini")


def test_an_exact_slug_is_meant_and_nothing_like_it():
    person, around = holder(ALLOCATION, allocation(AZURE), allocation(MINI)), world(MODEL, AZURE, MINI)
    for thing in (MODEL, AZURE, MINI):
        assert judged(envelope=asking(thing.slug), person=person, around=around).model == thing
    for name in (
        "gpt-4",
        "openai/gpt-4",
        "OpenAI/gpt-4o",
        "openai/gpt-4o ",
        "gpt-4o-min",
        "4o",
        "openai",
        "/gpt-4o",
        "",
    ):
        assert refused(envelope=asking(name), person=person, around=around).code == "model_not_found"


def test_a_bare_name_means_the_one_model_the_caller_has_a_right_to():
    around = world(MODEL, AZURE, MINI)
    assert judged(envelope=asking("gpt-4o"), person=holder(allocation(AZURE)), around=around).model == AZURE
    assert judged(envelope=asking("gpt-4o"), person=holder(ALLOCATION), around=around).model == MODEL


def test_a_bare_name_that_may_mean_two_is_asked_back():
    told = refused(envelope=asking("gpt-4o"), person=holder(ALLOCATION, allocation(AZURE)), around=world(MODEL, AZURE))
    assert (told.code, told.kind, told.param) == ("model_ambiguous", "invalid", "model")
    assert "azure/gpt-4o, openai/gpt-4o" in told.message


def test_a_hidden_model_neither_makes_a_name_ambiguous_nor_is_named():
    hidden = replace(AZURE, **HIDDEN)
    person = holder(ALLOCATION, allocation(AZURE))
    assert judged(envelope=asking("gpt-4o"), person=person, around=world(MODEL, hidden)).model == MODEL
    told = refused(envelope=asking("gpt-4o"), person=person, around=world(replace(MODEL, **HIDDEN), hidden))
    assert (told.code, told.because) == ("model_not_found", "hidden_by_policy")
    assert "azure" not in told.message


def test_a_revoked_right_does_not_make_a_name_ambiguous():
    person = holder(ALLOCATION, allocation(AZURE, state="revoked"))
    assert judged(envelope=asking("gpt-4o"), person=person, around=world(MODEL, AZURE)).model == MODEL
    both = holder(replace(ALLOCATION, state="revoked"), allocation(AZURE, state="revoked"))
    assert refused(envelope=asking("gpt-4o"), person=both, around=world(MODEL, AZURE)).code == "model_ambiguous"


def test_outside_the_scope_names_what_can_be_used_and_only_what_is_visible():
    secret, archived = model(13, "acme/secret", **HIDDEN), model(14, "acme/old", status="archived")
    paused = model(15, "acme/paused")
    person = holder(ALLOCATION, allocation(secret), allocation(archived), allocation(paused, state="paused"))
    around = world(MODEL, AZURE, secret, archived, paused)
    told = refused(envelope=asking("azure/gpt-4o"), person=person, around=around)
    assert (told.code, told.kind, told.param) == ("model_not_in_scope", "forbidden", "model")
    assert told.details == {"usable_models": ["openai/gpt-4o"]}
    assert "openai/gpt-4o" in told.message
    assert "acme" not in told.message
    assert "none yet" in refused(envelope=asking("azure/gpt-4o"), person=holder(), around=around).message


def test_a_long_list_of_usable_models_is_cut():
    many = [model(100 + number, f"acme/m{number:03}") for number in range(USABLE_SHOWN_MAX + 5)]
    person = holder(*map(allocation, many))
    shown = refused(envelope=asking("openai/gpt-4o"), person=person, around=world(MODEL, *many)).details[
        "usable_models"
    ]
    assert shown == [each.slug for each in many[:USABLE_SHOWN_MAX]]


def test_a_model_without_a_right_that_is_hidden_looks_like_one_that_does_not_exist():
    around = world(replace(MODEL, **HIDDEN))
    hidden = refused(person=holder(), around=around)
    unknown = refused(person=holder(), around=world())
    assert (hidden.code, hidden.message, hidden.details, hidden.param) == (
        unknown.code,
        unknown.message,
        unknown.details,
        unknown.param,
    )
    assert (hidden.because, unknown.because) == ("hidden_by_policy", "unknown")


def test_no_model_named_is_a_bad_request_that_lists_what_there_is():
    told = refused(envelope=asking(None))
    assert (told.code, told.param, told.details) == ("bad_request", "model", {"usable_models": ["openai/gpt-4o"]})


# ── the right, the limits, the ways ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["archived"])
def test_removing_a_model_from_the_catalog_removes_the_access_too(status):
    told = refused(around=world(replace(MODEL, status=status)))
    assert (told.code, told.kind, told.because) == ("model_not_found", "not_found", "hidden_by_policy")


def test_a_restricted_model_is_there_for_those_it_names():
    assert judged(around=world(replace(MODEL, access="restricted", allowed_members=frozenset({MEMBER}))))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"state": "paused", "paused_by": "admin"}, "an administrator"),
        ({"state": "paused", "paused_by": "member"}, "the member"),
        ({"state": "quarantined"}, "administrator has to release"),
        ({"state": "revoked"}, "Claim the model again"),
    ],
)
def test_who_paused_decides_who_may_resume_and_the_message_says_so(changes, says):
    assert says in refused(person=holder(replace(ALLOCATION, **changes))).message


@pytest.mark.parametrize(("metric", "nothing"), [("total_tokens", 0), ("cost", "0.00")])
def test_a_limit_of_zero_is_nothing(metric, nothing):
    told = refused(person=holder(replace(ALLOCATION, limits=limited(**{metric: 0}))))
    assert told.kind == "exhausted"
    (limit,) = limited(**{metric: 0})
    assert told.details == {"limit_id": str(limit.id), "limit": nothing, "metric": metric, "left": nothing}
    assert judged(person=holder(replace(ALLOCATION, limits=limited(**{metric: 1}))))


def test_without_a_price_only_a_call_limited_by_cost_is_refused():
    assert judged(around=world(MODEL, priced=False)).price is None
    by_tokens = holder(replace(ALLOCATION, limits=limited(total_tokens=5)))
    assert judged(person=by_tokens, around=world(MODEL, priced=False)).price is None
    future = replace(world(MODEL), prices={MODEL.id: (replace(PRICE, in_force_from=NOW + timedelta(seconds=1)),)})
    assert refused(person=holder(replace(ALLOCATION, limits=limited(cost=5))), around=future).code == "model_unpriced"


def test_an_operation_the_model_does_not_offer_is_told_with_those_it_does():
    thing = replace(MODEL, operations=frozenset({"responses"}))
    assert "it offers responses" in refused(around=world(thing)).message


def test_a_route_serves_only_what_its_provider_key_can():
    responses_only = replace(KEY, wiring=replace(KEY.wiring, lanes={"responses": "native"}))
    around = world(MODEL, key=responses_only)
    wanted = replace(ENVELOPE, operation="responses")
    assert judged(envelope=wanted, around=around).routes == ((ROUTE, responses_only),)
    told = refused(around=around)
    assert (told.code, told.kind) == ("no_route", "unavailable")
    # A key that was disabled is not in the world at all.
    assert serving_routes(MODEL, "responses", replace(around, keys={}), HOLDER) == ()


TAGS = [UUID(int=number) for number in range(900, 905)]


@given(
    st.lists(st.frozensets(st.sampled_from(TAGS), max_size=3), max_size=5),
    st.frozensets(st.sampled_from(TAGS), max_size=3),
    st.frozensets(st.sampled_from(TAGS), max_size=1),
)
def test_a_member_is_served_by_a_route_for_others_or_not_by_one_for_all(of_routes, own, everyone):
    routes = tuple(replace(ROUTE, id=UUID(int=n), tag_ids=tags) for n, tags in enumerate(of_routes))
    around = replace(world(MODEL), routes={MODEL.id: routes}, everyone=everyone)
    person = replace(HOLDER, tags=own)
    served = [route.id.int for route, _ in serving_routes(MODEL, "chat", around, person)]
    assert served == [n for n, tags in enumerate(of_routes) if not tags or tags & (own | everyone)]
    if served:
        assert [route.id.int for route, _ in judged(person=person, around=around).routes] == served
        return
    told = refused(person=person, around=around)
    assert (told.code, told.kind) == ("no_route", "unavailable")
    assert (told.because == "no_route_for_tags") == bool(of_routes)
    assert usable_models(person, around) == []


def test_responses_are_served_by_whoever_serves_chats():
    wanted = replace(ENVELOPE, operation="responses")
    chat_only = replace(KEY, wiring=replace(KEY.wiring, lanes={"chat": "native"}))
    assert judged(envelope=wanted, around=world(MODEL, key=chat_only)).routes == ((ROUTE, chat_only),)
    thing = replace(MODEL, operations=frozenset({"chat"}))
    assert judged(envelope=wanted, around=world(thing)).routes == ((ROUTE, KEY),)


def test_usable_is_granted_active_visible_and_served():
    others = {
        "paused": (model(21, "a/paused"), {"state": "paused"}),
        "hidden": (model(22, "a/hidden", **HIDDEN), {}),
        "archived": (model(23, "a/archived", status="archived"), {}),
        "good": (model(24, "a/good"), {}),
    }
    person = holder(ALLOCATION, *(allocation(thing, **changes) for thing, changes in others.values()))
    around = world(MODEL, *(thing for thing, _ in others.values()), model(25, "a/not-granted"))
    assert [each.slug for each in usable_models(person, around)] == ["a/good", "openai/gpt-4o"]
    unserved = replace(around, routes={MODEL.id: around.routes[MODEL.id]})
    assert usable_models(person, unserved) == [MODEL]
    gone = replace(around, models={MODEL.id: MODEL})
    assert usable_models(person, gone) == [MODEL]

"""The chain of reasons and preflight, asked of the same situations, say the same."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.examples import (
    EARLIER,
    ENVELOPE,
    HOLDER,
    KEY,
    MODEL,
    NOW,
    ROUTE,
    allocation,
    holder,
    limited,
    world,
)

from ai_api.core.errors import Refusal
from ai_api.gateway import reasons
from ai_api.gateway.explained import Check
from ai_api.gateway.preflight import Finding, judge
from ai_api.gateway.reasons import Chain, Situation

HOLDERS = st.fixed_dictionaries(
    {},
    optional={
        "expires_at": st.just(NOW - timedelta(days=1)),
        "revoked_at": st.just(EARLIER),
        "paused_at": st.just(EARLIER),
        "member_status": st.just("disabled"),
        "tags": st.just(frozenset({UUID(int=70)})),
    },
)
ALLOCATIONS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["paused", "quarantined", "revoked"]),
        "limits": st.sampled_from([limited(total_tokens=0), limited(cost=5), limited(total_tokens=5)]),
    },
)
MODELS = st.fixed_dictionaries(
    {},
    optional={
        "access": st.just("restricted"),
        "status": st.just("archived"),
        "operations": st.just(frozenset({"embeddings"})),
        "denied_tags": st.just(frozenset({UUID(int=70)})),
    },
)


def explained(situation):
    chain = Chain()
    reasons.ask_credential(chain, situation, {})
    meant = reasons.ask_right(chain, situation, {})
    reasons.ask_binding(chain, situation, meant, {})
    return chain


def answered(situation):
    try:
        judge(replace(ENVELOPE, model=situation.name), situation.holder, situation.world, NOW, Finding())
    except Refusal as refusal:
        return refusal.code, refusal.kind, refusal.message
    return None


@given(
    person=HOLDERS,
    right=st.none() | ALLOCATIONS,
    of_model=MODELS,
    name=st.sampled_from([MODEL.slug, "gpt-4o", "openai/other", "nothing"]),
    priced=st.booleans(),
    routes=st.sampled_from([(ROUTE,), (), (replace(ROUTE, tag_ids=frozenset({UUID(int=71)})),)]),
    keys=st.sampled_from([(KEY,), ()]),
)
def test_the_first_refusal_is_not_what_preflight_answers(person, right, of_model, name, priced, routes, keys):
    changed = replace(MODEL, **of_model)
    rights = () if right is None else (allocation(changed, **right),)
    around = world(changed)
    around = replace(
        around,
        routes={changed.id: routes},
        keys={key.id: key for key in keys},
        prices=around.prices if priced else {},
    )
    who = replace(holder(*rights), **person) if rights else replace(HOLDER, allocations={}, **person)
    situation = Situation(who, name, "chat", around, NOW, None)
    chain = explained(situation)
    told = None if chain.refusal is None else (chain.refusal.code, chain.refusal.kind, chain.refusal.message)
    assert told == answered(situation)
    assert [step.check for step in chain.steps] == list(get_args(Check)[:-2])
    refusing = [step.result for step in chain.steps].count("refuses")
    assert refusing == (chain.refusal is not None)

"""Every check of preflight, asked of one situation, whatever the ones before it said. Pure.

A call ends at the first check that refuses it. Who wants to help needs all of them: what is mended first may not be the last
thing. The checks are those that calls go through, and stand in the order in which they take effect: what the access policy
hides is not found, whatever else is wrong, so that check comes before those of the allocation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from ai_api import access
from ai_api.catalog import Model, resolve
from ai_api.core.client_address import Address
from ai_api.core.errors import Refusal
from ai_api.gateway import credential_checks, preflight
from ai_api.gateway.explained import Check, Step
from ai_api.gateway.people import Allocation, Holder
from ai_api.gateway.preflight import Permission
from ai_api.gateway.world import World
from ai_api.quotas.limit import Limit
from ai_api.wire.envelope import Operation

T = TypeVar("T")

_OF_THE_NAME = frozenset({"model_ambiguous", "bad_request"})


class Chain:
    """The checks so far. `refusal` is the first one's that refuses."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.refusal: Refusal | None = None

    def ask(self, check: Check, question: Callable[[], T], facts: Mapping[str, Any]) -> T | None:
        """What a check gives; None where it refuses, which is noted."""
        try:
            found = question()
        except Refusal as refusal:
            self.note(check, refusal, facts)
            return None
        self.note(check, None, facts)
        return found

    def note(self, check: Check, refusal: Refusal | None, facts: Mapping[str, Any]) -> None:
        """A check was asked, and said this."""
        if self.refusal is not None:
            self.steps.append(Step(check, "would_be_ok" if refusal is None else "would_refuse", refusal, facts))
            return
        self.steps.append(Step(check, "ok" if refusal is None else "refuses", refusal, facts))
        self.refusal = refusal

    def leave(self, check: Check, facts: Mapping[str, Any]) -> None:
        """A check cannot be asked: what it is about is not there, or not known."""
        self.steps.append(Step(check, "not_known", None, facts))


@dataclass(frozen=True, slots=True)
class Situation:
    """Who would call what, and when. `source` is where from, None where that is not known."""

    holder: Holder
    name: str
    operation: Operation
    world: World
    now: datetime
    source: Address | None


@dataclass(frozen=True, slots=True)
class Meant:
    """What the name means for this holder: the model, and the right to it. Either may be missing."""

    model: Model | None
    allocation: Allocation | None


def ask_credential(chain: Chain, asked: Situation, facts: Mapping[str, Any]) -> None:
    """The checks of a credential, of its member, and of where it is used. `facts` are of the credential."""
    holder = asked.holder
    chain.ask("credential", lambda: credential_checks.check_in_force(holder, asked.now), facts)
    ask_member(chain, holder)
    chain.ask("pause", lambda: credential_checks.check_not_paused(holder), {"paused_at": holder.paused_at})
    networks = [str(network) for network in holder.source_networks or ()]
    where = {"source_networks": networks, "source": None if asked.source is None else str(asked.source)}
    if networks and asked.source is None:
        chain.leave("network", where)
    else:
        chain.ask("network", lambda: credential_checks.check_source(holder, lambda: asked.source), where)


def check_any_credential(holders: Sequence[Holder], now: datetime) -> None:
    """One of a member's credentials, the newest first, works. Raises Refusal, as a call with the newest is refused."""
    if not holders:
        raise credential_checks.unknown()
    first: Refusal | None = None
    for holder in holders:
        try:
            credential_checks.check_not_paused(credential_checks.check_in_force(holder, now))
        except Refusal as refusal:
            first = first or refusal
        else:
            return
    if first is not None:
        raise first


def ask_member(chain: Chain, holder: Holder) -> None:
    """The check of the member alone."""
    facts = {"identifier": holder.member_identifier, "status": holder.member_status}
    chain.ask("member", lambda: credential_checks.check_member(holder), facts)


def claimed_by_calling(asked: Situation) -> Model | None:
    """What a call would claim before it is refused for want of an allocation."""
    try:
        preflight.answering_allocation(asked.name, asked.holder, asked.world)
    except Refusal:
        return preflight.claimed_by_calling(asked.name, asked.operation, asked.holder, asked.world)
    return None


def ask_right(chain: Chain, asked: Situation, facts: Mapping[str, Any], *, archived: Sequence[UUID] = ()) -> Meant:
    """What the name means, whether it can be seen, and whether it may be called.

    `facts` are of the allocation. `archived` are models that had the name: for a call there are none.
    """
    holder, world, name = asked.holder, asked.world, asked.name
    meant = resolve(name, world.names)
    found: tuple[Allocation, Model] | None = None
    refusal: Refusal | None = None
    try:
        found = preflight.answering_allocation(name, holder, world)
    except Refusal as raised:
        refusal = raised
    names = {"asked": name, "means": [model.slug for model in meant], "archived": list(archived)}
    if refusal is not None and (refusal.code in _OF_THE_NAME or not meant):
        chain.note("model", refusal, names)
        chain.leave("policy", {})
        chain.leave("allocation", {})
        return Meant(None, None)
    visible = [model for model in meant if preflight.is_visible(model, holder, world)]
    model = found[1] if found else (visible or meant)[0]
    chain.note("model", None, names)
    _ask_policy(chain, asked, model)
    is_in_scope = None if found else preflight.not_in_scope(name, holder, world)
    chain.note("allocation", is_in_scope, facts)
    return Meant(model, found[0] if found else None)


def ask_binding(chain: Chain, asked: Situation, meant: Meant, state_facts: Mapping[str, Any]) -> Permission | None:
    """The checks of an allocation's state, of limits of nothing, and of what serves the model.

    Gives by which right and which routes the call would be made, as far as there are any; None without a model and a right.
    """
    model, allocation = meant.model, meant.allocation
    if model is None:
        checks: tuple[Check, ...] = ("state", "allowance", "operation", "price", "routes")
        for check in checks:
            chain.leave(check, {})
        return None
    if allocation is None:
        chain.leave("state", state_facts)
    else:
        chain.ask("state", lambda: preflight.check_state(allocation, model), state_facts)
    limits = matching_limits(asked, allocation)
    chain.ask("allowance", lambda: preflight.check_allowance(limits), {"limits": len(limits)})
    offered = {"operation": asked.operation, "offered": sorted(model.operations)}
    chain.ask("operation", lambda: preflight.check_operation(asked.operation, model), offered)
    price = asked.world.price_of(model.id, asked.now)
    money = [limit.id for limit in limits if limit.metric == "cost" and limit.rejects]
    priced = {"price_version_id": price.id if price else None, "cost_limit_ids": money}
    chain.ask("price", lambda: preflight.check_price(price, model, limits), priced)
    held = {"tag_ids": sorted(asked.world.tags_of(asked.holder.tags))}
    routes = chain.ask(
        "routes", lambda: preflight.check_routes(asked.operation, model, asked.world, asked.holder), held
    )
    return None if allocation is None else Permission(allocation, model, price, routes or ())


def matching_limits(asked: Situation, allocation: Allocation | None) -> tuple[Limit, ...]:
    """The limits that match such a call."""
    of_allocation = allocation.limits if allocation is not None else ()
    return (*asked.holder.limits, *of_allocation, *asked.world.limits_for(asked.holder.tags))


def _ask_policy(chain: Chain, asked: Situation, model: Model) -> None:
    tags: frozenset[UUID] = asked.world.tags_of(asked.holder.tags)
    verdict = access.verdict(model, asked.holder.member_id, tags)
    facts = {
        "reasons": list(verdict.reasons),
        "denied_tag_ids": sorted(model.denied_tags & tags),
        "allowed_tag_ids": sorted(model.allowed_tags & tags),
    }
    chain.note("policy", None if verdict.visible else preflight.hidden(asked.name, because="hidden_by_policy"), facts)

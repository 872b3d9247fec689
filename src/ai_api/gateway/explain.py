"""Why can a member not call a model, or what would a call find: the walk of a call that nobody makes.

All that decides is what decides for calls: preflight's checks, the demand of a call and the rules by which it gets its hold,
and the order in which routes are tried. Nothing is held, tried or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from ai_api import allocations, catalog, credentials, identity, quotas
from ai_api.catalog import resolve
from ai_api.core.clock import Clock
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.credentials import Credential
from ai_api.gateway import demand, limit_words, preflight, reasons, store_explain
from ai_api.gateway.docket import Ask, Docket
from ai_api.gateway.explain_routes import ask_service, look_at_routes
from ai_api.gateway.explained import CredentialSeen, Explanation, Question
from ai_api.gateway.first_use import claim_within
from ai_api.gateway.people import Allocation, Holder, holder_of
from ai_api.gateway.preflight import Finding, Permission
from ai_api.gateway.reasons import Chain, Meant, Situation
from ai_api.gateway.typical import TypicalOutput
from ai_api.gateway.world import World, load_within
from ai_api.quotas import Left, Reach
from ai_api.quotas.rules import Denied, decide
from ai_api.quotas.windows import month_window
from ai_api.wire.envelope import Envelope, Operation
from ai_api.wire.input_size import InputSize
from ai_api.wire.json_body import JsonBody

CREDENTIALS_MAX: Final = 20
"""How many credentials of a member are tried, the newest first: each is a walk of its own."""

_USUAL: Final[tuple[Operation, ...]] = ("chat", "embeddings", "responses")
_WORD: Final = InputSize(text_bytes=1, messages=1)


async def explain(tx: Tx, question: Question, *, zone: str, clock: Clock) -> Explanation:
    """What a call would be answered now, and every check of it. `zone` is in force unless an administrator has set another.

    It is the least of calls that leaves the length of its answer open: who has room for less is refused. Raises Refusal
    `member_not_found`, `credential_not_found`, also for a credential of another member.
    """
    await identity.get_member(tx, question.member_id)
    walk = _Walk(tx, question, await load_within(tx, zone=zone), clock)
    if question.credential_id is None:
        return await walk.of_member(await _hand(tx, question.member_id, clock))
    credential = await credentials.find_own(tx, question.member_id, question.credential_id)
    return await walk.of_credential(credential)


async def explain_models(
    tx: Tx, question: Question, names: Sequence[str], *, zone: str, clock: Clock
) -> list[Explanation]:
    """The same question about several models, `names` as callers write them and in their order, asked of one world.

    What each of the member's credentials could call is left out: `credentials` is None. Raises what `explain` raises.
    """
    await identity.get_member(tx, question.member_id)
    world = await load_within(tx, zone=zone)
    walks = [_Walk(tx, replace(question, name=name), world, clock) for name in names]
    if question.credential_id is None:
        hand = await _hand(tx, question.member_id, clock)
        return [await walk.of_member(hand, tries=False) for walk in walks]
    credential = await credentials.find_own(tx, question.member_id, question.credential_id)
    return [await walk.of_credential(credential) for walk in walks]


@dataclass(frozen=True, slots=True)
class _Hand:
    """What a member can call with: without a credential, and with each that is not revoked, the newest first."""

    bare: Holder
    live: list[Credential]
    holders: list[Holder]


async def _hand(tx: Tx, member_id: UUID, clock: Clock) -> _Hand:
    filters = credentials.Filters(member_id=member_id)
    page = await credentials.list_page(tx, filters, at=clock.now(), limit=200)
    live = [each for each in page.items if each.revoked_at is None]
    bare = await store_explain.holder_of_member(tx, member_id)
    rows = await store_explain.holders_of_credentials(tx, [each.id for each in live])
    return _Hand(holder_of(b"", bare, 0.0), live, [holder_of(b"", rows[each.id], 0.0) for each in live])


class _Walk:
    """One question, asked of one world at one moment."""

    def __init__(self, tx: Tx, question: Question, world: World, clock: Clock) -> None:
        self._tx = tx
        self._question = question
        self._world = world
        self._clock = clock
        self._now = clock.now()
        meant = resolve(question.name, world.names)
        offered = meant[0].operations if meant else frozenset[str]()
        usual: Operation = next((each for each in _USUAL if each in offered), _USUAL[0])
        self._operation: Operation = question.operation or usual

    async def of_credential(self, credential: Credential) -> Explanation:
        """The walk of a call with one credential."""
        row = (await store_explain.holders_of_credentials(self._tx, [credential.id]))[credential.id]
        asked = self._asked(holder_of(b"", row, 0.0))
        chain = Chain()
        facts = {
            "credential_id": credential.id,
            "name": credential.name,
            "display": credential.display,
            "expires_at": credential.expires_at,
            "revoked_at": credential.revoked_at,
        }
        reasons.ask_credential(chain, asked, facts)
        return await self._go_on(chain, asked)

    async def of_member(self, hand: _Hand, *, tries: bool = True) -> Explanation:
        """The walk of a call with any credential, and, where it `tries` them, which of the member's could make it."""
        tried = hand.live[:CREDENTIALS_MAX] if tries else []
        seen = [CredentialSeen(each, (await self.of_credential(each)).refusal) for each in tried]
        asked = self._asked(hand.bare)
        chain = Chain()
        facts = {"credentials": [each.id for each in hand.live]}
        chain.ask("credential", lambda: reasons.check_any_credential(hand.holders, self._now), facts)
        reasons.ask_member(chain, asked.holder)
        return await self._go_on(chain, asked, tuple(seen) if tries else None)

    def _asked(self, holder: Holder) -> Situation:
        question = self._question
        return Situation(holder, question.name, self._operation, self._world, self._now, question.source)

    async def _go_on(
        self, chain: Chain, asked: Situation, seen: tuple[CredentialSeen, ...] | None = None
    ) -> Explanation:
        asked, claimed = await self._as_if_claimed(asked)
        held = await self._allocations(asked)
        facts = _allocation_facts(asked, held, claimed=claimed)
        meant = reasons.ask_right(chain, asked, facts, archived=await self._archived(asked.name))
        permission = reasons.ask_binding(chain, asked, meant, _state_facts(meant.allocation, held))
        docket = self._docket(asked, meant)
        await self._ask_limits(chain, docket, permission)
        looked = await look_at_routes(self._tx, asked, meant.model)
        routes = await ask_service(self._tx, chain, asked, docket, looked)
        return Explanation(
            question=self._question,
            operation=self._operation,
            model=meant.model,
            allocation_id=meant.allocation.id if meant.allocation and not claimed else None,
            refusal=self._with_true_reason(chain.refusal, asked),
            steps=tuple(chain.steps),
            limits=await self._left(asked, meant.allocation),
            routes=routes,
            credentials=seen,
        )

    async def _as_if_claimed(self, asked: Situation) -> tuple[Situation, bool]:
        """The situation after the claim that a first call would make, which is made and taken back; whether there was one."""
        unclaimed = reasons.claimed_by_calling(asked)
        if unclaimed is None:
            return asked, False
        savepoint = await self._tx.begin_nested()
        try:
            await claim_within(self._tx, asked.holder, unclaimed, request_id=None)
            holder = await self._again(asked.holder)
        except Refusal:
            return asked, False
        finally:
            await savepoint.rollback()
        return self._asked(holder), True

    async def _again(self, holder: Holder) -> Holder:
        if self._question.credential_id is None and holder.credential_id.int == 0:
            return holder_of(b"", await store_explain.holder_of_member(self._tx, holder.member_id), 0.0)
        rows = await store_explain.holders_of_credentials(self._tx, [holder.credential_id])
        return holder_of(b"", rows[holder.credential_id], 0.0)

    def _with_true_reason(self, refusal: Refusal | None, asked: Situation) -> Refusal | None:
        """The answer, as preflight gives it: of what is hidden it knows the other reason beside."""
        if refusal is None:
            return None
        try:
            preflight.judge(self._envelope(), asked.holder, self._world, self._now, Finding())
        except Refusal as judged:
            return judged if judged.code == refusal.code else refusal
        return refusal

    async def _archived(self, name: str) -> list[UUID]:
        """The archived models that had a name which nobody has now."""
        if resolve(name, self._world.names):
            return []
        page = await catalog.page(self._tx, catalog.Filter(q=name, status="archived"), limit=200)
        return [model.id for model in page.items if name in {model.slug, catalog.bare_name(model.slug)}]

    async def _allocations(self, asked: Situation) -> list[allocations.Allocation]:
        """The member's allocations of what the name means, in scope or not, the newest first."""
        ids = [model.id for model in resolve(asked.name, self._world.names)]
        if not ids:
            return []
        filters = allocations.Filters(member_id=asked.holder.member_id, model_ids=ids)
        return list((await allocations.list_page(self._tx, filters, limit=200)).items)

    def _envelope(self) -> Envelope:
        return Envelope(
            operation=self._operation,
            model=self._question.name,
            stream=False,
            wants_usage=False,
            output_tokens_max=0 if self._operation in {"embeddings", "embed"} else None,
            output_field=None,
            choices=1,
            service_tier=None,
            input_size=_WORD,
        )

    def _docket(self, asked: Situation, meant: Meant) -> Docket:
        ask = Ask(
            envelope=self._envelope(),
            body=JsonBody({}, {}, 0),
            secret_hash=b"",
            dialect="openai",
            request_id="",
            client=None,
            received_at=0.0,
        )
        docket = Docket(uuid7(self._clock.unix_ms()), ask, asked.holder)
        docket.finding.model, docket.finding.allocation = meant.model, meant.allocation
        # One word is as little as there is: counting it lowers nothing.
        docket.was_counted = True
        return docket

    async def _ask_limits(self, chain: Chain, docket: Docket, permission: Permission | None) -> None:
        facts: Mapping[str, Any] = {}
        if permission is None:
            chain.leave("limits", facts)
            return
        docket.permission = permission
        month = month_window(self._world.zone, docket.started_at)
        typical = TypicalOutput().of(permission.allocation.id)
        try:
            demand.fill(docket, permission, self._world, month, typical_output=typical)
            await self._decide(docket)
        except Refusal as refusal:
            chain.note("limits", refusal, refusal.details)
            return
        chain.note("limits", None, facts)

    async def _decide(self, docket: Docket) -> None:
        """Raises Refusal where the call does not get its hold."""
        wanted = docket.demand
        if wanted is None:
            raise RuntimeError("a demand is filled before it is decided")
        docket.output_tokens = wanted.output_tokens
        accounts = [charge.account.id for charge in wanted.charges]
        decision = decide(wanted, await quotas.balances_of(self._tx, accounts) if accounts else {})
        if isinstance(decision, Denied):
            raise limit_words.refusal(decision, docket, self._now)
        docket.output_tokens = decision.output_tokens

    async def _left(self, asked: Situation, allocation: Allocation | None) -> tuple[Left, ...]:
        limits = reasons.matching_limits(asked, allocation)
        reach = Reach(member_ids=[asked.holder.member_id], credential_ids=[asked.holder.credential_id])
        return tuple(await quotas.left_under(self._tx, limits, reach, zone=self._world.zone, at=self._now))


def _allocation_facts(asked: Situation, held: list[allocations.Allocation], *, claimed: bool) -> dict[str, Any]:
    in_scope = {each.id for each in asked.holder.allocations.values()}
    outside = [each.id for each in held if each.id not in in_scope and each.state != "revoked"]
    return {
        "scope": sorted(in_scope),
        "all_allocations": asked.holder.all_allocations,
        "claimed_by_calling": claimed,
        "out_of_scope": outside,
        "claim_locked": any(each.claim_locked for each in held),
    }


def _state_facts(allocation: Allocation | None, held: list[allocations.Allocation]) -> dict[str, Any]:
    if allocation is None:
        return {}
    reason = next((each.state_reason for each in held if each.id == allocation.id), "")
    return {"state": allocation.state, "paused_by": allocation.paused_by, "state_reason": reason}

"""Why can somebody not call a model: every check of the call, in order, and what would mend it. Nothing is called or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field

from ai_api import identity
from ai_api.core.client_address import client_address
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.credentials import State
from ai_api.gateway.explain import explain, explain_models
from ai_api.gateway.explained import Check, CredentialSeen, Explanation, Question, Result, RouteSeen, Step, Why
from ai_api.identity import Tag
from ai_api.portal.admin.repairs import repairs_of, tags_concerned
from ai_api.portal.admin.repairs_shown import Repair
from ai_api.portal.deps import Admin, HouseDep, Transaction
from ai_api.portal.house import House
from ai_api.portal.limits_shown import LimitLeft, left_shown
from ai_api.portal.shapes import Strict
from ai_api.wire.envelope import MODEL_NAME_CHARS_MAX, Operation

router = APIRouter(prefix="/api/admin/explain", tags=["explain"])

_ASKED: Final[dict[Check, str]] = {
    "credential": "The credential is known, and neither revoked nor expired.",
    "member": "The member is active.",
    "pause": "The credential is not paused.",
    "network": "The credential is used from where it may be used.",
    "model": "The name means one model.",
    "policy": "The member may see the model.",
    "allocation": "The member has an allocation of the model, within the credential's scope.",
    "state": "The allocation is active.",
    "allowance": "No limit of 0 applies.",
    "operation": "The model offers what is asked for.",
    "price": "The model has a price, or no limit on cost applies.",
    "routes": "A route that is open to the member can serve it.",
    "limits": "What the least of calls holds fits under every limit.",
    "service": "A route is in service, and its provider key has room.",
}


MODELS_MAX: Final = 20
"""How many models one request asks about: each is a walk of its own."""


class ExplainedCalls(Strict):
    """Whose calls of which kind are explained.

    With `credential_id` the answer is about calls with that one; without, about the member. `operation` is what is asked for; the
    model's usual one unless given. `source` is where the call would come from.
    """

    member_id: UUID
    credential_id: UUID | None = None
    operation: Operation | None = None
    source: IPv4Address | IPv6Address | None = None

    def about(self, name: str) -> Question:
        """The question about one model."""
        return Question(
            member_id=self.member_id,
            name=name,
            operation=self.operation,
            credential_id=self.credential_id,
            source=None if self.source is None else client_address(str(self.source), (), ()),
        )


class ExplainQuery(ExplainedCalls):
    """Could this member call this model? `model` is a slug, an alias or a bare name, as callers write it."""

    model: Annotated[str, Field(min_length=1, max_length=MODEL_NAME_CHARS_MAX)]


def _only_models(text: str) -> str:
    """Raises ValueError for what is no list of models, or too many of them."""
    names = text.split(",")
    if len(names) > MODELS_MAX:
        raise ValueError(f"at most {MODELS_MAX} models")
    if not all(0 < len(name) <= MODEL_NAME_CHARS_MAX for name in names):
        raise ValueError(f"each model has 1 to {MODEL_NAME_CHARS_MAX} characters")
    return text


class ExplainModelsQuery(ExplainedCalls):
    """Which of these models could this member call? `models` are at most 20, with commas between them, each a slug, an alias or
    a bare name.
    """

    models: Annotated[str, Field(examples=["acme/large,acme/small"]), AfterValidator(_only_models)]


class AnswerShown(BaseModel):
    """What the call would be answered. `because` is the reason the caller is not told, which the call's record keeps."""

    code: str
    kind: str
    words: str
    because: str | None


class StepShown(BaseModel):
    """One check. `would_be_ok` and `would_refuse` are of checks after the one that refuses already; `not_known` of one that
    nobody can make without knowing more. `words` are what the caller would be told, else what was asked. Each of `repairs` mends
    it by itself.
    """

    check: Check
    result: Result
    code: str
    words: str
    facts: dict[str, Any]
    repairs: list[Repair]


class RouteOfModel(BaseModel):
    """A route of the model, and why it would not serve the call; null where it would be tried."""

    route_id: UUID
    upstream_model: str
    priority: int
    weight: int
    provider_key_id: UUID
    provider_key: str
    provider: str
    flagged_code: str | None
    why_not: Why | None


class CredentialOfMember(BaseModel):
    """A credential of the member, and what a call with it would be answered; `code` is `ok` where it would be made."""

    id: UUID
    name: str
    display: str
    state: State
    code: str
    words: str


class Explained(BaseModel):
    """What a call would be answered now, and why. `answer` is null where it would be made.

    `steps` are all checks in the order in which they take effect: the first that refuses is the answer. `limits` are those
    that match the call. `credentials` are the newest 20 that are not revoked, null where the question names one, or is
    about several models.
    """

    member_id: UUID
    credential_id: UUID | None
    model: str | None
    model_id: UUID | None
    allocation_id: UUID | None
    operation: Operation
    answer: AnswerShown | None
    steps: list[StepShown]
    limits: list[LimitLeft]
    routes: list[RouteOfModel]
    credentials: list[CredentialOfMember] | None


class ExplainedModels(BaseModel):
    """An explanation for each model of the question, in the question's order."""

    items: list[Explained]


@router.get("")
async def explain_access(
    query: Annotated[ExplainQuery, Query()], _: Admin, tx: Transaction, house: HouseDep
) -> Explained:
    """Why a member can or cannot call a model, check by check, each with what would mend it. The answer is that of a call of
    one word that leaves the length of its answer open.
    """
    zone = house.settings.organization_zone
    explained = await explain(tx, query.about(query.model), zone=zone, clock=house.clock)
    return (await _all_shown(tx, house, [explained]))[0]


@router.get("/models")
async def explain_access_to_models(
    query: Annotated[ExplainModelsQuery, Query()], _: Admin, tx: Transaction, house: HouseDep
) -> ExplainedModels:
    """The same about several models at once, for whoever shows them in a list: all are explained by the same state of
    the gateway. What a call with each of the member's credentials would be answered is left out; ask about one model for it.
    """
    names, zone = query.models.split(","), house.settings.organization_zone
    explained = await explain_models(tx, query.about(""), names, zone=zone, clock=house.clock)
    return ExplainedModels(items=await _all_shown(tx, house, explained))


async def _all_shown(tx: Tx, house: House, explained: Sequence[Explanation]) -> list[Explained]:
    wanted = {tag_id for each in explained for tag_id in tags_concerned(each)}
    tags = {tag_id: await identity.get_tag(tx, tag_id) for tag_id in wanted}
    return [_shown(each, house, tags) for each in explained]


def _shown(explained: Explanation, house: House, tags: Mapping[UUID, Tag]) -> Explained:
    question, model, at = explained.question, explained.model, house.clock.now()
    ttl_days = house.settings.credential_ttl_days
    expires_at = None if ttl_days is None else at + timedelta(days=ttl_days)
    credentials = explained.credentials
    return Explained(
        member_id=question.member_id,
        credential_id=question.credential_id,
        model=model.slug if model else None,
        model_id=model.id if model else None,
        allocation_id=explained.allocation_id,
        operation=explained.operation,
        answer=None if explained.refusal is None else _answer(explained.refusal),
        steps=[_step(each, explained, expires_at, tags) for each in explained.steps],
        limits=[left_shown(each) for each in explained.limits],
        routes=[_route(each) for each in explained.routes],
        credentials=None if credentials is None else [_credential(each, at) for each in credentials],
    )


def _answer(refusal: Refusal) -> AnswerShown:
    return AnswerShown(code=refusal.code, kind=refusal.kind, words=refusal.message, because=refusal.because)


def _step(step: Step, explained: Explanation, expires_at: datetime | None, tags: Mapping[UUID, Tag]) -> StepShown:
    return StepShown(
        check=step.check,
        result=step.result,
        code="ok" if step.refusal is None else step.refusal.code,
        words=_ASKED[step.check] if step.refusal is None else step.refusal.message,
        facts=dict(step.facts),
        repairs=repairs_of(step, explained, expires_at=expires_at, tags=tags),
    )


def _route(seen: RouteSeen) -> RouteOfModel:
    route, key = seen.route, seen.key
    return RouteOfModel(
        route_id=route.id,
        upstream_model=route.upstream_model,
        priority=route.priority,
        weight=route.weight,
        provider_key_id=key.id,
        provider_key=key.name,
        provider=key.provider,
        flagged_code=key.flagged_code,
        why_not=seen.why_not,
    )


def _credential(seen: CredentialSeen, at: datetime) -> CredentialOfMember:
    credential, refusal = seen.credential, seen.refusal
    return CredentialOfMember(
        id=credential.id,
        name=credential.name,
        display=credential.display,
        state=credential.state(at),
        code="ok" if refusal is None else refusal.code,
        words="" if refusal is None else refusal.message,
    )

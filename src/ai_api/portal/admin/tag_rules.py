"""/api/admin/tag-rules: which tags are given to whom at their first sign-in."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from ai_api import identity
from ai_api.core.undone import undone
from ai_api.identity import (
    CLAIM_NAME_CHARACTERS_MAX,
    RULE_NAME_CHARACTERS_MAX,
    RULE_VALUE_CHARACTERS_MAX,
    RuleKind,
    TagRule,
    TagRuleChanges,
    TagRuleDraft,
)
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.previews import WITH_DRY_RUN, AffectedShown, DryRun, DryStop, NamedMember, nothing_left
from ai_api.portal.shapes import Listed, ListQuery, Name, Patch, Shown, Strict, listed, not_given
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/tag-rules", tags=["tag rules"])

RuleName = Annotated[Name, Field(max_length=RULE_NAME_CHARACTERS_MAX)]
Value = Annotated[str, Field(min_length=1, max_length=RULE_VALUE_CHARACTERS_MAX)]
ClaimName = Annotated[str, Field(min_length=1, max_length=CLAIM_NAME_CHARACTERS_MAX)]
Flag = Annotated[bool, Field(strict=True)]


class TagRuleShown(Shown):
    """A rule. `value` is a domain, the end of one, or a pattern of RE2's that matches the whole, by `kind`."""

    id: UUID
    name: str
    kind: RuleKind
    value: str | None
    claim: str | None
    tag_id: UUID
    enabled: bool
    created_at: datetime
    updated_at: datetime


class TagRuleCreate(Strict):
    """A rule to be made. The kind `always` has no `value`; only the kind `claim` has a `claim`."""

    name: RuleName
    kind: RuleKind
    value: Value | None = None
    claim: ClaimName | None = None
    tag_id: UUID
    enabled: Flag = True


class TagRuleChange(Patch):
    """What to change of a rule. What it is afterwards is checked as a whole."""

    name: RuleName = not_given()
    kind: RuleKind = not_given()
    value: Value | None = None
    claim: ClaimName | None = None
    tag_id: UUID = not_given()
    enabled: Flag = not_given()


class Newcomer(Strict):
    """Somebody who might sign in for the first time, and what their provider would say of them."""

    identifier: Annotated[str, Field(min_length=1, max_length=254)]
    claims: Annotated[dict[str, Any], Field(max_length=200)] = Field(default_factory=dict)


class RulesMet(BaseModel):
    """The enabled rules that mean somebody, and the tags they would get."""

    rules: list[TagRuleShown]
    tag_ids: list[UUID]


class ApplicationShown(BaseModel):
    """Who gained the rule's tag, or with `dry_run` would: how many, and the first 20."""

    dry_run: bool
    gains: AffectedShown


class TagRulesQuery(ListQuery):
    """`q` is part of a name or a value."""

    SEARCHED: ClassVar[bool] = True

    tag_id: UUID | None = None


@router.get("", response_model=Listed[TagRuleShown])
async def list_tag_rules(
    _: AdminHolder, tx: Transaction, query: Annotated[TagRulesQuery, Query()]
) -> Listed[TagRuleShown]:
    """Rules, the newest first."""
    page = await identity.list_tag_rules(tx, q=query.q, tag_id=query.tag_id, limit=query.limit, cursor=query.cursor)
    return listed(page, TagRuleShown)


@router.post("", status_code=201, response_model=TagRuleShown)
async def create_tag_rule(body: TagRuleCreate, actor: Admin, tx: Transaction, house: HouseDep) -> TagRule:
    """Makes a rule, for whoever signs in for the first time from now on."""
    return await identity.create_tag_rule(tx, actor, TagRuleDraft(**dict(body)), now=house.clock.now())


@router.post("/test")
async def try_tag_rules(body: Newcomer, _: AdminHolder, tx: Transaction) -> RulesMet:
    """Which rules would mean somebody who signs in for the first time. Nothing is changed."""
    rules = await identity.rules_for(tx, body.identifier, body.claims)
    shown = [TagRuleShown.model_validate(rule) for rule in rules]
    return RulesMet(rules=shown, tag_ids=sorted({rule.tag_id for rule in rules}))


@router.get("/{rule_id}", response_model=TagRuleShown)
async def get_tag_rule(rule_id: UUID, _: AdminHolder, tx: Transaction) -> TagRule:
    """One rule."""
    return await identity.get_tag_rule(tx, rule_id)


@router.patch("/{rule_id}", response_model=TagRuleShown)
async def change_tag_rule(
    rule_id: UUID, body: TagRuleChange, actor: Admin, tx: Transaction, house: HouseDep
) -> TagRule:
    """Changes a rule. Who has its tag keeps it."""
    changes = cast(TagRuleChanges, body.changes())
    return await identity.change_tag_rule(tx, actor, rule_id, changes, now=house.clock.now())


@router.delete("/{rule_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def delete_tag_rule(
    rule_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a rule. Who has its tag keeps it."""
    touched = Touched(tag_id=(await identity.get_tag_rule(tx, rule_id)).tag_id)
    return await nothing_left(
        tx, house, touched, partial(identity.delete_tag_rule, tx, actor, rule_id), dry_run=dry_run
    )


@router.post("/{rule_id}/apply")
async def apply_tag_rule(
    rule_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryRun = False
) -> ApplicationShown:
    """Gives the rule's tag to everybody here whom it means. A rule on a claim waits for the next sign-in: 409."""
    async with undone(tx, only_if=dry_run):
        gained = await identity.apply_tag_rule(tx, actor, rule_id, now=house.clock.now())
    first = [
        NamedMember(id=each.id, identifier=each.identifier, display_name=each.display_name) for each in gained.first
    ]
    return ApplicationShown(dry_run=dry_run, gains=AffectedShown(count=gained.count, first=first))

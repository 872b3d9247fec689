"""/api/admin/models: the catalog, and who may see what is in it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from ai_api import access, catalog, quotas, setup
from ai_api.catalog import ALLOWED_MEMBERS_MAX, POLICY_TAGS_MAX, Draft, Model
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.limits_given import LimitWanted
from ai_api.portal.limits_shown import DefaultLimit
from ai_api.portal.previews import (
    WITH_DRY_RUN,
    DryRun,
    DryStop,
    PreviewShown,
    StopsShown,
    nothing_left,
    previewed,
    previewed_stops,
)
from ai_api.portal.shapes import Name, Patch, Strict, not_given
from ai_api.quotas import DEFAULT_LIMITS_MAX
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/models", tags=["models"])

Operation = Literal["chat", "responses", "embeddings"]
Access = Literal["open", "restricted"]
Status = Literal["active", "archived"]
Operations = Annotated[list[Operation], Field(min_length=1, max_length=16)]
Tokens = Annotated[int, Field(strict=True, gt=0, le=2**31 - 1)]
Flag = Annotated[bool, Field(strict=True)]
Description = Annotated[str, Field(max_length=4000)]
MemberIds = Annotated[list[UUID], Field(max_length=ALLOWED_MEMBERS_MAX)]
TagIds = Annotated[list[UUID], Field(max_length=POLICY_TAGS_MAX)]


class ModelShown(BaseModel):
    """A model. Token counts are null where unknown; `allowed_members` counts the members its policy allows by name, and
    `allowed_tags`, `denied_members` and `denied_tags` what the other lists name. A `claimable` model
    can be taken by whoever sees it, under its `default_limits`.
    """

    id: UUID
    slug: str
    display_name: str
    description: str
    operations: list[Operation]
    context_tokens: int | None
    output_tokens_max: int | None
    hidden_reasoning: bool
    capabilities: dict[str, bool]
    access: Access
    status: Status
    claimable: bool
    default_limits: list[DefaultLimit]
    allowed_members: int
    allowed_tags: int
    denied_members: int
    denied_tags: int
    created_at: datetime
    updated_at: datetime


class ModelDetail(ModelShown):
    """A model with its policy. Whom it allows is in force while `access` is restricted, whom it denies always."""

    member_ids: list[UUID]
    tag_ids: list[UUID]
    denied_member_ids: list[UUID]
    denied_tag_ids: list[UUID]


class ModelCreate(Strict):
    """A model to be published. Restricted, and so visible to nobody yet, unless said otherwise."""

    slug: Annotated[str, Field(max_length=200)]
    display_name: Name
    operations: Operations
    description: Description = ""
    context_tokens: Tokens | None = None
    output_tokens_max: Tokens | None = None
    hidden_reasoning: Flag = False
    capabilities: dict[str, Flag] = Field(default_factory=dict)
    access: Access = "restricted"


class ModelChange(Patch):
    """What to change of a model. Its slug cannot: callers have written it down.

    `claimable` lets whoever sees it take it, under the `default_limits`; those that were claimed before keep their own.
    """

    display_name: Name = not_given()
    operations: Operations = not_given()
    description: Description = not_given()
    context_tokens: Tokens | None = None
    output_tokens_max: Tokens | None = None
    hidden_reasoning: Flag = not_given()
    capabilities: dict[str, Flag] = not_given()
    claimable: Flag = not_given()
    default_limits: Annotated[list[LimitWanted], Field(max_length=DEFAULT_LIMITS_MAX)] = not_given()


class Policy(Strict):
    """Who may see a model. Each list that is given replaces its own, whole; one that is left out stays as it is."""

    access: Access
    member_ids: MemberIds
    tag_ids: TagIds = not_given()
    denied_member_ids: MemberIds = not_given()
    denied_tag_ids: TagIds = not_given()


@router.post("", status_code=201, response_model=ModelDetail)
async def publish_model(body: ModelCreate, actor: Admin, tx: Transaction) -> ModelDetail:
    """Publishes a model. It can be called once it has a route, and a price if money is limited."""
    fields = dict(body)
    draft = Draft(**{**fields, "operations": frozenset(body.operations)})
    return _detail(await catalog.publish(tx, actor, draft))


@router.get("/{model_id}", response_model=ModelDetail)
async def get_model(model_id: UUID, _: AdminHolder, tx: Transaction) -> ModelDetail:
    """One model, archived or not."""
    return _detail(await catalog.get(tx, model_id))


@router.patch("/{model_id}", response_model=ModelDetail)
async def change_model(model_id: UUID, body: ModelChange, actor: Admin, tx: Transaction) -> ModelDetail:
    """Changes what a model says of itself."""
    given = body.changes()
    if "operations" in given:
        given["operations"] = frozenset(given["operations"])
    if "default_limits" in given:
        given["default_limits"] = quotas.default_limits_document([each.terms() for each in body.default_limits])
    return _detail(await catalog.revise(tx, actor, model_id, **cast(catalog.Changes, given)))


@router.delete("/{model_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def delete_model(
    model_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a model that nothing stands on; one with routes or allocations is refused, and can be archived."""
    write = partial(setup.remove_model, tx, actor, model_id)
    return await nothing_left(tx, house, Touched(model_id=model_id), write, dry_run=dry_run)


@router.post("/{model_id}/archive", response_model=ModelDetail | StopsShown)
async def archive_model(
    model_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> ModelDetail | StopsShown:
    """Takes a model out of the catalog: nobody sees or calls it any more, and nothing of it is lost."""
    write = partial(catalog.archive, tx, actor, model_id)
    if dry_run:
        return await previewed_stops(tx, house, Touched(model_id=model_id), write)
    return _detail(await write())


@router.post("/{model_id}/unarchive", response_model=ModelDetail)
async def unarchive_model(model_id: UUID, actor: Admin, tx: Transaction) -> ModelDetail:
    """Offers an archived model again."""
    return _detail(await catalog.unarchive(tx, actor, model_id))


@router.put("/{model_id}/policy", response_model=ModelDetail | PreviewShown)
async def set_policy(
    model_id: UUID, body: Policy, actor: Admin, tx: Transaction, *, dry_run: DryRun = False
) -> ModelDetail | PreviewShown:
    """Replaces who may see a model; a deny wins. In force for the very next call."""
    given = {name: getattr(body, name) for name in body.model_fields_set - {"access"}}

    async def write() -> Model:
        return await catalog.set_policy(tx, actor, model_id, access=body.access, **cast(catalog.Lists, given))

    return previewed(await access.preview_policy(tx, model_id, write)) if dry_run else _detail(await write())


def _detail(model: Model) -> ModelDetail:
    lists = {
        "member_ids": sorted(model.allowed_members),
        "tag_ids": sorted(model.allowed_tags),
        "denied_member_ids": sorted(model.denied_members),
        "denied_tag_ids": sorted(model.denied_tags),
    }
    return ModelDetail.model_validate({**fields_of(model), **lists})


def fields_of(model: Model) -> dict[str, object]:
    """What `ModelShown` shows of a model."""
    return {
        "id": model.id,
        "slug": model.slug,
        "display_name": model.display_name,
        "description": model.description,
        "operations": sorted(model.operations),
        "context_tokens": model.context_tokens,
        "output_tokens_max": model.output_tokens_max,
        "hidden_reasoning": model.hidden_reasoning,
        "capabilities": model.capabilities,
        "access": model.access,
        "status": model.status,
        "claimable": model.claimable,
        "default_limits": model.default_limits,
        "allowed_members": len(model.allowed_members),
        "allowed_tags": len(model.allowed_tags),
        "denied_members": len(model.denied_members),
        "denied_tags": len(model.denied_tags),
        "created_at": model.created_at,
        "updated_at": model.updated_at,
    }

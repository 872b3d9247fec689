"""/api/admin/aliases: other names that callers may use for models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from ai_api import catalog
from ai_api.catalog import ALIAS_CHARACTERS_MAX, Alias, AliasFilter, Meaning
from ai_api.portal.deps import Admin, AdminHolder, Transaction
from ai_api.portal.previews import shown_instead
from ai_api.portal.shapes import Listed, ListQuery, Patch, Shown, Strict, listed, not_given

router = APIRouter(prefix="/api/admin/aliases", tags=["aliases"])

AliasName = Annotated[str, Field(min_length=1, max_length=ALIAS_CHARACTERS_MAX)]
DryRun = Annotated[bool, Query(description="Run the write, take it back, and answer what the name would mean")]


class AliasShown(Shown):
    """Another name of a model. While the model is archived it is no name."""

    id: UUID
    name: str
    model_id: UUID
    created_at: datetime
    updated_at: datetime


class AliasCreate(Strict):
    """An alias to be made: letters, digits and `._:@/+-`, in the form of a model's whole or bare name; case matters."""

    name: AliasName
    model_id: UUID


class AliasChange(Patch):
    """The model that the alias is to name. For another name, make another alias."""

    model_id: UUID = not_given()


class AliasPreview(BaseModel):
    """What the name means now, and what it would mean: slugs of active models, several where callers must say which.

    Nothing was changed.
    """

    dry_run: Literal[True]
    name: str
    means: list[str]
    would_mean: list[str]


class AliasesQuery(ListQuery):
    """Filters; `q` is part of a name."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "-name", "created_at", "-created_at")
    SEARCHED: ClassVar[bool] = True

    model_id: UUID | None = None


_PREVIEWED: dict[int | str, dict[str, Any]] = {
    200: {"model": AliasPreview, "description": "With `dry_run`: what the name would mean"}
}


@router.get("", response_model=Listed[AliasShown])
async def list_aliases(_: AdminHolder, tx: Transaction, query: Annotated[AliasesQuery, Query()]) -> Listed[AliasShown]:
    """Aliases, those of archived models too, by name unless sorted otherwise."""
    wanted = AliasFilter(q=query.q, model_id=query.model_id)
    page = await catalog.page_aliases(tx, wanted, sort=query.sort or "name", limit=query.limit, cursor=query.cursor)
    return listed(page, AliasShown)


@router.post("", status_code=201, response_model=AliasShown | AliasPreview, responses=_PREVIEWED)
async def create_alias(
    body: AliasCreate, response: Response, *, actor: Admin, tx: Transaction, dry_run: DryRun = False
) -> AliasShown | AliasPreview:
    """Gives a model another name, in force for the next call. 409 `name_taken` when a model or an alias has it."""

    async def write() -> Alias:
        return await catalog.create_alias(tx, actor, name=body.name, model_id=body.model_id)

    if dry_run:
        response.status_code = 200
        return _previewed(await catalog.preview_alias(tx, write))
    return AliasShown.model_validate(await write())


@router.get("/{alias_id}", response_model=AliasShown)
async def get_alias(alias_id: UUID, _: AdminHolder, tx: Transaction) -> Alias:
    """One alias."""
    return await catalog.get_alias(tx, alias_id)


@router.patch("/{alias_id}", response_model=AliasShown | AliasPreview)
async def move_alias(
    alias_id: UUID, body: AliasChange, *, actor: Admin, tx: Transaction, dry_run: DryRun = False
) -> AliasShown | AliasPreview:
    """Makes an alias name another model, in force for the next call."""

    async def write() -> Alias:
        return await catalog.move_alias(tx, actor, alias_id, model_id=body.model_id)

    if dry_run:
        return _previewed(await catalog.preview_alias(tx, write))
    return AliasShown.model_validate(await write())


@router.delete("/{alias_id}", status_code=204, response_model=None, responses=_PREVIEWED)
async def delete_alias(alias_id: UUID, *, actor: Admin, tx: Transaction, dry_run: DryRun = False) -> Response:
    """Takes the name away, for the next call. The model stays."""

    async def write() -> Alias:
        alias = await catalog.get_alias(tx, alias_id)
        await catalog.delete_alias(tx, actor, alias_id)
        return alias

    if dry_run:
        return shown_instead(_previewed(await catalog.preview_alias(tx, write)))
    await write()
    return Response(status_code=204)


def _previewed(meaning: Meaning) -> AliasPreview:
    return AliasPreview(dry_run=True, name=meaning.name, means=list(meaning.before), would_mean=list(meaning.after))

"""/api/search: members, models, credentials and calls, by what the caller may know."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ai_api import setup
from ai_api.portal.deps import Signed, Transaction
from ai_api.portal.shapes import Shown, Strict
from ai_api.setup import FOUND_MAX, Asker

router = APIRouter(prefix="/api/search", tags=["search"])


class SearchQuery(Strict):
    """What is searched for, and how many of each kind are answered."""

    q: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=FOUND_MAX, ge=1, le=FOUND_MAX)


class MemberSearched(Shown):
    """A member; administrators alone find them."""

    id: UUID
    identifier: str
    display_name: str
    status: str


class ModelSearched(Shown):
    """A model that the caller sees. Administrators see archived ones too."""

    id: UUID
    slug: str
    display_name: str
    status: Literal["active", "archived"]


class CredentialSearched(Shown):
    """A credential, without its secret."""

    id: UUID
    public_id: str
    name: str
    display: str
    member_id: UUID


class CallSearched(Shown):
    """A call. `requested_model` is what its caller typed."""

    call_id: UUID
    request_id: str
    started_at: datetime
    requested_model: str | None
    outcome: str
    member_id: UUID | None


class Searched(Shown):
    """What was found, at most 8 of each kind."""

    members: list[MemberSearched]
    models: list[ModelSearched]
    credentials: list[CredentialSearched]
    calls: list[CallSearched]


@router.get("", response_model=Searched)
async def search(query: Annotated[SearchQuery, Query()], holder: Signed, tx: Transaction) -> Searched:
    """Finds what begins with `q`: a member's identifier or name, a credential's name, public id or shown secret, a call's id.

    Models are found by any part of their names, calls also by the whole of their request's id. Who does not administrate
    finds models that they see, and credentials and calls of their own.
    """
    asker = Asker(holder.member_id, is_admin=holder.role in {"admin", "owner"})
    return Searched.model_validate(await setup.search(tx, query.q, asker, limit=query.limit))

"""/api/admin/registry: which models the registry knows that comes with litellm."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ai_api import catalog
from ai_api.catalog import Entry
from ai_api.portal.deps import AdminHolder

router = APIRouter(prefix="/api/admin/registry", tags=["models"])

Words = Annotated[str, Query(min_length=1, max_length=200, description="Each word is in the provider or the key")]
Provider = Annotated[str | None, Query(min_length=1, max_length=256, description="Exactly as the registry calls it")]
Limit = Annotated[int, Query(ge=1, le=200)]


class EntryShown(BaseModel):
    """A model of the registry. `operations` is empty for what cannot be called here; `slug` is what an import would call it.

    Token counts are null where the registry says nothing.
    """

    provider: str
    key: str
    slug: str
    mode: str | None
    operations: list[str]
    context_tokens: int | None
    output_tokens_max: int | None
    withdrawn_on: str | None


class FoundShown(BaseModel):
    """What was found in the installed version: those that can be called here first, and `total`, how many there are in all."""

    version: str
    total: int
    items: list[EntryShown]


@router.get("", response_model=FoundShown)
async def search_registry(_: AdminHolder, q: Words, provider: Provider = None, limit: Limit = 50) -> FoundShown:
    """Searches the installed registry by words. For more than `limit`, search more narrowly."""
    read = await asyncio.to_thread(catalog.read_registry)
    found = read.search(q, provider=provider, limit=limit)
    return FoundShown(version=found.version, total=found.total, items=[_shown(entry) for entry in found.entries])


def _shown(entry: Entry) -> EntryShown:
    return EntryShown(
        provider=entry.provider,
        key=entry.key,
        slug=entry.slug,
        mode=entry.mode,
        operations=sorted(entry.operations),
        context_tokens=entry.context_tokens,
        output_tokens_max=entry.output_tokens_max,
        withdrawn_on=entry.withdrawn_on,
    )

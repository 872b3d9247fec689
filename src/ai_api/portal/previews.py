"""What a write would do, as an endpoint with `?dry_run=true` answers it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from ai_api.access import Affected, Preview

DryRun = Annotated[bool, Query(description="Run the write, take it back, and answer who gains and who loses by it")]


class NamedMember(BaseModel):
    """A member, as a preview names them."""

    id: UUID
    identifier: str
    display_name: str


class AffectedShown(BaseModel):
    """Active members on one side of a change: how many, and the first 20 of them."""

    count: int
    first: list[NamedMember]


class PreviewShown(BaseModel):
    """Who would gain and who would lose sight of models. Nothing was changed. `models` are the first 20 slugs concerned."""

    dry_run: Literal[True]
    gains: AffectedShown
    loses: AffectedShown
    models: list[str]


def previewed(preview: Preview) -> PreviewShown:
    """A preview as it is answered."""
    return PreviewShown(
        dry_run=True, gains=_affected(preview.gains), loses=_affected(preview.loses), models=list(preview.models)
    )


def _affected(affected: Affected) -> AffectedShown:
    first = [
        NamedMember(id=each.id, identifier=each.identifier, display_name=each.display_name) for each in affected.first
    ]
    return AffectedShown(count=affected.count, first=first)

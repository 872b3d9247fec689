"""/api/admin/audit: who changed what."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from ai_api import audit, setup
from ai_api.audit import Filters, Verified
from ai_api.core.exports import FileForm
from ai_api.portal.deps import AdminHolder, HouseDep, NeedsProof, Transaction
from ai_api.portal.files import FILES, file_of
from ai_api.portal.shapes import Listed, ListQuery, Moment, Shown, Strict

router = APIRouter(prefix="/api/admin/audit", tags=["audit"])


class AboutShown(Shown):
    """What an event is about, by name. `target` is what its target was called when it was written, or else is called now;
    `member` whose it is, `model` of which model. Each is null where there is none, or where `target` is it.
    """

    target: str | None
    member_id: UUID | None
    member: str | None
    model: str | None


class EventShown(Shown):
    """One administrative write. `before` is null for what was created, `after` for what was deleted."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_member_id: UUID | None
    actor_name: str
    address: str | None
    action: str
    target_kind: str
    target_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    about: AboutShown


class BrokenShown(Shown):
    """Where the chain breaks, and how. `seq` is null for an event without a place, `event_id` for a place that is gone."""

    fault: Literal["place_missing", "event_missing", "changed", "not_sealed", "other_hash"]
    seq: int | None
    event_id: UUID | None
    detail: str


class VerificationShown(Shown):
    """What was found of the chain: `checked` places were right, from `from_seq` to `to_seq`, whose hash is `hash`.

    `is_whole` says that they begin with the first of all; `broken` is null where none was wrong.
    """

    looked_at: datetime
    checked: int
    from_seq: int
    to_seq: int
    hash: str
    is_whole: bool
    broken: BrokenShown | None


class EventFilters(Strict):
    """Filters; `actor` is part of the actor's name, `since` is included and `until` is not."""

    actor: str | None = Field(default=None, min_length=1, max_length=254)
    actor_member_id: UUID | None = None
    action: str | None = Field(default=None, max_length=64)
    target_kind: str | None = Field(default=None, max_length=64)
    target_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None

    def filters(self) -> Filters:
        """The same, as the trail understands them."""
        return Filters(
            actor=self.actor,
            actor_member_id=self.actor_member_id,
            action=self.action,
            target_kind=self.target_kind,
            target_id=self.target_id,
            since=self.since,
            until=self.until,
        )


class EventsQuery(EventFilters, ListQuery):
    """What of the trail is listed."""


class ExportQuery(EventFilters):
    """What of the trail is exported, and whether as CSV or as lines of JSON."""

    form: FileForm = "jsonl"


@router.get("", response_model=Listed[EventShown])
async def list_events(_: AdminHolder, tx: Transaction, query: Annotated[EventsQuery, Query()]) -> Listed[EventShown]:
    """Administrative writes, the newest first."""
    page = await audit.read(tx, filters=query.filters(), limit=query.limit, cursor=query.cursor)
    about = await setup.name_events(tx, page.items)
    shown = [EventShown.model_validate({**asdict(event), "about": about[event.id]}) for event in page.items]
    return Listed(items=shown, next=page.next)


@router.get("/verification", response_model=VerificationShown)
async def verify_chain(_: AdminHolder, house: HouseDep) -> VerificationShown:
    """Whether the newest 2,000 events are what was sealed, none of them missing. `ai-api audit verify` checks all of them."""
    return _shown(await audit.verify_newest(house.database), at=house.clock.now())


def _shown(found: Verified, *, at: datetime) -> VerificationShown:
    broken, head = found.broken, found.head
    return VerificationShown(
        looked_at=at,
        checked=found.checked,
        from_seq=head.seq - found.checked + 1,
        to_seq=head.seq,
        hash=head.hash.hex(),
        is_whole=head.seq == found.checked,
        broken=None
        if broken is None
        else BrokenShown(fault=broken.fault, seq=broken.seq, event_id=broken.event_id, detail=str(broken)),
    )


@router.get("/export", dependencies=[NeedsProof], response_class=StreamingResponse, responses=FILES)
async def export_events(_: AdminHolder, house: HouseDep, query: Annotated[ExportQuery, Query()]) -> StreamingResponse:
    """The trail as a file, the oldest first. A file that is cut off was not finished: its connection broke."""
    return file_of(audit.export(house.database, form=query.form, filters=query.filters()), "audit", query.form)

"""/api/me/credentials/{id}/history: what was done to one of the caller's own application keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ai_api import audit, credentials
from ai_api.audit import Event
from ai_api.portal.deps import Reading, Signed
from ai_api.portal.shapes import Listed, ListQuery

router = APIRouter(prefix="/api/me/credentials", tags=["me"])

Did = Literal["issue", "change", "rotate", "pause", "resume", "revoke"]
Field = Literal["name", "expires_at", "allocation_ids", "source_networks"]
Who = Literal["member", "administrator", "gateway"]

# Not the playground's tokens, of which there is one each quarter of an hour.
_DONE: Final[dict[str, Did]] = {
    "credential.issue": "issue",
    "credential.change": "change",
    "credential.rotate": "rotate",
    "credential.pause": "pause",
    "credential.resume": "resume",
    "credential.revoke": "revoke",
}
_FIELDS: Final[tuple[Field, ...]] = ("name", "expires_at", "allocation_ids", "source_networks")


class CredentialEventShown(BaseModel):
    """Something that was done to a credential. `changed` names what a `change` gave another value.

    `by` is the caller (`member`), somebody else (`administrator`) or the program itself (`gateway`). Which administrator it
    was, from where and why, stands in the audit trail, which administrators read.
    """

    id: UUID
    at: datetime
    did: Did
    by: Who
    changed: list[Field]


class HistoryQuery(ListQuery):
    """Which page of a history is listed."""


@router.get("/{credential_id}/history")
async def list_my_credential_history(
    credential_id: UUID, query: Annotated[HistoryQuery, Query()], holder: Signed, tx: Reading
) -> Listed[CredentialEventShown]:
    """What was done to one of the caller's credentials, the newest first. The successor of a rotated one begins with its own."""
    own = await credentials.find_own(tx, holder.member_id, credential_id)
    filters = audit.Filters(target_kind="credential", target_id=own.id, actions=tuple(_DONE))
    page = await audit.read(tx, filters=filters, limit=query.limit, cursor=query.cursor)
    return Listed(items=[_shown(event, holder.member_id) for event in page.items], next=page.next)


def _shown(event: Event, member_id: UUID) -> CredentialEventShown:
    did = _DONE[event.action]
    return CredentialEventShown(
        id=event.id,
        at=event.at,
        did=did,
        by=_by(event, member_id),
        changed=_changed(event) if did == "change" else [],
    )


def _by(event: Event, member_id: UUID) -> Who:
    if event.actor_kind == "system":
        return "gateway"
    return "member" if event.actor_member_id == member_id else "administrator"


def _changed(event: Event) -> list[Field]:
    before, after = event.before or {}, event.after or {}
    return [name for name in _FIELDS if before.get(name) != after.get(name)]

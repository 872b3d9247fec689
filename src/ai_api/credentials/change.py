"""Renaming a credential, moving its expiry, changing its scope and from where it may be used."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from ai_api import audit
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.credentials import rules, store
from ai_api.credentials.rules import Credential
from ai_api.credentials.scope import check_scope


class Changes(TypedDict, total=False):
    """What is given is stored, what is absent stays. `expires_at` None is never; `allocation_ids` None is all.

    `source_networks` None is from anywhere.
    """

    name: str
    expires_at: datetime | None
    allocation_ids: list[UUID] | None
    source_networks: list[str] | None


async def change(tx: Tx, actor: Actor, credential_id: UUID, changes: Changes, *, at: datetime) -> Credential:
    """Stores exactly what is given, in force for the member's next call. The secret stays the same.

    Raises Refusal `credential_not_found`, `credential_revoked`, `bad_name`, `bad_expiry`, `bad_network`,
    `scope_too_long` or `scope_not_of_member`.
    """
    credential = await store.lock(tx, credential_id)
    if credential is None:
        raise rules.credential_not_found()
    rules.require_live(credential)
    values: dict[str, Any] = {}
    if "name" in changes:
        rules.require_name(changes["name"])
        values["name"] = changes["name"]
    if "expires_at" in changes:
        rules.require_future(changes["expires_at"], at)
        values["expires_at"] = changes["expires_at"]
    if "source_networks" in changes:
        values["source_networks"] = rules.networks_in(changes["source_networks"])
    await store.change(tx, credential_id, values, at=at)
    if "allocation_ids" in changes:
        scope = await check_scope(tx, credential.member_id, changes["allocation_ids"])
        await store.change_scope(tx, credential_id, scope, at=at)
    changed = await store.get(tx, credential_id) or credential
    await bump_members(tx, [credential.member_id])
    await audit.note(
        tx,
        actor,
        action="credential.change",
        target_kind="credential",
        target_id=credential_id,
        before=rules.audited(credential),
        after=rules.audited(changed),
    )
    return changed

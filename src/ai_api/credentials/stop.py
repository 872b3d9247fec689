"""Pausing, resuming and revoking a credential."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api import audit
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.credentials import rules, store
from ai_api.credentials.rules import By, Credential


async def pause(tx: Tx, actor: Actor, credential_id: UUID, *, by: By, reason: str, at: datetime) -> Credential:
    """Stops a credential until it is resumed: the next call is refused, open ones end within a second.

    Raises Refusal `credential_not_found`, `credential_revoked` or `credential_state_conflict`.
    """
    credential = await _locked(tx, credential_id)
    rules.require_pausable(credential, by)
    return await _stored(tx, actor, credential, "pause", {"paused_at": at, "paused_by": by}, reason=reason, at=at)


async def resume(tx: Tx, actor: Actor, credential_id: UUID, *, by: By, reason: str, at: datetime) -> Credential:
    """Lets a paused credential be used again.

    Raises Refusal `credential_not_found`, `credential_revoked`, `credential_state_conflict`, or
    `credential_action_forbidden` when a member would resume what an administrator paused.
    """
    credential = await _locked(tx, credential_id)
    rules.require_resumable(credential, by)
    return await _stored(tx, actor, credential, "resume", {"paused_at": None, "paused_by": None}, reason=reason, at=at)


async def revoke(tx: Tx, actor: Actor, credential_id: UUID, *, reason: str, at: datetime) -> Credential:
    """Stops a credential for good: the next call is refused, open ones end within a second.

    Raises Refusal `credential_not_found` or `credential_revoked`.
    """
    credential = await _locked(tx, credential_id)
    rules.require_live(credential)
    return await _stored(tx, actor, credential, "revoke", {"revoked_at": at}, reason=reason, at=at)


async def _locked(tx: Tx, credential_id: UUID) -> Credential:
    credential = await store.lock(tx, credential_id)
    if credential is None:
        raise rules.credential_not_found()
    return credential


async def _stored(
    tx: Tx,
    actor: Actor,
    credential: Credential,
    verb: str,
    values: Mapping[str, Any],
    *,
    reason: str,
    at: datetime,
) -> Credential:
    await store.change(tx, credential.id, values, at=at)
    await bump_members(tx, [credential.member_id])
    await audit.note(
        tx,
        actor,
        action=f"credential.{verb}",
        target_kind="credential",
        target_id=credential.id,
        before={name: getattr(credential, name) for name in values},
        after={**values, "reason": reason},
    )
    return await store.get(tx, credential.id) or credential

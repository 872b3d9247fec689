"""Rotating a credential: a successor with a new secret, and an end for the old one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ai_api import audit
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.core.ids import uuid7
from ai_api.credentials import rules, store
from ai_api.credentials.issue import require_active_member
from ai_api.credentials.rules import Issued
from ai_api.credentials.secret import display_of, hash_of, new_public_id, new_secret, prefix_of


async def rotate(tx: Tx, actor: Actor, credential_id: UUID, *, overlap: timedelta, at: datetime) -> Issued:
    """Gives out a successor: same member, name, prefix, scope and length of life, with a new id, public id and secret.

    The old secret works on for `overlap` (0 to 24 hours), never longer than it would have; with 0 it is revoked at once.
    A pause passes on to the successor: rotating is no way around one. Raises Refusal `credential_not_found`,
    `credential_revoked`, `bad_overlap` or `member_disabled`.
    """
    rules.require_overlap(overlap)
    old = await store.lock(tx, credential_id)
    if old is None:
        raise rules.credential_not_found()
    rules.require_live(old)
    await require_active_member(tx, old.member_id)
    secret = new_secret(prefix_of(old.display))
    successor = replace(
        old,
        id=uuid7(),
        public_id=new_public_id(),
        display=display_of(secret),
        expires_at=rules.successor_expiry(old, at),
        created_at=at,
        updated_at=at,
    )
    await store.add(tx, successor, secret_hash=hash_of(secret))
    if overlap:
        end = at + overlap if old.expires_at is None else min(old.expires_at, at + overlap)
        await store.change(tx, old.id, {"expires_at": end}, at=at)
    else:
        await store.change(tx, old.id, {"revoked_at": at}, at=at)
    await bump_members(tx, [old.member_id])
    after = await store.get(tx, old.id) or old
    await audit.note(
        tx,
        actor,
        action="credential.rotate",
        target_kind="credential",
        target_id=old.id,
        before=rules.audited(old),
        after={**rules.audited(after), "successor": rules.audited(successor) | {"id": successor.id}},
    )
    return Issued(successor, secret)

"""Rotating a credential: a new secret, and an end for the old one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ai_api import allocations, audit, identity, quotas
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.core.ids import uuid7
from ai_api.credentials import rules, store, store_tokens
from ai_api.credentials.issue import require_active_member
from ai_api.credentials.rules import Credential, Issued
from ai_api.credentials.secret import display_of, hash_of, new_public_id, new_secret, prefix_of
from ai_api.quotas import Reach

ALLOCATIONS_MAX: Final = 10_000
"""Of how many allocations of a member the limits are looked at: more than there are models."""


async def rotate(tx: Tx, actor: Actor, credential_id: UUID, *, overlap: timedelta, at: datetime) -> Issued:
    """Gives out a new secret; the old one works on for `overlap` (0 to 24 hours), never longer than it would have.

    It belongs to a successor: same member, name, prefix, scope and length of life, with an id and a public id of its own. A
    pause passes on to it: rotating is no way around one. Where limits count by credential, rotating must be no way around
    those either: then the credential itself stays, with all that was counted, and only its secret, its expiry and when it
    was made are new; the old secret ends at once. Raises Refusal `credential_not_found`, `credential_revoked`,
    `bad_overlap`, `member_disabled`, or `overlap_under_limits` for an overlap where limits count by credential.
    """
    rules.require_overlap(overlap)
    old = await store.lock(tx, credential_id)
    if old is None:
        raise rules.credential_not_found()
    rules.require_live(old)
    await require_active_member(tx, old.member_id)
    secret = new_secret(prefix_of(old.display))
    successor = replace(
        old, display=display_of(secret), expires_at=rules.successor_expiry(old, at), created_at=at, updated_at=at
    )
    if await _counts(tx, old):
        if overlap:
            raise rules.overlap_under_limits()
        await store.renew(tx, successor, secret_hash=hash_of(secret))
        await store_tokens.end_all(tx, old.id)
    else:
        successor = replace(successor, id=uuid7(), public_id=new_public_id())
        await store.add(tx, successor, secret_hash=hash_of(secret))
        await _end(tx, old, overlap, at)
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


async def _end(tx: Tx, old: Credential, overlap: timedelta, at: datetime) -> None:
    if overlap:
        end = at + overlap if old.expires_at is None else min(old.expires_at, at + overlap)
        await store.change(tx, old.id, {"expires_at": end}, at=at)
    else:
        await store.change(tx, old.id, {"revoked_at": at}, at=at)


async def _counts(tx: Tx, credential: Credential) -> bool:
    """Whether any limit counts what this credential uses apart from what others of the member use."""
    member_id = credential.member_id
    scope = credential.allocation_ids
    if scope is None:
        granted = await allocations.list_page(tx, allocations.Filters(member_id=member_id), limit=ALLOCATIONS_MAX)
        scope = tuple(each.id for each in granted.items)
    tags = (await identity.tags_of_members(tx, [member_id]))[member_id]
    limits = await quotas.find_within(
        tx,
        Reach(
            everybody=True,
            member_ids=[member_id],
            credential_ids=[credential.id],
            allocation_ids=scope,
            tag_ids=[tag.id for tag in tags],
        ),
    )
    return any("credential" in {limit.subject_kind, limit.partition} for limit in limits)

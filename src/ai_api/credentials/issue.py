"""Issuing a credential: the one moment its secret is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import audit, identity, quotas
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.credentials import rules, store
from ai_api.credentials.rules import Credential, Issued
from ai_api.credentials.scope import check_scope
from ai_api.credentials.secret import (
    PREFIX_CHARACTERS_MAX,
    display_of,
    hash_of,
    is_legal_prefix,
    new_public_id,
    new_secret,
)
from ai_api.quotas import Subject, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for. `expires_at` None is never; `allocation_ids` None is all of the member's, now and later;
    `source_networks` None is from anywhere.

    `limits` are those of this credential alone, from its first call on.
    """

    member_id: UUID
    name: str
    prefix: str
    expires_at: datetime | None
    allocation_ids: Sequence[UUID] | None = None
    source_networks: Sequence[str] | None = None
    limits: Sequence[Terms] = ()


async def issue(tx: Tx, actor: Actor, order: Order, *, at: datetime) -> Issued:
    """A new credential with its secret, usable as soon as the transaction is committed. Only the secret's hash is kept.

    Raises Refusal `member_not_found`, `member_disabled`, `bad_name`, `bad_prefix`, `bad_expiry`, `bad_network`, `scope_too_long`,
    `scope_not_of_member`, `bad_limit`, `bad_time_zone`, `limit_out_of_range`, or `limit_exists` for two limits of one kind.
    """
    scope, networks = await check_order(tx, order, at=at)
    secret = new_secret(order.prefix)
    credential = Credential(
        id=uuid7(),
        public_id=new_public_id(),
        member_id=order.member_id,
        name=order.name,
        display=display_of(secret),
        allocation_ids=scope,
        expires_at=order.expires_at,
        source_networks=networks,
        paused_at=None,
        paused_by=None,
        revoked_at=None,
        created_at=at,
        updated_at=at,
    )
    await store.add(tx, credential, secret_hash=hash_of(secret))
    limits = await quotas.give_limits(tx, Subject("credential", credential.id, order.member_id), order.limits)
    await bump_members(tx, [order.member_id])
    await audit.note(
        tx,
        actor,
        action="credential.issue",
        target_kind="credential",
        target_id=credential.id,
        before=None,
        after={**rules.audited(credential), "limits": [quotas.described(each) for each in limits]},
    )
    return Issued(credential, secret)


async def check_order(tx: Tx, order: Order, *, at: datetime) -> tuple[tuple[UUID, ...] | None, tuple[str, ...] | None]:
    """Whether there can be such a credential at `at`; its scope and its networks as they are stored. Nothing is made.

    Raises what `issue` raises, but for limits.
    """
    await require_active_member(tx, order.member_id)
    rules.require_name(order.name)
    rules.require_future(order.expires_at, at)
    networks = rules.networks_in(order.source_networks)
    if not is_legal_prefix(order.prefix):
        message = f"A prefix is 1 to {PREFIX_CHARACTERS_MAX} of a-z, 0-9, _ and -."
        raise Refusal("bad_prefix", "invalid", message, param="prefix")
    return await check_scope(tx, order.member_id, order.allocation_ids), networks


async def require_active_member(tx: Tx, member_id: UUID) -> None:
    """Raises Refusal `member_not_found` or `member_disabled`: a disabled member is given no new secret."""
    member = await identity.get_member(tx, member_id)
    if member.status != "active":
        raise Refusal(
            "member_disabled", "conflict", "This member is disabled. Enable the member first.", param="member_id"
        )

"""Whose password it is: members as those who sign in by one see them."""

from __future__ import annotations

from uuid import UUID

from ai_api.core.db import Tx
from ai_api.identity import store
from ai_api.identity.rules import PasswordHolder


async def find_password_holder(tx: Tx, identifier: str) -> PasswordHolder | None:
    """The member who is called so, in whatever letters of case, with the hash of their password."""
    return await store.find_password(tx, identifier)


async def lock_password_holder(tx: Tx, member_id: UUID) -> PasswordHolder | None:
    """A member with the hash of their password, neither of which changes until the transaction ends."""
    return await store.lock_password(tx, member_id)


async def keep_rehashed(tx: Tx, member_id: UUID, password_hash: str) -> None:
    """Keeps the password a member has by another hash, of today's parameters."""
    await store.set_password_hash(tx, member_id, password_hash)

"""Making an owner with a password: the first of an installation, or another by whoever holds the command line."""

from __future__ import annotations

from datetime import datetime

from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.identity import store
from ai_api.identity.members import create_member
from ai_api.identity.rules import By, Draft, Member


async def has_owner(tx: Tx) -> bool:
    """Whether somebody was made owner already, active or not."""
    return await store.has_owner(tx)


async def check_no_owner(tx: Tx) -> None:
    """That nobody is owner; nobody else makes the first one until the transaction ends. Raises Refusal `owner_exists`."""
    if await store.lock_first_owner(tx):
        raise _owner_exists()


async def create_owner(
    tx: Tx,
    actor: Actor,
    *,
    identifier: str,
    display_name: str,
    password_hash: str,
    now: datetime,
    only_if_first: bool = True,
) -> Member:
    """A new owner. Two who race to make the first one wait for each other, and the second is refused.

    Raises Refusal `owner_exists` (unless `only_if_first` is False), `identifier_taken`, `bad_identifier`, `bad_name`.
    """
    there_is_one = await store.lock_first_owner(tx)
    if there_is_one and only_if_first:
        raise _owner_exists()
    draft = Draft(identifier=identifier, display_name=display_name, role="owner")
    return await create_member(tx, actor, draft, by=By(None, "owner"), now=now, password_hash=password_hash)


def _owner_exists() -> Refusal:
    return Refusal("owner_exists", "conflict", "There is an owner already; they can make others.")

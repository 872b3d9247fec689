"""The first owner, so that somebody can open the door from inside."""

from __future__ import annotations

from datetime import datetime

from ai_api import identity
from ai_api.audit import Actor
from ai_api.core.db import Database
from ai_api.identity import Member, Passwords


async def create_first_owner(
    database: Database,
    passwords: Passwords,
    actor: Actor,
    *,
    identifier: str,
    display_name: str,
    password: str,
    now: datetime,
    only_if_first: bool = True,
) -> Member:
    """An owner with a password. With `only_if_first` False there may be others already.

    Raises Refusal `owner_exists`, `bad_password`, `common_password`,
    `identifier_taken`, `bad_identifier`, `bad_name`, StoreUnavailable.
    """
    # Before the transaction: a slow hash must not hold a connection.
    password_hash = await passwords.hash(password, identifier=identifier)
    async with database.transaction() as tx:
        return await identity.create_owner(
            tx,
            actor,
            identifier=identifier,
            display_name=display_name,
            password_hash=password_hash,
            now=now,
            only_if_first=only_if_first,
        )

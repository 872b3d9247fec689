"""Every query about access tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update

from ai_api.core.db import Tx
from ai_api.identity.tables import access_tokens, members
from ai_api.identity.token_rules import AccessToken, TokenHolder

_TOKEN = tuple(column for column in access_tokens.c if column.name != "secret_hash")


async def insert_token(tx: Tx, token: AccessToken, *, secret_hash: bytes) -> None:
    """Adds an access token."""
    await tx.execute(
        insert(access_tokens).values(
            id=token.id,
            member_id=token.member_id,
            name=token.name,
            display=token.display,
            expires_at=token.expires_at,
            created_at=token.created_at,
            secret_hash=secret_hash,
        )
    )


async def count_live_tokens(tx: Tx, member_id: UUID, *, now: datetime) -> int:
    """How many tokens of a member would open the door at `now`."""
    live = or_(access_tokens.c.expires_at.is_(None), access_tokens.c.expires_at > now)
    statement = select(func.count()).where(
        access_tokens.c.member_id == member_id, access_tokens.c.revoked_at.is_(None), live
    )
    return int((await tx.execute(statement)).scalar_one())


async def list_tokens(tx: Tx, member_id: UUID, *, before_id: UUID | None, limit: int) -> list[AccessToken]:
    """At most `limit` tokens of a member, the newest first, older than `before_id`."""
    statement = select(*_TOKEN).where(access_tokens.c.member_id == member_id)
    if before_id is not None:
        statement = statement.where(access_tokens.c.id < before_id)
    rows = await tx.execute(statement.order_by(access_tokens.c.id.desc()).limit(limit))
    return [AccessToken(**row) for row in rows.mappings()]


async def lock_token(tx: Tx, token_id: UUID, member_id: UUID) -> AccessToken | None:
    """A member's own token, locked."""
    statement = select(*_TOKEN).where(access_tokens.c.id == token_id, access_tokens.c.member_id == member_id)
    row = (await tx.execute(statement.with_for_update())).mappings().one_or_none()
    return None if row is None else AccessToken(**row)


async def revoke_token(tx: Tx, token_id: UUID, *, now: datetime) -> AccessToken:
    """Ends a token that is there."""
    statement = update(access_tokens).where(access_tokens.c.id == token_id).values(revoked_at=now).returning(*_TOKEN)
    return AccessToken(**(await tx.execute(statement)).mappings().one())


async def find_holder(tx: Tx, secret_hash: bytes) -> TokenHolder | None:
    """Who stands behind a token's hash, whatever the state of either."""
    statement = (
        select(
            access_tokens.c.id.label("token_id"),
            members.c.id.label("member_id"),
            members.c.kind,
            members.c.identifier,
            members.c.display_name,
            members.c.role,
            members.c.status,
            access_tokens.c.expires_at,
            access_tokens.c.revoked_at,
            access_tokens.c.last_used_at,
        )
        .join(members, members.c.id == access_tokens.c.member_id)
        .where(access_tokens.c.secret_hash == secret_hash)
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else TokenHolder(**row)


async def touch_token(tx: Tx, token_id: UUID, *, now: datetime, unless_after: datetime) -> None:
    """Sets when a token was last used, unless it was after `unless_after`; waits for nobody who holds the row."""
    stale = or_(access_tokens.c.last_used_at.is_(None), access_tokens.c.last_used_at <= unless_after)
    free = select(access_tokens.c.id).where(access_tokens.c.id == token_id, stale)
    await tx.execute(
        update(access_tokens)
        .where(access_tokens.c.id == free.with_for_update(skip_locked=True).scalar_subquery())
        .values(last_used_at=now)
    )

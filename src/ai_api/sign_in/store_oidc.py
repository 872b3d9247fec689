"""Every query about members as other providers know them, and about sign-ins that ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ai_api.core.db import Tx
from ai_api.sign_in.oidc_rules import MemberIdentity
from ai_api.sign_in.tables import member_identities, oidc_used_states

_FORGOTTEN_AT_ONCE = 100


async def find_identity(tx: Tx, issuer: str, subject: str) -> MemberIdentity | None:
    """Who a subject at an issuer is here."""
    statement = select(member_identities).where(
        member_identities.c.issuer == issuer, member_identities.c.subject == subject
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else MemberIdentity(**row)


async def list_identities(tx: Tx, member_id: UUID) -> list[MemberIdentity]:
    """What a member is known as, the oldest first; one of each issuer."""
    statement = select(member_identities).where(member_identities.c.member_id == member_id)
    rows = await tx.execute(statement.order_by(member_identities.c.id))
    return [MemberIdentity(**row) for row in rows.mappings()]


async def insert_identity(tx: Tx, identity: MemberIdentity) -> bool:
    """Binds a subject to a member; False where it, or the member at this issuer, is bound already."""
    values = {column.name: getattr(identity, column.name) for column in member_identities.c}
    statement = insert(member_identities).values(**values).on_conflict_do_nothing()
    return (await tx.execute(statement.returning(member_identities.c.id))).first() is not None


async def delete_identity(tx: Tx, member_id: UUID, identity_id: UUID) -> MemberIdentity | None:
    """Unbinds what a member is known as; gives what it was, None where there is none."""
    statement = (
        delete(member_identities)
        .where(member_identities.c.id == identity_id, member_identities.c.member_id == member_id)
        .returning(member_identities)
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else MemberIdentity(**row)


async def insert_used_state(tx: Tx, state_hash: bytes, *, expires_at: datetime) -> bool:
    """Notes that a trip ended; False where it had."""
    statement = insert(oidc_used_states).values(state_hash=state_hash, expires_at=expires_at).on_conflict_do_nothing()
    return (await tx.execute(statement.returning(oidc_used_states.c.expires_at))).first() is not None


async def forget_used_states(tx: Tx, *, now: datetime) -> None:
    """Deletes a few that are over: more than come in, so that the table stays small."""
    over = select(oidc_used_states.c.state_hash).where(oidc_used_states.c.expires_at < now).limit(_FORGOTTEN_AT_ONCE)
    chosen = over.with_for_update(skip_locked=True)
    await tx.execute(delete(oidc_used_states).where(oidc_used_states.c.state_hash.in_(chosen)))

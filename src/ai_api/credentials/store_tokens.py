"""Every query about the short-lived secrets of credentials."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from ai_api.core.db import Tx
from ai_api.credentials.tables import credential_tokens


async def add(tx: Tx, credential_id: UUID, *, secret_hash: bytes, at: datetime, expires_at: datetime) -> None:
    """Inserts a secret of a credential."""
    row = {"secret_hash": secret_hash, "credential_id": credential_id, "created_at": at, "expires_at": expires_at}
    await tx.execute(insert(credential_tokens).values(**row))


async def count(tx: Tx, credential_id: UUID, *, at: datetime) -> int:
    """How many secrets of a credential have not expired."""
    of = (credential_tokens.c.credential_id == credential_id, credential_tokens.c.expires_at > at)
    found: int = (await tx.execute(select(func.count()).select_from(credential_tokens).where(*of))).scalar_one()
    return found


async def end_all(tx: Tx, credential_id: UUID) -> None:
    """Deletes all secrets of a credential."""
    await tx.execute(delete(credential_tokens).where(credential_tokens.c.credential_id == credential_id))


async def forget(tx: Tx, *, expired_before: datetime) -> None:
    """Deletes what expired before a moment, whosever it was."""
    await tx.execute(delete(credential_tokens).where(credential_tokens.c.expires_at < expired_before))

"""Running a write to see what it does, and taking it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ai_api.core.db import Tx


@asynccontextmanager
async def undone(tx: Tx, *, only_if: bool = True) -> AsyncIterator[None]:
    """What is written inside is taken back at the end, audit rows and epochs too, and its locks are let go.

    The transaction goes on, also when the block raises. Where `only_if` is False, what is written stays.
    """
    if not only_if:
        yield
        return
    savepoint = await tx.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()

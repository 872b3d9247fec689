"""Writing one administrative write down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ai_api.audit import store
from ai_api.audit.rules import Actor, plain
from ai_api.core.db import Tx
from ai_api.core.ids import uuid7


async def note(
    tx: Tx,
    actor: Actor,
    *,
    action: str,
    target_kind: str,
    target_id: UUID | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Adds one row to the trail in the writing transaction, so that neither is ever there without the other.

    `action` is `noun.verb` (`member.disable`); `before` and `after` hold the fields the write is about, None where there
    was or is nothing. Values become plain JSON. Raises SecretInAudit when a field is named like a secret.
    """
    await store.insert_event(
        tx,
        actor,
        event_id=uuid7(),
        action=action,
        target_kind=target_kind,
        target_id=target_id,
        before=plain(before),
        after=plain(after),
    )

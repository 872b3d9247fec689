"""Secrets for a quarter of an hour: with them the portal's own page calls in the name of a credential.

A credential's secret is kept as a hash, so a browser cannot present it. What it presents instead leads to the same holder:
same scope, limits and attribution, and whatever stops the credential stops it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ai_api import audit
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.credentials import rules, store, store_tokens
from ai_api.credentials.secret import hash_of, new_secret

PLAYGROUND_TOKEN_LIFE: Final = timedelta(minutes=15)
PLAYGROUND_TOKENS_MAX: Final = 20
"""How many of a credential live at a time."""
PREFIX: Final = "sk-aiapi-play-"

_KEPT: Final = timedelta(hours=1)
"""How long after its end a secret is still told that it has expired."""


@dataclass(frozen=True, slots=True)
class PlaygroundToken:
    """A secret that expires, which nobody can read again."""

    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Without the secret: this may end in a log."""
        return f"PlaygroundToken(expires_at={self.expires_at!r})"


async def issue_playground_token(tx: Tx, actor: Actor, credential_id: UUID, *, at: datetime) -> PlaygroundToken:
    """A new secret of a credential, for 15 minutes or as long as the credential lives, whichever is shorter.

    Raises Refusal `credential_not_found`, `credential_revoked`, `credential_state_conflict` for one that is paused or expired,
    and `too_many_tokens`.
    """
    credential = await store.lock(tx, credential_id)
    if credential is None:
        raise rules.credential_not_found()
    rules.require_live(credential)
    state = credential.state(at)
    if state != "active":
        message = f"This credential is {state}: nothing can be called with it."
        raise Refusal("credential_state_conflict", "conflict", message, details={"state": state})
    await store_tokens.forget(tx, expired_before=at - _KEPT)
    if await store_tokens.count(tx, credential_id, at=at) >= PLAYGROUND_TOKENS_MAX:
        message = (
            f"A credential has at most {PLAYGROUND_TOKENS_MAX} playground tokens at a time. Wait until one expires."
        )
        raise Refusal("too_many_tokens", "limited", message, retry_after_s=60)
    secret = new_secret(PREFIX)
    expires_at = at + PLAYGROUND_TOKEN_LIFE
    if credential.expires_at is not None:
        expires_at = min(expires_at, credential.expires_at)
    await store_tokens.add(tx, credential_id, secret_hash=hash_of(secret), at=at, expires_at=expires_at)
    await audit.note(
        tx,
        actor,
        action="credential.playground_token",
        target_kind="credential",
        target_id=credential_id,
        before=None,
        after={"expires_at": expires_at},
    )
    return PlaygroundToken(secret, expires_at)

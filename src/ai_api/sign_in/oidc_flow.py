"""A trip to a provider and back: begun in one browser, which alone can end it, once.

What has to be known at the end travels with the browser, sealed, so that somebody who begins a million trips writes nothing
anywhere. What is written down is that one ended.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing, Sealed, SealError
from ai_api.core.secret_form import hash_of
from ai_api.sign_in import store_oidc
from ai_api.sign_in.oidc_rules import FLOW_LIVES, Flow, OidcProvider, flow_unknown


def begin_flow(
    provider: OidcProvider, *, redirect_uri: str, next_path: str, proves: UUID | None, now: datetime
) -> Flow:
    """A new trip; `proves` is the session that is to be proved, None for signing in."""
    return Flow(
        provider=provider.name,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=redirect_uri,
        next_path=next_path,
        purpose="sign_in" if proves is None else "prove",
        session_id=proves,
        expires_at=now + FLOW_LIVES,
    )


def seal_flow(flow: Flow, ring: KeyRing) -> str:
    """What the browser carries, as ASCII without spaces."""
    flow_id = uuid7()
    document = asdict(flow) | {
        "session_id": None if flow.session_id is None else str(flow.session_id),
        "expires_at": flow.expires_at.isoformat(),
    }
    sealed = ring.seal(json.dumps(document), flow_id)
    return ".".join((_encoded(sealed.key_id.encode()), flow_id.hex, _encoded(sealed.value)))


def open_flow(carried: str | None, ring: KeyRing, *, provider: str, state: str | None, now: datetime) -> Flow:
    """The trip that a browser carries, if it is the one to `provider` that was begun with `state`, and not over.

    Raises Refusal `oidc_state_unknown`. Whether it has ended already, `end_flow` knows.
    """
    flow = _opened(carried, ring)
    if flow is None or state is None or flow.provider != provider or now >= flow.expires_at:
        raise flow_unknown()
    if not hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace")):
        raise flow_unknown()
    return flow


async def end_flow(tx: Tx, flow: Flow, *, now: datetime) -> None:
    """Notes that a trip has ended. Raises Refusal `oidc_state_unknown` for one that had."""
    await store_oidc.forget_used_states(tx, now=now)
    if not await store_oidc.insert_used_state(tx, hash_of(flow.state), expires_at=flow.expires_at):
        raise flow_unknown()


def _opened(carried: str | None, ring: KeyRing) -> Flow | None:
    try:
        key_id, flow_id, value = (carried or "").split(".")
        sealed = Sealed(_decoded(key_id).decode(), _decoded(value))
        document: dict[str, Any] = json.loads(ring.open(sealed, UUID(hex=flow_id)))
        session_id, expires_at = document["session_id"], datetime.fromisoformat(document["expires_at"])
        return Flow(
            **{**document, "session_id": None if session_id is None else UUID(session_id), "expires_at": expires_at}
        )
    except (ValueError, KeyError, TypeError, SealError):
        # Not one of ours, or one of another version of this program.
        return None


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

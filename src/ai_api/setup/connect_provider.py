"""Connecting a provider: as an administrator asks, or again and again at every start."""

from __future__ import annotations

from ai_api import providers
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.seal import KeyRing
from ai_api.providers import KeyDraft, ProviderKey


async def connect_provider(tx: Tx, actor: Actor, ring: KeyRing, draft: KeyDraft) -> ProviderKey:
    """A new, active provider key. Raises the refusals of `providers.connect`, `name_taken` among them."""
    return await providers.connect(tx, actor, ring, draft)


async def ensure_provider(tx: Tx, actor: Actor, ring: KeyRing, draft: KeyDraft) -> ProviderKey:
    """The provider key of the draft's name, connected if there is none, moved if its address or secret is another now.

    Nothing is written when all is as the draft says; a disabled key stays disabled. Raises the refusals of
    `providers.connect`, and `provider_differs` when the name belongs to a key of another provider.
    """
    existing = await providers.find_key(tx, draft.name)
    if existing is None:
        return await providers.connect(tx, actor, ring, draft)
    return await providers.align_key(tx, actor, ring, existing.id, draft)

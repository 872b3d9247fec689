"""Provider keys as somebody who looks after them sees them: what they serve, and whether they work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ai_api import providers
from ai_api.core.db import Tx
from ai_api.core.page import Page
from ai_api.providers import KeyFilter, ProviderKey
from ai_api.setup import store_keys
from ai_api.setup.store_keys import KeyFound

KeyState = Literal["working", "not_tested", "refused", "unreachable", "disabled"]
"""`working` has answered since its secret or address last changed; `refused` is the key, by its provider; `unreachable`: the last
test failed, or all its routes did; of one that is `not_tested` nobody knows yet."""


@dataclass(frozen=True, slots=True)
class KeyAtWork:
    """A provider key with what tells how it does."""

    key: ProviderKey
    found: KeyFound


async def list_keys(tx: Tx, wanted: KeyFilter, *, sort: str, limit: int, cursor: str | None) -> Page[KeyAtWork]:
    """One page of provider keys. Two statements, however many keys there are. Raises Refusal `bad_sort`, `bad_cursor`."""
    page = await providers.page_keys(tx, wanted, sort=sort, limit=limit, cursor=cursor)
    found = await store_keys.keys_at_work(tx, [key.id for key in page.items])
    return Page([KeyAtWork(key, found[key.id]) for key in page.items if key.id in found], page.next)


async def find_key_at_work(tx: Tx, key_id: UUID) -> KeyAtWork:
    """One provider key. Raises Refusal `provider_key_not_found`."""
    key = await providers.get_key(tx, key_id)
    return KeyAtWork(key, (await store_keys.keys_at_work(tx, [key_id]))[key_id])


def key_state(at_work: KeyAtWork, last_success: datetime | None) -> KeyState:
    """How a provider key does. `last_success` is the beginning of the quarter of an hour in which a call by it last ended well.

    What was found out with another secret or at another address says nothing, and of two findings the later one counts.
    """
    key, found = at_work.key, at_work.found
    if key.status == "disabled":
        return "disabled"
    if key.flagged_code is not None:
        return "refused"
    asked, changed_at = found.asked, found.changed_at
    if changed_at is not None:
        asked = None if asked is None or asked.at < changed_at else asked
        last_success = None if last_success is None or last_success < changed_at else last_success
    answered_at = asked.at if asked is not None and asked.code == "ok" else None
    # One that was refused and then enabled again is as good as new.
    failed = asked is not None and asked.code not in {"ok", "upstream_auth"}
    if failed and asked is not None and (last_success is None or last_success < asked.at):
        return "unreachable"
    if _all_fail(found, answered_at):
        return "unreachable"
    return "not_tested" if answered_at is None and last_success is None else "working"


def _all_fail(found: KeyFound, answered_at: datetime | None) -> bool:
    """Whether no route by the key is well, as far as anybody knows: a test that went well after that knows better."""
    if found.failing_until_ms is None or found.failing < found.routes:
        return False
    return answered_at is None or answered_at.timestamp() * 1000 < found.failing_until_ms

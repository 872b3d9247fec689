"""What `ai-api doctor` says of keys: whether what is sealed opens, and, where it may ask, whether providers take theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from ai_api import providers
from ai_api.audit import Actor
from ai_api.cli.findings import Found
from ai_api.core.db import Database, Hot
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing, SealError
from ai_api.jobs.key_watch import missing_keys
from ai_api.providers import Probe, ProviderKey
from ai_api.settings import Settings

_ACTOR: Final = Actor(kind="cli", member_id=None, name="ai-api doctor", address=None, request_id=None)
_LOOK_TIMEOUT_MS: Final = 3_600_000
"""For one table: all of it is looked through, however large."""
_ANOTHER: Final = "Give it the secret that its provider has given out last: docs/how-to/rotate-a-provider-secret.md."
_REPAIRS: Final = {
    "upstream_auth": _ANOTHER,
    "upstream_unreachable": "Look at its base URL, and whether this machine may go out to it.",
    "upstream_timeout": "Look at the network from here to it, and at the provider's status page.",
    "upstream_rate_limited": "The secret is good; wait, or ask the provider for more.",
}


def opened(keys: Sequence[ProviderKey], ring: KeyRing) -> list[Found]:
    """Whether the secret of each key can be opened; what needs a missing encryption key is named with it."""
    closed = [found for key in keys if (found := _closed(key, ring)) is not None]
    return closed or [Found("keys", "ok", f"The secrets of {len(keys)} active provider keys can be opened.")]


async def needed(settings: Settings, ring: KeyRing) -> list[Found]:
    """Whether the ring has every key that rows need: the look of a start, at all of every table. Raises StoreUnavailable."""
    hot = Hot(settings.database_url.get_secret_value(), size=1, statement_timeout_ms=_LOOK_TIMEOUT_MS)
    try:
        await hot.open()
        missing = await missing_keys(hot, ring, structlog.get_logger("ai_api"), within_s=None)
    finally:
        await hot.close()
    repair = "Put it behind the others in AI_API_ENCRYPTION_KEYS; where it is lost: docs/how-to/rotate-keys.md."
    found = [
        Found("keys", "wrong", f"{words} need the encryption key {', '.join(key_ids)}: no process starts.", repair)
        for words, key_ids in missing.items()
    ]
    return found or [Found("keys", "ok", "There is every encryption key that sealed rows need.")]


def flagged(keys: Sequence[ProviderKey], *, is_asked: bool) -> list[Found]:
    """Whether a provider has refused a key while it was used. Where it `is_asked` now, it says so itself."""
    if is_asked and keys:
        return []
    found = [
        Found(
            "providers",
            "wrong",
            f"{key.name}: {key.provider} refuses it ({key.flagged_code}): calls by it fail.",
            _REPAIRS.get(key.flagged_code, _ANOTHER),
        )
        for key in keys
        if key.flagged_code is not None
    ]
    if found:
        return found
    if not keys:
        return [
            Found(
                "providers",
                "advice",
                "There is no active provider key: no call can be answered.",
                "Connect a provider: docs/how-to/connect-a-provider.md.",
            )
        ]
    return [Found("providers", "ok", f"None of {len(keys)} active keys is flagged. With --outside each is tried.")]


async def tried(
    database: Database, keys: Sequence[ProviderKey], ring: KeyRing, *, egress: Egress, learn: Callable[[str], None]
) -> list[Found]:
    """What each provider says to a question that needs a valid secret and costs nothing. Noted in the audit trail, as a test is.

    `learn` hears of each secret before it is used.
    """
    found = []
    for key in keys:
        if _closed(key, ring) is None:
            shown = providers.open_key(ring, key)
            if shown.secret is not None:
                learn(shown.secret)
            found.append(await _tried(database, key, await providers.probe(egress, shown)))
    return found


async def _tried(database: Database, key: ProviderKey, probe: Probe) -> Found:
    try:
        async with database.transaction() as tx:
            await providers.note_use(tx, _ACTOR, key.id, "test", probe.code)
    except Refusal:
        # Deleted while it was asked.
        return Found("providers", "ok", f"{key.name}: is gone.")
    if probe.ok:
        return Found("providers", "ok", f"{key.name}: {probe.message} ({probe.latency_ms} ms)")
    repair = _REPAIRS.get(probe.code, "Look at its base URL and API version, and at the provider's status page.")
    return Found("providers", "wrong", f"{key.name}: {probe.message} ({probe.code})", repair)


def _closed(key: ProviderKey, ring: KeyRing) -> Found | None:
    if key.sealed is None:
        return None
    try:
        providers.open_key(ring, key)
    except SealError as error:
        return Found(
            "keys",
            "wrong",
            f"{key.name}: {error}.",
            f"Put the encryption key {key.sealed.key_id} that it was sealed with into AI_API_ENCRYPTION_KEYS, behind the first; "
            "or give it its secret anew.",
        )
    return None

"""Provider keys: connecting, changing, disabling and deleting them, and opening one for a call.

A stored secret never leaves but towards the address it was given for: a key whose address or network options change needs
its secret again, or whoever may edit an address could have the secret sent to a host of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import Page
from ai_api.core.seal import KeyRing
from ai_api.providers import rules, store, store_pages, wiring
from ai_api.providers.key_columns import address_columns, secret_columns
from ai_api.providers.port import OpenKey
from ai_api.providers.rules import ProviderKey, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDraft:
    """What an administrator says of a new provider key. None is the vendor's default address, no secret, or an organization of
    its own.
    """

    provider: str
    name: str
    base_url: str | None = None
    api_version: str | None = None
    allow_private_network: bool = False
    organization: str | None = None
    secret: str | None = field(default=None, repr=False)


# What of a key does not change how it is called.
_OF_NO_CALL = {"name", "organization"}


class KeyChanges(TypedDict, total=False):
    """The fields to store; one that is absent stays as it is. A `base_url` or `api_version` of None is the default."""

    name: str
    base_url: str | None
    api_version: str | None
    allow_private_network: bool
    organization: str | None
    secret: str | None
    status: Status


async def connect(tx: Tx, actor: Actor, ring: KeyRing, draft: KeyDraft) -> ProviderKey:
    """A new, active provider key, its secret sealed for its row.

    Raises Refusal `bad_provider`, `bad_name`, `bad_organization`, `bad_base_url`, `bad_api_version`, `bad_secret`,
    `secret_needed`, `name_taken`.
    """
    rules.check_provider(draft.provider)
    key_id = uuid7()
    values = {
        "id": key_id,
        "provider": draft.provider,
        "name": rules.check_name(draft.name),
        "organization": rules.check_organization(draft.organization),
        **address_columns(draft.provider, draft.base_url, draft.api_version, private=draft.allow_private_network),
        **secret_columns(ring, key_id, draft.provider, draft.secret, private=draft.allow_private_network),
    }
    if not await store.add_key(tx, values):
        raise _name_taken(draft.name)
    key = await get_key(tx, key_id)
    await _note(tx, actor, "provider_key.connect", None, key)
    return key


async def revise_key(tx: Tx, actor: Actor, ring: KeyRing, key_id: UUID, **changes: Unpack[KeyChanges]) -> ProviderKey:
    """The provider key with the given fields stored; all but a new name or organization take its flag away.

    Raises Refusal `provider_key_not_found`, `secret_needed` when the address or the network options change without the
    secret being given again, and those of `connect`.
    """
    before = await _locked(tx, key_id)
    values: dict[str, Any] = {}
    if "name" in changes:
        values["name"] = rules.check_name(changes["name"])
    if "organization" in changes:
        values["organization"] = rules.check_organization(changes["organization"])
    private = changes.get("allow_private_network", before.allow_private_network)
    if not changes.keys().isdisjoint({"base_url", "api_version", "allow_private_network"}):
        base_url = changes.get("base_url", before.base_url)
        api_version = changes.get("api_version", before.api_version)
        values |= address_columns(before.provider, base_url, api_version, private=private)
        moved = values["base_url"] != before.base_url or private != before.allow_private_network
        if moved and before.sealed is not None and "secret" not in changes:
            message = (
                "Give the secret again: a stored secret is never sent to another address, or over another network."
            )
            raise Refusal("secret_needed", "invalid", message, param="secret")
    if "secret" in changes:
        values |= secret_columns(ring, key_id, before.provider, changes["secret"], private=private)
    if "status" in changes:
        values["status"] = changes["status"]
    if not values.keys() <= _OF_NO_CALL:
        values |= {"flagged_code": None, "flagged_at": None}
    if not await store.change_key(tx, key_id, values):
        raise _name_taken(str(values["name"]))
    if not values.keys() <= _OF_NO_CALL:
        await store.forget_coolings(tx, provider_key_id=key_id)
    after = await get_key(tx, key_id)
    await _note(tx, actor, "provider_key.change", before, after, secret_replaced="secret" in changes)
    return after


async def align_key(tx: Tx, actor: Actor, ring: KeyRing, key_id: UUID, draft: KeyDraft) -> ProviderKey:
    """The provider key, made to be what `draft` says if it is not; its status stays. Nothing is written when it is.

    Raises Refusal `provider_key_not_found`, `provider_differs`, and those of `connect`.
    """
    before = await _locked(tx, key_id)
    if before.provider != draft.provider:
        message = f"{before.name} is a key of provider {before.provider}, not {draft.provider}. Choose another name."
        raise Refusal("provider_differs", "conflict", message, param="provider")
    base_url, api_version = wiring.address(draft.provider, draft.base_url, draft.api_version)
    wanted = (draft.name, base_url, api_version, draft.allow_private_network, draft.secret)
    stored = (before.name, before.base_url, before.api_version, before.allow_private_network)
    if wanted == (*stored, open_key(ring, before).secret):
        return before
    return await revise_key(
        tx,
        actor,
        ring,
        key_id,
        name=draft.name,
        base_url=base_url,
        api_version=api_version,
        allow_private_network=draft.allow_private_network,
        secret=draft.secret,
    )


async def disable_key(tx: Tx, actor: Actor, key_id: UUID) -> ProviderKey:
    """The provider key, out of use at once, streams included. Again: no change. Raises Refusal `provider_key_not_found`."""
    return await _set_status(tx, actor, key_id, "disabled")


async def enable_key(tx: Tx, actor: Actor, key_id: UUID) -> ProviderKey:
    """The provider key, in use again, its flag taken away. Again: no change. Raises Refusal `provider_key_not_found`."""
    return await _set_status(tx, actor, key_id, "active")


async def delete_key(tx: Tx, actor: Actor, key_id: UUID) -> None:
    """Deletes a provider key and its sealed secret. Raises Refusal `provider_key_not_found`, `in_use` while it has routes."""
    before = await _locked(tx, key_id)
    if not await store.remove_key(tx, key_id):
        count = await store.count_routes(tx, provider_key_id=key_id)
        message = f"{before.name} still serves {count} route(s). Delete those first, or disable the provider key."
        raise Refusal("in_use", "conflict", message, details={"routes": count})
    await _note(tx, actor, "provider_key.delete", before, None)


async def flag(tx: Tx, key_id: UUID, code: str) -> bool:
    """Marks a provider key as refused by its provider, for administrators to see; routing is not changed by it.

    Noted in the audit trail as the system's doing, once: False when it was flagged so already, or is gone.
    """
    if not await store.flag_key(tx, key_id, code):
        return False
    actor = Actor(kind="system", member_id=None, name="gateway", address=None, request_id=None)
    await note(
        tx,
        actor,
        action="provider_key.flag",
        target_kind="provider_key",
        target_id=key_id,
        before=None,
        after={"flagged_code": code},
    )
    return True


async def note_use(tx: Tx, actor: Actor, key_id: UUID, action: str, code: str) -> None:
    """Notes that an administrator had the provider asked (`action` is test or discover), and how it ended (`code`).

    `ok` takes the key's flag away; a refused secret flags it. Raises Refusal `provider_key_not_found`.
    """
    before = await _locked(tx, key_id)
    if code in {"ok", "upstream_auth"}:
        await store.flag_key(tx, key_id, None if code == "ok" else code)
    await note(
        tx,
        actor,
        action=f"provider_key.{action}",
        target_kind="provider_key",
        target_id=key_id,
        before={"flagged_code": before.flagged_code},
        after={"outcome": code},
    )


async def rewire(tx: Tx) -> int:
    """Derives the wiring anew of provider keys stored under another version of the table. Returns how many."""
    keys = await store.keys_of_other_wiring(tx, wiring.WIRING_VERSION)
    for key in keys:
        derived = wiring.derive(key.provider, key.base_url, key.api_version)
        values = {"wiring": store.wiring_values(derived), "wiring_version": wiring.WIRING_VERSION}
        await store.change_key(tx, key.id, values)
    if keys:
        await bump_world(tx)
    return len(keys)


async def load_keys(tx: Tx) -> list[ProviderKey]:
    """All provider keys that are not disabled, secrets sealed. One statement."""
    return await store.active_keys(tx)


async def get_key(tx: Tx, key_id: UUID, *, lock: bool = False) -> ProviderKey:
    """One provider key, its secret sealed; locked until the transaction ends, when `lock`.

    Raises Refusal `provider_key_not_found`.
    """
    key = await store.get_key(tx, key_id, lock=lock)
    if key is None:
        raise rules.key_not_found()
    return key


async def find_key(tx: Tx, name: str) -> ProviderKey | None:
    """The provider key with exactly this name, its secret sealed."""
    return await store.find_key(tx, name)


async def page_keys(
    tx: Tx, wanted: store_pages.KeyFilter, *, sort: str = "name", limit: int = 50, cursor: str | None = None
) -> Page[ProviderKey]:
    """One page of provider keys, by `name`, `provider` or `created_at`. Raises Refusal `bad_sort`, `bad_cursor`."""
    return await store_pages.page_keys(tx, wanted, sort=sort, limit=limit, cursor=cursor)


def open_key(ring: KeyRing, key: ProviderKey) -> OpenKey:
    """The provider key with its secret unsealed, for one call. Raises SealError when the ring cannot open it."""
    secret = None if key.sealed is None else ring.open(key.sealed, key.id)
    return OpenKey(key.id, key.provider, key.wiring, secret, key.allow_private_network)


async def _set_status(tx: Tx, actor: Actor, key_id: UUID, status: Status) -> ProviderKey:
    before = await _locked(tx, key_id)
    if before.status == status:
        return before
    values: dict[str, Any] = {"status": status}
    if status == "active":
        values |= {"flagged_code": None, "flagged_at": None}
        await store.forget_coolings(tx, provider_key_id=key_id)
    await store.change_key(tx, key_id, values)
    after = await get_key(tx, key_id)
    await _note(tx, actor, f"provider_key.{'enable' if status == 'active' else 'disable'}", before, after)
    return after


async def _locked(tx: Tx, key_id: UUID) -> ProviderKey:
    return await get_key(tx, key_id, lock=True)


async def _note(
    tx: Tx,
    actor: Actor,
    action: str,
    before: ProviderKey | None,
    after: ProviderKey | None,
    *,
    secret_replaced: bool = False,
) -> None:
    shown: Mapping[str, Any] | None = None
    if after is not None:
        shown = {**rules.audited(after), **({"secret_replaced": True} if secret_replaced else {})}
    subject = before or after
    await note(
        tx,
        actor,
        action=action,
        target_kind="provider_key",
        target_id=None if subject is None else subject.id,
        before=None if before is None else rules.audited(before),
        after=shown,
    )
    await bump_world(tx)


def _name_taken(name: str) -> Refusal:
    message = f"There is already a provider key named {name}. Choose another name."
    return Refusal("name_taken", "conflict", message, param="name")

"""Settings of the whole organization, and the state of its schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypedDict
from zoneinfo import ZoneInfo

from ai_api.audit import Actor, note
from ai_api.core.client_address import Address, Network, is_within, network_of
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal
from ai_api.setup import store
from ai_api.setup.store import SchemaState

ORGANIZATION_ZONE: Final = "organization_zone"
REGISTRATION_DOMAINS: Final = "registration_domains"
PORTAL_NETWORKS: Final = "portal_networks"
REGISTRATION_DOMAINS_MAX: Final = 200
PORTAL_NETWORKS_MAX: Final = 200

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)


class OrganizationChanges(TypedDict, total=False):
    """What is given is stored, what is absent stays. `portal_networks` None is from anywhere."""

    organization_zone: str
    registration_domains: list[str]
    portal_networks: list[str] | None


async def schema_state(tx: Tx) -> SchemaState:
    """Which revision the schema has, and the oldest build that can still read it."""
    return await store.read_schema(tx)


async def organization_zone(tx: Tx, *, configured: str) -> str:
    """The IANA zone in force: the one an administrator stored, else the configured one."""
    stored = await store.read_setting(tx, ORGANIZATION_ZONE)
    return configured if stored is None else str(stored)


async def registration_domains(tx: Tx) -> list[str]:
    """The domains whose people become members by signing in for the first time; empty is nobody's."""
    return list(await store.read_setting(tx, REGISTRATION_DOMAINS) or ())


async def portal_networks(tx: Tx) -> tuple[Network, ...] | None:
    """The networks the portal may be used from; None is from anywhere."""
    stored = await store.read_setting(tx, PORTAL_NETWORKS)
    return None if stored is None else tuple(network_of(each) for each in stored)


async def change_organization(
    tx: Tx, actor: Actor, changes: OrganizationChanges, *, configured_zone: str, address: Address | None, now: datetime
) -> None:
    """Stores settings of the organization. `address` is where the caller calls from.

    Raises Refusal `bad_time_zone`, `bad_domain`, `bad_network`, or `would_lock_you_out` for networks the caller is not in.
    """
    values = _checked(changes)
    networks = values.get(PORTAL_NETWORKS)
    if networks is not None and not is_within(address, map(network_of, networks)):
        raise _would_lock_out(address)
    # First, because it locks: of two who change settings, the second sees what the first wrote.
    await bump_world(tx)
    before = {name: await _shown(tx, name, configured_zone=configured_zone) for name in values}
    for name, value in values.items():
        await _write(tx, name, value, now=now)
    await _note(tx, actor, before=before, after=values)


async def clear_portal_networks(tx: Tx, actor: Actor, *, now: datetime) -> None:
    """Lets the portal be used from anywhere: the way back in for whoever has a shell."""
    await bump_world(tx)
    before = {PORTAL_NETWORKS: await store.read_setting(tx, PORTAL_NETWORKS)}
    await _write(tx, PORTAL_NETWORKS, None, now=now)
    await _note(tx, actor, before=before, after={PORTAL_NETWORKS: None})


def check_zone(zone: str) -> None:
    """Raises Refusal `bad_time_zone` for what is no IANA name such as Asia/Taipei, spelled exactly so."""
    refusal = Refusal(
        "bad_time_zone", "invalid", "Give an IANA time zone such as Asia/Taipei or UTC.", param=ORGANIZATION_ZONE
    )
    if len(zone) > 64 or _ZONE.fullmatch(zone) is None or zone == "Factory":
        raise refusal
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # A directory such as "America" is an OSError, an unknown name a KeyError.
        raise refusal from None


def network_texts(given: Sequence[str], *, param: str) -> list[str]:
    """Networks as they are stored, each once. Raises Refusal `bad_network`, naming the first that is none."""
    found = []
    for text in given:
        try:
            found.append(str(network_of(text.strip())))
        except ValueError:
            message = (
                f"{text[:64]!r} is no network. Write one such as 10.0.0.0/8 or 2001:db8::/32, without bits of a host."
            )
            raise Refusal("bad_network", "unprocessable", message, param=param) from None
    return list(dict.fromkeys(found))


def _checked(changes: OrganizationChanges) -> dict[str, Any]:
    values: dict[str, Any] = dict(changes)
    if "organization_zone" in changes:
        check_zone(changes["organization_zone"])
    if "registration_domains" in changes:
        values[REGISTRATION_DOMAINS] = _domains(changes["registration_domains"])
    if "portal_networks" in changes and changes["portal_networks"] is not None:
        values[PORTAL_NETWORKS] = network_texts(changes["portal_networks"], param=PORTAL_NETWORKS)
    return values


def _domains(given: Sequence[str]) -> list[str]:
    found = [text.strip().lower() for text in given]
    for domain in found:
        if _DOMAIN.fullmatch(domain) is None:
            message = (
                f"{domain[:64]!r} is no domain. Write one such as example.com, in letters, digits, dashes and dots."
            )
            raise Refusal("bad_domain", "unprocessable", message, param=REGISTRATION_DOMAINS)
    return list(dict.fromkeys(found))


def _would_lock_out(address: Address | None) -> Refusal:
    where = f"You call from {address}" if address is not None else "It is not known where you call from"
    message = f"This would lock you out. {where}: name a network with it, and the addresses of proxies as trusted ones."
    return Refusal("would_lock_you_out", "conflict", message, param=PORTAL_NETWORKS)


async def _shown(tx: Tx, name: str, *, configured_zone: str) -> Any:
    if name == ORGANIZATION_ZONE:
        return await organization_zone(tx, configured=configured_zone)
    return await registration_domains(tx) if name == REGISTRATION_DOMAINS else await store.read_setting(tx, name)


async def _write(tx: Tx, name: str, value: Any, *, now: datetime) -> None:
    if value is None:
        await store.forget_setting(tx, name)
    else:
        await store.write_setting(tx, name, value, now=now)


async def _note(tx: Tx, actor: Actor, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    await note(tx, actor, action="system.update", target_kind="system", target_id=None, before=before, after=after)

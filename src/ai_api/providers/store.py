"""Every query on provider keys and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ai_api.core.db import Tx
from ai_api.core.seal import Sealed
from ai_api.providers.health import Cooling
from ai_api.providers.port import Wiring
from ai_api.providers.rules import ProviderKey, Route
from ai_api.providers.tables import provider_keys, route_health, routes


async def active_keys(tx: Tx) -> list[ProviderKey]:
    """All provider keys that are not disabled."""
    rows = await tx.execute(
        select(provider_keys).where(provider_keys.c.status == "active").order_by(provider_keys.c.id)
    )
    return [key_of(row) for row in rows]


async def active_routes(tx: Tx) -> list[Route]:
    """All routes that are not disabled, by model, priority and id."""
    order = (routes.c.model_id, routes.c.priority, routes.c.id)
    rows = await tx.execute(select(routes).where(routes.c.status == "active").order_by(*order))
    return [route_of(row) for row in rows]


async def coolings(tx: Tx, route_ids: Sequence[UUID]) -> dict[UUID, Cooling]:
    """Why and until when these routes were left alone last, unless they have been found well since."""
    rows = await tx.execute(select(route_health).where(route_health.c.route_id.in_(route_ids)))
    return {row.route_id: Cooling(row.code, row.turn, row.until_ms, row.told) for row in rows}


async def forget_coolings(tx: Tx, *, route_id: UUID | None = None, provider_key_id: UUID | None = None) -> None:
    """Takes a route, or all of a provider key, for well: somebody has changed what may have been wrong."""
    condition = routes.c.id == route_id if route_id is not None else routes.c.provider_key_id == provider_key_id
    ids = select(routes.c.id).where(condition)
    await tx.execute(delete(route_health).where(route_health.c.route_id.in_(ids)))


async def get_key(tx: Tx, key_id: UUID, *, lock: bool = False) -> ProviderKey | None:
    """One provider key; locked against other changes and new routes until the transaction ends, when `lock`."""
    query = select(provider_keys).where(provider_keys.c.id == key_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else key_of(row)


async def find_key(tx: Tx, name: str) -> ProviderKey | None:
    """The provider key with exactly this name."""
    row = (await tx.execute(select(provider_keys).where(provider_keys.c.name == name))).one_or_none()
    return None if row is None else key_of(row)


async def add_key(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Inserts a provider key of `values` (see `key_values`). False when its name is taken."""
    return await _unless(tx, insert(provider_keys).values(**values), "uq_provider_keys_name")


async def change_key(tx: Tx, key_id: UUID, values: Mapping[str, Any]) -> bool:
    """Stores new values of a provider key's columns. False when its new name is taken."""
    statement = update(provider_keys).where(provider_keys.c.id == key_id).values(**values, updated_at=func.now())
    return await _unless(tx, statement, "uq_provider_keys_name")


async def remove_key(tx: Tx, key_id: UUID) -> bool:
    """Deletes a provider key. False when a route stands on it."""
    statement = delete(provider_keys).where(provider_keys.c.id == key_id)
    return await _unless(tx, statement, "fk_routes_provider_key_id")


async def flag_key(tx: Tx, key_id: UUID, code: str | None) -> bool:
    """Flags a provider key with `code`, or takes its flag away (None). False when that was so already, or it is gone."""
    flagged_at = None if code is None else func.now()
    statement = (
        update(provider_keys)
        .where(provider_keys.c.id == key_id, provider_keys.c.flagged_code.is_distinct_from(code))
        .values(flagged_code=code, flagged_at=flagged_at)
    )
    return (await tx.execute(statement)).rowcount == 1


async def keys_of_other_wiring(tx: Tx, version: str) -> list[ProviderKey]:
    """Provider keys whose wiring was derived under another version, locked in id order."""
    query = select(provider_keys).where(provider_keys.c.wiring_version != version).order_by(provider_keys.c.id)
    return [key_of(row) for row in await tx.execute(query.with_for_update())]


async def get_route(tx: Tx, route_id: UUID, *, lock: bool = False) -> Route | None:
    """One route; locked until the transaction ends, when `lock`."""
    query = select(routes).where(routes.c.id == route_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else route_of(row)


async def find_route(tx: Tx, model_id: UUID, provider_key_id: UUID, upstream_model: str) -> Route | None:
    """The one route of these three, which are unique together."""
    query = select(routes).where(
        routes.c.model_id == model_id,
        routes.c.provider_key_id == provider_key_id,
        routes.c.upstream_model == upstream_model,
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else route_of(row)


async def count_routes(tx: Tx, *, model_id: UUID | None = None, provider_key_id: UUID | None = None) -> int:
    """How many routes, active or not, a model or a provider key has."""
    query = select(func.count()).select_from(routes)
    if model_id is not None:
        query = query.where(routes.c.model_id == model_id)
    if provider_key_id is not None:
        query = query.where(routes.c.provider_key_id == provider_key_id)
    return int((await tx.execute(query)).scalar_one())


async def count_routes_naming(tx: Tx, tag_id: UUID) -> int:
    """How many routes, active or not, are for members with this tag."""
    query = select(func.count()).select_from(routes).where(routes.c.tag_ids.contains([tag_id]))
    return int((await tx.execute(query)).scalar_one())


async def add_route(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Inserts a route. False when the model already has the same way."""
    return await _unless(tx, insert(routes).values(**values), "uq_routes_model_id")


async def change_route(tx: Tx, route_id: UUID, values: Mapping[str, Any]) -> bool:
    """Stores new values of a route's columns. False when the model already has the same way."""
    statement = update(routes).where(routes.c.id == route_id).values(**values, updated_at=func.now())
    return await _unless(tx, statement, "uq_routes_model_id")


async def remove_route(tx: Tx, route_id: UUID) -> None:
    """Deletes a route."""
    await tx.execute(delete(routes).where(routes.c.id == route_id))


def wiring_values(wiring: Wiring) -> dict[str, Any]:
    """A wiring as its column holds it."""
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(wiring).items()}


async def _unless(tx: Tx, statement: Any, constraint: str) -> bool:
    """Runs a statement. False, with nothing done, when the named constraint refuses it."""
    try:
        async with tx.begin_nested():
            await tx.execute(statement)
    except IntegrityError as error:
        if constraint in str(error.orig):
            return False
        raise
    return True


def key_of(row: Row[Any]) -> ProviderKey:
    """A provider key as its row holds it."""
    sealed = None if row.sealed_secret is None else Sealed(row.sealing_key_id, row.sealed_secret)
    return ProviderKey(
        id=row.id,
        provider=row.provider,
        name=row.name,
        base_url=row.base_url,
        api_version=row.api_version,
        allow_private_network=row.allow_private_network,
        sealed=sealed,
        secret_display=row.secret_display,
        wiring=Wiring(**row.wiring),
        wiring_version=row.wiring_version,
        status=row.status,
        flagged_code=row.flagged_code,
        flagged_at=row.flagged_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        organization=row.organization,
    )


def route_of(row: Row[Any]) -> Route:
    """A route as its row holds it."""
    return Route(
        id=row.id,
        model_id=row.model_id,
        provider_key_id=row.provider_key_id,
        upstream_model=row.upstream_model,
        priority=row.priority,
        weight=row.weight,
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
        connect_s=row.connect_s,
        first_byte_s=row.first_byte_s,
        idle_s=row.idle_s,
        total_s=row.total_s,
        tag_ids=frozenset(row.tag_ids),
    )

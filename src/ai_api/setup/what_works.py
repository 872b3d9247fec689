"""What can be used at one moment, of all that a write is about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ai_api import access, allocations, catalog, credentials, identity, invitations, providers, sign_in
from ai_api.allocations import Allocation
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.credentials import Credential
from ai_api.identity import Member, TaggedMember
from ai_api.providers import Route
from ai_api.sign_in import SessionTerms

_AT_ONCE: Final = 1_000
_LINKS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a write is about, and so where it may stop something: this, and whatever hangs on it."""

    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    member_id: UUID | None = None
    model_id: UUID | None = None
    provider_key_id: UUID | None = None
    tag_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """An active allocation of a model that its member sees, and the routes that are open to them."""

    member_id: UUID
    model_id: UUID
    routes: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Doors:
    """By what an active member gets into the portal, in numbers, and the active service accounts they answer for."""

    active: bool = False
    access_tokens: int = 0
    sessions: int = 0
    links: int = 0
    identities: int = 0
    services: Sequence[Member] = ()


@dataclass(frozen=True, slots=True)
class Works:
    """What works. `models` are slugs of those that any route serves; `tagged` are the active members who have the tag."""

    credentials: Mapping[UUID, Credential]
    rights: Mapping[UUID, Right]
    models: Mapping[UUID, str]
    routes: Mapping[UUID, Route]
    tagged: frozenset[UUID]
    doors: Doors


@dataclass(frozen=True, slots=True)
class _Catalog:
    """Active models, the routes that can serve them, and the tags of everyone."""

    models: Mapping[UUID, Model]
    routes: Mapping[UUID, Route]
    everyone: frozenset[UUID]

    def right(self, allocation: Allocation, member: TaggedMember) -> Right | None:
        """What the allocation is worth to its member; None where the model is hidden from them."""
        model, tags = self.models.get(allocation.model_id), member.tags | self.everyone
        if model is None or not access.verdict(model, member.id, tags).visible:
            return None
        routes = [each for each in self.routes.values() if each.model_id == model.id and each.is_open_to(tags)]
        return Right(member.id, model.id, frozenset(each.id for each in routes))


async def models_of(tx: Tx, touched: Touched) -> frozenset[UUID]:
    """The models that a write about a model or a provider key concerns."""
    models = set() if touched.model_id is None else {touched.model_id}
    if touched.provider_key_id is not None:
        routes = await providers.load_routes(tx)
        models |= {each.model_id for each in routes if each.provider_key_id == touched.provider_key_id}
    return frozenset(models)


async def what_works(
    tx: Tx, touched: Touched, models: Collection[UUID], *, terms: SessionTerms, now: datetime
) -> Works:
    """What of all that a write is about works now; `models` are those of `models_of` before it."""
    found = await _catalog(tx)
    own = await _credentials(tx, touched, now)
    rights = await _rights(tx, touched, models, own, found)
    served = {each.model_id for each in found.routes.values()}
    return Works(
        credentials=own,
        rights=rights,
        models={each: found.models[each].slug for each in models if each in served and each in found.models},
        routes=found.routes,
        tagged=await _tagged(tx, touched),
        doors=await _doors(tx, touched, terms, now),
    )


async def _catalog(tx: Tx) -> _Catalog:
    keys = {each.id for each in await providers.load_keys(tx)}
    routes = {each.id: each for each in await providers.load_routes(tx) if each.provider_key_id in keys and each.weight}
    models = {each.id: each for each in await catalog.load_models(tx)}
    return _Catalog(models, routes, await identity.load_everyone_tags(tx))


async def _credentials(tx: Tx, touched: Touched, now: datetime) -> dict[UUID, Credential]:
    found: list[Credential] = []
    if touched.credential_id is not None:
        found = [await credentials.find(tx, touched.credential_id)]
    elif touched.member_id is not None:
        wanted, cursor = credentials.Filters(member_id=touched.member_id, state="active"), None
        while True:
            page = await credentials.list_page(tx, wanted, at=now, limit=_AT_ONCE, cursor=cursor)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
    active = await _members(tx, {each.member_id for each in found})
    return {each.id: each for each in found if each.state(now) == "active" and each.member_id in active}


async def _rights(
    tx: Tx, touched: Touched, models: Collection[UUID], own: Mapping[UUID, Credential], found: _Catalog
) -> dict[UUID, Right]:
    rights: dict[UUID, Right] = {}
    async for page in _allocations(tx, touched, models, own):
        members = await _members(tx, {each.member_id for each in page})
        for each in page:
            member = members.get(each.member_id)
            right = found.right(each, member) if member is not None else None
            if right is not None:
                rights[each.id] = right
    return rights


async def _allocations(
    tx: Tx, touched: Touched, models: Collection[UUID], own: Mapping[UUID, Credential]
) -> AsyncIterator[Sequence[Allocation]]:
    """Active allocations, some at a time, so that nobody waits for a large organization; of a credential, those in its scope."""
    if touched.allocation_id is not None:
        allocation = await allocations.find(tx, touched.allocation_id)
        yield [allocation] if allocation.state == "active" else []
        return
    credential = own.get(touched.credential_id) if touched.credential_id is not None else None
    member_id = credential.member_id if credential is not None else touched.member_id
    if member_id is None and not models:
        return
    wanted = allocations.Filters(member_id=member_id, model_ids=models or None, state="active")
    scope = credential.allocation_ids if credential is not None else None
    cursor = None
    while True:
        page = await allocations.list_page(tx, wanted, limit=_AT_ONCE, cursor=cursor, sort="created_at")
        yield [each for each in page.items if scope is None or each.id in scope]
        cursor = page.next
        if cursor is None:
            return


async def _members(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, TaggedMember]:
    """Those of them that are active."""
    if not member_ids:
        return {}
    found = await identity.tagged_members(tx, member_ids=member_ids, limit=len(member_ids))
    return {each.id: each for each in found}


async def _tagged(tx: Tx, touched: Touched) -> frozenset[UUID]:
    if touched.tag_id is None:
        return frozenset()
    tagged: set[UUID] = set()
    last: UUID | None = None
    while people := await identity.tagged_members(tx, after_id=last):
        tagged |= {each.id for each in people if touched.tag_id in each.tags}
        last = people[-1].id
    return frozenset(tagged)


async def _doors(tx: Tx, touched: Touched, terms: SessionTerms, now: datetime) -> Doors:
    member_id = touched.member_id
    if member_id is None or member_id not in await _members(tx, [member_id]):
        return Doors()
    links = (await invitations.list_links(tx, member_id, limit=_LINKS_MAX, cursor=None)).items
    is_open = [each.used_at is None and each.revoked_at is None and each.expires_at > now for each in links]
    return Doors(
        active=True,
        access_tokens=await identity.count_access_tokens(tx, member_id, now=now),
        sessions=await sign_in.count_sessions(tx, member_id, terms=terms, now=now),
        links=sum(is_open),
        identities=len(await sign_in.list_identities(tx, member_id)),
        services=await identity.services_of(tx, member_id),
    )

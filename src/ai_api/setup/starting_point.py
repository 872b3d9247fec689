"""What a newcomer starts with: an owner, providers, models that can be called, a right to each of them, and a credential."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ai_api import access, allocations, catalog, credentials, identity, pricing, providers
from ai_api.audit import Actor
from ai_api.catalog import Draft, Model
from ai_api.core.db import Database, Tx
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing
from ai_api.credentials import Order
from ai_api.identity import Passwords
from ai_api.providers import KeyDraft, ProbeFailed, ProviderKey
from ai_api.quotas import AllocationLimits, Terms
from ai_api.setup.connect_provider import ensure_provider
from ai_api.setup.first_owner import create_first_owner
from ai_api.setup.publish_model import Publication, ensure_model
from ai_api.setup.starting_models import STARTING_MODELS

OWNER_IDENTIFIER = "owner@localhost"
DISCOVERED_MAX = 50
CREDENTIAL_NAME = "first credential"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """The model served on this machine."""

    slug: str
    upstream_model: str
    context_tokens: int
    output_tokens_max: int
    prices_usd: dict[str, str]


@dataclass(frozen=True, slots=True)
class Connection:
    """A provider to connect, and where its models come from: `local`, the vendor's starting set, or the server's own list."""

    draft: KeyDraft
    local: LocalModel | None = None
    discover: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """The first owner's secrets, in clear: shown once, kept only in the newcomer's own folder."""

    identifier: str
    password: str = field(repr=False)
    access_token: str = field(repr=False)
    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connected:
    """What came of one connection: its models' slugs, or why there are none."""

    name: str
    slugs: tuple[str, ...]
    trouble: str | None = None


async def make_owner(
    database: Database, passwords: Passwords, actor: Actor, *, now: datetime, prefix: str, limits: Sequence[Terms]
) -> Owner | None:
    """The first owner with a password, an access token and a credential under `limits`; None when there is an owner already."""
    password = identity.generate_password()
    try:
        member = await create_first_owner(
            database,
            passwords,
            actor,
            identifier=OWNER_IDENTIFIER,
            display_name="Owner",
            password=password,
            now=now,
        )
    except Refusal as refusal:
        if refusal.code == "owner_exists":
            return None
        raise
    async with database.transaction() as tx:
        _, access_token = await identity.issue_access_token(
            tx, actor, member.id, name="first run", expires_at=None, now=now
        )
        order = Order(member_id=member.id, name=CREDENTIAL_NAME, prefix=prefix, expires_at=None, limits=limits)
        issued = await credentials.issue(tx, actor, order, at=now)
    return Owner(member.identifier, password, access_token, issued.secret)


async def connect(
    database: Database, egress: Egress, ring: KeyRing, actor: Actor, connection: Connection, *, now: datetime
) -> Connected:
    """Connects one provider and publishes its models; again and again gives the same. Never raises for a provider's fault."""
    async with database.transaction() as tx:
        key = await ensure_provider(tx, actor, ring, connection.draft)
    if key.status != "active":
        return Connected(key.name, (), "an administrator has disabled its key")
    try:
        publications = await _publications(egress, ring, key, connection)
    except ProbeFailed as error:
        return Connected(key.name, (), error.message)
    async with database.transaction() as tx:
        for publication in publications:
            await ensure_model(tx, actor, publication, now=now)
    slugs = tuple(publication.model.slug for publication in publications)
    return Connected(key.name, slugs, None if slugs else "its list of models is empty")


async def allocate(database: Database, actor: Actor, *, identifier: str, slugs: Sequence[str]) -> None:
    """Gives the member a right, without limits, to each of these models they have none to yet."""
    async with database.transaction() as tx:
        member = await identity.find_member(tx, identifier)
        for slug in slugs:
            model = await catalog.find(tx, slug)
            if model is not None:
                await _grant_once(tx, actor, member.id, model.id)


async def first_callable(database: Database, *, identifier: str, slugs: Sequence[str]) -> str | None:
    """The first of these models that the member can talk to, None when an administrator took every one away.

    Raises Refusal `member_not_found`, StoreUnavailable.
    """
    async with database.transaction() as tx:
        member = await identity.find_member(tx, identifier)
        for slug in slugs:
            model = await catalog.find(tx, slug)
            if model is not None and member.status == "active" and await _can_talk_to(tx, member.id, model):
                return slug
    return None


async def _can_talk_to(tx: Tx, member_id: UUID, model: Model) -> bool:
    if "chat" not in model.operations:
        return False
    tags = (await identity.tags_of_members(tx, [member_id]))[member_id]
    if not access.verdict(model, member_id, frozenset(tag.id for tag in tags)).visible:
        return False
    granted = allocations.Filters(member_id=member_id, model_id=model.id, state="active")
    if not (await allocations.list_page(tx, granted, limit=1)).items:
        return False
    served = providers.RouteFilter(model_id=model.id, status="active")
    return bool((await providers.page_routes(tx, served, limit=1)).items)


async def _grant_once(tx: Tx, actor: Actor, member_id: UUID, model_id: UUID) -> None:
    filters = allocations.Filters(member_id=member_id, model_id=model_id)
    # Any allocation counts, a revoked one too: what an administrator took back stays taken back.
    if (await allocations.list_page(tx, filters, limit=1)).items:
        return
    limits = AllocationLimits(monthly_tokens=None, monthly_cost_nanos=None)
    await allocations.grant(tx, actor, member_id=member_id, model_id=model_id, limits=limits)


async def _publications(egress: Egress, ring: KeyRing, key: ProviderKey, connection: Connection) -> list[Publication]:
    if connection.local is not None:
        return [_local(key.id, connection.local)]
    if connection.discover:
        found = await providers.discover(egress, providers.open_key(ring, key))
        return [
            _publication(
                key,
                upstream_model=model.id,
                operations=frozenset(model.operations),
                context_tokens=model.context_tokens,
                output_tokens_max=model.output_tokens_max,
                prices=None,
            )
            for model in found[:DISCOVERED_MAX]
            if model.operations and catalog.is_slug(f"{key.provider}/{model.id}")
        ]
    return [
        _publication(
            key,
            upstream_model=model.name,
            operations=model.operations,
            context_tokens=model.context_tokens,
            output_tokens_max=model.output_tokens_max,
            prices=pricing.prices_from_usd(dict(model.prices_usd)),
        )
        for model in STARTING_MODELS
        if model.provider == key.provider
    ]


def _publication(
    key: ProviderKey,
    *,
    upstream_model: str,
    operations: frozenset[str],
    context_tokens: int | None,
    output_tokens_max: int | None,
    prices: pricing.Prices | None,
) -> Publication:
    draft = Draft(
        slug=f"{key.provider}/{upstream_model}",
        display_name=upstream_model,
        operations=operations,
        context_tokens=context_tokens,
        output_tokens_max=output_tokens_max,
        access="open",
    )
    return Publication(model=draft, provider_key_id=key.id, upstream_model=upstream_model, prices=prices)


def _local(key_id: UUID, model: LocalModel) -> Publication:
    draft = Draft(
        slug=model.slug,
        display_name="SmolLM2 135M (this machine)",
        description="A small model that runs on this machine's processor: for first steps, not for answers to rely on.",
        operations=frozenset({"chat", "responses"}),
        context_tokens=model.context_tokens,
        output_tokens_max=model.output_tokens_max,
        access="open",
    )
    return Publication(
        model=draft,
        provider_key_id=key_id,
        upstream_model=model.upstream_model,
        prices=pricing.prices_from_usd(model.prices_usd),
    )

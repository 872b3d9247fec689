"""/api/admin/provider-keys: upstream secrets, their addresses, and asking the providers behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from ai_api import providers, setup
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.seal import SealError
from ai_api.portal.admin.models import Operation
from ai_api.portal.deps import Admin, HouseDep, NeedsProof, Transaction
from ai_api.portal.house import House
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown, nothing_left, previewed_stops
from ai_api.portal.shapes import Listed, Name, Patch, Shown, Strict, not_given
from ai_api.providers import KeyDraft, OpenKey, Probe, ProbeFailed, ProviderKey, UpstreamModel
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/provider-keys", tags=["provider keys"])

Status = Literal["active", "disabled"]
Secret = Annotated[str, Field(min_length=1, max_length=8192)]
Url = Annotated[str, Field(min_length=1, max_length=2048)]
Version = Annotated[str, Field(min_length=1, max_length=64)]
Flag = Annotated[bool, Field(strict=True)]
Organization = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="Keys with the same text are of one organization at the provider, which alone can read the reasoning it has "
        "encrypted. Null: a key alone in its own.",
    ),
]


class ProviderKeyShown(Shown):
    """A provider key. Of the secret only what tells it apart from others; null where there is none."""

    id: UUID
    provider: str
    name: str
    base_url: str
    api_version: str | None
    allow_private_network: bool
    organization: str | None
    secret_display: str | None
    status: Status
    flagged_code: str | None
    flagged_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ProviderKeyCreate(Strict):
    """A provider key to be connected. Without `base_url` the vendor's own is taken; a server of one's own needs one."""

    provider: Annotated[str, Field(min_length=1, max_length=32)]
    name: Name
    base_url: Url | None = None
    api_version: Version | None = None
    allow_private_network: Flag = False
    organization: Organization | None = None
    secret: Secret | None = Field(default=None, repr=False)


class ProviderKeyChange(Patch):
    """What to change. Another base URL or network option needs the secret again; null is the vendor's default, or none."""

    name: Name = not_given()
    base_url: Url | None = None
    api_version: Version | None = None
    allow_private_network: Flag = not_given()
    organization: Organization | None = None
    secret: Secret | None = Field(default=None, repr=False)
    status: Status = not_given()


class ProbeShown(Shown):
    """How asking the provider ended. `code` is `ok` or the reason."""

    ok: bool
    status: int | None
    latency_ms: int
    code: str
    message: str


class UpstreamModelShown(Shown):
    """A model the provider says it has; null where it does not say. `operations` are those it can probably be asked for."""

    id: str
    display_name: str | None
    context_tokens: int | None
    output_tokens_max: int | None
    operations: list[Operation]


@router.post("", status_code=201, response_model=ProviderKeyShown, dependencies=[NeedsProof])
async def connect_provider_key(body: ProviderKeyCreate, actor: Admin, tx: Transaction, house: HouseDep) -> ProviderKey:
    """Connects a provider key, active at once. The secret is sealed and never shown again."""
    if body.secret is not None:
        house.learn(body.secret)
    draft = KeyDraft(
        provider=body.provider,
        name=body.name,
        base_url=body.base_url,
        api_version=body.api_version,
        allow_private_network=body.allow_private_network,
        organization=body.organization,
        secret=body.secret,
    )
    return await setup.connect_provider(tx, actor, house.ring, draft)


@router.patch("/{provider_key_id}", response_model=ProviderKeyShown | StopsShown, dependencies=[NeedsProof])
async def change_provider_key(
    provider_key_id: UUID,
    body: ProviderKeyChange,
    *,
    actor: Admin,
    tx: Transaction,
    house: HouseDep,
    dry_run: DryStop = False,
) -> ProviderKeyShown | StopsShown:
    """Changes a provider key; giving `secret` rotates it."""
    changes = cast(providers.KeyChanges, body.changes())
    if body.secret is not None:
        house.learn(body.secret)
    write = partial(providers.revise_key, tx, actor, house.ring, provider_key_id, **changes)
    return await _stopped(tx, house, provider_key_id, write, dry_run=dry_run)


@router.delete(
    "/{provider_key_id}",
    status_code=204,
    response_model=None,
    responses=WITH_DRY_RUN,
    dependencies=[NeedsProof],
)
async def delete_provider_key(
    provider_key_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a provider key and its secret; one that still has routes is refused, and can be disabled."""
    write = partial(providers.delete_key, tx, actor, provider_key_id)
    return await nothing_left(tx, house, Touched(provider_key_id=provider_key_id), write, dry_run=dry_run)


@router.post("/{provider_key_id}/disable", response_model=ProviderKeyShown | StopsShown, dependencies=[NeedsProof])
async def disable_provider_key(
    provider_key_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> ProviderKeyShown | StopsShown:
    """Takes a provider key out of use: calls on their way by it stop within a second."""
    write = partial(providers.disable_key, tx, actor, provider_key_id)
    return await _stopped(tx, house, provider_key_id, write, dry_run=dry_run)


@router.post("/{provider_key_id}/enable", response_model=ProviderKeyShown, dependencies=[NeedsProof])
async def enable_provider_key(provider_key_id: UUID, actor: Admin, tx: Transaction) -> ProviderKey:
    """Puts a provider key into use again."""
    return await providers.enable_key(tx, actor, provider_key_id)


@router.post("/{provider_key_id}/test", response_model=ProbeShown)
async def test_provider_key(provider_key_id: UUID, actor: Admin, house: HouseDep) -> Probe:
    """Asks the provider one question that needs a valid secret. How that ends is the answer, not an error."""
    key = await _opened(house, provider_key_id)
    found = await providers.probe(house.egress, key)
    await _note(house, actor, key, "test", found.code)
    return found


@router.post("/{provider_key_id}/discover", response_model=Listed[UpstreamModelShown])
async def discover_models(provider_key_id: UUID, actor: Admin, house: HouseDep) -> Listed[UpstreamModelShown]:
    """The models the provider says it has, in its own order; an error of kind upstream when it does not say."""
    key = await _opened(house, provider_key_id)
    models: list[UpstreamModel] = []
    failed: ProbeFailed | None = None
    try:
        models = await providers.discover(house.egress, key)
    except ProbeFailed as error:
        failed = error
    await _note(house, actor, key, "discover", "ok" if failed is None else failed.code)
    if failed is not None:
        raise Refusal(failed.code, failed.kind, failed.message)
    return Listed(items=[UpstreamModelShown.model_validate(model) for model in models], next=None)


async def _stopped(
    tx: Tx, house: House, key_id: UUID, write: Callable[[], Awaitable[ProviderKey]], *, dry_run: bool
) -> ProviderKeyShown | StopsShown:
    if dry_run:
        return await previewed_stops(tx, house, Touched(provider_key_id=key_id), write)
    return ProviderKeyShown.model_validate(await write())


async def _opened(house: House, key_id: UUID) -> OpenKey:
    """The provider key with its secret, read in a transaction that is over before the provider is asked."""
    async with house.database.transaction() as tx:
        key = await providers.get_key(tx, key_id)
    try:
        opened = providers.open_key(house.ring, key)
    except SealError:
        message = "The stored secret cannot be opened with the encryption keys of this gateway. Give the secret again."
        raise Refusal("secret_unreadable", "conflict", message) from None
    if opened.secret is not None:
        house.learn(opened.secret)
    return opened


async def _note(house: House, actor: Actor, key: OpenKey, action: str, code: str) -> None:
    async with house.database.transaction() as tx:
        await providers.note_use(tx, actor, key.id, action, code)

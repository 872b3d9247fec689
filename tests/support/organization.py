"""An organization in a test database: members, provider keys, models, allocations, credentials, made by the product's own verbs."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ai_api import allocations, credentials, identity, pricing, providers, quotas, setup
from ai_api.allocations import Allocation
from ai_api.audit import Actor
from ai_api.catalog import Draft as ModelDraft
from ai_api.core.db import Database, Tx
from ai_api.core.money import parse_usd
from ai_api.core.seal import KeyRing
from ai_api.credentials import Issued
from ai_api.identity import By, Draft, Member
from ai_api.providers import KeyDraft, ProviderKey, RouteDraft
from ai_api.quotas import AllocationLimits, StoredLimit, Subject, Terms
from ai_api.quotas.limit import SubjectKind
from ai_api.setup import Publication
from tests.support.secrets_watch import known

KEYS_TEXT = "k1:MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="
"""A key ring for tests, as the setting `encryption_keys` takes it."""

CLI = Actor(kind="cli", member_id=None, name="test", address=None, request_id=None)
OWNER_RIGHTS = By(None, "owner")
PRICES = {"input_usd": "1", "output_usd": "2"}
"""What models cost unless a test says otherwise: 1,000 nano-USD a token in, 2,000 a token out."""
INPUT_NANOS, OUTPUT_NANOS = 1_000, 2_000
UPSTREAM_SECRET = "sk-upstream-0123456789"
"""The secret of provider keys unless a test says otherwise."""

_open: ContextVar[Tx | None] = ContextVar("_open", default=None)


@dataclass(frozen=True)
class Served:
    """A published model with the provider key behind its first route."""

    id: UUID
    slug: str
    upstream_model: str
    key: ProviderKey


@dataclass(frozen=True)
class Caller:
    """A member who may call one model, and the credential to do it with."""

    member: Member
    model: Served
    allocation: Allocation
    credential: Issued

    @property
    def secret(self) -> str:
        return self.credential.secret

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}


class Organization:
    """Makes what calls need. Everything is committed when a method returns."""

    def __init__(self, dsn: str, upstream_url: str) -> None:
        """`upstream_url` is where provider keys lead unless told otherwise, without `/v1`."""
        self.database = Database(dsn)
        self.ring = KeyRing.parse(KEYS_TEXT)
        self.secrets = known(dsn)
        """All that were given or handed out: no gateway over this database may write one of them anywhere."""
        self.secrets.add(KEYS_TEXT.partition(":")[2])
        self._upstream_url = upstream_url
        self._numbers = itertools.count(1)

    async def close(self) -> None:
        await self.database.close()

    async def member(self) -> Member:
        name = f"member{next(self._numbers)}@example.test"
        async with self._transaction() as tx:
            draft = Draft(identifier=name, display_name=name)
            return await identity.create_member(tx, CLI, draft, by=OWNER_RIGHTS, now=_now())

    async def key(
        self, secret: str | None = UPSTREAM_SECRET, *, url: str | None = None, provider: str = "local"
    ) -> ProviderKey:
        """A provider key. A secret `sim-<preset>` makes the simulator behave that way."""
        draft = KeyDraft(
            provider=provider,
            name=f"key {next(self._numbers)}",
            base_url=f"{url or self._upstream_url}/v1",
            secret=secret,
            allow_private_network=True,
        )
        if secret is not None:
            self.secrets.add(secret)
        async with self._transaction() as tx:
            return await setup.connect_provider(tx, CLI, self.ring, draft)

    async def model(
        self,
        *,
        key: ProviderKey | None = None,
        slug: str | None = None,
        prices: Mapping[str, Any] | None = PRICES,
        operations: Sequence[str] = ("chat", "responses"),
        context_tokens: int = 8_192,
        output_tokens_max: int = 2_048,
        access: Any = "open",
        upstream_model: str | None = None,
    ) -> Served:
        """A published model with one route; without prices when `prices` is None."""
        number = next(self._numbers)
        draft = ModelDraft(
            slug=slug or f"acme/model-{number}",
            display_name=f"Model {number}",
            operations=frozenset(operations),
            context_tokens=context_tokens,
            output_tokens_max=output_tokens_max,
            access=access,
        )
        async with self._transaction() as tx:
            served_by = key or await self.key()
            publication = Publication(
                model=draft,
                provider_key_id=served_by.id,
                upstream_model=upstream_model or f"upstream-{number}",
                prices=None if prices is None else pricing.prices_from_usd(prices),
            )
            model_id = await setup.publish_model(tx, CLI, publication, now=_now())
        return Served(model_id, draft.slug, publication.upstream_model, served_by)

    async def route(self, model: Served, key: ProviderKey, *, priority: int) -> None:
        """One more way to serve a model; the first one has priority 100, and a lower one is tried before it."""
        draft = RouteDraft(
            model_id=model.id, provider_key_id=key.id, upstream_model=model.upstream_model, priority=priority
        )
        async with self._transaction() as tx:
            await setup.add_route(tx, CLI, draft)

    async def timeouts(self, model: Served, **seconds: float | None) -> None:
        """Gives every route of a model timeouts of its own: `connect_s`, `first_byte_s`, `idle_s`, `total_s`."""
        async with self._transaction() as tx:
            page = await providers.page_routes(tx, providers.RouteFilter(model_id=model.id))
            for route in page.items:
                await providers.revise_route(tx, CLI, route.id, **seconds)  # type: ignore[arg-type]  # names of fields

    async def allocation(
        self, member: Member, model: Served, *, tokens: int | None = None, usd: str | None = None
    ) -> Allocation:
        limits = AllocationLimits(monthly_tokens=tokens, monthly_cost_nanos=None if usd is None else parse_usd(usd))
        async with self._transaction() as tx:
            return await allocations.grant(tx, CLI, member_id=member.id, model_id=model.id, limits=limits)

    async def credential(
        self, member: Member, *, expires_at: datetime | None = None, scope: Sequence[UUID] | None = None
    ) -> Issued:
        order = credentials.Order(
            member_id=member.id, name="test", prefix="sk-aiapi-", expires_at=expires_at, allocation_ids=scope
        )
        async with self._transaction() as tx:
            issued = await credentials.issue(tx, CLI, order, at=_now())
        self.secrets.add(issued.secret)
        return issued

    async def caller(
        self, *, tokens: int | None = None, usd: str | None = None, model: Served | None = None, **of_model: Any
    ) -> Caller:
        """A new member with an allocation of a (new) model under these limits, and a credential."""
        async with self._transaction():
            member = await self.member()
            served = model or await self.model(**of_model)
            allocation = await self.allocation(member, served, tokens=tokens, usd=usd)
            return Caller(member, served, allocation, await self.credential(member))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Tx]:
        """A transaction, or the one that is open around it in this task."""
        outer = _open.get()
        if outer is not None:
            yield outer
            return
        async with self.database.transaction() as tx:
            token = _open.set(tx)
            try:
                yield tx
            finally:
                _open.reset(token)

    async def set_limits(self, caller: Caller, **amounts: int | None) -> None:
        """Changes limits: `total_tokens`, or `cost` in nano-USD; None takes one away."""
        async with self._transaction() as tx:
            await allocations.change_limits(tx, CLI, caller.allocation.id, amounts)  # type: ignore[arg-type]  # metrics

    async def limit(
        self, kind: SubjectKind, subject_id: UUID | None, *, member: Member | None = None, **terms: Any
    ) -> StoredLimit:
        """Sets a limit; `terms` are those of `quotas.Terms`. The caller's member is found where the subject has one."""
        async with self._transaction() as tx:
            subject = Subject(kind, subject_id, member.id if member else None)
            return await quotas.set_limit(tx, CLI, subject, Terms(**terms))

    async def unlimit(self, stored: StoredLimit, *, member: Member | None = None) -> None:
        """Takes a limit away."""
        async with self._transaction() as tx:
            subject = Subject(stored.limit.subject_kind, stored.limit.subject_id, member.id if member else None)
            await quotas.remove_limit(tx, CLI, stored.limit.id, subject)

    async def move(self, caller: Caller, action: Any) -> None:
        """Pauses, resumes, quarantines, releases or revokes a caller's allocation, as an administrator."""
        async with self._transaction() as tx:
            await allocations.move(tx, CLI, caller.allocation.id, action, by="admin", reason="a test")

    async def revoke(self, caller: Caller) -> None:
        """Revokes a caller's credential."""
        async with self._transaction() as tx:
            await credentials.revoke(tx, CLI, caller.credential.credential.id, reason="a test", at=_now())

    async def mend(self, key: ProviderKey) -> None:
        """Gives a provider key its secret again."""
        async with self._transaction() as tx:
            await providers.revise_key(tx, CLI, self.ring, key.id, secret=UPSTREAM_SECRET)

    async def disable(self, member: Member) -> None:
        async with self._transaction() as tx:
            await identity.disable_member(tx, CLI, member.id, by=OWNER_RIGHTS, now=_now())


def _now() -> datetime:
    return datetime.now(UTC)

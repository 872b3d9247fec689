"""People: who is behind a secret, and what they may call. One statement at a secret's first use; proven at each admission."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.client_address import Network, network_of
from ai_api.core.clock import Clock
from ai_api.core.db import Hot, Patience
from ai_api.core.errors import Refusal, StoreSilent, StoreUnavailable
from ai_api.gateway import store_watch
from ai_api.gateway.patience import PATIENCE
from ai_api.observability.histogram import BatchFigures
from ai_api.quotas.limit import Limit, limit_of

HOLDERS_MAX = 20_000
UNKNOWN_SECRETS_MAX = 10_000
UNKNOWN_FOR_S = 5.0
LOOKUPS_PER_S_MAX = 50
READ_AT_ONCE_MAX = 200
READS_IN_FLIGHT_MAX = 3


@dataclass(frozen=True, slots=True)
class Allocation:
    """A member's right to one model, with the limits of its own."""

    id: UUID
    model_id: UUID
    state: str
    paused_by: str | None
    funded_by: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A credential, its member, and the allocations in its scope, as of `member_epoch`."""

    secret_hash: bytes
    credential_id: UUID
    public_id: str
    name: str
    display: str
    all_allocations: bool
    expires_at: datetime | None
    paused_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    member_id: UUID
    member_epoch: int
    member_status: str
    member_identifier: str
    allocations: Mapping[UUID, Allocation]
    """By model: the live allocation, else the revoked one."""
    limits: tuple[Limit, ...]
    """Those of the member and of the credential."""
    tags: frozenset[UUID]
    """The tags the member has; the world knows those that everyone has."""
    read_at_s: float = field(default=0.0, compare=False)
    """When this copy was read, on a monotonic clock, in seconds."""
    source_networks: tuple[Network, ...] | None = None
    """The networks the credential may be used from; None is from anywhere."""


class People:
    """The holders in memory, least recently used first out."""

    def __init__(self, hot: Hot, clock: Clock) -> None:
        self.figures = BatchFigures()
        self._hot = hot
        self._clock = clock
        self._holders: OrderedDict[bytes, Holder] = OrderedDict()
        self._unknown: OrderedDict[bytes, float] = OrderedDict()
        self._silent_at = 0.0
        self._looking: dict[bytes, asyncio.Future[Holder | None]] = {}
        self._reads: GroupCommit[tuple[bytes, float], Holder | None] = GroupCommit(
            self._read_in_time,
            batch_max=READ_AT_ONCE_MAX,
            in_flight_max=READS_IN_FLIGHT_MAX,
            told=self.figures.note,
        )
        self._lookups_left = float(LOOKUPS_PER_S_MAX)
        self._refilled_at = clock.monotonic()

    def __len__(self) -> int:
        return len(self._holders)

    @property
    def waiting(self) -> int:
        """Reads of credentials that wait for a batch."""
        return self._reads.pending

    def __contains__(self, secret_hash: object) -> bool:
        return secret_hash in self._holders

    async def find(self, secret_hash: bytes) -> Holder | None:
        """The holder of a secret; None when it is proven unknown. Raises StoreUnavailable, Refusal `overloaded`."""
        holder = self._holders.get(secret_hash)
        if holder is not None:
            self._holders.move_to_end(secret_hash)
            return holder
        since = self._unknown.get(secret_hash)
        if since is not None and self._clock.monotonic() - since < UNKNOWN_FOR_S:
            return None
        return await self._look_up(secret_hash)

    async def reload(self, stale: Holder) -> Holder | None:
        """The holder, read anew unless that was done since `stale` was: a thousand calls that find it stale read it once.

        What it gives may be stale again; the next admission says so. Raises StoreUnavailable.
        """
        known = self._holders.get(stale.secret_hash)
        if known is not None and known.member_epoch != stale.member_epoch:
            return known
        return await self._submit(stale.secret_hash)

    async def read_again(
        self, secret_hashes: Iterable[bytes], hot: Hot, *, patience: Patience
    ) -> dict[bytes, Holder | None]:
        """Reads many holders by reads that begin now, over `hot`, with a deadline for each; None for who is gone.

        Raises StoreUnavailable.
        """
        wanted = list(secret_hashes)
        found: dict[bytes, Holder | None] = {}
        for start in range(0, len(wanted), READ_AT_ONCE_MAX):
            some = wanted[start : start + READ_AT_ONCE_MAX]
            rows = await store_watch.read_holders(hot, some, patience=patience)
            found |= {secret_hash: self._keep(secret_hash, rows.get(secret_hash)) for secret_hash in some}
        return found

    async def _look_up(self, secret_hash: bytes) -> Holder | None:
        looking = self._looking.get(secret_hash)
        if looking is None:
            self._spend_lookup()
            looking = self._looking[secret_hash] = self._submit(secret_hash)
            looking.add_done_callback(lambda _: self._looking.pop(secret_hash, None))
        return await asyncio.shield(looking)

    def _submit(self, secret_hash: bytes) -> asyncio.Future[Holder | None]:
        return self._reads.submit((secret_hash, self._clock.monotonic()))

    async def _read_in_time(self, asked: list[tuple[bytes, float]]) -> list[Holder | None]:
        if asked[0][1] <= self._silent_at:
            # These have waited for reads that met silence: they do not wait through another one.
            raise StoreUnavailable
        secret_hashes = {secret_hash for secret_hash, _ in asked}
        try:
            rows = await store_watch.read_holders(self._hot, sorted(secret_hashes), patience=PATIENCE)
        except StoreSilent:
            self._silent_at = self._clock.monotonic()
            raise
        found = {secret_hash: self._keep(secret_hash, rows.get(secret_hash)) for secret_hash in secret_hashes}
        return [found[secret_hash] for secret_hash, _ in asked]

    def _keep(self, secret_hash: bytes, row: Any | None) -> Holder | None:
        if row is None:
            self._holders.pop(secret_hash, None)
            self._unknown[secret_hash] = self._clock.monotonic()
            if len(self._unknown) > UNKNOWN_SECRETS_MAX:
                self._unknown.popitem(last=False)
            return None
        holder = holder_of(secret_hash, row, self._clock.monotonic())
        self._unknown.pop(secret_hash, None)
        self._holders[secret_hash] = holder
        self._holders.move_to_end(secret_hash)
        if len(self._holders) > HOLDERS_MAX:
            self._holders.popitem(last=False)
        return holder

    def _spend_lookup(self) -> None:
        # Well-formed secrets that nobody knows must not become a flood of queries.
        now = self._clock.monotonic()
        earned = (now - self._refilled_at) * LOOKUPS_PER_S_MAX
        self._lookups_left = min(float(LOOKUPS_PER_S_MAX), self._lookups_left + earned)
        self._refilled_at = now
        if self._lookups_left < 1:
            raise Refusal("overloaded", "unavailable", "Too many new credentials at once. Try again.", retry_after_s=1)
        self._lookups_left -= 1


def holder_of(secret_hash: bytes, row: Any, read_at_s: float) -> Holder:
    """The holder in a row of `store_watch`; of two allocations of one model the one that is not revoked."""
    by_model: dict[UUID, Allocation] = {}
    for each in json.loads(row["allocations"]):
        allocation = Allocation(
            id=UUID(each["id"]),
            model_id=UUID(each["model_id"]),
            state=each["state"],
            paused_by=each["paused_by"],
            funded_by=each["funded_by"],
            limits=tuple(limit_of(limit) for limit in each["limits"]),
        )
        known = by_model.get(allocation.model_id)
        if known is None or known.state == "revoked":
            by_model[allocation.model_id] = allocation
    return Holder(
        secret_hash=secret_hash,
        credential_id=row["id"],
        public_id=row["public_id"],
        name=row["name"],
        display=row["display"],
        all_allocations=row["all_allocations"],
        expires_at=row["expires_at"],
        paused_at=row["paused_at"],
        revoked_at=row["revoked_at"],
        created_at=row["created_at"],
        member_id=row["member_id"],
        member_epoch=row["member_epoch"],
        member_status=row["member_status"],
        member_identifier=row["identifier"],
        allocations=by_model,
        limits=tuple(limit_of(limit) for limit in json.loads(row["limits"])),
        tags=frozenset(UUID(tag) for tag in json.loads(row["tags"])),
        read_at_s=read_at_s,
        source_networks=None if row["source_networks"] is None else tuple(map(network_of, row["source_networks"])),
    )

"""People: who is behind a secret, and what they may call. One statement at a secret's first use; proven at each admission."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api.core.clock import Clock
from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.gateway import store_watch
from ai_api.quotas.limit import Limit, limit_of

HOLDERS_MAX = 20_000
UNKNOWN_SECRETS_MAX = 10_000
UNKNOWN_FOR_S = 5.0
LOOKUPS_PER_S_MAX = 50
LOOKUP_TIMEOUT_S = 0.45


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


class People:
    """The holders in memory, least recently used first out."""

    def __init__(self, hot: Hot, clock: Clock) -> None:
        self._hot = hot
        self._clock = clock
        self._holders: OrderedDict[bytes, Holder] = OrderedDict()
        self._unknown: OrderedDict[bytes, float] = OrderedDict()
        self._looking: dict[bytes, asyncio.Task[Holder | None]] = {}
        self._lookups_left = float(LOOKUPS_PER_S_MAX)
        self._refilled_at = clock.monotonic()

    def __len__(self) -> int:
        return len(self._holders)

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

    async def reload(self, holder: Holder) -> Holder | None:
        """Reads a holder anew. Raises StoreUnavailable."""
        return await self._read(holder.secret_hash)

    async def _look_up(self, secret_hash: bytes) -> Holder | None:
        task = self._looking.get(secret_hash)
        if task is None:
            self._spend_lookup()
            task = asyncio.get_running_loop().create_task(self._read(secret_hash))
            self._looking[secret_hash] = task
            task.add_done_callback(lambda _: self._looking.pop(secret_hash, None))
        return await asyncio.shield(task)

    async def _read(self, secret_hash: bytes) -> Holder | None:
        row = await store_watch.read_holder(self._hot, secret_hash, timeout_s=LOOKUP_TIMEOUT_S)
        if row is None:
            self._holders.pop(secret_hash, None)
            self._unknown[secret_hash] = self._clock.monotonic()
            if len(self._unknown) > UNKNOWN_SECRETS_MAX:
                self._unknown.popitem(last=False)
            return None
        holder = _holder(secret_hash, row)
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


def _holder(secret_hash: bytes, row: Any) -> Holder:
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
    )

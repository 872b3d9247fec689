"""The limits of provider keys: a key without room is no candidate. What it takes is held with each try and moves on with it."""

from __future__ import annotations

from dataclasses import replace

from ai_api.core.clock import Clock
from ai_api.core.db import Hot
from ai_api.core.ids import unix_ms_of
from ai_api.gateway import record, store_admission
from ai_api.gateway.charges import charge, size_of
from ai_api.gateway.docket import Counted, Docket
from ai_api.gateway.growing_hold import wanted_now
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.store_extend import Change
from ai_api.gateway.world import World, Worlds
from ai_api.providers import ProviderKey
from ai_api.quotas.limit import AccountKey, account_of
from ai_api.quotas.rules import Charge, Wanted
from ai_api.quotas.windows import bucket_at
from ai_api.wire.json_body import encode


class KeyHolds:
    """Takes and gives back what calls hold under the limits of provider keys."""

    def __init__(self, hot: Hot, changes: HoldChanges, worlds: Worlds, clock: Clock) -> None:
        self._hot = hot
        self._changes = changes
        self._worlds = worlds
        self._clock = clock

    async def take(self, docket: Docket, key: ProviderKey) -> bool:
        """Holds what this try can use of the key, and gives back what the try before held. False where there is no room.

        Raises StoreUnavailable: a limit that cannot be asked is not passed.
        """
        charges = charges_of(docket, key, self._worlds.current)
        before = docket.key_charges
        if not charges and not before:
            return True
        wanted = wanted_now(charges, docket.output_tokens, self._clock.unix_ms())
        taken = {each.account_id for each in wanted}
        freed = [
            replace(each, amount=0)
            for each in wanted_now(before, docket.output_tokens, self._clock.unix_ms())
            if each.account_id not in taken
        ]
        accounts = tuple(
            Counted(each.account, bucket_at(each.limit.window_s, unix_ms_of(docket.call_id)).number) for each in charges
        )
        if not await self._change(docket, [*wanted, *freed], accounts, charges):
            return False
        docket.key_charges, docket.key_accounts = charges, accounts
        return True

    async def _change(
        self, docket: Docket, wanted: list[Wanted], accounts: tuple[Counted, ...], charges: tuple[Charge, ...]
    ) -> bool:
        described = encode(record.accounts_of(docket.accounts, accounts)).decode()
        for _ in range(2):
            changed = await self._changes.make(Change(docket.call_id, wanted, described))
            if changed.fits or not changed.is_held:
                # A hold that is gone was swept while this replica seemed dead: the call goes on, and is corrected at its end.
                docket.amounts = tuple((dict(docket.amounts) | {w.account_id: w.amount for w in wanted}).items())
                return True
            missing = [each.account for each in charges if each.limit.rejects and changed.room[each.account.id] is None]
            if not missing:
                return False
            await self._create(missing)
        return False

    async def _create(self, accounts: list[AccountKey]) -> None:
        by_id = {account.id: account for account in accounts}
        await store_admission.create_accounts(self._hot, [by_id[key] for key in sorted(by_id)], patience=PATIENCE)


def charges_of(docket: Docket, key: ProviderKey, world: World) -> tuple[Charge, ...]:
    """What a call takes under the limits of a provider key."""
    holder = docket.holder
    limits = world.limits.get(key.id, ()) if world.limits else ()
    if not limits or holder is None or docket.bound is None or docket.permission is None:
        return ()
    size = size_of(
        input_tokens=docket.bound.input_tokens,
        output_tokens=docket.bound.output_tokens,
        price=docket.permission.price,
    )
    charges = []
    for limit in limits:
        account = account_of(
            limit,
            zone=world.zone,
            at=docket.started_at,
            member_id=holder.member_id,
            credential_id=holder.credential_id,
        )
        bucket = bucket_at(limit.window_s, unix_ms_of(docket.call_id))
        charges.append(charge(limit, account, bucket, size))
    return tuple(charges)

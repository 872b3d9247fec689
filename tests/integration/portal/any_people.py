"""A few people with rights, to whom anything happens in any order, and the laws that hold after each thing that did."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from ai_api import access, allocations, audit, catalog, credentials, identity, quotas, setup
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, Hot, Tx
from ai_api.core.errors import Refusal
from ai_api.credentials import Order
from ai_api.credentials.secret import hash_of
from ai_api.gateway.credential_checks import check_credential
from ai_api.gateway.first_use import FirstUse
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.people import Holder, People
from ai_api.gateway.preflight import check_state
from ai_api.identity import Changes, Draft, TagDraft, Who
from ai_api.quotas import AllocationLimits, Terms
from ai_api.quotas.windows import account_id, month_window
from tests.integration.portal import people_laws as laws
from tests.integration.portal.people_laws import MEMBERS_OWN, Secret, Seen, look
from tests.support.portal import CLI, OWNER_RIGHTS

DEFAULT: Final = 100
"""What every model gives by default, and every grant too: tokens a month."""
BEGINNING: Final = datetime(2026, 11, 10, tzinfo=UTC)

Happening = tuple[str, int, int]
"""What happens, and to which of those there are: numbers that wrap around."""

_BOOK = text(
    "INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start, window_end, settled) "
    "VALUES (:id, 'allocation', :of, 'total_tokens', :start, :end, :used) "
    "ON CONFLICT (id) DO UPDATE SET settled = quota_accounts.settled + excluded.settled"
)


class World:
    """The database, as the portal and as the data plane reach it."""

    def __init__(self, dsn: str) -> None:
        self.database = Database(dsn, pool_size=1)
        self.hot = Hot(dsn, size=1)
        self.people = People(self.hot, SystemClock())
        self.first_use = FirstUse(self.database)
        self.head = audit.Head(0, bytes(32))

    async def open(self) -> World:
        await self.hot.open()
        return self

    async def close(self) -> None:
        await self.hot.close()
        await self.database.close()


class AnyPeople:
    """An owner, an administrator, two members and a service account of the first; two models that may be claimed.

    The second model is for a tag. All but the owner and the administrator have claimed the first, and have a credential.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = BEGINNING
        self.members: list[UUID] = []
        self.models: list[UUID] = []
        self.tag_id = UUID(int=0)
        self.secrets: list[Secret] = []
        self.disabled: set[UUID] = set()
        self.grants: Counter[tuple[UUID, UUID]] = Counter()
        self.written = 0
        self.seen = Seen({}, {}, {}, {})
        self._rotated: UUID | None = None

    async def begin(self, number: int) -> None:
        """Nobody of before is an owner any more."""
        terms = quotas.default_limits_document([Terms(metric="total_tokens", amount=DEFAULT, window_kind="month")])
        async with self.world.database.transaction() as tx:
            await tx.execute(text("UPDATE members SET role = 'member' WHERE role <> 'member'"))
            for role in ("owner", "admin", "member", "member"):
                name = f"m{number}-{len(self.members)}"
                draft = Draft(identifier=name, display_name=name, role=role)  # type: ignore[arg-type]
                self.members.append((await self._make(tx, draft)).id)
            name = f"m{number}-service"
            answers = self.members[2]
            draft = Draft(identifier=name, display_name=name, kind="service", responsible_member_id=answers)
            self.members.append((await self._make(tx, draft)).id)
            tag = await identity.create_tag(tx, CLI, TagDraft(name=f"t{number}"), now=self.now)
            self.tag_id = tag.id
            for slug in (f"acme/{number}-a", f"acme/{number}-b"):
                chats = catalog.Draft(slug=slug, display_name=slug, operations=frozenset({"chat"}), access="open")
                model = await catalog.publish(tx, CLI, chats)
                await catalog.revise(tx, CLI, model.id, claimable=True, default_limits=terms)
                self.models.append(model.id)
            await catalog.set_policy(tx, CLI, self.models[1], access="restricted", tag_ids=[tag.id])
        self.seen = await look(self.world.hot, self.members)
        for who in (2, 3, 4):
            await self.happen(("issue", who, 0))
            await self.happen(("claim", who, 0))

    async def _make(self, tx: Tx, draft: Draft) -> identity.Member:
        return await identity.create_member(tx, CLI, draft, by=OWNER_RIGHTS, now=self.now)

    async def happen(self, happening: Happening) -> str:
        """One thing; then the laws are looked at. How it ended: `done`, or the code of its refusal."""
        name, one, other = happening
        self._rotated = None
        try:
            if await self._do(name, one, other):
                self.written += 1
            ended = "done"
        except Refusal as refusal:
            ended = refusal.code
        before, self.seen = self.seen, await look(self.world.hot, self.members)
        laws.states_hold(name, before, self.seen, rotated=self._rotated)
        laws.amounts_hold(self.seen, default=DEFAULT, grants=self.grants)
        laws.secrets_hold(self.seen, self.secrets, await self._holders(self.secrets), self.disabled, now=self.now)
        return ended

    async def end(self) -> None:
        """The trail tells all of it, unbroken."""
        world = self.world
        found = await audit.verify(
            world.database, from_seq=world.head.seq + 1, known=world.head if world.head.seq else None
        )
        assert found.broken is None, found.broken
        assert found.checked >= self.written, "something was done that the trail does not tell"
        world.head = found.head

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _do(self, name: str, one: int, other: int) -> bool:
        """Whether anything was written. Raises Refusal."""
        if name == "later":
            self.now += (timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2))[one % 3]
            return False
        if name == "call":
            return await self._call(one, other)
        async with self.world.database.transaction() as tx:
            if name in {"role", "disable", "enable", "delete"}:
                await self._of_member(tx, name, self._member(one), other)
                return True
            if name == "tag":
                who = Who(member_ids=[self._member(one)])
                return bool((await identity.add_tag_members(tx, CLI, self.tag_id, who, now=self.now)).changed)
            if name == "untag":
                who = Who(member_ids=[self._member(one)])
                return bool((await identity.remove_tag_members(tx, CLI, self.tag_id, who)).changed)
            if name in {"restrict", "open", "deny"}:
                denied = [self._member(one)] if name == "deny" else []
                policy = "open" if name == "open" else "restricted"
                await catalog.set_policy(tx, CLI, self.models[1], access=policy, denied_member_ids=denied)
                return True
            if "credential" in name or name in {"issue", "playground", "rotate", "rescope"}:
                await self._of_credential(tx, name, one, other)
                return True
            await self._of_allocation(tx, name, one, other)
            return True

    async def _of_member(self, tx: Tx, name: str, who: UUID, other: int) -> None:
        by, now = OWNER_RIGHTS, self.now
        if name == "role":
            role = ("member", "admin", "owner")[other % 3]
            await setup.change_member(tx, CLI, who, Changes(role=role), by=by, now=now)  # type: ignore[arg-type]
        elif name == "enable":
            await identity.enable_member(tx, CLI, who, by=by, now=now)
            self.disabled.discard(who)
        elif name == "delete":
            await identity.delete_member(tx, CLI, who, by=by)
        else:
            services = (None, "keep", "disable")[other % 3]
            await setup.disable_member(tx, CLI, who, by=by, now=now, services=services)  # type: ignore[arg-type]
            self.disabled |= {who, self.members[4]} if services == "disable" and who == self.members[2] else {who}

    async def _of_allocation(self, tx: Tx, name: str, one: int, other: int) -> None:
        if name in {"claim", "grant"}:
            who, model_id = self._member(one), self.models[other % 2]
            if name == "claim":
                self._signed_in(who)
                await allocations.claim(tx, CLI, member_id=who, model_id=model_id)
            else:
                limits = AllocationLimits(monthly_tokens=DEFAULT, monthly_cost_nanos=None)
                await allocations.grant(tx, CLI, member_id=who, model_id=model_id, limits=limits)
                self.grants[who, model_id] += 1
            return
        of = self._some(self.seen.allocations, one)
        if name == "unlock":
            await allocations.unlock(tx, CLI, of.id, reason="", at=self.now)
            return
        by, _, action = name.partition(" ")
        if by == "member":
            self._signed_in(of.member_id)
        await allocations.move(tx, CLI, of.id, action, by=by, reason="")  # type: ignore[arg-type]

    async def _of_credential(self, tx: Tx, name: str, one: int, other: int) -> None:
        at = self.now
        if name == "issue":
            who = self._member(one)
            self._signed_in(who)
            ends_at = None if other % 2 == 0 else at + timedelta(hours=1)
            order = Order(
                member_id=who, name="n", prefix="sk-", expires_at=ends_at, allocation_ids=self._scope(who, other)
            )
            issued = await credentials.issue(tx, CLI, order, at=at)
            self.secrets.append(Secret(hash_of(issued.secret), issued.credential.id))
            return
        of = self._some(self.seen.credentials, one)
        if name in MEMBERS_OWN:
            self._signed_in(of.member_id)
        by = "admin" if name.startswith("admin") else "member"
        match name.removeprefix(f"{by} "):
            case "pauses credential":
                await credentials.pause(tx, CLI, of.id, by=by, reason="", at=at)  # type: ignore[arg-type]
            case "resumes credential":
                await credentials.resume(tx, CLI, of.id, by=by, reason="", at=at)  # type: ignore[arg-type]
            case "revokes credential":
                await credentials.revoke(tx, CLI, of.id, reason="", at=at)
            case "rescope":
                await credentials.change(tx, CLI, of.id, {"allocation_ids": self._scope(of.member_id, other)}, at=at)
            case "playground":
                token = await credentials.issue_playground_token(tx, CLI, of.id, at=at)
                self.secrets.append(Secret(hash_of(token.secret), of.id, at + timedelta(minutes=15)))
            case _:
                overlap = (timedelta(0), timedelta(hours=1))[other % 2]
                issued = await credentials.rotate(tx, CLI, of.id, overlap=overlap, at=at)
                self.secrets.append(Secret(hash_of(issued.secret), issued.credential.id))
                self._rotated = of.id

    async def _call(self, one: int, other: int) -> bool:
        """A call as the data plane judges and books it, at its first half: what no limit would let through is not used."""
        secret, model_id = self.secrets[one % len(self.secrets)], self.models[other % 2]
        holder = check_credential((await self._holders([secret])).get(secret.hash), self.now)
        async with self.world.database.transaction() as tx:
            model = await access.visible_model(tx, holder.member_id, model_id)
        if holder.all_allocations and model_id not in holder.allocations:
            claimed = await self.world.first_use.claim(holder, model, request_id="a call")
            assert claimed, "it was there to be claimed a moment ago"
            return True
        if model_id not in holder.allocations:
            raise Refusal("model_not_in_scope", "forbidden", "Out of scope.")
        allocation = holder.allocations[model_id]
        check_state(allocation, model)
        window = month_window("UTC", self.now)
        async with self.world.database.transaction() as tx:
            left = (await quotas.left_of_allocations(tx, [allocation.id], zone="UTC", at=self.now))[allocation.id][
                0
            ].left
            assert left is not None, "every allocation here is limited"
            if left == 0:
                raise Refusal("token_quota_exceeded", "exhausted", "Used up.")
            account = account_id("allocation", allocation.id, "total_tokens", window.start)
            booked = {
                "id": account,
                "of": allocation.id,
                "start": window.start,
                "end": window.end,
                "used": min(40, left),
            }
            await tx.execute(_BOOK, booked)
        return False

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _holders(self, secrets: list[Secret]) -> dict[bytes, Holder | None]:
        hashes = [each.hash for each in secrets]
        return await self.world.people.read_again(hashes, self.world.hot, patience=PATIENCE)

    def _member(self, number: int) -> UUID:
        return self.members[number % len(self.members)]

    def _some(self, there: dict[UUID, Any], number: int) -> Any:
        if not there:
            raise Refusal("nothing_there", "not_found", "There is none yet.")
        return there[sorted(there)[number % len(there)]]

    def _scope(self, who: UUID, number: int) -> list[UUID] | None:
        """All of the member's, or those there are now."""
        own = [each.id for each in self.seen.allocations.values() if each.member_id == who and each.state != "revoked"]
        return own if number % 3 == 2 else None

    def _signed_in(self, who: UUID) -> None:
        """The portal's door lets nobody in who is disabled, or gone."""
        if who in self.disabled or who not in self.seen.members:
            raise Refusal("session_ended", "unauthenticated", "Disabled.")

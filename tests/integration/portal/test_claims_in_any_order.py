"""No order of claims, pauses, revocations and unlockings gives a member more than the model's default, or ends a quarantine.

`PROPERTIES=full` tries many more orders than the ones that are always tried.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ai_api import allocations, catalog, identity, quotas
from ai_api.core.db import Database
from ai_api.core.errors import Refusal
from ai_api.identity import Draft
from ai_api.quotas import Terms
from ai_api.quotas.windows import account_id, month_window
from tests.support.portal import CLI, OWNER_RIGHTS
from tests.support.thoroughness import tried

pytestmark = pytest.mark.integration
T = TypeVar("T")
DEFAULT = 100
AT = datetime(2026, 11, 20, tzinfo=UTC)
MEMBERS_OWN = ["claim", "member pause", "member resume", "use"]
ADMINISTRATORS = [f"admin {action}" for action in ("pause", "resume", "quarantine", "release", "revoke")] + ["unlock"]

NEXT: dict[tuple[str, str], str] = {
    ("none", "claim"): "active",
    ("open", "claim"): "active",
    ("active", "member pause"): "member",
    ("active", "admin pause"): "admin",
    ("member", "admin pause"): "admin",
    ("member", "member resume"): "active",
    ("member", "admin resume"): "active",
    ("admin", "admin resume"): "active",
    ("quarantined", "admin release"): "active",
    ("locked", "unlock"): "open",
} | {
    (state, f"admin {action}"): ends
    for state in ("active", "member", "admin", "quarantined")
    for action, ends in (("revoke", "locked"), ("quarantine", "quarantined"))
    if (state, action) != ("quarantined", "quarantine")
}
"""All that may happen, and where it leads: written down apart from the rules. `member` and `admin` say who paused."""


class Story:
    """One member and one model, whose default is `DEFAULT` tokens a month."""

    def __init__(self, database: Database, member_id: UUID, model_id: UUID) -> None:
        self.database, self.member_id, self.model_id = database, member_id, model_id
        self.state = "none"

    @classmethod
    async def begin(cls, database: Database, number: int) -> Story:
        terms = [Terms(metric="total_tokens", amount=DEFAULT, window_kind="month")]
        async with database.transaction() as tx:
            draft = Draft(identifier=f"m{number}@example.test", display_name="M")
            member = await identity.create_member(tx, CLI, draft, by=OWNER_RIGHTS, now=AT)
            model_draft = catalog.Draft(
                slug=f"acme/{number}", display_name="M", operations=frozenset({"chat"}), access="open"
            )
            model = await catalog.publish(tx, CLI, model_draft)
            limits = quotas.default_limits_document(terms)
            await catalog.revise(tx, CLI, model.id, claimable=True, default_limits=limits)
        return cls(database, member.id, model.id)

    async def happen(self, event: str) -> None:
        """One step: done exactly where the table says so, and refused everywhere else."""
        if event == "use":
            await self.use()
            return
        expected, refused = NEXT.get((self.state, event)), None
        try:
            await self.do(event)
        except Refusal as refusal:
            refused = refusal.code
        assert (refused is None) == (expected is not None), f"{event} of {self.state}: {refused or 'done'}"
        self.state = expected or self.state

    async def do(self, event: str) -> None:
        own = await self.own()
        async with self.database.transaction() as tx:
            if event == "claim":
                await allocations.claim(tx, CLI, member_id=self.member_id, model_id=self.model_id)
                return
            if not own:
                raise Refusal("allocation_not_found", "not_found", "There is nothing yet.")
            if event == "unlock":
                await allocations.unlock(tx, CLI, own[-1].id, reason="", at=AT)
                return
            by, action = event.split()
            await allocations.move(tx, CLI, own[-1].id, action, by=by, reason="")

    async def use(self) -> None:
        """As much as the data plane would let through, booked as it books."""
        start, end = (window := month_window("UTC", AT)).start, window.end
        for one in await self.own():
            if one.state != "active":
                continue
            async with self.database.transaction() as tx:
                (tokens, _) = (await quotas.left_of_allocations(tx, [one.id], zone="UTC", at=AT))[one.id]
                assert tokens.left is not None, "an allocation that was claimed is limited"
                await tx.execute(
                    text(
                        "INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start, window_end, settled) "
                        "VALUES (:id, 'allocation', :of, 'total_tokens', :start, :end, :used) "
                        "ON CONFLICT (id) DO UPDATE SET settled = quota_accounts.settled + excluded.settled"
                    ),
                    {
                        "id": account_id("allocation", one.id, "total_tokens", start),
                        "of": one.id,
                        "start": start,
                        "end": end,
                        "used": min(40, tokens.left),
                    },
                )

    async def own(self) -> list[Any]:
        async with self.database.transaction() as tx:
            found = await allocations.list_page(
                tx, allocations.Filters(member_id=self.member_id), limit=50, sort="created_at"
            )
        return list(found.items)

    async def laws_hold(self) -> None:
        own = await self.own()
        shown = {one.state if one.state != "paused" else one.paused_by for one in own}
        wanted = {"none": set(), "locked": {"revoked"}, "open": {"revoked"}}.get(self.state, {self.state})
        assert shown == wanted
        assert len(own) <= 1, "claiming made another allocation, with a quota of its own"
        ids = [one.id for one in own]
        async with self.database.transaction() as tx:
            statement = text("SELECT coalesce(sum(settled), 0) FROM quota_accounts WHERE subject_id = ANY(:ids)")
            used = (await tx.execute(statement, {"ids": ids})).scalar_one()
            limits = await quotas.read_for_allocations(tx, ids)
        assert used <= DEFAULT
        assert all(limit.monthly_tokens == DEFAULT for limit in limits.values())


def test_no_order_gives_more_than_the_default_or_ends_a_quarantine(database: str) -> None:
    numbers = itertools.count()
    met: set[tuple[str, str]] = set()
    with asyncio.Runner() as runner:
        opened = Database(database, pool_size=1)

        def run(work: Coroutine[Any, Any, T]) -> T:
            return runner.run(work)

        @tried(ci=12, full=500)
        @given(st.lists(st.sampled_from([*MEMBERS_OWN, *ADMINISTRATORS, "claim", "use"]), min_size=10, max_size=25))
        def any_order(events: list[str]) -> None:
            story = run(Story.begin(opened, next(numbers)))
            # Half of what is drawn at random is refused at once: a claim is what the others need.
            for event in ["claim", *events]:
                met.add((story.state, event))
                run(story.happen(event))
                run(story.laws_hold())

        try:
            any_order()
        finally:
            run(opened.close())
    assert {("quarantined", "claim"), ("locked", "claim"), ("open", "claim"), ("admin", "member resume")} <= met

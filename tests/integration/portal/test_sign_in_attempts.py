"""How often somebody may guess, and whom it keeps waiting: the counts alone, without a password."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from ai_api.core.errors import Refusal
from ai_api.sign_in import attempts
from ai_api.sign_in.attempts import Attempt
from ai_api.sign_in.backoff import Backoff, Backoffs
from tests.support.portal import Portal

pytestmark = pytest.mark.integration
HOME, OFFICE = "192.0.2.0/24", "203.0.113.0/24"


class Counts:
    """The counts of a portal, and a clock of their own."""

    def __init__(self, portal: Portal, backoffs: Backoffs | None = None) -> None:
        self._database = portal.house.database
        self._backoffs = backoffs
        self.now: datetime = portal.now()

    async def count(self, identifier: str, network: str = HOME) -> Attempt:
        async with self._database.transaction() as tx:
            return await attempts.count_attempt(tx, identifier, network=network, now=self.now, backoffs=self._backoffs)

    async def wait(self, identifier: str, network: str = HOME) -> float:
        """How long an attempt that is made now has to wait, in seconds; nought when it was counted."""
        try:
            await self.count(identifier, network)
        except Refusal as refusal:
            if refusal.code != "too_many_attempts" or refusal.retry_after_s is None:
                raise
            return refusal.retry_after_s
        return 0

    async def succeed(self, identifier: str, network: str = HOME) -> None:
        attempt = await self.count(identifier, network)
        async with self._database.transaction() as tx:
            await attempts.note_success(tx, attempt, now=self.now)


async def test_somebody_guesses_on_after_every_wait(portal: Portal):
    """Each wait is twice the one before, up to a quarter of an hour; what is refused does not make it longer."""
    counts = Counts(portal)
    assert [await counts.wait("ana") for _ in range(8)] == [0] * 5 + [60, 60, 60]
    waits = []
    for _ in range(6):
        counts.now += timedelta(seconds=await counts.wait("ana"))
        assert await counts.wait("ana") == 0
        waits.append(await counts.wait("ana"))
    assert waits == [120, 240, 480, 900, 900, 900]
    counts.now += timedelta(hours=1, seconds=1)
    assert [await counts.wait("ana") for _ in range(6)] == [0] * 5 + [60]


async def test_a_sign_in_leaves_what_was_counted_before(portal: Portal):
    counts = Counts(portal)
    for _ in range(3):
        assert [await counts.wait("ana") for _ in range(4)] == [0] * 4
        await counts.succeed("ana")
    assert await counts.wait("ana", OFFICE) == 0


async def test_one_guess_at_each_of_many_goes_unseen_or_keeps_their_members_out(portal: Portal):
    """A network waits that tries many accounts, but not whoever has signed in from there, nor anybody elsewhere."""
    counts = Counts(portal, Backoffs(network=Backoff(free=10, first_s=30, max_s=300, forget_s=3_600)))
    await counts.succeed("ana")
    waits = await asyncio.gather(*(counts.wait(f"nobody-{n}") for n in range(30)))
    assert sorted(waits) == [0] * 10 + [30] * 20
    assert await counts.wait("bob") == 30
    # Whose own sign-ins succeed does not make room for guesses.
    for _ in range(3):
        await counts.succeed("ana")
    assert await counts.wait("bob") == 30
    assert await counts.wait("bob", OFFICE) == 0
    counts.now += timedelta(days=91)
    assert [await counts.wait(f"again-{n}") for n in range(11)] == [0] * 10 + [30]
    assert await counts.wait("ana") == 30


async def test_many_networks_guess_as_often_as_they_are_or_keep_the_member_out(portal: Portal):
    counts = Counts(portal, Backoffs(account=Backoff(free=20, first_s=15, max_s=60, forget_s=3_600)))
    await counts.succeed("ana", OFFICE)
    networks = [f"2001:db8:{n:x}::/64" for n in range(40)]
    waits = await asyncio.gather(*(counts.wait("ana", network) for network in networks))
    assert sorted(waits) == [0] * 20 + [15] * 20
    assert await counts.wait("ana", OFFICE) == 0
    assert await counts.wait("bob", networks[0]) == 0


async def test_spellings_of_one_identifier_count_apart(portal: Portal):
    counts = Counts(portal)
    waits = [await counts.wait(name) for name in ("ana", "ANA", "Ana", "aNA", "anA", "AnA")]
    assert waits == [0] * 5 + [60]


async def test_what_was_not_looked_at_stays_counted(portal: Portal):
    counts = Counts(portal)
    for _ in range(10):
        attempt = await counts.count("ana")
        async with portal.house.database.transaction() as tx:
            await attempts.give_attempt_back(tx, attempt)
    assert [await counts.wait("ana") for _ in range(6)] == [0] * 5 + [60]

"""Nothing that happens to members, tags, allocations and credentials, in whatever order, gives anybody more than they were given.

`PROPERTIES=full` tries many more orders than the ones that are always tried.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.portal.any_people import AnyPeople, Happening, World
from tests.integration.portal.people_laws import ADMINISTRATORS, MEMBERS_OWN
from tests.support.thoroughness import tried

pytestmark = pytest.mark.integration

OFTEN = [
    "call",
    "claim",
    "member resume",
    "member resumes credential",
    "admin revoke",
    "unlock",
    "disable",
    "role",
    "rotate",
]
"""What is worth happening more than once."""
ANA, BEN, ROBOT = 2, 3, 4
"""Members, credentials, secrets and allocations count from the first one made; the robot is a service account of Ana's."""
STORY: list[tuple[Happening, str]] = [
    (("call", 0, 0), "done"),
    (("call", 0, 0), "done"),
    (("call", 0, 0), "done"),
    (("call", 0, 0), "token_quota_exceeded"),
    (("claim", ANA, 0), "allocation_exists"),
    (("member pause", 0, 0), "done"),
    (("claim", ANA, 0), "allocation_exists"),
    (("member resume", 0, 0), "done"),
    (("admin pause", 0, 0), "done"),
    (("member resume", 0, 0), "allocation_action_forbidden"),
    (("member pause", 0, 0), "allocation_state_conflict"),
    (("call", 0, 0), "allocation_paused"),
    (("admin quarantine", 0, 0), "done"),
    (("member resume", 0, 0), "allocation_state_conflict"),
    (("admin resume", 0, 0), "allocation_state_conflict"),
    (("claim", ANA, 0), "allocation_exists"),
    (("call", 0, 0), "allocation_quarantined"),
    (("admin release", 0, 0), "done"),
    (("admin revoke", 0, 0), "done"),
    (("claim", ANA, 0), "claim_locked"),
    (("call", 0, 0), "allocation_revoked"),
    (("unlock", 0, 0), "done"),
    (("claim", ANA, 0), "done"),
    (("call", 0, 0), "token_quota_exceeded"),
    (("claim", ANA, 1), "model_not_found"),
    (("tag", ANA, 0), "done"),
    (("call", 0, 1), "done"),
    (("call", 0, 1), "done"),
    (("deny", ANA, 0), "done"),
    (("call", 0, 1), "model_not_found"),
    (("untag", ANA, 0), "done"),
    (("restrict", 0, 0), "done"),
    (("call", 0, 1), "model_not_found"),
    (("open", 0, 0), "done"),
    (("call", 0, 1), "done"),
    (("grant", BEN, 0), "allocation_exists"),
    (("grant", BEN, 1), "done"),
    (("member pauses credential", 1, 0), "done"),
    (("call", 1, 0), "credential_paused"),
    (("member resumes credential", 1, 0), "done"),
    (("admin pauses credential", 1, 0), "done"),
    (("member resumes credential", 1, 0), "credential_action_forbidden"),
    (("playground", 1, 0), "credential_state_conflict"),
    (("rotate", 1, 1), "done"),
    (("call", 3, 0), "credential_paused"),
    (("admin resumes credential", 1, 0), "done"),
    (("playground", 1, 0), "done"),
    (("call", 4, 0), "done"),
    (("later", 1, 0), "done"),
    (("call", 4, 0), "credential_expired"),
    (("call", 1, 0), "done"),
    (("later", 2, 0), "done"),
    (("call", 1, 0), "credential_expired"),
    (("disable", ANA, 0), "responsible_for_services"),
    (("disable", ANA, 2), "done"),
    (("call", 0, 0), "member_disabled"),
    (("call", 2, 0), "member_disabled"),
    (("issue", ANA, 0), "session_ended"),
    (("enable", ROBOT, 0), "bad_responsible_member"),
    (("enable", ANA, 0), "done"),
    (("enable", ROBOT, 0), "done"),
    (("call", 2, 0), "done"),
    (("member revokes credential", 2, 0), "done"),
    (("call", 2, 0), "credential_revoked"),
    (("rotate", 2, 0), "credential_revoked"),
    (("role", ROBOT, 2), "service_owner"),
    (("role", 0, 0), "last_owner"),
    (("disable", 0, 0), "last_owner"),
    (("delete", 0, 0), "last_owner"),
    (("role", BEN, 2), "done"),
    (("disable", 0, 0), "done"),
    (("role", BEN, 1), "last_owner"),
    (("delete", ANA, 0), "in_use"),
]


@contextmanager
def opened(database: str) -> Iterator[tuple[asyncio.Runner, World]]:
    with asyncio.Runner() as runner:
        world = World(database)
        runner.run(world.open())
        try:
            yield runner, world
        finally:
            runner.run(world.close())


def test_no_order_gives_anybody_more_than_they_were_given(database: str, tally: Counter[str]) -> None:
    """First what has happened elsewhere, told with how it has to end here; then anything."""
    numbers = itertools.count()
    step = st.tuples(
        st.sampled_from(sorted(MEMBERS_OWN | ADMINISTRATORS) + OFTEN), st.integers(0, 9), st.integers(0, 5)
    )
    with opened(database) as (runner, world):
        runner.run(_told(AnyPeople(world), next(numbers)))

        @tried(ci=7, full=1_000)
        @given(st.lists(step, min_size=25, max_size=45))
        def any_order(happenings: list[Happening]) -> None:
            runner.run(_live(AnyPeople(world), next(numbers), happenings))
            tally.update(sequences=1, steps=len(happenings))

        any_order()


async def _told(people: AnyPeople, number: int) -> None:
    await people.begin(number)
    for place, (happening, ends) in enumerate(STORY):
        ended = await people.happen(happening)
        assert ended == ends, (place, happening)
    await people.end()


async def _live(people: AnyPeople, number: int, happenings: list[Happening]) -> None:
    await people.begin(number)
    for happening in happenings:
        await people.happen(happening)
    await people.end()

"""What signing in costs everybody else, and what its time tells whoever guesses names: `python -m tests.load.sign_ins`.

Calls run at a steady rate, first alone, then while members sign in twenty times a second; then, one after another, wrong
passwords are given for members that there are and for some that there are not.
"""

from __future__ import annotations

import asyncio
import runpy
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf, isfinite

import httpx

from ai_api import identity
from ai_api.audit import Actor
from ai_api.core.db import Database
from ai_api.identity import By, Draft, Passwords
from tests.load.measure import Meter
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.stand import Stand
from tests.support.gateway import CHAT, chat_body

CALLS_PER_S, SIGN_INS_PER_S = 40, 20
TIMES_AS_LONG = 2
"""A 99th percentile takes more calls than a median."""
WARM_UP_S = 2.0
GUESSES_EACH = 20
"""Of known and of unknown members, in each repeat."""
MEMBERS = 40
PASSWORD = "turnip gravel ocean seventeen"
CLI = Actor(kind="cli", member_id=None, name="load", address=None, request_id=None)


@dataclass(slots=True)
class SignIns:
    """How long everything took, in seconds: infinite for whoever was told to come again."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    entered: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say) -> SignIns:
    """Measures all of it. Raises RuntimeError for an answer that none of this should get, and as `Proof.complete`."""
    found, strangers, dsn = SignIns(), Strangers(stand), stand.postgres.dsn
    meter, proof = Meter(stand), await Proof.begin(stand)
    await _members(dsn)
    async with httpx.AsyncClient(base_url=stand.gateway.url, timeout=30) as http:
        visits = _Visits(stand, http)
        warm = await _steadily(CALLS_PER_S, WARM_UP_S, visits.call)
        with strangers.watched():
            for repeat in range(plan.repeats):
                await _beside(found, visits, plan.seconds * TIMES_AS_LONG)
                await _guesses(found, visits, dsn)
                say(f"sign-ins, {repeat + 1} of {plan.repeats}")
    found.strangers = strangers.share
    meter.count("gateway", sum(isfinite(each) for each in (*warm, *found.alone, *found.beside)))
    # Calls that were told to come again have records too.
    found.records = await proof.complete(meter, exactly=False)
    return found


class _Visits:
    """What is asked of the gateway, and how long each took in seconds."""

    def __init__(self, stand: Stand, http: httpx.AsyncClient) -> None:
        self._stand, self._http = stand, http

    async def call(self, number: int) -> float:
        caller = self._stand.callers[number % len(self._stand.callers)]
        return await self._timed(CHAT, chat_body(caller), 200, {"authorization": f"Bearer {caller.secret}"})

    async def sign_in(self, number: int) -> float:
        return await self._log_in(f"member{number % MEMBERS}", PASSWORD, 200)

    async def guess(self, identifier: str) -> float:
        return await self._log_in(identifier, "not the password at all", 401)

    async def _log_in(self, identifier: str, password: str, status: int) -> float:
        self._http.cookies.clear()
        body: dict[str, object] = {"identifier": identifier, "password": password}
        return await self._timed("/api/auth/login", body, status, {})

    async def _timed(self, path: str, body: dict[str, object], status: int, headers: dict[str, str]) -> float:
        begun = time.perf_counter()
        answer = await self._http.post(path, json=body, headers=headers)
        took = time.perf_counter() - begun
        if answer.status_code in {429, 503}:
            # Told to come again: it counts as long as nobody would wait.
            return inf
        if answer.status_code != status:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        return took


async def _beside(found: SignIns, visits: _Visits, seconds: float) -> None:
    found.alone += await _steadily(CALLS_PER_S, seconds, visits.call)
    beside, entered = await asyncio.gather(
        _steadily(CALLS_PER_S, seconds, visits.call), _steadily(SIGN_INS_PER_S, seconds, visits.sign_in)
    )
    found.beside += beside
    found.entered += entered


async def _guesses(found: SignIns, visits: _Visits, dsn: str) -> None:
    for number in range(GUESSES_EACH):
        # In turns: the first after the counts were forgotten has more to write.
        for times, name in ((found.known, "member"), (found.unknown, "nobody"))[:: 1 if number % 2 else -1]:
            times.append(await visits.guess(f"{name}{number % MEMBERS}"))
        await _forget(dsn)


async def _members(dsn: str) -> None:
    password_hash, database, now = await Passwords().hash(PASSWORD), Database(dsn), datetime.now(UTC)
    async with database.transaction() as tx:
        for number in range(MEMBERS):
            draft = Draft(identifier=f"member{number}", display_name=f"Member {number}")
            by = By(None, "owner")
            await identity.create_member(tx, CLI, draft, by=by, now=now, password_hash=password_hash)
    await database.close()


async def _forget(dsn: str) -> None:
    """Nobody has to wait: it is the time of an attempt that is measured."""
    database = Database(dsn, pool_size=1)
    async with database.transaction() as tx:
        await tx.exec_driver_sql("DELETE FROM sign_in_attempts")
    await database.close()


async def _steadily(per_s: int, seconds: float, work: Callable[[int], Awaitable[float]]) -> list[float]:
    """How long each piece of work took that was begun at a rate, whether or not the one before had ended; in seconds."""
    begun, tasks = time.perf_counter(), []
    for number in range(int(per_s * seconds)):
        await asyncio.sleep(max(0.0, begun + number / per_s - time.perf_counter()))
        tasks.append(asyncio.ensure_future(work(number)))
    return list(await asyncio.gather(*tasks))


if __name__ == "__main__":
    # This part of the load run alone, with all of its options but which parts.
    sys.argv[1:1] = ["--only", "sign-ins"]
    runpy.run_module("tests.load", run_name="__main__")

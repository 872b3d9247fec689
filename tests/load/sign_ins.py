"""`python -m tests.load.sign_ins`: what signing in costs everybody else, and what its time tells whoever guesses names.

Calls run at a steady rate, first alone, then while members sign in twenty times a second; then, one after another, wrong
passwords are given for members that there are and for some that there are not.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from math import inf, isfinite
from pathlib import Path

import httpx

from ai_api import identity
from ai_api.audit import Actor
from ai_api.core.db import Database
from ai_api.identity import By, Draft, Passwords
from tests.load.figures import median, quantile
from tests.load.stand import NOWHERE, migrate, organize
from tests.support.gateway import CHAT, chat_body, gateway_process
from tests.support.organization import Caller
from tests.support.private_postgres import PrivatePostgres
from tests.support.upstream import spawned

CALLS_PER_S, SIGN_INS_PER_S, SECONDS, GUESSES = 40, 20, 10, 40
MEMBERS = 40
PASSWORD = "turnip gravel ocean seventeen"
CLI = Actor(kind="cli", member_id=None, name="load", address=None, request_id=None)


async def main() -> None:
    """Measures, and prints what was found."""
    async with _stand() as (http, caller, dsn):
        await _members(dsn)
        await _steadily(CALLS_PER_S, 3, lambda n: _call(http, caller))
        alone = await _steadily(CALLS_PER_S, SECONDS, lambda n: _call(http, caller))
        beside, entered = await asyncio.gather(
            _steadily(CALLS_PER_S, SECONDS, lambda n: _call(http, caller)),
            _steadily(SIGN_INS_PER_S, SECONDS, lambda n: _sign_in(http, f"member{n % MEMBERS}", PASSWORD, 200)),
        )
        _say("calls alone", alone)
        _say(f"calls beside {SIGN_INS_PER_S} sign-ins a second", beside)
        _say("sign-ins", entered)
        print(f"p99 rises by {(quantile(beside, 0.99) - quantile(alone, 0.99)) * 1_000:.1f} ms")
        known: list[float] = []
        unknown: list[float] = []
        for n in range(GUESSES):
            # In turns: the first after the counts were forgotten has more to write.
            for times, name in ((known, "member"), (unknown, "nobody"))[:: 1 if n % 2 else -1]:
                times.append(await _sign_in(http, f"{name}{n % MEMBERS}", "not the password at all", 401))
            await _forget(dsn)
        _say("known, wrong password", known)
        _say("unknown", unknown)
        print(f"medians differ by {abs(median(known) / median(unknown) - 1):.1%}")


@asynccontextmanager
async def _stand() -> AsyncIterator[tuple[httpx.AsyncClient, Caller, str]]:
    with tempfile.TemporaryDirectory(prefix="ai-api-sign-ins-") as folder:
        Path(folder).chmod(0o711)
        postgres = PrivatePostgres(Path(folder) / "data")
        postgres.folder.mkdir()
        await asyncio.to_thread(postgres.start)
        try:
            await migrate(postgres.dsn)
            async with spawned(log=NOWHERE, options=("--quiet", "--keep", "0")) as provider:
                caller = (await organize(postgres.dsn, provider.url))[0]
                async with (
                    gateway_process(postgres.dsn, log=NOWHERE, AI_API_LOG_LEVEL="WARNING") as process,
                    httpx.AsyncClient(base_url=process.url, timeout=30) as http,
                ):
                    yield http, caller, postgres.dsn
        finally:
            await asyncio.to_thread(postgres.close)


async def _members(dsn: str) -> None:
    password_hash, database, now = await Passwords().hash(PASSWORD), Database(dsn), datetime.now(UTC)
    async with database.transaction() as tx:
        for n in range(MEMBERS):
            draft = Draft(identifier=f"member{n}", display_name=f"Member {n}")
            by = By(None, "owner")
            await identity.create_member(tx, CLI, draft, by=by, now=now, password_hash=password_hash)
    await database.close()


async def _forget(dsn: str) -> None:
    """Nobody has to wait: it is the time of an attempt that is measured."""
    database = Database(dsn, pool_size=1)
    async with database.transaction() as tx:
        await tx.exec_driver_sql("DELETE FROM sign_in_attempts")
    await database.close()


async def _steadily(per_s: int, seconds: int, work: Callable[[int], Awaitable[float]]) -> list[float]:
    """How long each piece of work took that was begun at a rate, whether or not the one before had ended; in seconds."""
    begun, tasks = time.perf_counter(), []
    for n in range(per_s * seconds):
        await asyncio.sleep(max(0.0, begun + n / per_s - time.perf_counter()))
        tasks.append(asyncio.ensure_future(work(n)))
    return list(await asyncio.gather(*tasks))


async def _call(http: httpx.AsyncClient, caller: Caller) -> float:
    headers = {"authorization": f"Bearer {caller.secret}"}
    return await _timed(http, CHAT, chat_body(caller), 200, headers)


async def _sign_in(http: httpx.AsyncClient, identifier: str, password: str, status: int) -> float:
    http.cookies.clear()
    return await _timed(http, "/api/auth/login", {"identifier": identifier, "password": password}, status, {})


async def _timed(
    http: httpx.AsyncClient, path: str, body: dict[str, object], status: int, headers: dict[str, str]
) -> float:
    begun = time.perf_counter()
    answer = await http.post(path, json=body, headers=headers)
    took = time.perf_counter() - begun
    if answer.status_code in {429, 503}:
        # Told to come again: it counts as long as nobody would wait.
        return inf
    if answer.status_code != status:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
    return took


def _say(what: str, times: list[float]) -> None:
    refused = sum(not isfinite(each) for each in times)
    times = [each for each in times if isfinite(each)]
    print(
        f"{what}: median {median(times) * 1_000:.1f} ms, p99 {quantile(times, 0.99) * 1_000:.1f} ms, {len(times)} answered, {refused} told to come again"
    )


if __name__ == "__main__":
    asyncio.run(main())

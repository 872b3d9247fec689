"""Sends what waits in the outbox: every letter at least once, and most of them exactly once.

A letter is taken in one short transaction, sent with no connection of the database held, and settled in another. Whoever dies in
between leaves a letter that somebody else takes five minutes later; it has the same id then, and mail programs show it once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from ai_api import mail, setup
from ai_api.core.clock import Clock
from ai_api.core.db import Database
from ai_api.core.errors import StoreUnavailable
from ai_api.core.seal import KeyRing, SealError
from ai_api.jobs.runner import JobLog, pause
from ai_api.mail import Forgotten, Letter, NotTaken, SmtpServer, Taken
from ai_api.observability.listener import Family
from ai_api.observability.metrics import mail_metrics

LOOK_EVERY_S = 2.0
AT_ONCE = 4
"""How many letters are sent side by side; a lease is long enough for each of them to fail slowly."""


@dataclass(frozen=True, slots=True)
class _Addressed:
    letter: Letter
    recipient: str


class Postman:
    """Sends letters until told to stop. Several may work on one outbox."""

    def __init__(self, database: Database, ring: KeyRing, server: SmtpServer, clock: Clock, log: JobLog) -> None:
        self._database = database
        self._ring = ring
        self._server = server
        self._clock = clock
        self._log = log
        self._results: Counter[str] = Counter()
        self._failed = 0
        self._oldest_s = 0.0

    def families(self) -> list[Family]:
        """Metrics: what became of letters here, and what the outbox looked like last."""
        return mail_metrics(self._results, failed=self._failed, oldest_s=self._oldest_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Looks every other second for letters that are due. One under way is finished."""
        while not stop.is_set():
            try:
                while await self.round() and not stop.is_set():
                    continue
                await self._look()
            except StoreUnavailable:
                self._log.info("job_waits", job="send_mail", reason="store_unavailable")
            except Exception as error:  # noqa: BLE001  -- a boundary:
                # a defect about one letter must not end the sending of all others, nor the jobs beside it.
                self._log.error("job_failed", job="send_mail", exc_info=error)
            await pause(stop, LOOK_EVERY_S)

    async def round(self) -> int:
        """Sends the letters that are due, at most 4; gives how many it tried. Raises StoreUnavailable."""
        async with self._database.transaction() as tx:
            taken = await mail.take(tx, now=self._clock.now(), limit=AT_ONCE)
        results = await asyncio.gather(*(self._deliver(each) for each in taken), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(taken)

    async def _deliver(self, taken: Taken) -> None:
        if self._clock.now() >= taken.expires_at:
            await self._refused(taken, NotTaken("expired", for_good=True))
            return
        try:
            addressed = await self._addressed(taken)
            if addressed is None:
                await self._settle(taken, "dropped")
                return
            message = mail.compose(
                addressed.letter,
                letter_id=taken.id,
                sender=self._server.sender,
                recipient=addressed.recipient,
                now=self._clock.now(),
            )
            await mail.send(self._server, message, recipient=addressed.recipient)
        except NotTaken as refusal:
            await self._refused(taken, refusal)
            return
        except SealError:
            # The key may be put back into the ring: it is tried again as long as a server that is away would be.
            await self._refused(taken, NotTaken("SealError", for_good=False))
            return
        await self._settle(taken, "sent")

    async def _addressed(self, taken: Taken) -> _Addressed | None:
        payload = mail.open_payload(self._ring, taken)
        if not isinstance(payload, Forgotten):
            return _Addressed(payload, taken.recipient)
        async with self._database.transaction() as tx:
            answer = await setup.answer_forgotten(tx, payload, now=self._clock.now())
        return None if answer is None else _Addressed(answer[1], answer[0])

    async def _settle(self, taken: Taken, how: mail.Settled) -> None:
        async with self._database.transaction() as tx:
            await mail.settle(tx, taken.id, how, now=self._clock.now())
        self._results[how] += 1

    async def _refused(self, taken: Taken, refusal: NotTaken) -> None:
        async with self._database.transaction() as tx:
            is_given_up = await mail.fail(
                tx, taken, reason=refusal.reason, for_good=refusal.for_good, now=self._clock.now()
            )
        self._results["given_up" if is_given_up else "put_off"] += 1
        if is_given_up:
            self._log.error(
                "letter_given_up", letter_id=str(taken.id), kind=taken.kind, tries=taken.tries, reason=refusal.reason
            )

    async def _look(self) -> None:
        now = self._clock.now()
        async with self._database.transaction() as tx:
            figures = await mail.figures(tx, now=now)
        since = figures.waiting_since
        self._failed = figures.failed
        self._oldest_s = 0.0 if since is None else max(0.0, (now - since).total_seconds())

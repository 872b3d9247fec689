"""A mail server on this machine that keeps what it is given, and refuses as a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd import smtp


@dataclass
class MailServer:
    """`letters` are those it took; `refusals` are what it says to the next ones instead; `hold` keeps it from answering."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    under_way: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  -- the library's name
        self.under_way += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.refusals:
            return self.refusals.pop(0)
        self.letters.append(message_from_bytes(envelope.content, EmailMessage, policy=SMTP))
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """One on a free port of the loopback, without encryption."""
    kept = MailServer()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        lambda: smtp.SMTP(kept, hostname="mail.test", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    kept.port = listener.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        if kept.hold is not None:
            kept.hold.set()
        listener.close()
        await listener.wait_closed()

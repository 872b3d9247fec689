"""The one place that speaks to a mail server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

Security = Literal["starttls", "tls", "none"]

COMMAND_S = 20.0
SENDING_S = 60.0
"""How long one command, and the whole of a sending, may take; well within the time that a letter is taken for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The server that takes our mail. `sender` is what letters are from; `security` how the connection is kept private."""

    host: str
    port: int
    sender: str
    security: Security
    username: str | None = None
    password: str | None = None


class NotTaken(Exception):
    """The server did not take a letter. `reason` never quotes the server; `for_good` says that trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


async def send(server: SmtpServer, message: EmailMessage, *, recipient: str) -> None:
    """Hands a message over; when this returns, the server has it. Raises NotTaken."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        # None would be "if it is offered": whoever is in the middle could say that it is not.
        start_tls=server.security == "starttls",
        username=server.username,
        password=server.password,
        timeout=COMMAND_S,
    )
    try:
        async with asyncio.timeout(SENDING_S):
            await client.connect()
            await client.send_message(message, recipients=[recipient])
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refused(error, [each.code for each in error.recipients]) from None
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
        raise _refused(error, [error.code]) from None
    except aiosmtplib.SMTPResponseException as error:
        # Greeting, encryption, signing in: what an operator mends, whatever the code says.
        raise NotTaken(f"{type(error).__name__} {error.code}", for_good=False) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        # ValueError: a name or an address that cannot be written as SMTP wants it. Without its text, which may quote a server.
        raise NotTaken(type(error).__name__, for_good=isinstance(error, ValueError)) from None
    finally:
        # Without the farewell: the letter is the server's once it said so, and a failing farewell would say it was not.
        client.close()


def _refused(error: Exception, codes: list[int]) -> NotTaken:
    reason = f"{type(error).__name__} {' '.join(str(code) for code in codes)}"
    return NotTaken(reason, for_good=all(500 <= code < 600 for code in codes))

"""What letters say: plain text, and the same as simple HTML. Pure."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """Somebody was invited; `url` is their link, with its secret."""

    display_name: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ResetLetter:
    """Somebody may choose another password; `url` is their link, with its secret."""

    display_name: str
    url: str
    expires_at: datetime


Letter: TypeAlias = InvitationLetter | ResetLetter


def compose(letter: Letter, *, letter_id: UUID, sender: str, recipient: str, now: datetime) -> EmailMessage:
    """The message. Its id is the letter's, so that one which is sent twice can be told to be one. No secret in a header."""
    where = urlsplit(letter.url).netloc
    until = f"{letter.expires_at:%d %B %Y, %H:%M} UTC"
    if isinstance(letter, InvitationLetter):
        subject = f"Your invitation to {where}"
        before = f"You have been invited to {where}. Choose a password to begin:"
        after = f"The link works once, until {until}. If you did not expect it, you need not do anything."
        button = "Choose a password"
    else:
        subject = f"Another password for {where}"
        before = f"Somebody asked for another password of your account at {where}. If it was you, choose one here:"
        after = f"The link works once, until {until}. If it was not you, you need not do anything: your password stays as it is."
        button = "Choose another password"
    # A header of plain ASCII wherever the address allows it: not every server takes the other kind.
    message = EmailMessage(policy=SMTP if recipient.isascii() and sender.isascii() else SMTPUTF8)
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = now
    message["Message-ID"] = f"<{letter_id}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    hello = f"Hello {letter.display_name},"
    message.set_content(f"{hello}\n\n{before}\n\n{letter.url}\n\n{after}\n", cte="quoted-printable")
    message.add_alternative(_html(hello, before, button, letter.url, after), subtype="html", cte="quoted-printable")
    return message


def _html(hello: str, before: str, button: str, url: str, after: str) -> str:
    paragraphs = [html.escape(hello), html.escape(before)]
    paragraphs.append(f'<a href="{html.escape(url, quote=True)}">{html.escape(button)}</a>')
    paragraphs.append(html.escape(after))
    body = "\n".join(f"<p>{each}</p>" for each in paragraphs)
    return f'<!doctype html>\n<html lang="en"><body style="font-family: sans-serif">\n{body}\n</body></html>\n'

"""Letters to people: written down with what they are about, and sent afterwards, until one arrives or there is no more use."""

from ai_api.mail.letters import InvitationLetter, Letter, ResetLetter, compose
from ai_api.mail.outbox import (
    Figures,
    Settled,
    Taken,
    fail,
    figures,
    forget_old,
    open_payload,
    put,
    put_forgotten,
    settle,
    take,
)
from ai_api.mail.rules import ADDRESS_CHARACTERS_MAX, Forgotten, is_address
from ai_api.mail.smtp import NotTaken, SmtpServer, send

__all__ = [
    "ADDRESS_CHARACTERS_MAX",
    "Figures",
    "Forgotten",
    "InvitationLetter",
    "Letter",
    "NotTaken",
    "ResetLetter",
    "Settled",
    "SmtpServer",
    "Taken",
    "compose",
    "fail",
    "figures",
    "forget_old",
    "is_address",
    "open_payload",
    "put",
    "put_forgotten",
    "send",
    "settle",
    "take",
]

"""/api/auth: links with a secret, followed by a browser that is not signed in.

The secret is in the address's fragment, which a browser keeps to itself; the page there posts it. A program that follows a
link has no page: it posts the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from ai_api import mail, setup
from ai_api.invitations import LinkKind
from ai_api.mail import Forgotten
from ai_api.portal.address import shown_address_of
from ai_api.portal.auth.signed_in import SignedInShown, signed_in
from ai_api.portal.deps import Anybody, HouseDep, Transaction, visitor_of
from ai_api.portal.shapes import Name, Strict

router = APIRouter(prefix="/api/auth", tags=["auth"], dependencies=[Anybody])

Secret = Annotated[str, Field(min_length=1, max_length=200)]
"""What stands behind the `#` of a link."""
# A password is taken as it is, blanks at its ends too; whether it is a good one is not for this shape to say.
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=4_096)]


class LinkSecret(Strict):
    """Which link."""

    secret: Secret


class PasswordChoice(LinkSecret):
    """A link, and the password that is chosen by it."""

    password: Password


class Acceptance(PasswordChoice):
    """An invitation is accepted. Without `display_name` whoever invited has named them."""

    display_name: Name | None = None


class SetUp(PasswordChoice):
    """The first owner, who makes themself."""

    identifier: str
    display_name: Name


class Forgot(Strict):
    """Whose password is forgotten."""

    identifier: Annotated[str, Field(min_length=1, max_length=254)]


class LinkShown(BaseModel):
    """Whom a link is for, and until when. A `set_up` link is for whoever becomes the first owner."""

    kind: LinkKind
    identifier: str | None
    display_name: str | None
    expires_at: datetime


class ForgotShown(BaseModel):
    """The same for everybody. Without mail, only an administrator can give out a link."""

    sends_mail: bool


@router.post("/invitation/look")
async def look_at_link(body: LinkSecret, tx: Transaction, house: HouseDep) -> LinkShown:
    """Whom a link of any kind is for. It stays good."""
    receiver = await setup.look_at_link(tx, body.secret, now=house.clock.now())
    member = receiver.member
    return LinkShown(
        kind=receiver.link.kind,
        identifier=member.identifier if member else None,
        display_name=member.display_name if member else None,
        expires_at=receiver.link.expires_at,
    )


@router.post("/invitation")
async def accept_invitation(body: Acceptance, request: Request, response: Response, house: HouseDep) -> SignedInShown:
    """Chooses a password by an invitation, and signs in."""
    entered = await setup.follow_link(
        house.database,
        house.passwords,
        visitor_of(request),
        "invitation",
        secret=body.secret,
        password=body.password,
        display_name=body.display_name,
        terms=house.settings.sessions,
        now=house.clock.now(),
    )
    return signed_in(entered, response, house)


@router.post("/reset")
async def reset_password(body: PasswordChoice, request: Request, response: Response, house: HouseDep) -> SignedInShown:
    """Chooses another password by a reset link, signs out everywhere, and signs in here."""
    entered = await setup.follow_link(
        house.database,
        house.passwords,
        visitor_of(request),
        "reset",
        secret=body.secret,
        password=body.password,
        terms=house.settings.sessions,
        now=house.clock.now(),
    )
    return signed_in(entered, response, house)


@router.post("/set-up")
async def set_up(body: SetUp, request: Request, response: Response, house: HouseDep) -> SignedInShown:
    """Makes the first owner by the link that `ai-api admin link` prints, and signs them in."""
    entered = await setup.set_up(
        house.database,
        house.passwords,
        visitor_of(request),
        secret=body.secret,
        identifier=body.identifier,
        display_name=body.display_name,
        password=body.password,
        terms=house.settings.sessions,
        now=house.clock.now(),
    )
    return signed_in(entered, response, house)


@router.post("/forgot", status_code=202)
async def forgot_password(body: Forgot, request: Request, tx: Transaction, house: HouseDep) -> ForgotShown:
    """Sends a reset link to a member's address. The answer, and its time, are the same whether or not there is such a member."""
    public_url = house.settings.public_url
    # The link leads where the settings say, never where a request says it came in: anybody may have sent that.
    if house.settings.sends_mail and public_url is not None:
        forgotten = Forgotten(body.identifier, public_url)
        address = shown_address_of(request)
        await mail.put_forgotten(tx, house.ring, forgotten, address=address, now=house.clock.now())
    return ForgotShown(sends_mail=house.settings.sends_mail)

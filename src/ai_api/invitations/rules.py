"""What a link with a secret is, how long it lives, and whom it may be made for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from ai_api.core import secret_form
from ai_api.core.errors import Refusal
from ai_api.core.secret_form import TAIL_CHARACTERS
from ai_api.identity.rules import By, Member

LinkKind = Literal["invitation", "reset", "set_up"]

LIVES: Final[Mapping[LinkKind, timedelta]] = {
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=1),
    "set_up": timedelta(hours=24),
}
"""How long a link can be followed after it was made."""

KEPT: Final = timedelta(days=30)
"""How long it is remembered that there was a link, after its time."""

_PAGE: Final[Mapping[LinkKind, str]] = {
    "invitation": "/app/invitation",
    "reset": "/app/reset",
    "set_up": "/app/set-up",
}
_PREFIX: Final = "aiapi_lnk_"
_SECRET = re.compile(rf"{_PREFIX}[0-9A-Za-z]{{{TAIL_CHARACTERS}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made. Its secret is kept nowhere. `member_id` is None for a set-up link, which makes the first owner.

    `created_by` is the administrator who made it; None for the command line, and for whoever forgot their password.
    """

    id: UUID
    kind: LinkKind
    member_id: UUID | None
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new link and its secret, which is given out once."""

    link: Link
    secret: str


def new_secret() -> str:
    """A new secret of a link, from 256 random bits."""
    return secret_form.new(_PREFIX)


def looks_valid(secret: str) -> bool:
    """Whether `secret` has the form and the checksum of one."""
    return _SECRET.fullmatch(secret) is not None and secret_form.checksum_fits(secret)


def is_live(link: Link, *, now: datetime) -> bool:
    """Whether a link can be followed."""
    return link.used_at is None and link.revoked_at is None and now < link.expires_at


def url_of(public_url: str, made: Made) -> str:
    """The address to hand out. The secret is in the fragment, which no browser sends and no log of a server holds."""
    return f"{public_url}{_PAGE[made.link.kind]}#{made.secret}"


def check_receiver(member: Member, kind: LinkKind, *, by: By, has_password: bool) -> None:
    """Whether `by` may have a link made by which `member` sets a password, and is signed in.

    Raises Refusal `owner_required`, `service_password`, `member_disabled`, `signs_in_elsewhere`, `invitation_accepted`.
    """
    if member.role == "owner" and by.role != "owner":
        # Whoever holds the link is that member: it would make an administrator an owner.
        raise Refusal("owner_required", "forbidden", "Only owners make, change or delete owners.")
    if member.kind == "service":
        raise Refusal("service_password", "invalid", "A service account has no password; give it an access token.")
    if member.status != "active":
        raise Refusal("member_disabled", "conflict", "The member is disabled. Enable them first.")
    if member.identity != "local":
        message = "The member signs in with an account of their organization, and has no password here."
        raise Refusal("signs_in_elsewhere", "conflict", message)
    if kind == "invitation" and has_password:
        message = "The member has a password already. Send a link to reset it instead."
        raise Refusal("invitation_accepted", "conflict", message)


def link_over() -> Refusal:
    """One message whatever the reason: who guesses learns nothing."""
    message = "This link was used, has expired or never was one. Ask for a new one."
    return Refusal("link_used_or_expired", "not_found", message)

"""What a session is, how long it lives and what it has to prove. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from ai_api.core import secret_form
from ai_api.core.errors import Refusal
from ai_api.core.secret_form import TAIL_CHARACTERS, hash_of
from ai_api.identity.rules import Member

Method = Literal["password", "oidc", "link"]

PROVED_FOR: Final = timedelta(minutes=10)
"""How long somebody who proved who they are may do what needs that."""
SEEN_NOTED_EVERY: Final = timedelta(minutes=1)
SESSIONS_MAX: Final = 50
"""How many live sessions a member may have: a new one ends the one that was seen longest ago."""
USER_AGENT_CHARACTERS_MAX: Final = 300
SESSIONS_KEPT: Final = timedelta(days=30)
"""How long a session can be looked at after it was over."""

_PREFIX: Final = "aiapi_ses_"
_SECRET = re.compile(rf"{_PREFIX}[0-9A-Za-z]{{{TAIL_CHARACTERS}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long sessions live: `idle` since they were last seen, `absolute` since they began."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. The secret in its cookie is kept nowhere."""

    id: UUID
    member_id: UUID
    method: Method
    address: str | None
    user_agent: str
    created_at: datetime
    seen_at: datetime
    proved_at: datetime
    """When the member last proved who they are: at sign-in, or asked again since."""
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session and its member, as they are now."""

    session: Session
    member: Member


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who knocks, before it is known who they are: from where, by what, in which request."""

    address: str | None
    user_agent: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A member who has just signed in: their new session, and its secret, which is not kept."""

    member: Member
    session: Session
    secret: str


def new_secret() -> str:
    """A new secret of a session, from 256 random bits."""
    return secret_form.new(_PREFIX)


def looks_valid(secret: str) -> bool:
    """Whether `secret` has the form and the checksum of one."""
    return _SECRET.fullmatch(secret) is not None and secret_form.checksum_fits(secret)


def csrf_token_of(secret: str) -> str:
    """What a page of ours sends beside the cookie to show that it is one: other sites cannot read it. Not the secret."""
    digest = hmac.digest(hash_of(secret), b"csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_live(session: Session, *, now: datetime, terms: SessionTerms) -> bool:
    """Whether the session still speaks for its member."""
    return session.ended_at is None and now < session.expires_at and now - session.seen_at < terms.idle


def is_seen_worth_noting(session: Session, *, now: datetime) -> bool:
    """Whether what is written of when it was last seen is a minute old."""
    return now - session.seen_at >= SEEN_NOTED_EVERY


def has_proved(proved_at: datetime | None, *, now: datetime) -> bool:
    """Whether the member proved who they are a short time ago."""
    return proved_at is not None and now - proved_at < PROVED_FOR


def session_ended() -> Refusal:
    """One message whatever the reason."""
    return Refusal("session_ended", "unauthenticated", "You are signed out, or were too long away. Sign in again.")


def sign_in_failed() -> Refusal:
    """One message whatever the reason: who guesses learns nothing."""
    message = "The identifier or the password is wrong, or this member cannot sign in by a password."
    return Refusal("sign_in_failed", "unauthenticated", message)


def password_wrong(param: str) -> Refusal:
    """Somebody who is signed in did not prove who they are."""
    message = "This is not your password, or you have none: whoever signs in otherwise proves who they are by that."
    return Refusal("password_wrong", "forbidden", message, param=param)


def session_needed() -> Refusal:
    """What was asked is of a browser that is signed in; an access token has no session."""
    return Refusal("session_needed", "forbidden", "Only a browser that is signed in can do this, not an access token.")


def prove_again() -> Refusal:
    """What this session does next needs a fresh proof."""
    minutes = int(PROVED_FOR.total_seconds() // 60)
    message = f"Prove who you are again: this is possible for {minutes} minutes after signing in."
    return Refusal("proof_needed", "forbidden", message)

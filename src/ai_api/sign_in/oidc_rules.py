"""What a provider of sign-in is, whom it vouches for, and whose it may let in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.errors import Refusal

Preset = Literal["google"]
Purpose = Literal["sign_in", "prove"]

FLOW_LIVES: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
SKEW_S: Final = 60
"""By how much a provider's clock may differ from ours, in seconds."""

_TEXT_CHARACTERS_MAX: Final = 255
_NAME_CHARACTERS_MAX: Final = 200
_EMAIL: Final = "email"
_YEARS_OF_TIMES_S: Final = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProvider:
    """Somebody else who knows our members. `name` stands in addresses, `label` on the button.

    `identifier_claim` is what members are found by at their first sign-in; an e-mail address has to be verified. Who is none yet
    becomes one if their address is in one of `domains` (lower case). `private_network` allows http and private addresses.
    """

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    preset: Preset | None = None
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    identifier_claim: str = _EMAIL
    name_claim: str = "name"
    domains: tuple[str, ...] = ()
    private_network: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A trip of one browser to a provider and back, as the browser carries it, sealed."""

    provider: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    next_path: str
    purpose: Purpose
    session_id: UUID | None
    """The session that is to be proved."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for: verified claims of an ID token, with what its userinfo adds."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    authenticated_at: datetime | None
    """When they last showed the provider who they are; None where it does not say."""


@dataclass(frozen=True, slots=True)
class MemberIdentity:
    """A subject at an issuer, and the member it is."""

    id: UUID
    member_id: UUID
    issuer: str
    subject: str
    created_at: datetime


def identifier_of(provider: OidcProvider, claims: Mapping[str, Any]) -> str:
    """What a member is found by at their first sign-in.

    Raises Refusal `oidc_identifier_missing`, `oidc_email_unverified`: an address counts only where the provider says, in so
    many words, that it is theirs.
    """
    identifier = claims.get(provider.identifier_claim)
    if not isinstance(identifier, str) or not identifier or len(identifier) > _TEXT_CHARACTERS_MAX:
        message = f"{provider.label} does not say who you are here: there is no claim {provider.identifier_claim!r}."
        raise Refusal("oidc_identifier_missing", "forbidden", message + _ASK)
    if provider.identifier_claim == _EMAIL and not _is_verified(provider, claims, identifier):
        message = f"{provider.label} does not say that your e-mail address is verified. Verify it there first."
        raise Refusal("oidc_email_unverified", "forbidden", message)
    return identifier


def display_name_of(provider: OidcProvider, claims: Mapping[str, Any], *, identifier: str) -> str:
    """What to call a newcomer: their name at the provider on one line, else their identifier."""
    name = claims.get(provider.name_claim)
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        return identifier[:_NAME_CHARACTERS_MAX]
    return name.strip()[:_NAME_CHARACTERS_MAX]


def may_register(provider: OidcProvider, identifier: str, domains: Collection[str]) -> bool:
    """Whether somebody who is no member becomes one by signing in: by the provider's domains, or the organization's."""
    return domain_of(identifier) in {*provider.domains, *domains}


def domain_of(identifier: str) -> str | None:
    """The domain of an e-mail address in lower case; None for what is none."""
    name, at, domain = identifier.rpartition("@")
    return domain.lower() if name and at and domain and "@" not in name else None


def moment_in(claims: Mapping[str, Any], name: str) -> datetime | None:
    """The instant that a claim says in seconds since 1970; None where it says none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _YEARS_OF_TIMES_S:
        return None
    return datetime.fromtimestamp(value, UTC) if value < datetime.max.replace(tzinfo=UTC).timestamp() else None


def is_fresh(vouched: Vouched, flow: Flow) -> bool:
    """Whether they showed the provider who they are on this trip, and not some time before it."""
    began = flow.expires_at - FLOW_LIVES
    return vouched.authenticated_at is not None and vouched.authenticated_at >= began - timedelta(seconds=SKEW_S)


def flow_unknown() -> Refusal:
    """One message for a state that is missing, forged, another browser's, over or used."""
    minutes = int(FLOW_LIVES.total_seconds() // 60)
    message = (
        f"This sign-in was not begun in this browser, took longer than {minutes} minutes, or is used up. Begin again."
    )
    return Refusal("oidc_state_unknown", "invalid", message)


def provider_failed(provider: OidcProvider, because: str) -> Refusal:
    """The provider cannot be asked, or its answer is none. `because` is for the log alone."""
    message = (
        f"{provider.label} cannot be asked at the moment, or answers with what cannot be used. Try again in a while."
    )
    return Refusal("oidc_provider_failed", "upstream", message + _ASK, because=because)


def provider_silent(provider: OidcProvider) -> Refusal:
    """The provider did not answer in time."""
    message = f"{provider.label} did not answer in time. Try again in a while."
    return Refusal("oidc_provider_timeout", "upstream_timeout", message + _ASK)


def token_refused(provider: OidcProvider, because: str) -> Refusal:
    """What the provider says about who this is cannot be believed. `because` is for the log alone."""
    message = f"What {provider.label} says about you cannot be verified, so nobody is signed in. Begin again."
    return Refusal("oidc_token_refused", "upstream", message + _ASK, because=because)


def not_registered(provider: OidcProvider, identifier: str) -> Refusal:
    """Known to the provider, and no member."""
    message = f"{provider.label} knows you as {identifier}, and there is no such member here. Ask an administrator to invite you."
    return Refusal("oidc_not_registered", "forbidden", message)


_ASK: Final = " If it stays so, tell your administrator."


def _is_verified(provider: OidcProvider, claims: Mapping[str, Any], email: str) -> bool:
    if claims.get("email_verified") is not True:
        return False
    domain = domain_of(email)
    # Google also has accounts under addresses of domains it does not run: those it checked once, perhaps years ago.
    return provider.preset != "google" or domain == "gmail.com" or (domain is not None and claims.get("hd") == domain)

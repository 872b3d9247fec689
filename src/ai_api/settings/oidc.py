"""Those who may vouch for members by OpenID Connect, one group of settings each."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, WithJsonSchema, field_validator, model_validator

from ai_api.core.addresses import check_base_url
from ai_api.core.errors import Refusal
from ai_api.settings.groups import Group

_GOOGLE_ISSUER = "https://accounts.google.com"
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)


class Oidc(Group):
    """Somebody who may vouch for members, by OpenID Connect."""

    preset: Literal["google"] | None = None
    """A provider whose ways are known: `google` needs no `ISSUER` and no `LABEL`."""
    issuer: Annotated[str, Field(max_length=500)] | None = None
    """The provider's address, exactly as it names itself."""
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    """What the provider calls this gateway."""
    client_secret: SecretStr | None = None
    """What the provider gave this gateway to prove itself with; none for a client that is public."""
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    """What people read on the button, unless it is the name."""
    scopes: Annotated[tuple[str, ...], WithJsonSchema({"type": "string"})] = ("openid", "email", "profile")
    """What the provider is asked to tell, with spaces or commas between."""
    identifier_claim: Annotated[str, Field(min_length=1, max_length=100)] = "email"
    """The claim that members are found by when they first sign in. `email` counts only with `email_verified`."""
    name_claim: Annotated[str, Field(min_length=1, max_length=100)] = "name"
    """The claim that newcomers are called by."""
    domains: Annotated[tuple[str, ...], WithJsonSchema({"type": "string"})] = ()
    """Whoever signs in with an address in one of these domains becomes a member, with spaces or commas between."""
    private_network: bool = False
    """Whether the provider may be at a private address, and without TLS."""

    @field_validator("scopes", "domains", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return (
            tuple(re.split(r"[\s,]+", value.strip(" \t\r\n,")))
            if isinstance(value, str) and value.strip()
            else value or ()
        )

    @field_validator("scopes")
    @classmethod
    def _with_openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("must have openid among them")
        return value

    @field_validator("domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(each.lower() for each in value)
        if not all(_DOMAIN.fullmatch(each) for each in lowered):
            raise ValueError("must be domains such as example.com, without @ and without *")
        return lowered

    @model_validator(mode="after")
    def _an_issuer(self) -> Oidc:
        if self.preset == "google" and self.issuer not in {None, _GOOGLE_ISSUER}:
            raise ValueError("issuer must not be given with a preset")
        if self.preset is None and self.issuer is None:
            raise ValueError("issuer is missing")
        try:
            check_base_url(self.issuer_in_use, private_network=self.private_network)
        except Refusal as refusal:
            raise ValueError(
                refusal.message.replace("The base URL", "issuer").replace("this provider key", "it")
            ) from None
        return self

    @property
    def issuer_in_use(self) -> str:
        """The issuer, also where the preset says it."""
        return self.issuer or _GOOGLE_ISSUER

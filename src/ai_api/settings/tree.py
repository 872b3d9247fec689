"""All settings: the ones without a group, the groups, and what they must be together."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PrivateAttr, SecretStr, WithJsonSchema, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ai_api.core.seal import KeyRing
from ai_api.settings.credential_limits import CredentialLimit, credential_limits_in
from ai_api.settings.groups import (
    Credentials,
    Install,
    Limits,
    Listen,
    Load,
    Pools,
    Retention,
    Sessions,
    Smtp,
    Traces,
    Upstream,
)
from ai_api.settings.oidc import Oidc

PREFIX = "AI_API_"
OIDC_MAX = 20
_PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "password", "default", "example"})
_PLACEHOLDERS_BEGIN = ("changeme", "change-me", "change_me", "placeholder", "replace")
_OIDC_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SENDER = re.compile(r"[^\s@<>,;:\"\x00-\x1f\x7f]+@[^\s@<>,;:\"\x00-\x1f\x7f]+")


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr
    """libpq URL of the database, `postgresql://user:password@host/name`."""
    database_app_role: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    """The role that `serve` and `worker` connect as, when `migrate` connects as another one, which owns the tables: `migrate`
    gives it what it needs, and no right to change audit events and call records."""
    encryption_keys: SecretStr
    """`id:base64` of 32 random bytes, several separated by commas; the first one seals, all of them open."""
    ops_token: SecretStr | None = None
    """When set, `/metrics` on the internal listener asks for it, as a bearer token or as the password of basic authentication."""
    public_url: str | None = None
    """The address people and clients use, when it is not the listener's own."""
    organization_zone: str = "UTC"
    """IANA zone that calendar months are counted in, until an administrator sets another."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    sweep_silent_s: Annotated[float, Field(ge=1, le=3600)] = 30.0
    """How long a replica's heart must stand still before it is taken for dead, in seconds."""
    idempotency: bool = True
    """Whether answers to calls with an `Idempotency-Key` are kept for a day, sealed. When not, such calls are refused."""
    kept_responses_days: Annotated[int, Field(ge=0, le=3650)] = 30
    """How many days the gateway keeps responses asked for with `store: true` of models whose provider keeps none, sealed. With 0
    it keeps nothing, and such calls are refused."""
    credential_limits: Annotated[tuple[CredentialLimit, ...], NoDecode, WithJsonSchema({"type": "string"})] = ()
    """What every new credential may use, unless something else is asked for: a list of `metric:amount/window` such as
    `requests:60/60s, concurrency:8, cost:5/day`. The window is a number of seconds, `day`, `month`, `lifetime` or `call`;
    `concurrency` has none. `cost` is in USD. Empty is no limit."""
    listen: Listen = Listen()
    upstream: Upstream = Upstream()
    limits: Limits = Limits()
    load: Load = Load()
    credentials: Credentials = Credentials()
    sessions: Sessions = Sessions()
    smtp: Smtp = Smtp()
    pools: Pools = Pools()
    retention: Retention = Retention()
    install: Install = Install()
    traces: Traces = Traces()
    oidc: Annotated[dict[str, Oidc], WithJsonSchema({"type": "string"})] = Field(default_factory=dict)
    """Who else may vouch for members, by a name of your choice (letters, digits and dashes): a JSON object of objects, or one
    variable for each setting of each."""
    _variables: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  -- the library's signature
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_more: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed over: `load_settings` reads the environment, and only the one it was given."""
        return (init_settings,)

    @field_validator("database_url")
    @classmethod
    def _a_postgres_url(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must be a postgresql:// URL")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _a_key_ring(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text.strip().lower() in _PLACEHOLDERS:
            raise ValueError("is a placeholder; make one with: echo k1:$(openssl rand -base64 32)")
        KeyRing.parse(text)
        return value

    @field_validator("ops_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters")
        if value is not None and value.get_secret_value().strip().lower().startswith(_PLACEHOLDERS_BEGIN):
            raise ValueError("is a placeholder; make one with: openssl rand -hex 32")
        return value

    @field_validator("organization_zone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be an IANA zone such as Europe/Berlin") from None
        return value

    @field_validator("credential_limits", mode="before")
    @classmethod
    def _limits_of_credentials(cls, value: object) -> object:
        return credential_limits_in(value) if isinstance(value, str) else value

    @field_validator("oidc")
    @classmethod
    def _a_few(cls, value: dict[str, Oidc]) -> dict[str, Oidc]:
        if len(value) > OIDC_MAX or not all(_OIDC_NAME.fullmatch(name) for name in value):
            raise ValueError(f"must be at most {OIDC_MAX}, with names of at most 32 letters, digits and dashes")
        if len({each.issuer_in_use for each in value.values()}) < len(value):
            raise ValueError("two of them have the same issuer, so that it could not be told who is who")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// or http://")
        return value.rstrip("/") if value is not None else None

    @model_validator(mode="after")
    def _first_byte_within_total(self) -> Settings:
        if self.upstream.first_byte_s > self.upstream.total_s:
            raise ValueError("upstream.first_byte_s is longer than upstream.total_s")
        return self

    @model_validator(mode="after")
    def _mail_that_arrives(self) -> Settings:
        smtp = self.smtp
        if smtp.host is None:
            return self
        if smtp.sender is None or _SENDER.fullmatch(smtp.sender) is None:
            raise ValueError("smtp.sender must be an address such as ai@example.com where smtp.host is set")
        if self.public_url is None:
            raise ValueError("public_url must be set where smtp.host is: it is where the links in letters lead")
        if (smtp.username is None) != (smtp.password is None):
            raise ValueError("smtp.username and smtp.password must be given together")
        if smtp.security == "none" and smtp.password is not None and smtp.host not in _LOOPBACK:
            raise ValueError("smtp.security would send smtp.password readably over the network")
        return self

    @model_validator(mode="after")
    def _room_for_one_body(self) -> Settings:
        if 3 * self.limits.body_bytes_max > self.load.bodies_bytes_max:
            raise ValueError(
                "load.bodies_bytes_max is less than three times limits.body_bytes_max, which is what one may take"
            )
        return self

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that said these settings, in capitals, those of files too; none of what the program said."""
        return self._variables

    def said_by(self, variables: frozenset[str]) -> Settings:
        """These settings, with the names of the variables that said them."""
        self._variables = variables
        return self

    def ring(self) -> KeyRing:
        """The encryption keys, parsed."""
        return KeyRing.parse(self.encryption_keys.get_secret_value())

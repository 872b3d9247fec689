"""One typed tree of settings, built once by a composition root and passed down.

Environment `AI_API_*` with `__` for nesting; a secret `NAME` may also come from the file that `AI_API_NAME_FILE` names. What is
missing, short, malformed or contradictory refuses to start, naming the setting and never its value.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ai_api.core.addresses import check_base_url
from ai_api.core.client_address import Network, networks_of
from ai_api.core.errors import Refusal
from ai_api.core.money import MoneyError, parse_usd
from ai_api.core.seal import KeyRing

PREFIX = "AI_API_"
_SECRET_SETTINGS = ("database_url", "encryption_keys", "ops_token", "smtp__password")
_OF_CLIENTS = frozenset({"url", "key", "model"})
_PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "password", "default", "example"})

Door = Literal["protocols", "portal"]
Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsRefused(Exception):
    """The program cannot start with these settings. Each line names a setting, what is wrong and what would be right."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(_Part):
    """Where the two listeners are: the public one, and the internal one for probes and metrics."""

    host: str = "127.0.0.1"
    port: Port = 8080
    ops_host: str = "127.0.0.1"
    ops_port: Port = 9090
    worker_ops_port: Port = 9091
    """The worker's internal listener; of its own, so that `serve` and `worker` may run beside each other."""
    grace_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """How long open calls may finish after SIGTERM, in seconds."""
    drain_delay_s: Annotated[float, Field(ge=0, le=60)] = 0.0
    """How long new calls are still taken after SIGTERM, until load balancers have noticed, in seconds."""
    header_s: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """How long a client may take to send the head of a request, from connecting or from its first byte, in seconds."""
    body_idle_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """How long a client may be silent in the middle of a body, in seconds."""
    body_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """How long a client may take to send a whole body, in seconds."""
    stall_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """How long a client may take nothing of an answer that waits for it, in seconds."""
    trusted_proxies: str = ""
    """Networks of the proxies in front, such as `10.0.0.0/8, 192.0.2.7`: what they say in `X-Forwarded-For` is believed, and
    nobody else is."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks_of(value)
        return value

    def proxies(self) -> tuple[Network, ...]:
        """The trusted proxies, parsed."""
        return networks_of(self.trusted_proxies)


class Upstream(_Part):
    """How long providers may take, in seconds."""

    connect_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    first_byte_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    idle_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    total_s: Annotated[float, Field(gt=0, le=86400)] = 3600.0


class Limits(_Part):
    """What one request may be."""

    body_bytes_max: Annotated[int, Field(ge=1024, le=1 << 30)] = 32 * 1024 * 1024


class Load(_Part):
    """How much one replica takes on at a time. What is beyond is told to try again, before its body is read."""

    open_calls_max: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """How many calls may be under way."""
    bodies_bytes_max: Annotated[int, Field(ge=1024, le=1 << 36)] = 96 * 1024 * 1024
    """How much memory the bodies may take together that are being read, or wait for their provider's answer to begin, in
    bytes. A body takes three times its length, or more; one credential gets three quarters of it all."""
    lag_ms_max: Annotated[int, Field(ge=1, le=60_000)] = 75
    """How late the event loop may be with what is due, in milliseconds, before no new call is begun. From a third of it on, the
    later it is the more calls are turned away."""


class Credentials(_Part):
    """Defaults of new credentials and access tokens."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,20}$")] = "sk-aiapi-"
    ttl_days: Annotated[int, Field(ge=1, le=36500)] | None = 90


class Sessions(_Part):
    """How long browsers stay signed in to the portal."""

    idle_minutes: Annotated[int, Field(ge=5, le=525_600)] = 720
    """Until a browser that is not used is signed out, in minutes."""
    absolute_hours: Annotated[int, Field(ge=1, le=8_760)] = 336
    """Until every browser has to sign in again, in hours."""


class Smtp(_Part):
    """The server that takes mail: invitations, and links to choose another password by."""

    host: str | None = None
    """Name of the mail server. Without it no mail is sent, and administrators hand out links themselves."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Port of the mail server."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is kept private: `starttls` (port 587), `tls` from the first byte (port 465), or `none`, which takes no
    password unless the server is on this machine. A server that does not offer it gets no mail."""
    username: str | None = None
    """Whom to sign in as at the mail server, if it asks."""
    password: SecretStr | None = None
    """The password for that."""
    sender: str | None = None
    """The address that mail comes from, such as `ai@example.com`."""


Metric = Literal["requests", "input_tokens", "output_tokens", "total_tokens", "cost", "concurrency"]
WindowKind = Literal["request", "sliding", "day", "month", "lifetime"]


class CredentialLimit(NamedTuple):
    """A limit every new credential gets. `amount` is requests, tokens, calls at a time, or nano-USD for `cost`."""

    metric: Metric
    amount: int
    window_kind: WindowKind
    window_s: int | None


OIDC_MAX = 20
_GOOGLE_ISSUER = "https://accounts.google.com"
_OIDC_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)


class Oidc(_Part):
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


class Pools(_Part):
    """How many database connections a process opens at most."""

    hot: Annotated[int, Field(ge=2, le=100)] = 8
    portal: Annotated[int, Field(ge=1, le=100)] = 5


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
    """When set, `/metrics` on the internal listener asks for it as a bearer token."""
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
    oidc: Annotated[dict[str, Oidc], WithJsonSchema({"type": "string"})] = Field(default_factory=dict)
    """Who else may vouch for members, by a name of your choice (letters, digits and dashes): a JSON object of objects, or one
    variable for each setting of each."""

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

    def ring(self) -> KeyRing:
        """The encryption keys, parsed."""
        return KeyRing.parse(self.encryption_keys.get_secret_value())


_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SENDER = re.compile(r"[^\s@<>,;:\"\x00-\x1f\x7f]+@[^\s@<>,;:\"\x00-\x1f\x7f]+")
_LIMIT = re.compile(r"([a-z_]+)\s*:\s*([0-9.]+)\s*(?:/\s*([1-9][0-9]{0,4}s|day|month|lifetime|call))?", re.ASCII)
_LIMIT_FORM = (
    "must be a list such as requests:60/60s, concurrency:8, cost:5/day, with requests, input_tokens, output_tokens, "
    "total_tokens, cost or concurrency, each window once"
)
_SLIDING_S_MAX = 86_400
_AMOUNT_MAX = 2**63 - 1


def credential_limits_in(text: str) -> tuple[CredentialLimit, ...]:
    """The limits that the setting's text says, in its order. Raises ValueError, which never repeats the text."""
    if not text.strip():
        return ()
    limits = tuple(_credential_limit(part) for part in text.split(","))
    if len({(each.metric, each.window_kind, each.window_s) for each in limits}) < len(limits):
        raise ValueError(_LIMIT_FORM)
    return limits


def _credential_limit(text: str) -> CredentialLimit:
    match = _LIMIT.fullmatch(text.strip())
    metric, number, window = match.groups() if match else ("", "", None)
    if metric not in get_args(Metric) or (window is None) != (metric == "concurrency"):
        raise ValueError(_LIMIT_FORM)
    if window == "call" and metric == "requests":
        raise ValueError("one call is always one request: requests need a window that is longer")
    try:
        amount = parse_usd(number) if metric == "cost" else int(number)
    except MoneyError:
        raise ValueError("cost must be an amount of USD such as 5 or 0.25") from None
    except ValueError:
        raise ValueError("amounts must be whole numbers, but of cost") from None
    if amount > _AMOUNT_MAX:
        raise ValueError("has an amount that is too large to be kept")
    seconds = int(window[:-1]) if window and window.endswith("s") else None
    if seconds is not None and seconds > _SLIDING_S_MAX:
        raise ValueError(f"a window has at most {_SLIDING_S_MAX} seconds")
    kind = "sliding" if seconds else {None: "lifetime", "call": "request"}.get(window, window)
    return CredentialLimit(cast(Metric, metric), amount, cast(WindowKind, kind), seconds)


def load_settings(environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """The settings of this process. Raises SettingsRefused, naming what is wrong and never a value."""
    env = dict(os.environ if environment is None else environment)
    given: dict[str, object] = dict(overrides)
    refused: list[str] = []
    for name in _SECRET_SETTINGS:
        key = f"{PREFIX}{name.upper()}"
        path = env.pop(f"{key}_FILE", None)
        if path is None or name in given:
            continue
        if key in env:
            refused.append(f"{key}: given both as a value and as a file; give one")
            continue
        try:
            env[key] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            refused.append(f"{key}_FILE: the file cannot be read")
    if (providers := _oidc_in(env, refused)) and "oidc" not in given:
        given["oidc"] = providers
    unknown = sorted(key for key in env if key.startswith(PREFIX) and not _is_known(key))
    refused += [f"{key}: there is no such setting" for key in unknown]
    refused += [
        f"{key}: must be a JSON object, or one variable for each setting in it, such as {key}__{inner.upper()}"
        for name, inner in _groups().items()
        if not _is_object(env.get(key := f"{PREFIX}{name.upper()}", "{}"))
    ]
    if refused:
        raise SettingsRefused(refused)
    source = EnvSettingsSource(Settings)
    # Names and secrets in the groups of `oidc` are free text: 007 is no number there.
    source.env_vars = {key.lower(): value for key, value in env.items() if not key.upper().startswith(_OIDC)}
    try:
        return Settings(**{**source(), **given})
    except ValidationError as error:
        raise SettingsRefused([_line(each["loc"], each["msg"]) for each in error.errors(include_input=False)]) from None


_OIDC = f"{PREFIX}OIDC"


def _oidc_in(env: Mapping[str, str], refused: list[str]) -> dict[str, object]:
    """The providers of sign-in that the environment names, as it says them; what is wrong is added to `refused`."""
    providers: dict[str, dict[str, object]] = {}
    try:
        whole = json.loads(env.get(_OIDC, "{}"))
    except ValueError:
        whole = None
    if not isinstance(whole, dict) or not all(isinstance(each, dict) for each in whole.values()):
        refused.append(f"{_OIDC}: must be a JSON object of objects, or variables such as {_OIDC}__GOOGLE__CLIENT_ID")
        return {}
    providers.update({name.lower(): dict(each) for name, each in whole.items()})
    for key, value in sorted(env.items()):
        if not key.startswith(f"{_OIDC}__"):
            continue
        name, _, inner = key.removeprefix(f"{_OIDC}__").lower().partition("__")
        provider = providers.setdefault(name, {})
        if inner != "client_secret_file":
            provider[inner] = value
        elif f"{key.removesuffix('_FILE')}" in env:
            refused.append(f"{key.removesuffix('_FILE')}: given both as a value and as a file; give one")
        else:
            try:
                provider["client_secret"] = Path(value).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                refused.append(f"{key}: the file cannot be read")
    return dict(providers)


def _groups() -> dict[str, str]:
    """The settings that are groups of settings, each with the first one in it."""
    return {
        name: next(iter(field.annotation.model_fields))
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _is_known(key: str) -> bool:
    name, *inner = key.removeprefix(PREFIX).lower().split("__")
    if name == "oidc" and len(inner) == 2:
        return inner[1] in Oidc.model_fields or inner[1] == "client_secret_file"
    if inner and name not in _groups():
        return False
    # AI_API_TEST_… belongs to the test suite; the others are what the documentation calls a client's own variables.
    return name in Settings.model_fields or name.startswith("test_") or name in _OF_CLIENTS


def _line(location: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + "__".join(str(part) for part in location).upper() if location else "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"

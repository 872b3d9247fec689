"""The settings that come in groups, such as `AI_API_LISTEN__PORT`: one class a group."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from ai_api.core.client_address import Network, networks_of

Port = Annotated[int, Field(ge=0, le=65535)]


class Group(BaseModel):
    """Settings that belong together. One that does not exist is refused, and none changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(Group):
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
        if any(network.prefixlen == 0 for network in networks_of(value)):
            raise ValueError(
                "must not be everybody, who could then say to come from anywhere: name the proxies' networks"
            )
        return value

    def proxies(self) -> tuple[Network, ...]:
        """The trusted proxies, parsed."""
        return networks_of(self.trusted_proxies)


class Upstream(Group):
    """How long providers may take, in seconds."""

    connect_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    first_byte_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    idle_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    total_s: Annotated[float, Field(gt=0, le=86400)] = 3600.0


class Limits(Group):
    """What one request may be."""

    body_bytes_max: Annotated[int, Field(ge=1024, le=1 << 30)] = 32 * 1024 * 1024


class Load(Group):
    """How much one replica takes on at a time. What is beyond is told to try again, before its body is read."""

    open_calls_max: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """How many calls may be under way."""
    waiting_calls_max: Annotated[int, Field(ge=2, le=100_000)] = 384
    """How many calls may wait for this replica and its database, to be admitted or for their record, before no new call is
    begun. From two thirds of it on, the more wait the more calls are turned away. Calls that wait for a provider do not count.
    A replica that is far from its database needs more: one for each call that comes while two round trips take place."""
    bodies_bytes_max: Annotated[int, Field(ge=1024, le=1 << 36)] = 96 * 1024 * 1024
    """How much memory the bodies may take together that are being read, or wait for their provider's answer to begin, in
    bytes. A body takes three times its length, or more; one credential gets three quarters of it all."""
    lag_ms_max: Annotated[int, Field(ge=1, le=60_000)] = 100
    """How late the event loop may be with what is due, in milliseconds, before no new call is begun. From a third of it on, the
    later it is the more calls are turned away."""


class Credentials(Group):
    """Defaults of new credentials and access tokens."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,20}$")] = "sk-aiapi-"
    ttl_days: Annotated[int, Field(ge=1, le=36500)] | None = 90


class Sessions(Group):
    """How long browsers stay signed in to the portal."""

    idle_minutes: Annotated[int, Field(ge=5, le=525_600)] = 720
    """Until a browser that is not used is signed out, in minutes."""
    absolute_hours: Annotated[int, Field(ge=1, le=8_760)] = 336
    """Until every browser has to sign in again, in hours."""


class Smtp(Group):
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


class Retention(Group):
    """How long the ledger is kept. `ai-api ledger retain` drops what is older, as the role that owns the tables."""

    call_records_months: Annotated[int, Field(ge=2, le=1_200)] | None = None
    """How many whole months of call records are kept before the present one. Unless it is set, all are. Roll-ups, which reports
    are made of, always stay."""


class Install(Group):
    """What the scripts under `/install/` write into the configuration of clients, and where they download from."""

    provider_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")] = "ai-api"
    """What clients call this gateway in their configuration: small letters, digits and dashes."""
    provider_name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f\"'`$\\]+$")] = "ai-api"
    """What people read there: no quotes, backslashes or dollar signs."""
    npm_registry: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:_/-]+[A-Za-z0-9]$")] = (
        "https://registry.npmjs.org"
    )
    """Where clients are downloaded from that are missing: a registry of npm, or a mirror of yours."""

    @field_validator("provider_id")
    @classmethod
    def _not_a_clients_own(cls, value: str) -> str:
        if value in _CLIENTS_OWN:
            raise ValueError("is what a client calls a provider of its own; choose another name")
        return value


_CLIENTS_OWN = frozenset({"openai", "anthropic", "google", "ollama", "lmstudio", "amazon-bedrock", "opencode"})


class Traces(Group):
    """Spans of calls, for a collector that takes OTLP over HTTP. Needs the extra `otel`."""

    endpoint: str | None = None
    """Where the collector is, such as `http://collector:4318`; `/v1/traces` is put behind it unless it ends so. Without it
    nothing is traced."""
    headers: SecretStr | None = None
    """What the collector wants to be sent along, as `name=value,name=value`."""
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Which share of the calls is traced whose callers send no `traceparent`. Of the others the caller decides."""
    forward: bool = False
    """Whether providers are told, in `traceparent`, to which trace a call belongs."""
    service: Annotated[str, Field(min_length=1, max_length=100)] = "ai-api"
    """What this gateway is called in traces."""

    @field_validator("endpoint")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = urlsplit(value)
        if found.scheme not in {"http", "https"} or not found.hostname or found.query or found.fragment:
            raise ValueError("must be an address such as http://collector:4318")
        if found.username is not None or found.password is not None:
            raise ValueError("must hold no password; what is secret belongs into traces.headers")
        path = found.path.rstrip("/")
        return f"{found.scheme}://{found.netloc}{path if path.endswith('/v1/traces') else path + '/v1/traces'}"

    @field_validator("headers")
    @classmethod
    def _pairs(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all(
            _HEADER.fullmatch(each.strip()) for each in value.get_secret_value().split(",")
        ):
            raise ValueError("must be name=value, several separated by commas")
        return value

    def pairs(self) -> dict[str, str]:
        """The headers, by name."""
        text = self.headers.get_secret_value() if self.headers is not None else ""
        pairs = (each.strip().partition("=") for each in text.split(",") if each)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}


_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+ *=[\x20-\x7e]+", re.ASCII)


class Pools(Group):
    """How many database connections a process opens at most."""

    hot: Annotated[int, Field(ge=2, le=100)] = 8
    portal: Annotated[int, Field(ge=1, le=100)] = 5
    reports: Annotated[int, Field(ge=1, le=100)] = 2
    """For reports: as many are made at once, the others wait for a few seconds."""

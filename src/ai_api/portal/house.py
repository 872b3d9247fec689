"""What the portal's door needs of the house, handed over by whoever assembles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from ai_api.core.client_address import Network
from ai_api.core.clock import Clock
from ai_api.core.db import Database
from ai_api.core.egress import Egress
from ai_api.core.seal import KeyRing
from ai_api.identity import Passwords
from ai_api.portal.installers.render import InstallerTerms
from ai_api.quotas import Terms
from ai_api.sign_in import OidcProvider, SessionTerms

REPORT_MS_MAX: Final = 5_000
"""How long Postgres may work on one statement of a report, in milliseconds."""


@dataclass(frozen=True, slots=True)
class ConfiguredSetting:
    """A setting of this process by the name of its variable, as an administrator may see it: `value` is None for a secret, and
    where nothing is set. `variable` is the one that said it; None where none did.
    """

    name: str
    value: str | None
    is_secret: bool
    is_set: bool
    origin: Literal["environment", "file", "default", "program"]
    variable: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """Settings the portal answers by. `credential_ttl_days` is None where credentials do not expire unless asked to.

    `organization_zone` is the IANA zone in force until an administrator stores another. `credential_limits` are those that a
    new credential is born with. `public_url` is the address of the portal as browsers know it; None where it is the
    listener's own, which is then on this machine alone. `trusted_proxies` are those whose word counts on where a request
    comes from. `oidc` are those who may vouch for members.
    """

    organization_zone: str = "UTC"
    credential_prefix: str = "sk-aiapi-"
    credential_ttl_days: int | None = 90
    credential_limits: tuple[Terms, ...] = ()
    body_bytes_max: int = 1_048_576
    public_url: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    sessions: SessionTerms = field(default_factory=SessionTerms)
    oidc: tuple[OidcProvider, ...] = ()
    installers: InstallerTerms = field(default_factory=InstallerTerms)
    sends_mail: bool = False
    """Whether letters that are put into the outbox find a server that takes them."""
    configured: tuple[ConfiguredSetting, ...] = ()
    """All settings of this process, for administrators to look at; nothing goes by these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The portal's share of the house. The app's state holds one as `house`."""

    database: Database
    reports: Database
    """A pool of its own for what reads much, so that who browses keeps neither calls nor the rest of the portal waiting."""
    ring: KeyRing
    egress: Egress
    clock: Clock
    learn: Callable[[str], None]
    """Hears of each secret of a provider before it is used, so that no line of the log can hold it."""
    settings: PortalSettings = field(default_factory=PortalSettings)
    passwords: Passwords = field(default_factory=Passwords)
    """What hashes passwords: one for all requests, so that few are hashed at once."""


def reports_database(dsn: str, *, pool_size: int = 2) -> Database:
    """The pool for `House.reports`."""
    return Database(dsn, pool_size=pool_size, overflow=0, statement_timeout_ms=REPORT_MS_MAX, alone=True)

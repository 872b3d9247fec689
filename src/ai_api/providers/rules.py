"""Provider keys and routes: what they are, and what may be stored of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.core.seal import Sealed
from ai_api.providers.port import Deadlines, Wiring

Status = Literal["active", "disabled"]

WEIGHT_MAX: Final = 1_000_000
PRIORITY_MAX: Final = 1_000_000
TIMEOUT_S_MAX: Final[Mapping[str, float]] = {"connect_s": 60, "first_byte_s": 3_600, "idle_s": 3_600, "total_s": 86_400}
"""The longest of each of a route's own timeouts, in seconds: those of the settings of the same names."""
ROUTE_TAGS_MAX: Final = 100
"""How many tags one route names at most."""
_SECRET_MAX: Final = 8_192
_NAME_MAX: Final = 100
_UPSTREAM_MODEL_MAX: Final = 256
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """An upstream secret at rest, with its address and network options. `sealed` is None for a server without a secret.

    Keys with the same `organization` are of one organization at the provider; a key without one is alone in its own.
    """

    id: UUID
    provider: str
    name: str
    base_url: str
    api_version: str | None
    allow_private_network: bool
    sealed: Sealed | None = field(repr=False)
    secret_display: str | None
    wiring: Wiring
    wiring_version: str
    status: Status
    flagged_code: str | None
    flagged_at: datetime | None
    created_at: datetime
    updated_at: datetime
    organization: str | None = None

    def shares_organization(self, other: ProviderKey) -> bool:
        """Whether what one key's organization has sealed can be opened under the other's."""
        if self.organization is None:
            return self.id == other.id
        return (self.provider, self.organization) == (other.provider, other.organization)


@dataclass(frozen=True, slots=True)
class Route:
    """One way to serve a model. A lower priority is tried first; weights share among equals, 0 meaning never.

    A timeout of None is the setting's. With `tag_ids` it is for members who have one of these tags.
    """

    id: UUID
    model_id: UUID
    provider_key_id: UUID
    upstream_model: str
    priority: int
    weight: int
    status: Status
    created_at: datetime
    updated_at: datetime
    connect_s: float | None = None
    first_byte_s: float | None = None
    idle_s: float | None = None
    total_s: float | None = None
    tag_ids: frozenset[UUID] = frozenset()

    def is_open_to(self, tags: AbstractSet[UUID]) -> bool:
        """Whether a member with these tags, everyone's among them, may be served by this route."""
        return not self.tag_ids or not self.tag_ids.isdisjoint(tags)

    def deadlines(self, setting: Deadlines) -> Deadlines:
        """How long a try by this route may take: its own timeouts, and the setting's where it has none."""
        if self.connect_s is self.first_byte_s is self.idle_s is self.total_s is None:
            return setting
        return Deadlines(
            self.connect_s or setting.connect_s,
            self.first_byte_s or setting.first_byte_s,
            self.idle_s or setting.idle_s,
            self.total_s or setting.total_s,
        )


def check_provider(provider: str) -> str:
    """A provider's name. Raises Refusal `bad_provider`."""
    if not _PROVIDER.fullmatch(provider):
        message = "A provider's name is 1 to 32 lower-case letters, digits or dashes, such as openai or local."
        raise Refusal("bad_provider", "invalid", message, param="provider")
    return provider


def check_name(name: str) -> str:
    """A provider key's name. Raises Refusal `bad_name`."""
    if not 0 < len(name) <= _NAME_MAX or not name.isprintable() or name != name.strip():
        message = f"A provider key's name is 1 to {_NAME_MAX} printable characters."
        raise Refusal("bad_name", "invalid", message, param="name")
    return name


def check_organization(organization: str | None) -> str | None:
    """The name of an organization at a provider. Raises Refusal `bad_organization`."""
    if organization is None:
        return None
    if not 0 < len(organization) <= _NAME_MAX or not organization.isprintable() or organization != organization.strip():
        message = f"An organization's name is 1 to {_NAME_MAX} printable characters."
        raise Refusal("bad_organization", "invalid", message, param="organization")
    return organization


def check_secret(secret: str) -> str:
    """A secret that can stand in a header. Raises Refusal `bad_secret`, never repeating it."""
    if not 0 < len(secret) <= _SECRET_MAX or not secret.isascii() or any(not 33 <= ord(c) <= 126 for c in secret):
        message = f"The secret must be 1 to {_SECRET_MAX} printable ASCII characters without spaces."
        raise Refusal("bad_secret", "invalid", message, param="secret")
    return secret


def check_upstream_model(name: str) -> str:
    """The provider's own name of a model. Raises Refusal `bad_upstream_model`."""
    if not 0 < len(name) <= _UPSTREAM_MODEL_MAX or not name.isprintable() or name != name.strip():
        message = f"The upstream model's name is 1 to {_UPSTREAM_MODEL_MAX} printable characters."
        raise Refusal("bad_upstream_model", "invalid", message, param="upstream_model")
    return name


def check_balance(priority: int, weight: int) -> None:
    """Raises Refusal `bad_priority` or `bad_weight` for numbers out of range."""
    if not 0 <= priority <= PRIORITY_MAX:
        message = f"The priority must be between 0 and {PRIORITY_MAX}; lower is tried first."
        raise Refusal("bad_priority", "invalid", message, param="priority")
    if not 0 <= weight <= WEIGHT_MAX:
        message = f"The weight must be between 0 and {WEIGHT_MAX}."
        raise Refusal("bad_weight", "invalid", message, param="weight")


def check_tags(tag_ids: Collection[UUID]) -> None:
    """Raises Refusal `too_many_tags`. Whether they exist is for who knows tags to say."""
    if len(tag_ids) > ROUTE_TAGS_MAX:
        message = f"A route names at most {ROUTE_TAGS_MAX} tags."
        raise Refusal("too_many_tags", "invalid", message, param="tag_ids")


def check_timeouts(timeouts: Mapping[str, float | None]) -> None:
    """Raises Refusal `bad_timeout` for one, by the name of its field, that is neither None nor a time that can be kept."""
    for name, seconds in timeouts.items():
        if seconds is not None and not 0 < seconds <= TIMEOUT_S_MAX[name]:
            message = (
                f"{name} must be more than 0 and at most {TIMEOUT_S_MAX[name]:g} seconds, or null for the setting's."
            )
            raise Refusal("bad_timeout", "invalid", message, param=name)


def check_served(wiring: Wiring, operations: frozenset[str], *, provider: str) -> None:
    """Refuses a route that could serve nothing: raises Refusal `operation_not_served`."""
    if operations.isdisjoint(wiring.lanes):
        served = ", ".join(sorted(wiring.lanes)) or "nothing"
        wanted = ", ".join(sorted(operations))
        message = f"Provider {provider} serves {served}, and the model offers {wanted}. Choose another provider key."
        details = {"served": sorted(wiring.lanes), "wanted": sorted(operations)}
        raise Refusal("operation_not_served", "invalid", message, details=details, param="provider_key_id")


def display(secret: str) -> str:
    """How a secret is told apart from others: its first 3 and last 4 characters, only when that gives little away."""
    if len(secret) >= 20:
        return f"{secret[:3]}…{secret[-4:]}"
    return "…"


def audited(key: ProviderKey) -> Mapping[str, Any]:
    """A provider key as the audit trail shows it: never the secret."""
    return {
        "provider": key.provider,
        "name": key.name,
        "base_url": key.base_url,
        "api_version": key.api_version,
        "allow_private_network": key.allow_private_network,
        "organization": key.organization,
        "secret_display": key.secret_display,
        "status": key.status,
        "flagged_code": key.flagged_code,
    }


def audited_route(route: Route) -> Mapping[str, Any]:
    """A route as the audit trail shows it."""
    return {
        "model_id": str(route.model_id),
        "provider_key_id": str(route.provider_key_id),
        "upstream_model": route.upstream_model,
        "priority": route.priority,
        "weight": route.weight,
        "status": route.status,
        "tag_ids": sorted(map(str, route.tag_ids)),
        **{name: getattr(route, name) for name in TIMEOUT_S_MAX},
    }


def key_not_found() -> Refusal:
    """The answer for an id that names no provider key."""
    return Refusal("provider_key_not_found", "not_found", "There is no such provider key.")


def route_not_found() -> Refusal:
    """The answer for an id that names no route."""
    return Refusal("route_not_found", "not_found", "There is no such route.")

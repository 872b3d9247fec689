"""What an explanation consists of: the question, every check with what it says, and what there is to see beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from ai_api.catalog import Model
from ai_api.core.client_address import Address
from ai_api.core.errors import Refusal
from ai_api.credentials import Credential
from ai_api.gateway.preflight import Obstacle
from ai_api.providers import Cooling, ProviderKey, Route
from ai_api.quotas import Left
from ai_api.wire.envelope import Operation

Check = Literal[
    "credential",
    "member",
    "pause",
    "network",
    "model",
    "policy",
    "allocation",
    "state",
    "allowance",
    "operation",
    "price",
    "routes",
    "limits",
    "service",
]
"""The checks of a call, in the order in which they take effect."""

Result = Literal["ok", "refuses", "would_be_ok", "would_refuse", "not_known"]
"""What a check says: `would_…` where an earlier one refuses already, `not_known` where nobody can say without more."""

Why = Obstacle | Literal["route_disabled", "no_weight", "cooling", "provider_key_limited"]
"""Why a route does not serve a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Could this member call this model, named as callers name it?

    Without an operation it is the first that the model offers of chat, embeddings, responses. Without a credential it is about
    the member, as with a credential for all that nothing is wrong with. `source` is where the call would come from.
    """

    member_id: UUID
    name: str
    operation: Operation | None = None
    credential_id: UUID | None = None
    source: Address | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One check. `refusal` says what it refuses with; None where it does not, or nobody knows. `facts` are what it looked at."""

    check: Check
    result: Result
    refusal: Refusal | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """A route of the model, disabled ones too, and why it would not serve the call; None where it would be tried."""

    route: Route
    key: ProviderKey
    why_not: Why | None
    cooling: Cooling | None


@dataclass(frozen=True, slots=True)
class CredentialSeen:
    """A credential of the member, and what a call with it would be answered; None where it would be made."""

    credential: Credential
    refusal: Refusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a call would be answered, and why.

    `refusal` is the answer, None where the call would be made; its `because` is what the record would tell beside. `steps`
    are all checks, in the order in which they take effect: the first that refuses is the answer. `limits` are all that match
    the call, with what is left. `credentials` are the newest of the member that are not revoked, None where the question
    names one, or is about several models.
    """

    question: Question
    operation: Operation
    model: Model | None
    allocation_id: UUID | None
    refusal: Refusal | None
    steps: tuple[Step, ...]
    limits: tuple[Left, ...]
    routes: tuple[RouteSeen, ...]
    credentials: tuple[CredentialSeen, ...] | None = None

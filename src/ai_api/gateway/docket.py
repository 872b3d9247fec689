"""The docket: what is known of a call so far. Filled on the walk, read by the record, the log line and the watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ai_api.core.client_address import Address
from ai_api.core.errors import Refusal
from ai_api.core.ids import time_of
from ai_api.core.values import value
from ai_api.gateway.people import Holder
from ai_api.gateway.preflight import Finding, Permission
from ai_api.providers import ProviderKey, Route
from ai_api.quotas.bound import Bound, likely_input_tokens
from ai_api.quotas.limit import AccountKey
from ai_api.quotas.rules import Charge, Demand
from ai_api.wire.envelope import Envelope
from ai_api.wire.json_body import JsonBody, Value
from ai_api.wire.kept_answer import Echo
from ai_api.wire.usage import Usage


@value
class IdempotencyKey:
    """By what a client will recognize its call if it must ask again: hashes of its key, and of what it asked for."""

    key_hash: bytes
    body_hash: bytes


BodyPart = Literal["fields", "nothing"]


def _nowhere() -> Address | None:
    """For calls that came over no connection."""
    return None


def _keep_all(_needed: BodyPart) -> None:
    """For who has room."""


def _take_all(_more: bytes) -> None:
    """For who has room."""


@value
class Ask:
    """A call as a door hands it over. `received_at` is a monotonic time in seconds; `headers` are those that go upstream.

    `conversation` is the same for calls that continue one another, None where nothing says so.
    `source` says which address the call comes from; asked by those few that need to know.
    `body_needed` is told when only the body's fields are needed still, and then nothing of it: what is not may be gone.
    `body_grows` is told of what is put into the body, before it is; raises Refusal where there is no room for it.
    """

    envelope: Envelope
    body: JsonBody
    secret_hash: bytes
    dialect: str
    request_id: str
    client: str | None
    received_at: float
    headers: tuple[tuple[str, str], ...] = ()
    idempotency_key: IdempotencyKey | None = None
    conversation: bytes | None = None
    body_needed: Callable[[BodyPart], None] = _keep_all
    body_grows: Callable[[bytes], None] = _take_all
    source: Callable[[], Address | None] = _nowhere


@dataclass(slots=True)
class Attempt:
    """One try at one route."""

    route: Route
    key: ProviderKey
    status: int | None = None
    code: str = "ok"
    sent: bool = False
    ms: int = 0

    def shown(self) -> dict[str, Any]:
        """The try as the record keeps it."""
        return {
            "route_id": self.route.id,
            "provider_key_id": self.key.id,
            "status": self.status,
            "code": self.code,
            "sent": self.sent,
            "ms": self.ms,
        }


@value
class Counted:
    """An account that counts this call; `bucket` is the call's in a sliding window, 0 in others."""

    account: AccountKey
    bucket: int


@value
class StreamPosition:
    """Where a responses stream stood when it could not go on."""

    response_id: str | None
    sequence_number: int


@dataclass(slots=True)
class Docket:
    """Everything known of one call."""

    call_id: UUID
    ask: Ask
    holder: Holder | None = None
    finding: Finding = field(default_factory=Finding)
    permission: Permission | None = None
    bound: Bound | None = None
    demand: Demand | None = None
    was_counted: bool = False
    """Whether somebody tried to count the input; `counted_input` stays None where that could not be done."""
    counted_input: int | None = None
    counted_text: int | None = None
    """The tokens of its text alone, where the model's own tokenizer has counted them."""
    over_cap: bool = False
    """Whether the input, as bounded by bytes, is over a cap: it has to be counted before anything is said of it."""
    accounts: tuple[Counted, ...] = ()
    key_accounts: tuple[Counted, ...] = ()
    """Those of the provider key that was tried last."""
    key_charges: tuple[Charge, ...] = ()
    amounts: tuple[tuple[UUID, int], ...] = ()
    used: Mapping[UUID, int] = field(default_factory=dict)
    """What each limited account counted at admission, this call's hold included."""
    output_tokens: int = 0
    world_epoch: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    upstream_status: int | None = None
    upstream_request_id: str | None = None
    first_byte_at: datetime | None = None
    sent_at: float = 0.0
    """When the last try was sent, on the scale of `Ask.received_at`."""
    stream_position: StreamPosition | None = None
    kept_id: str | None = None
    """The id of the answer, where its provider says that it keeps it."""
    given_input: Value | None = None
    """The input as the caller gave it, as JSON, of a call that the gateway keeps or that goes on from one it keeps."""
    goes_on_from: str | None = None
    """The id of the response before, where the gateway keeps it; its conversation stands in the input by then."""
    echo: Echo | None = None
    """What the answer says of itself in the place of its provider's words."""
    identity: Mapping[str, Any] | None = None
    """Who called for what, as the hold and the record say it; written when the hold is asked for."""
    ending: Ending | None = None
    """Set when it is settled."""

    started_at: datetime = field(init=False)
    """The instant of the call: its id's own."""

    def __post_init__(self) -> None:
        self.started_at = time_of(self.call_id)

    def adopt(self, envelope: Envelope) -> None:
        """Takes another reading of its body: something was put into it."""
        self.ask = replace(self.ask, envelope=envelope)

    @property
    def held_nanos(self) -> int:
        """What is held of money, in nano-USD."""
        if not self.amounts or self.permission is None:
            return 0
        # A list: there are one or two, and hashing an id takes longer than comparing it.
        cost_accounts = [
            each.account.id
            for each in self.accounts
            if each.account.metric == "cost" and each.account.subject_id == self.permission.allocation.id
        ]
        return sum(amount for account, amount in self.amounts if account in cost_accounts)

    @property
    def input_tokens_estimate(self) -> int:
        """What the input probably is, where nobody counted it; at most the bound."""
        if self.bound is None:
            return 0
        return min(self.bound.input_tokens, likely_input_tokens(self.ask.envelope.input_size))


@value
class Ending:
    """How a call ended. `usage_source` says who counted; `refusal` is what the client was told, if anything."""

    outcome: str
    usage: Usage | None = None
    usage_source: str = "none"
    finish_reason: str | None = None
    refusal: Refusal | None = None

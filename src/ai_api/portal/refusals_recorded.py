"""What a call was refused with, made again of its record by whoever words it for callers. Pure.

A record keeps the code of a refusal and its facts, and not its sentence. So the functions that made the sentence are asked once
more, as it was then. Where they were told something that the record has not, they are asked several times: what the answers
differ in is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, cast
from uuid import UUID

from ai_api.catalog import Model, index
from ai_api.core.errors import Kind, Refusal, StoreUnavailable
from ai_api.gateway import credential_checks, idempotency_rules, preflight, relay, tries
from ai_api.gateway.people import Allocation, Holder
from ai_api.gateway.store_idempotency import Found, Verdict
from ai_api.gateway.world import World
from ai_api.ledger import CallRecord
from ai_api.portal.limits_recorded import limit_refusals
from ai_api.providers import Route, RouteHealth
from ai_api.wire.envelope import Operation
from ai_api.wire.error_answer import wait_of

_NO_ID: Final = UUID(int=0)
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_NO_MODEL: Final = "none yet."

# Of what is worded in the place where it happens: for these the sentence is not known, and the rest is.
KINDS: Final[Mapping[str, Kind]] = {
    "bad_request": "invalid",
    "idempotency_in_flight": "busy",
    "idempotency_key_reused": "unprocessable",
    "internal_error": "internal",
    "model_ambiguous": "invalid",
    "model_not_in_scope": "forbidden",
    "model_unpriced": "unavailable",
    "no_route": "unavailable",
    "not_ready": "unavailable",
    "not_replayable": "conflict",
    "overloaded": "unavailable",
    "pointer_not_found": "not_found",
    "provider_key_disabled": "unavailable",
    "response_not_found": "not_found",
    "shutting_down": "unavailable",
    "unknown_operation": "invalid",
    "unsupported_parameter": "invalid",
}

# What is put together of a metric, where the record's facts are not enough to word it again.
_OF_LIMITS: Final[Mapping[str, Kind]] = {
    f"{what}_quota_{how}": kind
    for what in ("cost", "request", "token")
    for how, kind in cast("dict[str, Kind]", {"exceeded": "exhausted", "in_use": "limited"}).items()
} | {"concurrency_limited": "limited", "rate_limited": "limited"}

_NOBODY: Final = Holder(
    secret_hash=b"",
    credential_id=_NO_ID,
    public_id="",
    name="",
    display="",
    all_allocations=False,
    expires_at=None,
    paused_at=None,
    revoked_at=None,
    created_at=_EVER,
    member_id=_NO_ID,
    member_epoch=0,
    member_status="active",
    member_identifier="",
    allocations={},
    limits=(),
    tags=frozenset(),
)
_NOTHING: Final = World(0, "UTC", index([]), {}, {}, {}, {}, {}, frozenset())


def refusals_of(record: CallRecord) -> list[Refusal]:
    """The refusals that would have left this record: one where it says all, several where it leaves something open.

    None of a call that was not refused, or of which nobody knows what it was told.
    """
    found = _made(record)
    if all(each.code == record.outcome for each in found) and found:
        return found
    return _of_kind(record)


def _made(record: CallRecord) -> list[Refusal]:
    make = _MAKERS.get(record.outcome)
    if make is not None:
        return make(record)
    return limit_refusals(record, _model(record)) if "limit_id" in record.details else []


def _of_kind(record: CallRecord) -> list[Refusal]:
    """Refusals of one kind that say different things, and where a wait may have been told, different ones."""
    code = record.outcome
    is_upstream = code.startswith("upstream_") or code == "input_too_long"
    kind = relay.refusal_for(code, "").kind if is_upstream else KINDS.get(code) or _OF_LIMITS.get(code)
    if kind is None:
        return []
    first = Refusal(code, kind, "")
    # What a provider says of waiting is passed on, whatever it was about.
    wait_s = 3_600 if is_upstream or wait_of(first) is not None else None
    return [first, Refusal(code, kind, "?", retry_after_s=wait_s)]


def _raised(check: Callable[[], object]) -> list[Refusal]:
    try:
        check()
    except Refusal as refusal:
        return [refusal]
    return []


def _credential_revoked(_record: CallRecord) -> list[Refusal]:
    return _raised(lambda: credential_checks.check_in_force(replace(_NOBODY, revoked_at=_EVER), _NEVER))


def _credential_expired(_record: CallRecord) -> list[Refusal]:
    # It may be given another day afterwards, so today's is not then's.
    first, other = (replace(_NOBODY, expires_at=each) for each in (_EVER, _NEVER))
    return [
        *_raised(lambda: credential_checks.check_in_force(first, _NEVER)),
        *_raised(lambda: credential_checks.check_in_force(other, _NEVER)),
    ]


def _member_disabled(_record: CallRecord) -> list[Refusal]:
    return _raised(lambda: credential_checks.check_member(replace(_NOBODY, member_status="disabled")))


def _credential_paused(_record: CallRecord) -> list[Refusal]:
    return _raised(lambda: credential_checks.check_not_paused(replace(_NOBODY, paused_at=_EVER)))


def _source_not_allowed(_record: CallRecord) -> list[Refusal]:
    closed = replace(_NOBODY, source_networks=())
    return [
        *_raised(lambda: credential_checks.check_source(closed, lambda: None)),
        *_raised(lambda: credential_checks.check_source(closed, lambda: ip_address("192.0.2.1"))),
    ]


def _model_not_found(record: CallRecord) -> list[Refusal]:
    name = record.requested_model
    return [] if name is None else [preflight.hidden(name, because="")]


def _model_not_in_scope(record: CallRecord) -> list[Refusal]:
    usable = record.details.get("usable_models")
    if record.requested_model is None or not isinstance(usable, list):
        return []
    told = preflight.not_in_scope(record.requested_model, _NOBODY, _NOTHING)
    if not told.message.endswith(_NO_MODEL):
        return []
    if usable:
        told.message = f"{told.message.removesuffix(_NO_MODEL)}{', '.join(map(str, usable))}."
    return [told]


def _bad_request(record: CallRecord) -> list[Refusal]:
    if record.requested_model is not None or "usable_models" not in record.details:
        return []
    return _raised(lambda: preflight.answering_allocation(None, _NOBODY, _NOTHING))


def _allocation_state(record: CallRecord) -> list[Refusal]:
    model, state = _model(record), record.outcome.removeprefix("allocation_")
    if model is None:
        return []
    held = [Allocation(_NO_ID, model.id, state, by, "quota", ()) for by in ("member", "admin")]
    return [refusal for each in held for refusal in _raised(lambda: preflight.check_state(each, model))]  # noqa: B023  -- asked at once


def _model_unpriced(record: CallRecord) -> list[Refusal]:
    model = _model(record)
    # With a price that does not cover all it can charge, the sentence is another one.
    if model is None or record.price_version_id is not None:
        return []
    limit: Any = _Money()
    return _raised(lambda: preflight.check_price(None, model, [limit]))


class _Money:
    """As much of a limit as the check of a price looks at."""

    metric = "cost"
    rejects = True


def _unknown_operation(record: CallRecord) -> list[Refusal]:
    model = _model(record)
    if model is None or record.attempts:
        return []
    operation = cast("Operation", record.operation)
    others = [replace(model, operations=frozenset({each})) for each in ("one", "another")]
    return [refusal for each in others for refusal in _raised(lambda: preflight.check_operation(operation, each))]  # noqa: B023  -- asked at once


def _no_route(record: CallRecord) -> list[Refusal]:
    because, model = record.details.get("because"), _model(record)
    if because == "provider_key_limited":
        return [tries.key_is_full()]
    if record.bookings and because is None:
        return [tries.out_of_service([], RouteHealth(), 0)]
    if model is None or record.attempts or record.bookings:
        return []
    closed = Route(_NO_ID, model.id, _NO_ID, "", 0, 1, "active", _EVER, _EVER, tag_ids=frozenset({_NO_ID}))
    world = _NOTHING if because is None else replace(_NOTHING, routes={model.id: (closed,)})
    operation = cast("Operation", record.operation)
    return _raised(lambda: preflight.check_routes(operation, model, world, _NOBODY))


def _of_idempotency(record: CallRecord) -> list[Refusal]:
    verdict, first = _VERDICTS[record.outcome], record.details.get("call_id")
    if verdict == "not_replayable" and first is None:
        return []
    return [idempotency_rules.refusal_of(Found(verdict, None if first is None else UUID(first)))]


def _store_unavailable(_record: CallRecord) -> list[Refusal]:
    return [StoreUnavailable()]


def _model(record: CallRecord) -> Model | None:
    """As much of the model as a refusal says of it."""
    if record.model is None:
        return None
    return Model(
        id=record.model_id or _NO_ID,
        slug=record.model,
        display_name="",
        description="",
        operations=frozenset(),
        context_tokens=None,
        output_tokens_max=None,
        hidden_reasoning=False,
        capabilities={},
        access="open",
        status="active",
        allowed_members=frozenset(),
        created_at=_EVER,
        updated_at=_EVER,
    )


_VERDICTS: Final[Mapping[str, Verdict]] = {
    "idempotency_in_flight": "in_flight",
    "idempotency_key_reused": "reused",
    "not_replayable": "not_replayable",
}

_MAKERS: Final[Mapping[str, Callable[[CallRecord], list[Refusal]]]] = {
    "allocation_paused": _allocation_state,
    "allocation_quarantined": _allocation_state,
    "allocation_revoked": _allocation_state,
    "bad_request": _bad_request,
    "credential_expired": _credential_expired,
    "credential_paused": _credential_paused,
    "credential_revoked": _credential_revoked,
    "idempotency_in_flight": _of_idempotency,
    "idempotency_key_reused": _of_idempotency,
    "member_disabled": _member_disabled,
    "model_not_found": _model_not_found,
    "model_not_in_scope": _model_not_in_scope,
    "model_unpriced": _model_unpriced,
    "no_route": _no_route,
    "not_replayable": _of_idempotency,
    "source_not_allowed": _source_not_allowed,
    "store_unavailable": _store_unavailable,
    "unknown_operation": _unknown_operation,
}

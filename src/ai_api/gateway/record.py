"""From a docket and its ending to the record that is billed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api import pricing
from ai_api.gateway.docket import Counted, Docket, Ending
from ai_api.wire.usage import Usage

_NOTHING = Usage(0)


def of(docket: Docket, ending: Ending, finished_at: datetime, *, holdless: bool = False) -> dict[str, Any]:
    """The record of a call, by column name, with `accounts` and `holdless` for the settlement."""
    usage = ending.usage or _NOTHING
    cost = _cost(docket, usage)
    record = _identity(docket) if docket.identity is None else dict(docket.identity)
    # A hold grows after admission, and the account of the key is that of the last try. A call without one wished for it only.
    held = record["held_nanos"] = 0 if holdless else docket.held_nanos
    record["accounts"] = accounts_of(docket.accounts, docket.key_accounts)
    last = docket.attempts[-1] if docket.attempts else None
    record.update(
        first_byte_at=docket.first_byte_at,
        finished_at=max(finished_at, docket.started_at),
        upstream_model=last.route.upstream_model if last else None,
        provider=last.key.provider if last else None,
        provider_key_id=last.key.id if last else None,
        route_id=last.route.id if last else None,
        attempts=[attempt.shown() for attempt in docket.attempts],
        outcome=ending.outcome,
        details=_details(ending) | _doubts(docket, ending),
        upstream_status=docket.upstream_status,
        finish_reason=_storable(ending.finish_reason),
        input_tokens=usage.input_total,
        cached_read_tokens=usage.cached_read,
        cache_write_tokens=usage.cache_write,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        usage_source=ending.usage_source,
        service_tier=usage.service_tier,
        list_cost_nanos=cost,
        billed_cost_nanos=cost,
        overrun_nanos=max(0, (cost or 0) - held) if held else 0,
        # A call that was refused consumed nothing (Q5), not even one of its requests.
        bookings=[] if holdless else _bookings(docket, usage, cost),
        upstream_request_id=_storable(docket.upstream_request_id),
        holdless=holdless,
    )
    return record


def interrupted(docket: Docket) -> dict[str, Any]:
    """What is stored with a hold: enough to make a record of, should this replica die before it does."""
    docket.identity = _identity(docket)
    return {**docket.identity, "input_tokens": docket.input_tokens_estimate}


def given_back(stored: Mapping[str, Any], finished_at: datetime) -> dict[str, Any]:
    """The record of a call that was admitted, but whose caller had been told by then that the database was away."""
    return {
        **_stored(stored, finished_at),
        "outcome": "store_unavailable",
        "input_tokens": 0,
        "usage_source": "none",
        "list_cost_nanos": 0,
        "billed_cost_nanos": 0,
        "bookings": [],
    }


def swept(
    stored: Mapping[str, Any],
    *,
    progress: Mapping[str, Any] | None,
    likely_output: int | None,
    price: pricing.PriceVersion | None,
    finished_at: datetime,
) -> dict[str, Any]:
    """The record of a call whose replica died: counted input and the last progress, or the likely output."""
    output = int(progress["output_tokens"]) if progress else (likely_output or 0)
    usage = Usage(input_total=int(stored["input_tokens"]), output=output)
    cost = pricing.cost_or_none(usage, price.prices) if price else None
    return {
        **_stored(stored, finished_at),
        "outcome": "interrupted",
        "output_tokens": usage.output,
        "usage_source": "estimated",
        "list_cost_nanos": cost,
        "billed_cost_nanos": cost,
        "bookings": booked([(each[0], each[3], each[6]) for each in stored["accounts"]], usage, cost),
        "swept": True,
    }


def _stored(stored: Mapping[str, Any], finished_at: datetime) -> dict[str, Any]:
    """What was stored with a hold, completed to a record: its ids are text again, which the settlement takes as well."""
    return {
        **stored,
        "call_id": UUID(stored["call_id"]),
        "finished_at": finished_at,
        "details": {},
        "attempts": [],
        "output_tokens": 0,
        "cached_read_tokens": 0,
        "cache_write_tokens": 0,
        "reasoning_tokens": 0,
        "overrun_nanos": 0,
        "holdless": False,
    }


def _identity(docket: Docket) -> dict[str, Any]:
    ask, holder, permission = docket.ask, docket.holder, docket.permission
    allocation, model = docket.finding.allocation, docket.finding.model
    return {
        "call_id": docket.call_id,
        "started_at": docket.started_at,
        "credential_id": holder.credential_id if holder else None,
        "member_id": holder.member_id if holder else None,
        "allocation_id": allocation.id if allocation else None,
        "dialect": ask.dialect,
        "operation": ask.envelope.operation,
        "stream": ask.envelope.stream,
        "requested_model": _storable(ask.envelope.model),
        "model": model.slug if model else None,
        "model_id": model.id if model else None,
        "price_version_id": permission.price.id if permission and permission.price else None,
        "multiplier_millionths": 1_000_000,
        "held_nanos": docket.held_nanos,
        "funded_by": allocation.funded_by if allocation else "quota",
        "swept": False,
        "refused_count": 0,
        "request_id": ask.request_id,
        "client": _storable(ask.client),
        "accounts": accounts_of(docket.accounts, docket.key_accounts),
        "tags": sorted(str(tag) for tag in holder.tags) if holder else [],
    }


def accounts_of(*accounts: tuple[Counted, ...]) -> list[list[Any]]:
    """The accounts that count a call, as they are stored with its hold and handed to the settlement."""
    return [_described(each) for group in accounts for each in group]


def _described(each: Counted) -> list[Any]:
    account = each.account
    return [
        account.id,
        account.subject_kind,
        account.subject_id,
        account.metric,
        account.window_start,
        account.window_end,
        each.bucket,
    ]


def _cost(docket: Docket, usage: Usage) -> int | None:
    price = docket.permission.price if docket.permission else None
    if price is None:
        # No price is not a price of nothing, but a call that never reached a provider costs nothing for certain.
        return None if docket.permission is not None and usage is not _NOTHING else 0
    return pricing.cost_or_none(usage, price.prices) if usage is not _NOTHING else 0


def booked(accounts: Iterable[tuple[Any, str, int]], usage: Usage, cost: int | None) -> list[dict[str, Any]]:
    """What a call books on each of its accounts, given as (id, metric, bucket): a call, tokens, nano-USD; never nothing."""
    amounts = {
        "requests": ("requests", 1),
        "input_tokens": ("tokens", usage.input_total),
        "output_tokens": ("tokens", usage.output),
        "total_tokens": ("tokens", usage.input_total + usage.output),
        "cost": ("cost_nanos", cost or 0),
        "concurrency": ("requests", 0),
    }
    rows: list[dict[str, Any]] = []
    for account_id, metric, bucket in accounts:
        unit, amount = amounts[metric]
        if amount:
            rows.append({"account_id": account_id, unit: amount, **({"bucket": bucket} if bucket else {})})
    return rows


def _bookings(docket: Docket, usage: Usage, cost: int | None) -> list[dict[str, Any]]:
    accounts = (*docket.accounts, *docket.key_accounts)
    return booked([(each.account.id, each.account.metric, each.bucket) for each in accounts], usage, cost)


def _details(ending: Ending) -> dict[str, Any]:
    refusal = ending.refusal
    if refusal is None:
        return {}
    details = dict(refusal.details)
    if refusal.because is not None:
        details["because"] = refusal.because
    if refusal.kind == "invalid" and refusal.param is not None:
        details["param"] = refusal.param
    return details


def _doubts(docket: Docket, ending: Ending) -> dict[str, Any]:
    """Our own count of the input, where what the provider says of it is more than a fifth beside: it is billed all the same."""
    text, most = docket.counted_text, docket.counted_input
    if ending.usage is None or ending.usage_source != "provider" or text is None or most is None:
        return {}
    told = ending.usage.input_total
    return {"counted_input_tokens": text} if told * 5 < text * 4 or told * 5 > most * 6 else {}


def _storable(text: str | None) -> str | None:
    """Text as Postgres takes it: nothing a client or a provider sends may make an insert fail."""
    if text is None:
        return None
    return text[:256].replace("\x00", "").encode("utf-8", "replace").decode()

"""Limits in words and headers: which one refused, what is left, when it resets; and what a call may still do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ai_api.core.errors import Kind, Refusal
from ai_api.core.money import format_usd
from ai_api.gateway.docket import Docket
from ai_api.quotas.limit import Limit
from ai_api.quotas.rules import Charge, Denied, room_in_s
from ai_api.quotas.windows import WHOLE

_WHOSE = {
    "global": "this gateway",
    "tag": "a tag of yours",
    "member": "your membership",
    "allocation": "your allocation",
    "credential": "this credential",
    "provider_key": "the provider key",
}
_METRIC_WORDS = {
    "requests": "requests",
    "input_tokens": "input tokens",
    "output_tokens": "output tokens",
    "total_tokens": "tokens",
    "cost": "cost",
    "concurrency": "calls",
}
_LIMIT_WORDS = {
    "requests": "request limit",
    "input_tokens": "input token limit",
    "output_tokens": "output token limit",
    "total_tokens": "token limit",
    "cost": "cost limit",
    "concurrency": "limit on calls at a time",
}


def refusal(denied: Denied, docket: Docket, now: datetime) -> Refusal:
    """What a caller is told whose call does not fit under a limit."""
    charge, limit = denied.charge, denied.charge.limit
    used = denied.balance.used(charge.bucket)
    left = max(0, limit.amount - used - denied.balance.held)
    code, kind, retry_after_s = _answer(denied, now)
    model = docket.finding.model
    details = {
        "limit_id": str(limit.id),
        "subject": limit.subject_kind,
        "metric": limit.metric,
        "window": limit.span(),
        "limit": _amount(limit, limit.amount),
        "used": _amount(limit, used),
        "held": _amount(limit, denied.balance.held),
        "left": _amount(limit, left),
        "needed": _amount(limit, denied.needed),
        "resets_at": None if _never_resets(limit) else _resets_at(charge, now),
    }
    return Refusal(
        code,
        kind,
        f"The {_LIMIT_WORDS[limit.metric]} of {_WHOSE[limit.subject_kind]} ({_shown(limit, limit.amount)} {limit.span()}) "
        f"does not cover this call{f' to {model.slug}' if model else ''}: {_shown(limit, left)} left. "
        f"{_repair(denied, charge, now, retry_after_s)}",
        details=details,
        retry_after_s=retry_after_s,
    )


def cut(charge: Charge, docket: Docket, now: datetime) -> Refusal:
    """What a caller is told whose answer is cut because its hold could not grow any further."""
    limit = charge.limit
    what = "cost" if limit.metric == "cost" else "token"
    return Refusal(
        f"{what}_quota_exceeded",
        "exhausted",
        f"The answer ends here: the {_LIMIT_WORDS[limit.metric]} of {_WHOSE[limit.subject_kind]} "
        f"({_shown(limit, limit.amount)} {limit.span()}) does not cover more of it. "
        f"{_repair_later(charge, now)}",
        details={
            "limit_id": str(limit.id),
            "subject": limit.subject_kind,
            "metric": limit.metric,
            "window": limit.span(),
            "limit": _amount(limit, limit.amount),
            "left": _amount(limit, 0),
            "output_tokens": docket.output_tokens,
            "resets_at": None if _never_resets(limit) else _resets_at(charge, now),
        },
    )


def headers(docket: Docket, used: Mapping[UUID, int], now: datetime) -> list[tuple[bytes, bytes]]:
    """`x-ratelimit-*` of the tightest limit on requests and on tokens, as they stand with this call on them."""
    found: list[tuple[bytes, bytes]] = []
    for name, metrics in (("requests", {"requests"}), ("tokens", {"input_tokens", "output_tokens", "total_tokens"})):
        tightest = _tightest(docket, used, metrics)
        if tightest is None:
            continue
        charge, left = tightest
        found += [
            (f"x-ratelimit-limit-{name}".encode(), str(charge.limit.amount).encode()),
            (f"x-ratelimit-remaining-{name}".encode(), str(left).encode()),
        ]
        if not _never_resets(charge.limit):
            found.append((f"x-ratelimit-reset-{name}".encode(), f"{math.ceil(_reset_in_s(charge, now))}s".encode()))
    return found


def _tightest(docket: Docket, used: Mapping[UUID, int], metrics: set[str]) -> tuple[Charge, int] | None:
    charges = docket.demand.charges if docket.demand else ()
    known = [
        (charge, max(0, charge.limit.amount - used[charge.account.id]))
        for charge in charges
        if charge.limit.metric in metrics and charge.account.id in used
    ]
    return min(known, key=lambda pair: pair[1], default=None)


def _answer(denied: Denied, now: datetime) -> tuple[str, Kind, float | None]:
    charge, limit = denied.charge, denied.charge.limit
    if limit.metric == "concurrency":
        return "concurrency_limited", "limited", 1.0
    if limit.window_kind == "sliding":
        wait_s = room_in_s(charge, denied.balance, denied.needed)
        if wait_s is not None:
            return "rate_limited", "limited", max(1.0, wait_s)
        if denied.needed <= limit.amount:
            return "rate_limited", "limited", max(1.0, _reset_in_s(charge, now))
    what = {"cost": "cost", "requests": "request"}.get(limit.metric, "token")
    if denied.busy:
        # It fits as soon as calls that are under way give back what they hold.
        code = f"{what}_quota_in_use"
        return code, "limited", 5.0
    code = f"{what}_quota_exceeded"
    return code, "exhausted", None


def _repair(denied: Denied, charge: Charge, now: datetime, retry_after_s: float | None) -> str:
    limit = charge.limit
    if limit.metric == "concurrency":
        return "Try again when a call that is under way has ended."
    if denied.busy:
        return "The rest is held by calls still running; try again when they end."
    if limit.window_kind == "sliding" and retry_after_s is not None:
        return f"There is room again in {math.ceil(retry_after_s)} s, if nothing else is used until then."
    if _never_resets(limit) or limit.metric == "requests":
        return _repair_later(charge, now)
    return f"{_repair_later(charge, now)} A shorter request may fit."


def _repair_later(charge: Charge, now: datetime) -> str:
    if _never_resets(charge.limit):
        return "It does not reset; an administrator can raise it."
    return f"It resets at {_resets_at(charge, now)}; an administrator can raise it."


def _never_resets(limit: Limit) -> bool:
    return limit.window_kind == "lifetime" and limit.metric != "concurrency"


def _resets_at(charge: Charge, now: datetime) -> str | None:
    if charge.limit.window_kind in {"day", "month"}:
        return charge.account.window_end.isoformat()
    if charge.limit.window_kind == "sliding":
        return datetime.fromtimestamp(now.timestamp() + _reset_in_s(charge, now), now.tzinfo).isoformat()
    return None


def _reset_in_s(charge: Charge, now: datetime) -> float:
    limit = charge.limit
    if limit.window_kind == "sliding":
        # The end of the next bucket: until then what this call uses weighs something.
        return (limit.window_s or 0) * (WHOLE + charge.bucket.previous_weight) / WHOLE
    if limit.window_kind == "lifetime":
        return 0.0
    return max(0.0, (charge.account.window_end - now).total_seconds())


def _amount(limit: Limit, value: int) -> int | str:
    return format_usd(value) if limit.metric == "cost" else value


def _shown(limit: Limit, value: int) -> str:
    if limit.metric == "cost":
        return f"{format_usd(value)} USD"
    words = _METRIC_WORDS[limit.metric]
    return f"{value:,} {words.removesuffix('s') if value == 1 else words}"

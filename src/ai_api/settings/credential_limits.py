"""The setting that says what every new credential may use, read from its text."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, cast, get_args

from ai_api.core.money import MoneyError, format_usd, parse_usd

Metric = Literal["requests", "input_tokens", "output_tokens", "total_tokens", "cost", "concurrency"]
WindowKind = Literal["request", "sliding", "day", "month", "lifetime"]
_LIMIT = re.compile(r"([a-z_]+)\s*:\s*([0-9.]+)\s*(?:/\s*([1-9][0-9]{0,4}s|day|month|lifetime|call))?", re.ASCII)
_LIMIT_FORM = (
    "must be a list such as requests:60/60s, concurrency:8, cost:5/day, with requests, input_tokens, output_tokens, "
    "total_tokens, cost or concurrency, each window once"
)
_SLIDING_S_MAX = 86_400
_AMOUNT_MAX = 2**63 - 1


class CredentialLimit(NamedTuple):
    """A limit every new credential gets. `amount` is requests, tokens, calls at a time, or nano-USD for `cost`."""

    metric: Metric
    amount: int
    window_kind: WindowKind
    window_s: int | None


def credential_limits_in(text: str) -> tuple[CredentialLimit, ...]:
    """The limits that the setting's text says, in its order. Raises ValueError, which never repeats the text."""
    if not text.strip():
        return ()
    limits = tuple(_credential_limit(part) for part in text.split(","))
    if len({(each.metric, each.window_kind, each.window_s) for each in limits}) < len(limits):
        raise ValueError(_LIMIT_FORM)
    return limits


def credential_limit_text(limit: CredentialLimit) -> str:
    """A limit as the setting's text says it."""
    amount = format_usd(limit.amount) if limit.metric == "cost" else str(limit.amount)
    window = {"sliding": f"{limit.window_s}s", "request": "call"}.get(limit.window_kind, limit.window_kind)
    return f"{limit.metric}:{amount}" if limit.metric == "concurrency" else f"{limit.metric}:{amount}/{window}"


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

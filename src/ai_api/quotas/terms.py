"""What somebody asks for when a limit is set, and whether there can be such a limit. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from ai_api.core.errors import Refusal
from ai_api.quotas.limit import (
    LIMIT_METRICS,
    SLIDING_S_MAX,
    SUBJECT_KINDS,
    Limit,
    Metric,
    OnExceed,
    Partition,
    SubjectKind,
)
from ai_api.quotas.windows import WindowKind

AMOUNT_MAX: Final = 2**63 - 1
"""The largest limit that can be kept: requests, tokens, calls at a time, or nano-USD."""

PARTITIONS: Final[Mapping[SubjectKind, tuple[Partition, ...]]] = {
    "global": ("subject", "member", "credential"),
    "tag": ("subject", "member", "credential"),
    "member": ("subject", "credential"),
    "allocation": ("subject", "credential"),
    "credential": ("subject",),
    "provider_key": ("subject",),
}
"""How a subject's limit may be shared out: only where the subject spans several of what it is shared out over."""

PER_CALL: Final[frozenset[Metric]] = frozenset({"input_tokens", "output_tokens", "total_tokens", "cost"})
"""What one call alone can be capped in."""

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}", re.ASCII)
_ZONE_CHARACTERS_MAX = 64


@dataclass(frozen=True, slots=True)
class Terms:
    """A limit without its subject. `amount` is requests, tokens, nano-USD or calls at a time.

    `window_s` is for sliding windows, `zone` for days and months (None: the organization's).
    """

    metric: Metric
    amount: int
    window_kind: WindowKind
    window_s: int | None = None
    zone: str | None = None
    partition: Partition = "subject"
    on_exceed: OnExceed = "reject"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose limit it is. `id` is None for the whole. `member_id` is whose calls a member's, an allocation's or a
    credential's limit is about: their epoch is bumped; None where it may be everybody's.
    """

    kind: SubjectKind
    id: UUID | None = None
    member_id: UUID | None = None


def kind_of(limit: Terms | Limit) -> tuple[Metric, WindowKind, int | None, str | None, Partition]:
    """What a limit counts: what tells it from others of its subject, whatever their amounts."""
    return (limit.metric, limit.window_kind, limit.window_s, limit.zone, limit.partition)


def merged(
    usual: Sequence[Terms], given: Sequence[Terms], *, without: Sequence[Terms | Limit] = ()
) -> tuple[Terms, ...]:
    """The usual limits, where nothing else is given of the same kind; none of the kinds of `without`."""
    replaced = {kind_of(each) for each in (*given, *without)}
    return (*(each for each in usual if kind_of(each) not in replaced), *given)


def narrowed(usual: Sequence[Terms], given: Sequence[Terms]) -> tuple[Terms, ...]:
    """The usual limits with what a member gives themselves: of a kind that is usual, no more than that, and refusing if it does.

    Raises Refusal `limit_above_usual`.
    """
    least = {kind_of(each): each for each in usual}
    for each in given:
        known = least.get(kind_of(each))
        if known is not None and (
            each.amount > known.amount or (known.on_exceed, each.on_exceed) == ("reject", "warn")
        ):
            message = (
                f"Your credentials have a limit on {each.metric} of this kind, which only an administrator widens."
            )
            raise Refusal("limit_above_usual", "forbidden", message, param="limits")
    return merged(usual, given)


def check(terms: Terms, subject_kind: SubjectKind) -> None:
    """Raises Refusal `bad_limit`, naming the field, for what cannot be a limit of such a subject; `bad_time_zone`; and
    `limit_out_of_range`.
    """
    for field, value, known in (
        ("subject_kind", subject_kind, SUBJECT_KINDS),
        ("metric", terms.metric, LIMIT_METRICS),
        ("window_kind", terms.window_kind, get_args(WindowKind)),
        ("on_exceed", terms.on_exceed, get_args(OnExceed)),
    ):
        if value not in known:
            raise _bad(field, f"{field} is one of {', '.join(known)}.")
    _check_window(terms)
    _check_sharing(terms, subject_kind)
    check_amount(terms.amount)


def check_amount(amount: int) -> None:
    """Raises Refusal `limit_out_of_range` for an amount below 0 or above `AMOUNT_MAX`."""
    if not 0 <= amount <= AMOUNT_MAX:
        raise Refusal(
            "limit_out_of_range",
            "invalid",
            f"A limit lies between 0 (nothing) and {AMOUNT_MAX}; where there is no limit, nothing is limited.",
            param="amount",
        )


def check_on_exceed(on_exceed: OnExceed, *, subject_kind: SubjectKind, window_kind: WindowKind) -> None:
    """Raises Refusal `bad_limit` where such a limit can only reject."""
    if on_exceed == "reject":
        return
    if subject_kind == "provider_key":
        raise _bad("on_exceed", "A provider key's limit decides which key serves a call: it rejects, and warns nobody.")
    if window_kind == "request":
        raise _bad("on_exceed", "A cap on one call counts nothing it could warn of: it rejects.")


def _check_window(terms: Terms) -> None:
    kind = terms.window_kind
    if terms.metric == "concurrency" and kind != "lifetime":
        raise _bad("window_kind", "Calls at a time have no window: give window_kind lifetime.")
    if kind == "request" and terms.metric not in PER_CALL:
        raise _bad("window_kind", f"One call can be capped in {', '.join(sorted(PER_CALL))}; not in {terms.metric}.")
    if kind == "sliding":
        if terms.window_s is None or not 1 <= terms.window_s <= SLIDING_S_MAX:
            raise _bad("window_s", f"A sliding window has a length, window_s, of 1 to {SLIDING_S_MAX} seconds.")
    elif terms.window_s is not None:
        raise _bad("window_s", "Only a sliding window has a length in seconds.")
    if terms.zone is not None:
        if kind not in {"day", "month"}:
            raise _bad("zone", "Only days and months begin in a zone.")
        _check_zone(terms.zone)


def _check_zone(zone: str) -> None:
    refusal = Refusal("bad_time_zone", "invalid", "Give an IANA time zone such as Asia/Taipei or UTC.", param="zone")
    if len(zone) > _ZONE_CHARACTERS_MAX or _ZONE.fullmatch(zone) is None or zone == "Factory":
        raise refusal
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # A directory such as "America" is an OSError, an unknown name a KeyError.
        raise refusal from None


def _check_sharing(terms: Terms, subject_kind: SubjectKind) -> None:
    allowed = PARTITIONS[subject_kind] if terms.window_kind != "request" else ("subject",)
    if terms.partition not in allowed:
        why = "A cap on one call" if terms.window_kind == "request" else f"A limit of kind {subject_kind}"
        raise _bad("partition_by", f"{why} can be kept for: {', '.join(allowed)}.")
    check_on_exceed(terms.on_exceed, subject_kind=subject_kind, window_kind=terms.window_kind)


def _bad(param: str, message: str) -> Refusal:
    return Refusal("bad_limit", "invalid", message, param=param)

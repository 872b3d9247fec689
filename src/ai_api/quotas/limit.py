"""A limit: subject, metric, window and value, and which calls it matches. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.values import value
from ai_api.quotas.windows import ACCOUNTS_REMEMBERED, Window, WindowKind, calendar_window, limit_account_id

SubjectKind = Literal["global", "tag", "member", "allocation", "credential", "provider_key"]
Metric = Literal["requests", "input_tokens", "output_tokens", "total_tokens", "cost", "concurrency"]
Partition = Literal["subject", "member", "credential"]
OnExceed = Literal["reject", "warn"]

SUBJECT_KINDS: Final[tuple[SubjectKind, ...]] = ("global", "tag", "member", "allocation", "credential", "provider_key")
LIMIT_METRICS: Final[tuple[Metric, ...]] = (
    "requests",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cost",
    "concurrency",
)
SLIDING_S_MAX: Final = 86_400


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `amount` is requests, tokens, nano-USD or calls at once; `window_s` is set for sliding windows alone.

    The window `request` is one call alone: a cap, which needs no account.

    `zone` None is the organization's. With partition `member` or `credential` each member or credential that the limit
    matches has the whole amount for itself.
    """

    id: UUID
    subject_kind: SubjectKind
    subject_id: UUID | None
    metric: Metric
    window_kind: WindowKind
    window_s: int | None
    zone: str | None
    partition: Partition
    on_exceed: OnExceed
    amount: int

    @property
    def rejects(self) -> bool:
        """Whether a call that exceeds it is refused; otherwise it is only told."""
        return self.on_exceed == "reject"

    def span(self) -> str:
        """The window in words, for people: `per call`, `per 60 s`, `per day`, `per month`, `in all`, `at a time`."""
        if self.metric == "concurrency":
            return "at a time"
        if self.window_kind == "sliding":
            return f"per {self.window_s} s"
        return {"request": "per call", "day": "per day", "month": "per month", "lifetime": "in all"}[self.window_kind]


@value
class AccountKey:
    """An account and what it counts. `partition_id` is the member or credential it is kept for, None for the subject."""

    id: UUID
    subject_kind: str
    subject_id: UUID | None
    metric: str
    window_start: datetime
    window_end: datetime


def limit_of(row: Mapping[str, Any]) -> Limit:
    """A limit from its row, by column names; ids may be text."""
    subject = row.get(f"{row['subject_kind']}_id")
    return Limit(
        id=_uuid(row["id"]),
        subject_kind=row["subject_kind"],
        subject_id=None if subject is None else _uuid(subject),
        metric=row["metric"],
        window_kind=row["window_kind"],
        window_s=row["window_s"],
        zone=row["zone"],
        partition=row["partition_by"],
        on_exceed=row["on_exceed"],
        amount=row["amount"],
    )


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def account_of(limit: Limit, *, zone: str, at: datetime, member_id: UUID, credential_id: UUID) -> AccountKey:
    """The account on which a call of this member and credential, started at `at`, is counted under `limit`."""
    window = calendar_window(limit.window_kind, limit.zone or zone, at)
    if limit.partition == "subject":
        return _account(limit, window, None)
    return _account(limit, window, member_id if limit.partition == "member" else credential_id)


# What does not change from one call to the next: a limit is the same object as long as the copy it stands in.
@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def _account(limit: Limit, window: Window, partition_id: UUID | None) -> AccountKey:
    identifier = limit_account_id(
        subject_kind=limit.subject_kind,
        subject_id=limit.subject_id,
        metric=limit.metric,
        kind=limit.window_kind,
        window_s=limit.window_s,
        window_start=window.start,
        partition_id=partition_id,
    )
    return AccountKey(identifier, limit.subject_kind, limit.subject_id, limit.metric, window.start, window.end)

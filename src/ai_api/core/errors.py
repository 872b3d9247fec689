"""What the product says no with: one error object, named once, translated once by each door.

    Refusal                 anything a caller can be told, with a code, a kind, a sentence and details
    ├── (data plane)        raised by preflight, admission, routing and relay; rendered in the caller's dialect
    └── (portal)            raised by rooms and use cases; rendered as problem+json

A kind is what a door maps to its own status and type word; a code is what people and programs look up, and what the
ledger stores as the outcome of a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal[
    "invalid",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "busy",
    "unprocessable",
    "too_large",
    "too_slow",
    "exhausted",
    "limited",
    "upstream",
    "upstream_timeout",
    "unavailable",
    "internal",
]


class Refusal(Exception):
    """A call or a write that is answered with a reason.

    `code` is stable and documented; `message` says what was wrong and what would fix it, never holding a secret;
    `details` are plain JSON values; `retry_after_s` is set where waiting helps; `param` names the field at fault.
    `because` is the true reason where the caller must not be told; it goes into the record alone.
    """

    def __init__(
        self,
        code: str,
        kind: Kind,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
        param: str | None = None,
        because: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.kind: Kind = kind
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.retry_after_s = retry_after_s
        self.param = param
        self.because = because


class StoreUnavailable(Refusal):
    """Postgres did not answer in time, or refused the connection. Nothing was decided, nothing is lost."""

    def __init__(self, message: str = "The gateway cannot reach its database. Try again shortly.") -> None:
        super().__init__("store_unavailable", "unavailable", message, retry_after_s=2)


class StatementTooLong(StoreUnavailable):
    """Postgres ended the statement, because it had its time."""


class StoreSilent(StoreUnavailable):
    """Postgres has said nothing at all, to anybody, for as long as a call may wait."""


class StatementUndone(StoreUnavailable):
    """Postgres undid the statement, or never began it, for a reason that passes: a deadlock, a lock, no connection left.

    Nothing of it remains, so it may be asked again at once.
    """

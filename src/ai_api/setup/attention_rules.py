"""What needs somebody: every condition, by how much harm it does, and how it is said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Severity = Literal["critical", "warning", "notice"]
"""`critical`: calls fail, or money is not accounted for. `warning`: they will, or a promise does not hold. `notice`: soon."""

Code = Literal[
    "books_unexplained",
    "unsettled_records",
    "stray_records",
    "assurance_switched_off",
    "no_replica",
    "model_unserved",
    "provider_key_flagged",
    "schema_old",
    "jobs_late",
    "route_cooling",
    "model_without_price",
    "limit_nearly_used",
    "letters_failed",
    "letters_waiting",
    "service_unanswered",
    "build_old",
    "replica_versions",
    "credentials_expiring",
    "price_differs",
    "assurance_one_role",
    "one_owner",
]

MOST: Final = 1_000
"""How many of one kind are counted; beyond that there are at least so many."""
NAMED_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a condition is about. `since` is None where nobody wrote down when it began."""

    id: str | None
    name: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Condition:
    """What is said of a condition: `{names}` in `words` are those it is about.

    `target` is the path of the API where they are; `target_of_one`, with `{id}`, where there is just one. `runbook` is a page of
    docs/runbooks.
    """

    severity: Severity
    words: str
    target: str
    target_of_one: str | None = None
    runbook: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that holds. `first` are at most 5 of `count` cases; `at_least` says that there may be more than `count`."""

    code: Code
    severity: Severity
    since: datetime | None
    count: int
    at_least: bool
    first: tuple[Case, ...]
    words: str
    target: str
    runbook: str | None


_SYSTEM: Final = "/api/admin/system"

CONDITIONS: Final[dict[Code, Condition]] = {
    "books_unexplained": Condition(
        "critical",
        "The books do not agree with themselves by the laws {names}: limits may let through too much, or too little.",
        _SYSTEM,
        runbook="unexplained-amount",
    ),
    "unsettled_records": Condition(
        "critical",
        "The database refused records of calls: they are in no bill until somebody decides. Calls {names}.",
        _SYSTEM,
        runbook="unsettled-records",
    ),
    "stray_records": Condition(
        "critical",
        "Records lie outside of every month's partition. Calls {names}.",
        "/api/admin/call-records",
        "/api/admin/call-records/{id}",
        runbook="stray-records",
    ),
    "assurance_switched_off": Condition(
        "critical", "The database no longer refuses changes of what was written: {names} is switched off.", _SYSTEM
    ),
    "no_replica": Condition("critical", "No process that serves calls is alive.", _SYSTEM),
    "model_unserved": Condition(
        "critical",
        "No route can serve {names} now, and members have allocations: their calls fail.",
        "/api/admin/models",
        "/api/admin/models/{id}",
    ),
    "provider_key_flagged": Condition(
        "critical",
        "The provider refuses {names}: calls by it fail. Give it another secret.",
        "/api/admin/provider-keys",
        "/api/admin/provider-keys/{id}",
        runbook="provider-key-flagged",
    ),
    "schema_old": Condition(
        "critical", "The database's schema is {names}, older than this version needs: run `ai-api migrate`.", _SYSTEM
    ),
    "jobs_late": Condition(
        "warning", "Not done when it was due: {names}. Is a worker running? Its log says what fails.", _SYSTEM
    ),
    "route_cooling": Condition(
        "warning",
        "Left alone for a while after failures: {names}.",
        "/api/admin/routes",
        "/api/admin/routes/{id}",
    ),
    "model_without_price": Condition(
        "warning",
        "{names} is called and has no price: the calls cost nothing that is known.",
        "/api/admin/models",
        "/api/admin/models/{id}",
    ),
    "limit_nearly_used": Condition(
        "warning",
        "Used to nine tenths or more: the limits of {names}.",
        "/api/admin/limits",
        "/api/admin/limits/{id}",
    ),
    "letters_failed": Condition("warning", "Mail could not be delivered to {names}.", "/api/admin/members"),
    "letters_waiting": Condition("warning", "Mail waits to be sent to {names}.", "/api/admin/members"),
    "service_unanswered": Condition(
        "warning",
        "Nobody who may sign in answers for {names}.",
        "/api/admin/members?unanswered=true",
        "/api/admin/members/{id}",
    ),
    "build_old": Condition("warning", "The database was migrated to {names} by a newer version than this.", _SYSTEM),
    "replica_versions": Condition("notice", "Versions that serve calls side by side: {names}.", _SYSTEM),
    "credentials_expiring": Condition(
        "notice",
        "Expire within a week: {names}.",
        "/api/admin/credentials?state=active",
        "/api/admin/credentials/{id}",
    ),
    "price_differs": Condition(
        "notice",
        "The registry says another price than before for {names}.",
        "/api/admin/models",
        "/api/admin/models/{id}/suggestion",
    ),
    "assurance_one_role": Condition(
        "notice", "This program's role of the database could change {names}: serve as another role.", _SYSTEM
    ),
    "one_owner": Condition(
        "notice",
        "{names} is the only owner: who loses that way in needs a shell on the server.",
        "/api/admin/members?role=owner",
        "/api/admin/members/{id}",
    ),
}
"""In the order of the harm they do, within one severity as over all."""


def finding(code: Code, cases: Sequence[Case], *, at_least: bool = False) -> Finding | None:
    """What is said of the cases of one condition; None where there are none."""
    if not cases:
        return None
    condition = CONDITIONS[code]
    moments = [case.since for case in cases if case.since is not None]
    target = condition.target
    if len(cases) == 1 and cases[0].id is not None and condition.target_of_one is not None:
        target = condition.target_of_one.format(id=cases[0].id)
    return Finding(
        code=code,
        severity=condition.severity,
        since=min(moments, default=None),
        count=len(cases),
        at_least=at_least or len(cases) >= MOST,
        first=tuple(cases[:NAMED_MAX]),
        # Not by `format`: a name may hold braces.
        words=condition.words.replace("{names}", _names(cases)),
        target=target,
        runbook=condition.runbook,
    )


def ranked(findings: Sequence[Finding]) -> list[Finding]:
    """The most harmful first: by severity, then in the order of the conditions."""
    order = list(CONDITIONS)
    severities: tuple[Severity, ...] = ("critical", "warning", "notice")
    return sorted(findings, key=lambda each: (severities.index(each.severity), order.index(each.code)))


def _names(cases: Sequence[Case]) -> str:
    shown = ", ".join(case.name for case in cases[:NAMED_MAX])
    more = len(cases) - NAMED_MAX
    return f"{shown} and {more} more" if more > 0 else shown

"""Every page of the API that reads the ledger or a long list, as the portal asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.load.browsed import OUTCOMES, Browsed

RARE = OUTCOMES[-1]
"""An outcome of one call in a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Page:
    """One question. `whose` asks it: an administrator, or the member who makes the most calls."""

    name: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    whose: str = "admin"


def pages(of: Browsed) -> Iterator[Page]:
    """All of them, by kind."""
    yield from _lists(of)
    yield from _calls(of, "/api/admin/call-records", "admin")
    yield from _calls(of, "/api/me/call-records", "member")
    yield from _reports(of)
    yield from _older(of)


def _lists(of: Browsed) -> Iterator[Page]:
    for name in (
        "members",
        "models",
        "credentials",
        "allocations",
        "limits",
        "tags",
        "audit",
        "provider-keys",
        "aliases",
    ):
        yield Page(f"list of {name}", f"/api/admin/{name}")
    yield Page("one member", f"/api/admin/members/{of.member_id}")
    yield Page("members, searched", "/api/admin/members", {"q": "browsed19"})
    yield Page("members by identifier", "/api/admin/members", {"sort": "identifier", "limit": "200"})
    for sort in ("-this_month", "-last_seen_at"):
        yield Page(f"members by {sort}", "/api/admin/members", {"sort": sort})
        yield Page(f"members of a tag by {sort}", "/api/admin/members", {"sort": sort, "tag_id": str(of.tag_id)})
    yield Page("allocations of a tag", "/api/admin/allocations", {"tag_id": str(of.tag_id)})
    for lack in ("price", "route"):
        yield Page(f"models without a {lack}", "/api/admin/models", {"lacks": lack, "limit": "200"})
    yield Page("what needs somebody", "/api/admin/attention")
    yield Page("search", "/api/search", {"q": "browsed-77"})
    for name in ("models", "allocations", "credentials", "usage"):
        yield Page(f"one's own {name}", f"/api/me/{name}", whose="member")


def _calls(of: Browsed, path: str, whose: str) -> Iterator[Page]:
    week = {"since": _text(of.until - timedelta(days=7)), "until": _text(of.until)}
    month = {"since": _text(of.until - timedelta(days=60)), "until": _text(of.until - timedelta(days=30))}
    filters: dict[str, dict[str, str]] = {
        "newest": {},
        "oldest": {"sort": "started_at"},
        "of a week": week,
        "of a month": {**month, "limit": "200"},
        "of a credential": {"credential_id": str(of.credential_id)},
        "of an allocation": {"allocation_id": str(of.allocation_id)},
        "of a model": {"model": of.model},
        "of a provider, in a week": {"provider": of.model.split("/")[0], **week},
        "that failed": {"outcome": "failed"},
        "with a rare outcome": {"outcome": RARE},
        "of no such model": {"model": "no/such"},
        "by a request id": {"request_id": "browsed-77"},
        "that cost much": {"cost_usd_min": "0.08"},
        "that took long, in a month": {"latency_ms_min": "12100", **month},
        "of a client": {"client": "codex"},
    }
    if whose == "admin":
        filters |= {"of a member": {"member_id": str(of.member_id)}, "of a tag": {"tag_id": str(of.tag_id)}}
        filters |= {"that failed, of a member": {"member_id": str(of.member_id), "outcome": "failed"}}
    for name, params in filters.items():
        yield Page(f"calls {name}" if whose == "admin" else f"one's own calls {name}", path, params, whose)


def _reports(of: Browsed) -> Iterator[Page]:
    admin, own = "/api/admin/usage", "/api/me/usage"
    for by in ("model", "member", "credential", "provider", "tag", "outcome"):
        yield Page(f"last month by {by}", admin, {"by": by, "range": "last_month"})
    yield Page("last month by model and day", admin, {"range": "last_month", "each": "day", "zone": "Asia/Kathmandu"})
    yield Page("last 7 days by tag and hour", admin, {"range": "last_7_days", "each": "hour", "by": "tag"})
    yield Page("this year by model and month", admin, {"range": "this_year", "each": "month"})
    yield Page("heat map of last month", f"{admin}/heat-map", {"range": "last_month"})
    yield Page("percentiles of last month", f"{admin}/latency", {"range": "last_month"})
    yield Page("statement of last month", f"{admin}/statement")
    yield Page("statement of a member", f"{admin}/statement", {"member_id": str(of.member_id)})
    yield Page("statement of a tag", f"{admin}/statement", {"tag_id": str(of.tag_id)})
    yield Page("one's own month by model and day", f"{own}/report", {"range": "last_month", "each": "day"}, "member")
    yield Page("one's own year by credential", f"{own}/report", {"range": "this_year", "by": "credential"}, "member")
    yield Page("one's own heat map", f"{own}/heat-map", {"range": "last_30_days"}, "member")
    yield Page("one's own percentiles", f"{own}/latency", {"range": "last_30_days"}, "member")
    yield Page("one's own statement", f"{own}/statement", whose="member")


def _older(of: Browsed) -> Iterator[Page]:
    gateway = f"/analytics/gateway/{of.credential_public_id}"
    yield Page("an older gateway's analytics", gateway, {"days": "30"}, "member")
    yield Page("an older gateway's analytics with logs", gateway, {"days": "30", "include_logs": "true"}, "member")
    for name in ("overview", "tokens", "models"):
        yield Page(f"an older gateway's {name}", f"/user/stats/{name}", whose="member")
        yield Page(f"an older gateway's {name} of everybody", f"/admin/stats/{name}")


def _text(moment: datetime) -> str:
    return moment.isoformat()

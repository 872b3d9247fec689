"""The ways a right is taken back, and given again: what each does to one member's standing, and how calls must end by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text

from ai_api import allocations, catalog, credentials, identity, providers
from ai_api.allocations import Allocation
from ai_api.core.db import Tx, bump_members
from ai_api.credentials import Issued
from ai_api.identity import Member, TagDraft, Who
from tests.support.organization import CLI, OWNER_RIGHTS, Organization, Served

EXPIRES_IN = timedelta(seconds=0.5)


@dataclass
class Standing:
    """One member, and all by which they may call one model: the model is restricted to those with the tag `way_in`."""

    org: Organization
    member: Member
    model: Served
    allocation: Allocation
    credential: Issued
    way_in: identity.Tag
    second_tag: identity.Tag

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.credential.secret}"}


async def stand(org: Organization, number: int) -> Standing:
    """A new member with a model and a provider key of their own."""
    member = await org.member()
    model = await org.model(access="restricted")
    async with org.database.transaction() as tx:
        tags = [
            await identity.create_tag(tx, CLI, TagDraft(name=f"tag {number} {which}"), now=_now())
            for which in ("way in", "second")
        ]
        for tag in tags:
            await identity.add_tag_members(tx, CLI, tag.id, Who(member_ids=[member.id]), now=_now())
        await catalog.set_policy(tx, CLI, model.id, access="restricted", tag_ids=[tags[0].id])
    allocation = await org.allocation(member, model, tokens=10**9, usd="1000")
    return Standing(org, member, model, allocation, await org.credential(member), *tags)


Do = Callable[[Standing], Awaitable[Any]]


class Change(NamedTuple):
    """`do` returns once the change is known. New calls get `status` and one of `shown`; the record of a stopped one `outcome`.

    `outcome` None: open calls go on.
    """

    do: Do
    undo: Do
    outcome: str | None
    status: int
    shown: frozenset[str]
    prepare: Do | None = None


def within(act: Callable[[Tx, Standing], Awaitable[Any]]) -> Do:
    """One transaction around a verb."""

    async def do(s: Standing) -> None:
        async with s.org.database.transaction() as tx:
            await act(tx, s)

    return do


def _now() -> datetime:
    return datetime.now(UTC)


async def _issue_anew(s: Standing) -> None:
    s.credential = await s.org.credential(s.member)


async def _grant_anew(s: Standing) -> None:
    s.allocation = await s.org.allocation(s.member, s.model)


async def _delete_credential(tx: Tx, s: Standing) -> None:
    await tx.execute(text("DELETE FROM credentials WHERE id = :id"), {"id": s.credential.credential.id})
    await bump_members(tx, [s.member.id])


async def _let_expire(s: Standing) -> None:
    """The last write is half a second before: at the moment itself nobody writes anything."""
    at = _now()

    async def soon(tx: Tx, s: Standing) -> None:
        nonlocal at
        # Reckoned here: to come by a transaction may take longer than that.
        at = _now() + EXPIRES_IN
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        await _change_credential(tx, s, expires_at=at)

    await within(soon)(s)
    while (left_s := (at - _now()).total_seconds()) > 0:
        await asyncio.sleep(left_s)


async def _change_credential(tx: Tx, s: Standing, **changes: Any) -> None:
    await credentials.change(tx, CLI, s.credential.credential.id, changes, at=_now())  # type: ignore[arg-type]  # fields


def _moved(action: Any) -> Do:
    return within(lambda tx, s: allocations.move(tx, CLI, s.allocation.id, action, by="admin", reason="a race"))


def _policy(lists: Callable[[Standing], dict[str, Any]]) -> Do:
    return within(lambda tx, s: catalog.set_policy(tx, CLI, s.model.id, access="restricted", **lists(s)))


def _limited(tokens: int | None) -> Do:
    return within(lambda tx, s: allocations.change_limits(tx, CLI, s.allocation.id, {"total_tokens": tokens}))


def _hidden(do: Do, undo: Do, prepare: Do | None = None) -> Change:
    return Change(do, undo, "model_not_found", 404, frozenset({"model_not_found"}), prepare)


def _forbidden(do: Do, undo: Do, code: str) -> Change:
    return Change(do, undo, code, 403, frozenset({code}))


def _unauthenticated(do: Do, undo: Do, code: str) -> Change:
    return Change(do, undo, code, 401, frozenset({"invalid_api_key"}))


_pause = within(
    lambda tx, s: credentials.pause(tx, CLI, s.credential.credential.id, by="admin", reason="a race", at=_now())
)
_resume = within(
    lambda tx, s: credentials.resume(tx, CLI, s.credential.credential.id, by="admin", reason="a race", at=_now())
)
_revoke = within(lambda tx, s: credentials.revoke(tx, CLI, s.credential.credential.id, reason="a race", at=_now()))
_by_the_tag = _policy(lambda s: {"member_ids": [], "tag_ids": [s.way_in.id]})

CHANGES: dict[str, Change] = {
    "credential paused": _forbidden(_pause, _resume, "credential_paused"),
    "credential revoked": _unauthenticated(_revoke, _issue_anew, "credential_revoked"),
    "credential deleted": _unauthenticated(within(_delete_credential), _issue_anew, "credential_unknown"),
    "credential expired": _unauthenticated(
        _let_expire, within(lambda tx, s: _change_credential(tx, s, expires_at=None)), "credential_expired"
    ),
    "credential rescoped": _forbidden(
        within(lambda tx, s: _change_credential(tx, s, allocation_ids=[])),
        within(lambda tx, s: _change_credential(tx, s, allocation_ids=None)),
        "model_not_in_scope",
    ),
    "member disabled": _forbidden(
        within(lambda tx, s: identity.disable_member(tx, CLI, s.member.id, by=OWNER_RIGHTS, now=_now())),
        within(lambda tx, s: identity.enable_member(tx, CLI, s.member.id, by=OWNER_RIGHTS, now=_now())),
        "member_disabled",
    ),
    "allocation paused": _forbidden(_moved("pause"), _moved("resume"), "allocation_paused"),
    "allocation quarantined": _forbidden(_moved("quarantine"), _moved("release"), "allocation_quarantined"),
    "allocation revoked": _forbidden(_moved("revoke"), _grant_anew, "allocation_revoked"),
    "tag taken away": _hidden(
        within(lambda tx, s: identity.remove_tag_members(tx, CLI, s.way_in.id, Who(member_ids=[s.member.id]))),
        within(lambda tx, s: identity.add_tag_members(tx, CLI, s.way_in.id, Who(member_ids=[s.member.id]), now=_now())),
    ),
    "taken off the list": _hidden(
        _policy(lambda _: {"member_ids": []}),
        _by_the_tag,
        _policy(lambda s: {"member_ids": [s.member.id], "tag_ids": []}),
    ),
    "denied by member": _hidden(
        _policy(lambda s: {"denied_member_ids": [s.member.id]}), _policy(lambda _: {"denied_member_ids": []})
    ),
    "denied by tag": _hidden(
        _policy(lambda s: {"denied_tag_ids": [s.second_tag.id]}), _policy(lambda _: {"denied_tag_ids": []})
    ),
    "model archived": _hidden(
        within(lambda tx, s: catalog.archive(tx, CLI, s.model.id)),
        within(lambda tx, s: catalog.unarchive(tx, CLI, s.model.id)),
    ),
    "provider key disabled": Change(
        within(lambda tx, s: providers.disable_key(tx, CLI, s.model.key.id)),
        within(lambda tx, s: providers.enable_key(tx, CLI, s.model.key.id)),
        "provider_key_disabled",
        503,
        frozenset({"no_route"}),
    ),
    "limit lowered": Change(
        _limited(1), _limited(10**9), None, 429, frozenset({"insufficient_quota", "rate_limit_exceeded"})
    ),
}

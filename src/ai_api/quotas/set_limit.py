"""Setting, changing and removing a limit, in force for the next call of whoever it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from ai_api import audit
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members, bump_world
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.money import format_usd
from ai_api.quotas import store
from ai_api.quotas.limit import Limit, OnExceed
from ai_api.quotas.store import StoredLimit
from ai_api.quotas.terms import Subject, Terms, check, check_amount, check_on_exceed, kind_of

_NOBODY = {
    "fk_limits_member_id": ("member_not_found", "There is no such member."),
    "fk_limits_allocation_id": ("allocation_not_found", "There is no such allocation."),
    "fk_limits_credential_id": ("credential_not_found", "There is no such credential."),
    "fk_limits_tag_id": ("tag_not_found", "There is no such tag."),
    "fk_limits_provider_key_id": ("provider_key_not_found", "There is no such provider key."),
}


async def set_limit(tx: Tx, actor: Actor, subject: Subject, terms: Terms) -> StoredLimit:
    """A new limit. What was used before counts, where it was counted: an allocation's month is, from its first call.

    Raises Refusal `bad_limit`, `bad_time_zone`, `limit_out_of_range`, `limit_exists`, or `<subject>_not_found`.
    """
    check(terms, subject.kind)
    await _begin(tx, subject)
    limit_id = uuid7()
    refused_by = await store.add_limit(tx, limit_id, subject, terms)
    if refused_by in _NOBODY:
        code, message = _NOBODY[refused_by]
        raise Refusal(code, "not_found", message, param="subject_id")
    if refused_by is not None:
        raise await _exists(tx, subject, terms)
    stored = await find_limit(tx, limit_id)
    await _end(tx, subject)
    await audit.note(
        tx,
        actor,
        action="limit.set",
        target_kind="limit",
        target_id=limit_id,
        before=None,
        after=described(stored.limit),
    )
    return stored


async def change_limit(
    tx: Tx, actor: Actor, limit_id: UUID, subject: Subject, *, amount: int | None, on_exceed: OnExceed | None
) -> StoredLimit:
    """Stores what is given; None leaves it as it is. What the limit counts does not change: that is another limit.

    Raises Refusal `bad_limit`, `limit_out_of_range`, `limit_exists` or `limit_not_found`.
    """
    await _begin(tx, subject)
    before = await find_limit(tx, limit_id, lock=True)
    values: dict[str, Any] = {}
    if amount is not None:
        check_amount(amount)
        values["amount"] = amount
    if on_exceed is not None:
        check_on_exceed(on_exceed, subject_kind=subject.kind, window_kind=before.limit.window_kind)
        values["on_exceed"] = on_exceed
    if not await store.change_limit(tx, limit_id, values):
        raise await _exists(tx, subject, replace(before.limit, **values))
    changed = await find_limit(tx, limit_id)
    await _end(tx, subject)
    await audit.note(
        tx,
        actor,
        action="limit.change",
        target_kind="limit",
        target_id=limit_id,
        before=described(before.limit),
        after=described(changed.limit),
    )
    return changed


async def remove_limit(tx: Tx, actor: Actor, limit_id: UUID, subject: Subject) -> None:
    """Takes a limit away. Its account stays: the same limit set again knows what was used. Raises `limit_not_found`."""
    await _begin(tx, subject)
    before = await find_limit(tx, limit_id, lock=True)
    await store.remove_limit(tx, limit_id)
    await _end(tx, subject)
    await audit.note(
        tx,
        actor,
        action="limit.remove",
        target_kind="limit",
        target_id=limit_id,
        before=described(before.limit),
        after=None,
    )


async def give_limits(tx: Tx, subject: Subject, terms: Sequence[Terms]) -> tuple[Limit, ...]:
    """The limits a new subject is born with. The caller announces and audits them with the subject.

    Raises Refusal `bad_limit`, `bad_time_zone`, `limit_out_of_range`, or `limit_exists` for two of one kind.
    """
    for each in terms:
        check(each, subject.kind)
        if await store.add_limit(tx, uuid7(), subject, each) is not None:
            raise Refusal("limit_exists", "conflict", "Two of these limits are of one kind. Give one.", param="limits")
    return tuple(await store.limits_of_subject(tx, subject)) if terms else ()


async def replace_limits(tx: Tx, subject: Subject, terms: Sequence[Terms]) -> tuple[Limit, ...]:
    """The limits of a subject that begins anew, in place of all it had. Their accounts stay: what was used counts.

    The caller announces and audits them with the subject. Raises what `give_limits` raises.
    """
    for limit in await store.limits_of_subject(tx, subject):
        await store.remove_limit(tx, limit.id)
    return await give_limits(tx, subject, terms)


async def find_limit(tx: Tx, limit_id: UUID, *, lock: bool = False) -> StoredLimit:
    """One limit; with `lock`, nobody else changes it until the transaction ends. Raises Refusal `limit_not_found`."""
    limit = await store.get_limit(tx, limit_id, lock=lock)
    if limit is None:
        raise _not_found()
    return limit


def described(limit: Limit) -> dict[str, Any]:
    """A limit in plain values, as the audit trail and the API show it; an amount of money as a decimal string of USD."""
    return {
        "subject_kind": limit.subject_kind,
        "subject_id": limit.subject_id,
        "metric": limit.metric,
        "window_kind": limit.window_kind,
        "window_s": limit.window_s,
        "zone": limit.zone,
        "partition_by": limit.partition,
        "on_exceed": limit.on_exceed,
        "amount": format_usd(limit.amount) if limit.metric == "cost" else limit.amount,
    }


async def _begin(tx: Tx, subject: Subject) -> None:
    # A member is locked before what hangs on it, as when one is deleted; allocations, tags and the world come last there too.
    if subject.kind == "member" and subject.id is not None:
        await bump_members(tx, [subject.id])


async def _end(tx: Tx, subject: Subject) -> None:
    """Makes every replica reload what the limits of this subject are part of."""
    if subject.kind in {"global", "tag", "provider_key"}:
        await bump_world(tx)
    elif subject.kind != "member":
        if subject.member_id is None:
            raise ValueError(f"a limit of kind {subject.kind} is about somebody's calls")
        await bump_members(tx, [subject.member_id])


async def _exists(tx: Tx, subject: Subject, wanted: Terms | Limit) -> Refusal:
    for known in await store.limits_of_subject(tx, subject):
        if (kind_of(known), known.on_exceed) == (kind_of(wanted), wanted.on_exceed):
            return Refusal(
                "limit_exists",
                "conflict",
                f"There is such a limit already: {known.id}. Change its amount, or remove it.",
                details={"limit_id": str(known.id)},
            )
    return _not_found()


def _not_found() -> Refusal:
    return Refusal("limit_not_found", "not_found", "There is no such limit.")

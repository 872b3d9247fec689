"""Members: made, found, changed, disabled and deleted by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_members
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import Page, encode_cursor, id_in, text_in
from ai_api.identity import store
from ai_api.identity.rules import (
    By,
    Changes,
    Draft,
    Filters,
    Member,
    MemberOrder,
    check_change,
    check_deletion,
    check_name,
    check_new,
    check_responsible,
    is_active_owner,
    last_owner,
    member_not_found,
)

_ORDERS: Final[Mapping[str, MemberOrder]] = {"created_at": "id", "identifier": "identifier"}


async def create_member(
    tx: Tx, actor: Actor, draft: Draft, *, by: By, now: datetime, password_hash: str | None = None
) -> Member:
    """A new, active member.

    Raises Refusal `identifier_taken`, `bad_identifier`, `bad_name`, `owner_required`, `service_owner`,
    `responsible_member_needed`, `responsible_member_of_person`, `bad_responsible_member`.
    """
    check_new(draft, by=by)
    if draft.responsible_member_id is not None:
        locked = await store.lock_members(tx, [draft.responsible_member_id])
        check_responsible(locked.get(draft.responsible_member_id))
    member = await store.insert_member(tx, draft, member_id=uuid7(), password_hash=password_hash, now=now)
    if member is None:
        message = "Another member has this identifier, perhaps in other letters of case."
        raise Refusal("identifier_taken", "conflict", message, param="identifier")
    await note(
        tx,
        actor,
        action="member.create",
        target_kind="member",
        target_id=member.id,
        before=None,
        after=member.audited(),
    )
    return member


async def get_member(tx: Tx, member_id: UUID, *, lock: bool = False) -> Member:
    """A member by id. With `lock`, nobody else changes them until the transaction ends. Raises Refusal `member_not_found`."""
    member = (
        (await store.lock_members(tx, [member_id])).get(member_id) if lock else await store.find_member(tx, member_id)
    )
    if member is None:
        raise member_not_found()
    return member


async def find_member(tx: Tx, identifier: str) -> Member:
    """A member by identifier, in whatever case. Raises Refusal `member_not_found`."""
    member = await store.find_member_by_identifier(tx, identifier)
    if member is None:
        raise member_not_found()
    return member


async def has_password(tx: Tx, member_id: UUID) -> bool:
    """Whether a member that is there can sign in with a password."""
    return await store.has_password(tx, member_id)


async def list_members(
    tx: Tx, *, filters: Filters, limit: int, cursor: str | None = None, sort: str = "-created_at"
) -> Page[Member]:
    """One page of members, by `created_at` or `identifier`, with a dash before it to turn it around; a member's id tells when
    they were made. Raises Refusal `bad_sort`, `bad_cursor`.
    """
    by = _ORDERS.get(sort.removeprefix("-"))
    if by is None:
        raise Refusal("bad_sort", "invalid", f"Members can be sorted by {', '.join(_ORDERS)}.", param="sort")
    descending = sort.startswith("-")
    order = f"-{by}" if descending else by
    after = id_in(cursor, order) if by == "id" else text_in(cursor, order)
    found = await store.list_members(tx, filters=filters, by=by, descending=descending, after=after, limit=limit + 1)
    shown = found[:limit]
    return Page([member for _, member in shown], encode_cursor(order, shown[-1][0]) if len(found) > limit else None)


async def change_member(
    tx: Tx,
    actor: Actor,
    member_id: UUID,
    changes: Changes,
    *,
    by: By,
    now: datetime,
    action: str = "member.update",
    leave_services: bool = False,
) -> Member:
    """The member with `changes` made; every replica knows before the member's next call.

    With `leave_services` somebody who answers for active service accounts can be disabled; those go on, unanswered for.
    Owners are locked together with the member, so that of two who demote one another one is refused.
    Raises Refusal `member_not_found`, `last_owner`, `owner_required`, `own_role`, `bad_name`, `service_owner`,
    `responsible_member_of_person`, `bad_responsible_member`, `responsible_for_services`.
    """
    concerned = [member_id] if changes.responsible_member_id is None else [member_id, changes.responsible_member_id]
    locked = await store.lock_members(tx, concerned, and_active_owners=True)
    member = locked.get(member_id)
    if member is None:
        raise member_not_found()
    check_change(member, changes, by=by)
    await _check_stays_possible(tx, member, changes, locked)
    if changes.status == "disabled" and not leave_services:
        await _check_answers_for_none(tx, member)
    values = {name: value for name, value in asdict(changes).items() if value is not None}
    changed = await store.update_member(tx, member_id, values, now=now)
    if is_active_owner(member) and not is_active_owner(changed):
        _check_an_owner_is_left(locked, but=member_id)
    await bump_members(tx, [member_id])
    await note(
        tx,
        actor,
        action=action,
        target_kind="member",
        target_id=member_id,
        before=member.audited(),
        after=changed.audited(),
    )
    return changed


async def disable_member(
    tx: Tx, actor: Actor, member_id: UUID, *, by: By, now: datetime, leave_services: bool = False
) -> Member:
    """The member, disabled: credentials and access tokens stop. Raises what `change_member` raises."""
    return await change_member(
        tx,
        actor,
        member_id,
        Changes(status="disabled"),
        by=by,
        now=now,
        action="member.disable",
        leave_services=leave_services,
    )


async def services_of(tx: Tx, member_id: UUID) -> list[Member]:
    """The active service accounts a member answers for, by identifier."""
    return await store.services_of(tx, member_id)


async def enable_member(tx: Tx, actor: Actor, member_id: UUID, *, by: By, now: datetime) -> Member:
    """The member, active again. Raises what `change_member` raises."""
    return await change_member(tx, actor, member_id, Changes(status="active"), by=by, now=now, action="member.enable")


async def delete_member(tx: Tx, actor: Actor, member_id: UUID, *, by: By) -> None:
    """Deletes a member that nothing refers to. Raises Refusal `member_not_found`, `in_use`, `last_owner`, `owner_required`."""
    locked = await store.lock_members(tx, [member_id], and_active_owners=True)
    member = locked.get(member_id)
    if member is None:
        raise member_not_found()
    check_deletion(member, by=by)
    if is_active_owner(member):
        _check_an_owner_is_left(locked, but=member_id)
    await store.delete_member(tx, member_id)
    await note(
        tx,
        actor,
        action="member.delete",
        target_kind="member",
        target_id=member_id,
        before=member.audited(),
        after=None,
    )


async def set_password(
    tx: Tx,
    actor: Actor,
    member_id: UUID,
    *,
    password_hash: str,
    now: datetime,
    display_name: str | None = None,
    action: str = "member.reset_password",
) -> Member:
    """The person with another password, and with another name where one is given.

    Raises Refusal `member_not_found`, `service_password`, `bad_name`.
    """
    if display_name is not None:
        check_name(display_name, param="display_name")
    member = (await store.lock_members(tx, [member_id])).get(member_id)
    if member is None:
        raise member_not_found()
    if member.kind == "service":
        raise Refusal("service_password", "invalid", "A service account has no password; give it an access token.")
    values = {"password_hash": password_hash, "display_name": display_name or member.display_name}
    changed = await store.update_member(tx, member_id, values, now=now)
    await note(
        tx,
        actor,
        action=action,
        target_kind="member",
        target_id=member_id,
        before={"identifier": member.identifier, "display_name": member.display_name},
        after={"identifier": member.identifier, "display_name": changed.display_name},
    )
    return changed


async def _check_stays_possible(tx: Tx, member: Member, changes: Changes, locked: dict[UUID, Member]) -> None:
    if changes.responsible_member_id is not None:
        check_responsible(locked.get(changes.responsible_member_id))
    elif changes.status == "active" and member.responsible_member_id is not None:
        check_responsible(await store.find_member(tx, member.responsible_member_id))


async def _check_answers_for_none(tx: Tx, member: Member) -> None:
    if services := await store.services_of(tx, member.id):
        message = (
            "The member answers for active service accounts. Give those to somebody else, or say what becomes of them."
        )
        details = {"service_accounts": [each.identifier for each in services[:20]], "count": len(services)}
        raise Refusal("responsible_for_services", "conflict", message, details=details)


def _check_an_owner_is_left(locked: dict[UUID, Member], *, but: UUID) -> None:
    if not any(is_active_owner(member) for member in locked.values() if member.id != but):
        raise last_owner()

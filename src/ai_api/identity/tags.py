"""Tags: made, changed, given to members and taken away. What a tag decides lives in other rooms, by its id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_members, bump_world
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import NEWEST_FIRST, Page, bad_cursor, decode_cursor, encode_cursor, id_in, page_by_id
from ai_api.identity import store, store_tag_rules, store_tags
from ai_api.identity.tag import (
    MemberOfTag,
    Membership,
    Tag,
    TagChanges,
    TagDraft,
    TaggedMember,
    TagOfMember,
    Who,
    check_tag,
    check_unused,
    check_who,
    tag_not_found,
    unknown_members,
)

_BY_NAME: Final = "name"


async def create_tag(tx: Tx, actor: Actor, draft: TagDraft, *, now: datetime) -> Tag:
    """A new tag that nobody has, unless it is everyone's. Raises Refusal `bad_name`, `bad_priority`, `name_taken`."""
    check_tag(name=draft.name, priority=draft.priority)
    tag_id = uuid7()
    if not await store_tags.insert_tag(tx, draft, tag_id=tag_id, now=now):
        raise _name_taken()
    tag = await get_tag(tx, tag_id)
    await note(tx, actor, action="tag.create", target_kind="tag", target_id=tag_id, before=None, after=tag.audited())
    if tag.everyone:
        await bump_world(tx)
    return tag


async def get_tag(tx: Tx, tag_id: UUID, *, lock: bool = False) -> Tag:
    """A tag. With `lock`, nothing else changes it, or begins to name it, until the transaction ends.

    Raises Refusal `tag_not_found`.
    """
    if lock:
        await store_tags.lock_tag(tx, tag_id)
    tag = await store_tags.find_tag(tx, tag_id)
    if tag is None:
        raise tag_not_found()
    return tag


async def list_tags(tx: Tx, *, q: str | None = None, limit: int, cursor: str | None = None) -> Page[Tag]:
    """One page of tags by name; `q` is part of it. Raises Refusal `bad_cursor`."""
    after = None if cursor is None else _name_in(cursor)
    found = await store_tags.list_tags(tx, q=q, after_name=after, limit=limit + 1)
    shown = [tag for _, tag in found[:limit]]
    return Page(shown, encode_cursor(_BY_NAME, found[limit - 1][0]) if len(found) > limit else None)


async def change_tag(tx: Tx, actor: Actor, tag_id: UUID, changes: TagChanges, *, now: datetime) -> Tag:
    """The tag with `changes` made. Raises Refusal `tag_not_found`, `bad_name`, `bad_priority`, `name_taken`."""
    check_tag(name=changes.name, priority=changes.priority)
    before = await get_tag(tx, tag_id, lock=True)
    values = {name: value for name, value in asdict(changes).items() if value is not None}
    if not await store_tags.update_tag(tx, tag_id, values, now=now):
        raise _name_taken()
    after = await get_tag(tx, tag_id)
    await note(
        tx,
        actor,
        action="tag.update",
        target_kind="tag",
        target_id=tag_id,
        before=before.audited(),
        after=after.audited(),
    )
    if (before.everyone, before.priority) != (after.everyone, after.priority):
        await bump_world(tx)
    return after


async def delete_tag(tx: Tx, actor: Actor, tag_id: UUID, *, models: Collection[str], limits: int, routes: int) -> None:
    """Deletes a tag that nothing names. `models` (slugs), `limits` and `routes` name it, as counted after locking the tag.

    Raises Refusal `tag_not_found`, or `tag_in_use` while something names it: without it a deny, or a limit, would be gone.
    """
    tag = await get_tag(tx, tag_id, lock=True)
    rules = await store_tag_rules.count_rules(tx, tag_id=tag_id)
    check_unused(tag, models=models, limits=limits, routes=routes, rules=rules)
    # Members before what hangs on them, as when a member is deleted.
    await bump_members(tx, await store_tags.ids_of_members(tx, tag_id))
    await store_tags.delete_tag(tx, tag_id)
    await note(
        tx,
        actor,
        action="tag.delete",
        target_kind="tag",
        target_id=tag_id,
        before={**tag.audited(), "members": tag.members},
        after=None,
    )
    await bump_world(tx)


async def add_tag_members(tx: Tx, actor: Actor, tag_id: UUID, who: Who, *, now: datetime) -> Membership:
    """Gives members a tag; those that have it keep it. In force for the next call of each.

    Raises Refusal `tag_not_found`, `nobody_named`, `too_many_members`, or `member_not_found`, with nothing changed.
    """
    wanted = await _locked(tx, tag_id, who)
    return await _changed(tx, actor, tag_id, "add", wanted, await store_tags.add_members(tx, tag_id, wanted, now=now))


async def remove_tag_members(tx: Tx, actor: Actor, tag_id: UUID, who: Who) -> Membership:
    """Takes a tag from members; those that do not have it stay without. In force for the next call of each.

    Raises Refusal `tag_not_found`, `nobody_named`, `too_many_members`, or `member_not_found`, with nothing changed.
    """
    wanted = await _locked(tx, tag_id, who)
    return await _changed(tx, actor, tag_id, "remove", wanted, await store_tags.remove_members(tx, tag_id, wanted))


async def list_tag_members(
    tx: Tx, tag_id: UUID, *, q: str | None = None, limit: int, cursor: str | None = None
) -> Page[MemberOfTag]:
    """One page of the members that were given a tag, the newest first. Raises Refusal `tag_not_found`, `bad_cursor`."""
    await get_tag(tx, tag_id)
    before_id = id_in(cursor, NEWEST_FIRST)
    found = await store_tags.list_members(tx, tag_id, q=q, before_id=before_id, limit=limit + 1)
    return page_by_id(found, [each.id for each in found], limit=limit, sort=NEWEST_FIRST)


async def tags_of_members(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, tuple[TagOfMember, ...]]:
    """All tags that apply to each of these members, those of everyone too, by priority and name. Two statements."""
    given = await store_tags.tags_of(tx, member_ids)
    of_everyone = await store_tags.everyone_tags(tx)
    return {
        member_id: tuple(sorted({*own, *of_everyone}, key=lambda tag: (tag.priority, tag.name)))
        for member_id, own in given.items()
    }


async def tagged_members(
    tx: Tx, *, member_ids: Collection[UUID] | None = None, after_id: UUID | None = None, limit: int = 2_000
) -> list[TaggedMember]:
    """At most `limit` active members (of `member_ids`, if given) in id order, after `after_id`, with their own tags."""
    return await store_tags.tagged_members(tx, member_ids=member_ids, after_id=after_id, limit=limit)


async def _locked(tx: Tx, tag_id: UUID, who: Who) -> list[UUID]:
    """The members who are named, in id order; first the tag, then they are locked, as everywhere.

    Raises Refusal `nobody_named`, `too_many_members`, `tag_not_found`, `member_not_found`.
    """
    check_who(who)
    await store_tags.keep_tag(tx, tag_id)
    await get_tag(tx, tag_id)
    by_identifier = await store_tags.members_by_identifier(tx, set(who.identifiers)) if who.identifiers else {}
    if unknown := set(who.identifiers) - by_identifier.keys():
        raise unknown_members(unknown, param="identifiers")
    wanted = {*who.member_ids, *by_identifier.values()}
    if missing := wanted - (await store.lock_members(tx, wanted)).keys():
        raise unknown_members({str(each) for each in missing}, param="member_ids")
    return sorted(wanted)


async def _changed(
    tx: Tx,
    actor: Actor,
    tag_id: UUID,
    verb: Literal["add", "remove"],
    wanted: Sequence[UUID],
    changed: Collection[UUID],
) -> Membership:
    """Writes a change of members down and announces it, once for all; one that changes nothing leaves no trace."""
    tag = await get_tag(tx, tag_id)
    if changed:
        await note(
            tx,
            actor,
            action=f"tag.{verb}_members",
            target_kind="tag",
            target_id=tag_id,
            before={"name": tag.name},
            after={"name": tag.name, "added" if verb == "add" else "removed": set(changed)},
        )
        await bump_members(tx, changed)
    return Membership(tag, tuple(sorted(changed)), len(wanted) - len(changed))


def _name_in(cursor: str) -> str:
    made_for, name = decode_cursor(cursor, 2)
    if made_for != _BY_NAME:
        raise bad_cursor()
    return name


def _name_taken() -> Refusal:
    message = "Another tag has this name, perhaps in other letters of case."
    return Refusal("name_taken", "conflict", message, param="name")

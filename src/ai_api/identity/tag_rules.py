"""Tag rules: made, changed and tried; applied when somebody signs in for the first time, or to everybody who is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_members
from ai_api.core.ids import uuid7
from ai_api.core.page import NEWEST_FIRST, Page, id_in, page_by_id
from ai_api.identity import store_tag_rules, store_tags
from ai_api.identity.rules import Member
from ai_api.identity.store_tag_rules import Person
from ai_api.identity.tag import Tag, tag_not_found
from ai_api.identity.tag_rule import (
    RULES_MAX,
    RuleKind,
    TagRule,
    TagRuleDraft,
    check_for_all,
    check_rule,
    matches,
    tag_rule_not_found,
    too_many_rules,
)

_PAGE: Final = 2_000
_SHOWN_MAX: Final = 20
_AUDITED_MAX: Final = 1_000
_FIELDS: Final = ("name", "kind", "value", "claim", "tag_id", "enabled")


class TagRuleChanges(TypedDict, total=False):
    """What is given is stored, what is absent stays."""

    name: str
    kind: RuleKind
    value: str | None
    claim: str | None
    tag_id: UUID
    enabled: bool


@dataclass(frozen=True, slots=True)
class Gained:
    """Who gained a tag, or would: how many, and the first of them in id order."""

    count: int
    first: tuple[Person, ...]


async def create_tag_rule(tx: Tx, actor: Actor, draft: TagRuleDraft, *, now: datetime) -> TagRule:
    """A new rule, for whoever signs in for the first time from now on.

    Raises Refusal `bad_tag_rule`, `tag_not_found`, `too_many_tag_rules`.
    """
    check_rule(draft)
    await _named_tag(tx, draft.tag_id)
    if await store_tag_rules.count_rules(tx) >= RULES_MAX:
        raise too_many_rules()
    rule = TagRule(id=uuid7(), **asdict(draft), created_at=now, updated_at=now)
    await store_tag_rules.insert_rule(tx, rule)
    await _note(tx, actor, "create", rule.id, before=None, after=rule)
    return rule


async def get_tag_rule(tx: Tx, rule_id: UUID) -> TagRule:
    """A rule by id. Raises Refusal `tag_rule_not_found`."""
    rule = await store_tag_rules.find_rule(tx, rule_id)
    if rule is None:
        raise tag_rule_not_found()
    return rule


async def list_tag_rules(
    tx: Tx, *, q: str | None = None, tag_id: UUID | None = None, limit: int, cursor: str | None = None
) -> Page[TagRule]:
    """One page of rules, the newest first; `q` is part of a name or a value. Raises Refusal `bad_cursor`."""
    before_id = id_in(cursor, NEWEST_FIRST)
    found = await store_tag_rules.list_rules(tx, q=q, tag_id=tag_id, before_id=before_id, limit=limit + 1)
    return page_by_id(found, [each.id for each in found], limit=limit, sort=NEWEST_FIRST)


async def change_tag_rule(tx: Tx, actor: Actor, rule_id: UUID, changes: TagRuleChanges, *, now: datetime) -> TagRule:
    """The rule with `changes` made; who has its tag keeps it.

    Raises Refusal `tag_rule_not_found`, `bad_tag_rule`, `tag_not_found`.
    """
    # The tag before the rule, as everywhere.
    if "tag_id" in changes:
        await _named_tag(tx, changes["tag_id"])
    before = await _locked(tx, rule_id)
    draft = replace(TagRuleDraft(**{name: getattr(before, name) for name in _FIELDS}), **changes)
    check_rule(draft)
    await store_tag_rules.update_rule(tx, rule_id, draft, now=now)
    after = await get_tag_rule(tx, rule_id)
    await _note(tx, actor, "update", rule_id, before=before, after=after)
    return after


async def delete_tag_rule(tx: Tx, actor: Actor, rule_id: UUID) -> None:
    """Deletes a rule; who has its tag keeps it. Raises Refusal `tag_rule_not_found`."""
    rule = await _locked(tx, rule_id)
    await store_tag_rules.delete_rule(tx, rule_id)
    await _note(tx, actor, "delete", rule_id, before=rule, after=None)


async def apply_tag_rule(tx: Tx, actor: Actor, rule_id: UUID, *, now: datetime) -> Gained:
    """Gives the rule's tag to every active person whom it means and who has it not, also while the rule is disabled.

    In force for the next call of each. Raises Refusal `tag_rule_not_found`, `tag_rule_needs_claims`.
    """
    rule = await get_tag_rule(tx, rule_id)
    check_for_all(rule)
    tag = await _named_tag(tx, rule.tag_id)
    meant = await _meant(tx, rule)
    still_here = await store_tag_rules.lock_people(tx, [each.id for each in meant])
    added = await store_tags.add_members(tx, tag.id, still_here, now=now)
    gained = [each for each in meant if each.id in added]
    await note(
        tx,
        actor,
        action="tag_rule.apply",
        target_kind="tag_rule",
        target_id=rule_id,
        before=rule.audited(),
        after={
            **rule.audited(),
            "tag": tag.name,
            "added_count": len(gained),
            "added": [each.id for each in gained[:_AUDITED_MAX]],
        },
    )
    await bump_members(tx, added)
    return Gained(len(gained), tuple(gained[:_SHOWN_MAX]))


async def rules_for(tx: Tx, identifier: str, claims: Mapping[str, Any]) -> list[TagRule]:
    """The enabled rules that mean somebody with this identifier who signs in with these claims, the oldest first."""
    return [rule for rule in await store_tag_rules.enabled_rules(tx) if matches(rule, identifier, claims)]


async def apply_tag_rules(
    tx: Tx, actor: Actor, member: Member, claims: Mapping[str, Any], *, now: datetime
) -> tuple[Tag, ...]:
    """Gives a member who signs in for the first time the tags of all enabled rules that mean them, and says which are new.

    `claims` are those of a provider that was believed; empty where there is none. Leaves one audit row, or none where
    nothing was gained.
    """
    rules = await rules_for(tx, member.identifier, claims)
    gained = []
    for tag_id in sorted({rule.tag_id for rule in rules}):
        tag = await _named_tag(tx, tag_id)
        if await store_tags.add_members(tx, tag_id, [member.id], now=now):
            gained.append(tag)
    if gained:
        await note(
            tx,
            actor,
            action="member.tag_by_rules",
            target_kind="member",
            target_id=member.id,
            before={"identifier": member.identifier},
            after={
                "identifier": member.identifier,
                "added": [tag.name for tag in gained],
                "rules": [rule.name for rule in rules],
            },
        )
        await bump_members(tx, [member.id])
    return tuple(gained)


async def _meant(tx: Tx, rule: TagRule) -> list[Person]:
    """Goes through all active people without the tag, in pages, so that nobody waits for a large organization."""
    meant: list[Person] = []
    last: UUID | None = None
    while people := await store_tag_rules.people_without(tx, rule.tag_id, after_id=last, limit=_PAGE):
        meant += [each for each in people if matches(rule, each.identifier, {})]
        last = people[-1].id
    return meant


async def _named_tag(tx: Tx, tag_id: UUID) -> Tag:
    """A tag that nobody deletes until the transaction ends. Raises Refusal `tag_not_found`."""
    await store_tags.keep_tag(tx, tag_id)
    tag = await store_tags.find_tag(tx, tag_id)
    if tag is None:
        raise tag_not_found(param="tag_id")
    return tag


async def _locked(tx: Tx, rule_id: UUID) -> TagRule:
    rule = await store_tag_rules.find_rule(tx, rule_id, lock=True)
    if rule is None:
        raise tag_rule_not_found()
    return rule


async def _note(
    tx: Tx, actor: Actor, verb: str, rule_id: UUID, *, before: TagRule | None, after: TagRule | None
) -> None:
    await note(
        tx,
        actor,
        action=f"tag_rule.{verb}",
        target_kind="tag_rule",
        target_id=rule_id,
        before=None if before is None else before.audited(),
        after=None if after is None else after.audited(),
    )

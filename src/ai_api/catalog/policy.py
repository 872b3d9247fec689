"""Deciding who may see a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, Unpack
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.catalog import store
from ai_api.catalog.rules import (
    ALLOWED_MEMBERS_MAX,
    POLICY_TAGS_MAX,
    Access,
    AccessRule,
    Model,
    model_not_found,
)
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal

_OF_MEMBERS: Final[tuple[Literal["member_ids", "denied_member_ids"], ...]] = ("member_ids", "denied_member_ids")
_OF_TAGS: Final[tuple[Literal["tag_ids", "denied_tag_ids"], ...]] = ("tag_ids", "denied_tag_ids")


class Lists(TypedDict, total=False):
    """Whom a policy names. A list that is given replaces its own; one that is absent stays as it is.

    So a deny never disappears because somebody did not know of it.
    """

    member_ids: Collection[UUID]
    tag_ids: Collection[UUID]
    denied_member_ids: Collection[UUID]
    denied_tag_ids: Collection[UUID]


async def set_policy(tx: Tx, actor: Actor, model_id: UUID, *, access: Access, **lists: Unpack[Lists]) -> Model:
    """Sets a model's access and replaces the given lists, whole. An open model keeps whom it allows for another day.

    Raises Refusal `model_not_found`, `too_many_members`, `too_many_tags`, `allowed_and_denied`, or `member_not_found` or
    `tag_not_found` when one of the ids is none.
    """
    _check_lengths(lists)
    before = await store.get(tx, model_id, lock=True)
    if before is None:
        raise model_not_found()
    had, wanted = _rules_of(before), _wanted(before, lists)
    missing = await store.replace_rules(tx, model_id, gone=had - wanted, new=wanted - had)
    if missing is not None:
        raise _not_found(missing, lists)
    await store.change(tx, model_id, {"access": access})
    after = await store.get(tx, model_id)
    if after is None:
        raise model_not_found()
    await note(
        tx,
        actor,
        action="model.policy",
        target_kind="model",
        target_id=model_id,
        before=_audited(before),
        after=_audited(after),
    )
    await bump_world(tx)
    return after


@dataclass(frozen=True, slots=True)
class Decided:
    """How many models there are, and the first of them by slug."""

    models: int = 0
    slugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagDecides:
    """The active models that a tag opens to who has it, unless they are denied otherwise, and those that it closes."""

    opens: Decided = Decided()
    closes: Decided = Decided()


async def decided_by_tags(tx: Tx, tag_ids: Collection[UUID], *, most: int) -> dict[UUID, TagDecides]:
    """What each of these tags decides, with at most `most` models of each kind: one statement.

    A model that is open to everybody is opened by no tag.
    """
    slugs: defaultdict[tuple[UUID, str], list[str]] = defaultdict(list)
    models: dict[tuple[UUID, str], int] = {}
    for row in await store.of_tags(tx, tag_ids, most=most):
        slugs[row.tag_id, row.effect].append(row.slug)
        models[row.tag_id, row.effect] = row.models

    def decided(tag_id: UUID, effect: str) -> Decided:
        return Decided(models.get((tag_id, effect), 0), tuple(slugs.get((tag_id, effect), ())))

    return {tag_id: TagDecides(decided(tag_id, "allow"), decided(tag_id, "deny")) for tag_id in tag_ids}


async def models_naming_tag(tx: Tx, tag_id: UUID) -> list[Model]:
    """The models whose policy names a tag, archived ones too, by slug."""
    return await store.naming_tag(tx, tag_id)


def _check_lengths(lists: Lists) -> None:
    for name in _OF_MEMBERS:
        if len(set(lists.get(name, ()))) > ALLOWED_MEMBERS_MAX:
            message = f"Each list of a model's policy names at most {ALLOWED_MEMBERS_MAX} members. Use a tag for more."
            raise Refusal("too_many_members", "invalid", message, param=name)
    for list_name in _OF_TAGS:
        if len(set(lists.get(list_name, ()))) > POLICY_TAGS_MAX:
            message = f"Each list of a model's policy names at most {POLICY_TAGS_MAX} tags."
            raise Refusal("too_many_tags", "invalid", message, param=list_name)


def _wanted(before: Model, lists: Lists) -> frozenset[AccessRule]:
    """The policy's rules with the given lists in place of their own. Raises Refusal `allowed_and_denied`."""
    members = frozenset(lists.get("member_ids", before.allowed_members))
    denied_members = frozenset(lists.get("denied_member_ids", before.denied_members))
    tags = frozenset(lists.get("tag_ids", before.allowed_tags))
    denied_tags = frozenset(lists.get("denied_tag_ids", before.denied_tags))
    for what, both, name in (
        ("member", members & denied_members, "denied_member_ids"),
        ("tag", tags & denied_tags, "denied_tag_ids"),
    ):
        if both:
            message = f"The same {what} is allowed and denied. Deny wins: take it off the list of those allowed."
            details = {"ids": sorted(str(each) for each in both)[:20]}
            raise Refusal("allowed_and_denied", "invalid", message, details=details, param=name)
    return _rules(members, denied_members, tags, denied_tags)


def _rules_of(model: Model) -> frozenset[AccessRule]:
    return _rules(model.allowed_members, model.denied_members, model.allowed_tags, model.denied_tags)


def _rules(
    members: frozenset[UUID], denied_members: frozenset[UUID], tags: frozenset[UUID], denied_tags: frozenset[UUID]
) -> frozenset[AccessRule]:
    return frozenset(
        {
            *(AccessRule("allow", member_id=each) for each in members),
            *(AccessRule("deny", member_id=each) for each in denied_members),
            *(AccessRule("allow", tag_id=each) for each in tags),
            *(AccessRule("deny", tag_id=each) for each in denied_tags),
        }
    )


def _not_found(what: Literal["member", "tag"], lists: Lists) -> Refusal:
    # Postgres names the first row it refuses, not the list it came from; of two, the one that allows is named.
    name = f"{what}_ids" if lists.get(f"{what}_ids") else f"denied_{what}_ids"
    message = f"One of the {what}s does not exist. Nothing was changed."
    if what == "tag":
        return Refusal("tag_not_found", "not_found", message, param=name)
    return Refusal("member_not_found", "not_found", message, param=name)


def _audited(model: Model) -> dict[str, object]:
    return {
        "access": model.access,
        "member_ids": model.allowed_members,
        "tag_ids": model.allowed_tags,
        "denied_member_ids": model.denied_members,
        "denied_tag_ids": model.denied_tags,
    }

"""A tag: a label on members that other rooms hang policies on, by its id. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ai_api.core.errors import Refusal

PRIORITY_DEFAULT: Final = 100
PRIORITY_MAX: Final = 1_000_000
TAG_NAME_CHARACTERS_MAX: Final = 64
MEMBERS_AT_ONCE_MAX: Final = 1_000
"""How many members one request adds to a tag or removes from it."""
_SHOWN_MAX: Final = 20

_NAME = re.compile(rf"[^\x00-\x1f\x7f]{{1,{TAG_NAME_CHARACTERS_MAX}}}")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag. Of several, the one with the lower `priority` comes first; an `everyone` tag is every member's.

    `members` counts those that were given it one by one.
    """

    id: UUID
    name: str
    priority: int
    everyone: bool
    members: int
    created_at: datetime
    updated_at: datetime

    def audited(self) -> dict[str, Any]:
        """The fields an audit row compares."""
        return {"name": self.name, "priority": self.priority, "everyone": self.everyone}


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDraft:
    """A tag to be made."""

    name: str
    priority: int = PRIORITY_DEFAULT
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanges:
    """What to change of a tag; None leaves a field as it is."""

    name: str | None = None
    priority: int | None = None
    everyone: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Members, by id or by identifier in whatever case. The same member may be named more than once."""

    member_ids: Collection[UUID] = ()
    identifiers: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """What became of a request to add or remove members. `changed` are those it made a difference to, in id order."""

    tag: Tag
    changed: tuple[UUID, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class TagOfMember:
    """A tag that a member has: as one of its members, or as everyone (`everyone`)."""

    id: UUID
    name: str
    priority: int
    everyone: bool


@dataclass(frozen=True, slots=True)
class MemberOfTag:
    """A member that was given a tag, and since when."""

    id: UUID
    kind: str
    identifier: str
    display_name: str
    status: str
    tagged_at: datetime


@dataclass(frozen=True, slots=True)
class TaggedMember:
    """An active member with the tags they were given; tags of everyone are not among them."""

    id: UUID
    identifier: str
    display_name: str
    tags: frozenset[UUID]


def check_tag(*, name: str | None, priority: int | None) -> None:
    """Raises Refusal `bad_name` or `bad_priority` for a field that is given and cannot be stored."""
    if name is not None and (_NAME.fullmatch(name) is None or not name.strip()):
        message = f"A tag's name is 1 to {TAG_NAME_CHARACTERS_MAX} characters on one line."
        raise Refusal("bad_name", "invalid", message, param="name")
    if priority is not None and not 0 <= priority <= PRIORITY_MAX:
        raise Refusal("bad_priority", "invalid", f"A priority is 0 to {PRIORITY_MAX}.", param="priority")


def check_who(who: Who) -> None:
    """Raises Refusal `too_many_members` for more than `MEMBERS_AT_ONCE_MAX` names, `nobody_named` for none."""
    named = len(set(who.member_ids)) + len(set(who.identifiers))
    param = "member_ids" if who.member_ids or not who.identifiers else "identifiers"
    if named > MEMBERS_AT_ONCE_MAX:
        message = f"At most {MEMBERS_AT_ONCE_MAX} members at once. Send the rest in another request."
        raise Refusal("too_many_members", "invalid", message, param=param)
    if not named:
        raise Refusal("nobody_named", "invalid", "Name at least one member, by id or by identifier.", param=param)


def check_unused(tag: Tag, *, models: Collection[str], limits: int, routes: int, rules: int) -> None:
    """Whether a tag may be deleted: no policy, limit, route or tag rule names it. Raises Refusal `tag_in_use`."""
    named = sorted(models)
    uses = []
    if named:
        shown = ", ".join(named[:_SHOWN_MAX]) + (", …" if len(named) > _SHOWN_MAX else "")
        uses.append(f"the access policy of {shown}")
    if limits:
        uses.append(f"{limits} {'limit' if limits == 1 else 'limits'}")
    if routes:
        uses.append(f"{routes} {'route' if routes == 1 else 'routes'}")
    if rules:
        uses.append(f"{rules} tag {'rule' if rules == 1 else 'rules'}")
    if uses:
        message = f"{tag.name} is named by {' and by '.join(uses)}. Change those first: deleting it would open them."
        details = {
            "models": named[:_SHOWN_MAX],
            "model_count": len(named),
            "limit_count": limits,
            "route_count": routes,
            "rule_count": rules,
        }
        raise Refusal("tag_in_use", "conflict", message, details=details)


def tag_not_found(*, param: str | None = None) -> Refusal:
    """The answer for an id that names no tag."""
    return Refusal("tag_not_found", "not_found", "There is no such tag.", param=param)


def unknown_members(unknown: Collection[str], *, param: str) -> Refusal:
    """Some of the members that were named do not exist, and nothing was changed."""
    message = "Some of these members do not exist. Nothing was changed."
    details = {"unknown": sorted(unknown)[:_SHOWN_MAX], "unknown_count": len(unknown)}
    return Refusal("member_not_found", "not_found", message, details=details, param=param)

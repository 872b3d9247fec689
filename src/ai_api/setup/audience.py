"""For how many members models are: who can see each, by the one verdict that decides it for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ai_api import access, identity
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.identity import TaggedMember
from ai_api.setup import store_audience

_NOBODY: Final = UUID(int=0)
"""The id of no member: one whom no policy names."""


@dataclass(frozen=True, slots=True)
class Audience:
    """How many active members there are, and how many of them see each model, by its id."""

    members: int
    seeing: Mapping[UUID, int]


async def audience(tx: Tx, models: Sequence[Model]) -> Audience:
    """How many members see each of these models. Three statements, however many members and models there are.

    Whom a policy names is looked at one by one; everybody else by the tags that any of these policies names.
    """
    everyone = await identity.load_everyone_tags(tx)
    tags = frozenset[UUID]().union(*(each.allowed_tags | each.denied_tags for each in models)) - everyone
    groups = await store_audience.count_by_tags(tx, tags)
    people = await _named(tx, models)
    seeing = {each.id: _seeing(each, groups, people, tags, everyone) for each in models}
    return Audience(sum(groups.values()), seeing)


async def _named(tx: Tx, models: Sequence[Model]) -> dict[UUID, TaggedMember]:
    """The active members whom any of these policies names."""
    ids = frozenset[UUID]().union(*(each.allowed_members | each.denied_members for each in models))
    if not ids:
        return {}
    return {each.id: each for each in await identity.tagged_members(tx, member_ids=ids, limit=len(ids))}


def _seeing(
    model: Model,
    groups: Mapping[frozenset[UUID], int],
    people: Mapping[UUID, TaggedMember],
    tags: frozenset[UUID],
    everyone: frozenset[UUID],
) -> int:
    named = [people[each] for each in model.allowed_members | model.denied_members if each in people]
    others = Counter(groups)
    others.subtract(Counter(each.tags & tags for each in named))
    by_tags = sum(n for given, n in others.items() if access.verdict(model, _NOBODY, given | everyone).visible)
    by_name = sum(access.verdict(model, each.id, each.tags | everyone).visible for each in named)
    return by_tags + by_name

"""Who would gain and who would lose sight of models by a write: the write itself, run and undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from ai_api import catalog, identity
from ai_api.access.rules import verdict
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.core.undone import undone
from ai_api.identity import Membership, Tag, TaggedMember

SHOWN_MAX: Final = 20
"""How many members and models a preview names; it counts all of them."""


@dataclass(frozen=True, slots=True)
class Affected:
    """Active members who gain, or who lose, sight of at least one model: how many, and the first of them in id order."""

    count: int
    first: tuple[TaggedMember, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a write would do. `models` are the slugs of the first models it shows to or hides from anybody, in order."""

    gains: Affected
    loses: Affected
    models: tuple[str, ...]


async def preview_policy(tx: Tx, model_id: UUID, write: Callable[[], Awaitable[Model]]) -> Preview:
    """What a change of a model's policy would do; `write` makes it in `tx`. Nothing stays. Raises what `write` raises."""
    everyone = await identity.load_everyone_tags(tx)
    before = await catalog.get(tx, model_id)
    async with undone(tx):
        after = await write()
    return await _compare(tx, _View([before], everyone), _View([after], everyone))


async def preview_tag(tx: Tx, tag_id: UUID, write: Callable[[], Awaitable[Tag]]) -> Preview:
    """What a change of a tag would do; `write` makes it in `tx`. Nothing stays. Raises what `write` raises."""
    before = await identity.load_everyone_tags(tx)
    async with undone(tx):
        await write()
        after = await identity.load_everyone_tags(tx)
    models = await catalog.models_naming_tag(tx, tag_id)
    if before == after or not models:
        return _Tally().preview()
    return await _compare(tx, _View(models, before), _View(models, after))


async def preview_membership(tx: Tx, tag_id: UUID, write: Callable[[], Awaitable[Membership]]) -> Preview:
    """What giving or taking a tag would do; `write` does it in `tx`. Nothing stays. Raises what `write` raises."""
    view = _View(await catalog.models_naming_tag(tx, tag_id), await identity.load_everyone_tags(tx))
    async with undone(tx):
        changed = (await write()).changed
        people = await identity.tagged_members(tx, member_ids=changed, limit=len(changed))
    tally = _Tally()
    for person in people:
        # Of those whom the write made a difference to, this one tag is the difference.
        tally.add(person, view.seen_by(replace(person, tags=person.tags ^ {tag_id})), view.seen_by(person))
    return tally.preview()


class _View:
    """Some models and the tags of everyone, at one moment."""

    def __init__(self, models: Sequence[Model], everyone: frozenset[UUID]) -> None:
        self._models = models
        self._everyone = everyone
        self._named = frozenset[UUID]().union(*(each.allowed_members | each.denied_members for each in models))
        self._by_tags: dict[frozenset[UUID], frozenset[str]] = {}

    def seen_by(self, person: TaggedMember) -> frozenset[str]:
        """The models the member sees. Whom no policy names sees what everybody with the same tags sees."""
        if person.id in self._named:
            return self._seen(person)
        known = self._by_tags.get(person.tags)
        if known is None:
            known = self._by_tags[person.tags] = self._seen(person)
        return known

    def _seen(self, person: TaggedMember) -> frozenset[str]:
        tags = person.tags | self._everyone
        return frozenset(model.slug for model in self._models if verdict(model, person.id, tags).visible)


class _Tally:
    """Counts whom a change concerns."""

    def __init__(self) -> None:
        self._gains: list[TaggedMember] = []
        self._loses: list[TaggedMember] = []
        self._gain_count = self._lose_count = 0
        self._models: set[str] = set()

    def add(self, person: TaggedMember, before: frozenset[str], after: frozenset[str]) -> None:
        """One member, with what they see before and after."""
        if before == after:
            return
        self._models |= before ^ after
        if after - before:
            self._gain_count += 1
            self._gains += [person] if self._gain_count <= SHOWN_MAX else []
        if before - after:
            self._lose_count += 1
            self._loses += [person] if self._lose_count <= SHOWN_MAX else []

    def preview(self) -> Preview:
        """The result."""
        return Preview(
            gains=Affected(self._gain_count, tuple(self._gains)),
            loses=Affected(self._lose_count, tuple(self._loses)),
            models=tuple(sorted(self._models)[:SHOWN_MAX]),
        )


async def _compare(tx: Tx, before: _View, after: _View) -> Preview:
    """Goes through all active members, in pages, so that nobody waits for a large organization."""
    tally = _Tally()
    last: UUID | None = None
    while people := await identity.tagged_members(tx, after_id=last):
        for person in people:
            tally.add(person, before.seen_by(person), after.seen_by(person))
        last = people[-1].id
    return tally.preview()

"""Where the facts of an imported model came from, and what a later registry would change of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ai_api.catalog.litellm_registry import SOURCE, Entry
from ai_api.catalog.rules import Model
from ai_api.core.errors import Refusal

FACTS: Final = ("operations", "context_tokens", "output_tokens_max", "capabilities")
"""The fields of a model that are imported."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What was imported of a model: each fact with its value then, and the registry's version; so for the facts about money.

    `kept` are the fields that an administrator had changed when a later version was applied. They stay theirs.
    """

    model_id: UUID
    source: str
    provider: str
    key: str
    facts: Mapping[str, Any] = field(hash=False)
    facts_version: str
    price_facts: Mapping[str, Any] = field(hash=False)
    price_version: str
    kept: frozenset[str]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginDraft:
    """What is noted of a model when it is imported."""

    provider: str
    key: str
    version: str
    facts: Mapping[str, Any] = field(hash=False)
    price_facts: Mapping[str, Any] = field(hash=False)

    def audited(self) -> dict[str, Any]:
        """The entry, as the audit trail shows it."""
        return {"source": SOURCE, "version": self.version, "provider": self.provider, "key": self.key}


@dataclass(frozen=True, slots=True)
class FactReview:
    """One field: as imported before, as the registry says now (None where it says nothing), and as it is here.

    `kept` says that an administrator changed it, `applies` that applying the registry would store what it says now.
    """

    name: str
    before: Any
    now: Any
    here: Any
    kept: bool
    applies: bool


def facts_of(entry: Entry) -> dict[str, Any]:
    """The facts of an entry, as plain JSON."""
    return _facts(entry)


def facts_to_link(entry: Entry, model: Model) -> dict[str, Any]:
    """The facts to note of a model that was not made from its entry: what differs here counts as changed by an administrator, and
    what is unknown here as not.
    """
    here = _facts(model)
    return {name: said if here[name] not in (None, {}) else here[name] for name, said in _facts(entry).items()}


def review_facts(origin: Origin, entry: Entry | None, model: Model) -> tuple[FactReview, ...]:
    """Each fact, compared. `entry` is None where the registry has the model no more: then nothing applies."""
    here, now = _facts(model), {} if entry is None else _facts(entry)
    reviews = []
    for name in FACTS:
        kept = name in origin.kept or here[name] != origin.facts.get(name)
        said = now.get(name)
        reviews.append(
            FactReview(
                name, origin.facts.get(name), said, here[name], kept, not kept and said not in (None, here[name])
            )
        )
    return tuple(reviews)


def check_importable(entry: Entry) -> None:
    """Raises Refusal `registry_mode_unserved` for what cannot be called here."""
    if not entry.operations:
        message = f"{entry.key} is for {entry.mode or 'nothing that is said'}, which is not served here yet."
        raise Refusal("registry_mode_unserved", "invalid", message, param="key")


def not_imported() -> Refusal:
    """The answer for a model that came from no registry."""
    return Refusal("model_not_imported", "not_found", "This model was not imported from a registry.")


def _facts(said: Entry | Model) -> dict[str, Any]:
    return {
        "operations": sorted(said.operations),
        "context_tokens": said.context_tokens,
        "output_tokens_max": said.output_tokens_max,
        "capabilities": dict(said.capabilities),
    }

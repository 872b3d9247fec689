"""What a model is, how it may be named, and how a name that a caller typed finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.errors import Refusal

Access = Literal["open", "restricted"]
Status = Literal["active", "archived"]
Effect = Literal["allow", "deny"]

OPERATIONS: Final = frozenset({"chat", "responses", "embeddings"})
TOKENS_MAX: Final = 2**31 - 1
ALLOWED_MEMBERS_MAX: Final = 5_000
"""How many members each list of one model's policy names at most."""
POLICY_TAGS_MAX: Final = 500
"""How many tags each list of one model's policy names at most."""
ALIAS_CHARACTERS_MAX: Final = 128
_DISPLAY_NAME_MAX: Final = 200
_DESCRIPTION_MAX: Final = 4_000
_CAPABILITIES_MAX: Final = 32
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}/[A-Za-z0-9._:@/+-]{1,128}", re.ASCII)
_CAPABILITY = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_ALIAS = re.compile(rf"[A-Za-z0-9._:@/+-]{{1,{ALIAS_CHARACTERS_MAX}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Model:
    """A catalog entry. `context_tokens` and `output_tokens_max` are None where unknown.

    `allowed_members` and `allowed_tags` are whom a restricted model is visible to; they are kept, without effect, while the
    model is open. `denied_members` and `denied_tags` are whom it is hidden from, always.

    Where it is `claimable`, whoever sees it may take it themselves, under the `default_limits`: documents, as they are given
    and shown, of which the catalog knows no more than that.
    """

    id: UUID
    slug: str
    display_name: str
    description: str
    operations: frozenset[str]
    context_tokens: int | None
    output_tokens_max: int | None
    hidden_reasoning: bool
    capabilities: Mapping[str, bool] = field(hash=False)
    access: Access
    status: Status
    allowed_members: frozenset[UUID]
    created_at: datetime
    updated_at: datetime
    denied_members: frozenset[UUID] = frozenset()
    allowed_tags: frozenset[UUID] = frozenset()
    denied_tags: frozenset[UUID] = frozenset()
    claimable: bool = False
    default_limits: Sequence[Mapping[str, Any]] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One line of a model's policy: a member or a tag (one of them is None), allowed or denied."""

    effect: Effect
    member_id: UUID | None = None
    tag_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an administrator says of a new model."""

    slug: str
    display_name: str
    operations: frozenset[str]
    description: str = ""
    context_tokens: int | None = None
    output_tokens_max: int | None = None
    hidden_reasoning: bool = False
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    access: Access = "restricted"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a model. It is never the slug of a model, archived ones included."""

    id: UUID
    name: str
    model_id: UUID
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Names:
    """Models by what callers may type."""

    by_slug: Mapping[str, Model]
    by_alias: Mapping[str, Model]
    by_bare_name: Mapping[str, tuple[Model, ...]]


def index(models: Iterable[Model], aliases: Iterable[Alias] = ()) -> Names:
    """An index for `resolve`. An alias of a model that is not among `models` is no name."""
    by_slug: dict[str, Model] = {}
    by_id: dict[UUID, Model] = {}
    by_bare_name: dict[str, list[Model]] = {}
    for model in models:
        by_slug[model.slug] = by_id[model.id] = model
        by_bare_name.setdefault(bare_name(model.slug), []).append(model)
    by_alias = {alias.name: by_id[alias.model_id] for alias in aliases if alias.model_id in by_id}
    bare = {name: tuple(found) for name, found in by_bare_name.items()}
    return Names(MappingProxyType(by_slug), MappingProxyType(by_alias), MappingProxyType(bare))


def resolve(name: str, names: Names) -> tuple[Model, ...]:
    """The models a typed name may mean: an exact slug alone, else an alias alone, else every model with that bare name.

    Empty means unknown; several mean the name is ambiguous until the caller's own rights leave one of them.
    """
    exact = names.by_slug.get(name) or names.by_alias.get(name)
    if exact is not None:
        return (exact,)
    return names.by_bare_name.get(name, ())


def bare_name(slug: str) -> str:
    """The part of a slug after its first `/`."""
    return slug.partition("/")[2]


def is_slug(slug: str) -> bool:
    """Whether a text can be a model's slug."""
    return _SLUG.fullmatch(slug) is not None and _has_plain_parts(slug)


def check_alias(name: str) -> str:
    """An alias, in the form of a slug or of a bare name. Raises Refusal `bad_name`."""
    if _ALIAS.fullmatch(name) is None or not _has_plain_parts(name):
        message = f"An alias is 1 to {ALIAS_CHARACTERS_MAX} letters, digits and ._:@/+- in the form of a model's name."
        raise Refusal("bad_name", "invalid", message, param="name")
    return name


def _has_plain_parts(name: str) -> bool:
    """Whether no part between slashes could be lost, or lead elsewhere, in a path."""
    return not any(part in {"", ".", ".."} for part in name.split("/"))


def check_slug(slug: str) -> str:
    """A slug `provider/name`. Raises Refusal `bad_slug`.

    No part of the name is empty, `.` or `..`: a slug is also a path, and clients tidy such paths up.
    """
    if not is_slug(slug):
        message = (
            "A model's slug is provider/name: the provider in lower case, the name up to 128 letters, digits or ._:@/+-"
        )
        raise Refusal("bad_slug", "invalid", message, param="slug")
    return slug


def check_operations(operations: frozenset[str]) -> frozenset[str]:
    """The operations a model offers. Raises Refusal `bad_operations`."""
    if not operations or not operations <= OPERATIONS:
        message = f"A model offers one or more of: {', '.join(sorted(OPERATIONS))}."
        raise Refusal("bad_operations", "invalid", message, param="operations")
    return operations


def check_texts(display_name: str, description: str) -> None:
    """Raises Refusal `bad_display_name` or `bad_description`."""
    if not display_name.strip() or len(display_name) > _DISPLAY_NAME_MAX or not display_name.isprintable():
        message = f"A display name is 1 to {_DISPLAY_NAME_MAX} printable characters."
        raise Refusal("bad_display_name", "invalid", message, param="display_name")
    if len(description) > _DESCRIPTION_MAX or "\0" in description:
        message = f"A description has at most {_DESCRIPTION_MAX} characters."
        raise Refusal("bad_description", "invalid", message, param="description")


def check_tokens(name: str, tokens: int | None) -> int | None:
    """A token count that may be unknown (None), never zero. Raises Refusal `bad_tokens` naming the field."""
    if tokens is not None and not 0 < tokens <= TOKENS_MAX:
        message = f"{name} must be between 1 and {TOKENS_MAX}, or null when unknown."
        raise Refusal("bad_tokens", "invalid", message, param=name)
    return tokens


def check_capabilities(capabilities: Mapping[str, bool]) -> Mapping[str, bool]:
    """Named yes-or-no abilities. Raises Refusal `bad_capabilities`."""
    if len(capabilities) > _CAPABILITIES_MAX or not all(map(is_capability, capabilities)):
        message = f"Capabilities are at most {_CAPABILITIES_MAX} names of lower-case letters, digits and underscores."
        raise Refusal("bad_capabilities", "invalid", message, param="capabilities")
    return capabilities


def is_capability(name: str) -> bool:
    """Whether a text can name an ability."""
    return _CAPABILITY.fullmatch(name) is not None


def audited(model: Model) -> dict[str, Any]:
    """A model as the audit trail shows it, without the lists of its policy."""
    return {
        "slug": model.slug,
        "display_name": model.display_name,
        "description": model.description,
        "operations": sorted(model.operations),
        "context_tokens": model.context_tokens,
        "output_tokens_max": model.output_tokens_max,
        "hidden_reasoning": model.hidden_reasoning,
        "capabilities": [f"{name}: {'yes' if has else 'no'}" for name, has in sorted(model.capabilities.items())],
        "access": model.access,
        "status": model.status,
        "claimable": model.claimable,
        "default_limits": list(model.default_limits),
    }


def model_not_found() -> Refusal:
    """The answer for an id that names no model."""
    return Refusal("model_not_found", "not_found", "There is no such model.")


def alias_not_found() -> Refusal:
    """The answer for an id that names no alias."""
    return Refusal("alias_not_found", "not_found", "There is no such alias.")

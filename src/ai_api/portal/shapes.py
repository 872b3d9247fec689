"""Pieces that bodies, queries and answers of the portal are made of.

A field that is given is stored or refused. So unknown fields are refused, text and numbers are bounded by what a column
holds, and a change knows which of its fields were given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from ai_api.core.clock import in_utc
from ai_api.core.money import format_usd, parse_usd
from ai_api.core.page import CURSOR_CHARACTERS_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page

T = TypeVar("T")
R = TypeVar("R")

TEXT_CHARACTERS_MAX = 16_384
NESTING_MAX = 16

_PASSWORD_SCHEMA = {"type": "string", "format": "password", "minLength": 1, "maxLength": 1_024}

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text that people call something by."""

Secret = Annotated[
    str, StringConstraints(min_length=1, max_length=1_024, strip_whitespace=False), WithJsonSchema(_PASSWORD_SCHEMA)
]
"""A password, exactly as it was typed: a space at its end is a part of it."""

Count = Annotated[int, Field(ge=0, le=2**63 - 1, strict=True)]
"""A whole number that fits a bigint. Not `true`, not `"5"`, not `5.0`."""

_USD_SCHEMA = {"type": "string", "format": "decimal", "examples": ["1.25"], "description": "USD, at most nine decimals"}

Usd = Annotated[int, BeforeValidator(parse_usd), WithJsonSchema(_USD_SCHEMA)]
"""In a request: a decimal string of USD, read as nano-USD."""

UsdOut = Annotated[int, PlainSerializer(format_usd, return_type=str), WithJsonSchema(_USD_SCHEMA)]
"""In an answer: nano-USD, written as a decimal string of USD."""

Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""An instant with its zone, kept in UTC."""


class Strict(BaseModel):
    """A request: every field known, text stripped and bounded, nothing that a column of text or jsonb cannot hold."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        str_max_length=TEXT_CHARACTERS_MAX,
        hide_input_in_errors=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        _check_storable(given, NESTING_MAX)
        return given


class Patch(Strict):
    """A change: what is absent stays as it is, and null is a value of its own.

    Declare a field that must not become null as `name: Name = not_given()`, and one that may as `Count | None`.
    """

    @model_validator(mode="after")
    def _something(self) -> Patch:
        if not self.model_fields_set:
            raise ValueError("give at least one field to change")
        return self

    def changes(self) -> dict[str, Any]:
        """The fields that were given, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def not_given() -> Any:
    """The default of an optional field of a `Patch` that may not be null. Read such a field through `changes()`."""
    return Field(default_factory=lambda: None)


class ListQuery(Strict):
    """What every list takes; used as `query: Annotated[MembersQuery, Query()]`, the only query parameter of its endpoint.

    A list adds one field per filter. It names in `SORTS` what it can be sorted by (else `sort` is refused) and sets
    `SEARCHED` when it understands `q` (else `q` is refused). `-name` sorts downwards.
    """

    SORTS: ClassVar[tuple[str, ...]] = ()
    SEARCHED: ClassVar[bool] = False

    limit: int = Field(default=PAGE_SIZE_DEFAULT, ge=1, le=PAGE_SIZE_MAX)
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARACTERS_MAX)
    q: str | None = Field(default=None, min_length=1, max_length=200)
    sort: str | None = Field(default=None, max_length=64)

    @field_validator("q")
    @classmethod
    def _searched(cls, q: str | None) -> str | None:
        if q is not None and not cls.SEARCHED:
            raise ValueError("this list cannot be searched")
        return q

    @field_validator("sort")
    @classmethod
    def _sortable(cls, sort: str | None) -> str | None:
        if sort is not None and sort not in cls.SORTS:
            raise ValueError(f"sort by one of: {', '.join(cls.SORTS)}" if cls.SORTS else "this list has one order only")
        return sort


class Listed(BaseModel, Generic[T]):
    """One page of a list. `next` is the `cursor` of the next page, null at the end."""

    items: list[T]
    next: str | None


class Shown(BaseModel):
    """An answer, read from a room's frozen dataclass by attribute."""

    model_config = ConfigDict(from_attributes=True)


def listed(page: Page[Any], shape: type[R]) -> Listed[R]:
    """A page of a room's dataclasses, each as `shape` (a `Shown`) shows it."""
    if not issubclass(shape, BaseModel):
        raise TypeError("a list shows models")
    return Listed(items=[shape.model_validate(item) for item in page.items], next=page.next)


def _check_storable(value: Any, depth: int) -> None:
    """Raises ValueError for what Postgres' text and jsonb cannot hold: NUL, numbers that are none, endless nesting."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("text must not hold the character NUL")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("text must be valid Unicode")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("numbers must be finite")
    elif isinstance(value, Mapping | list | tuple):
        if depth == 0:
            raise ValueError("too deeply nested")
        for part in (*value.keys(), *value.values()) if isinstance(value, Mapping) else value:
            _check_storable(part, depth - 1)

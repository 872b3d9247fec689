"""The settings a process goes by, for people to read: what each is, and where it was said; of a secret, whether there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from ai_api.settings.credential_limits import CredentialLimit, credential_limit_text
from ai_api.settings.tree import PREFIX, Settings

Origin = Literal["environment", "file", "default", "program"]
"""`program` is the command itself, as `ai-api up` says where its database is."""

_NOTHING: Final[tuple[object, ...]] = (None, "", (), {})


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting by the name of its variable. `value` is as it is written there; None of a secret, and where nothing is set.

    `variable` is the one that said it: a group's or that of a file's path are others than `name`; None where none did.
    """

    name: str
    value: str | None
    is_secret: bool
    is_set: bool
    origin: Origin
    variable: str | None


def settings_in_force(settings: Settings) -> tuple[SettingInForce, ...]:
    """Every setting, in the order of the documentation."""
    return tuple(_each(settings, PREFIX, (), settings.variables))


def _each(
    model: BaseModel, prefix: str, groups: tuple[str, ...], variables: frozenset[str]
) -> Iterator[SettingInForce]:
    for name, field in type(model).model_fields.items():
        value, variable = getattr(model, name), prefix + name.upper()
        inner = value if isinstance(value, dict) else {}
        if isinstance(value, BaseModel):
            yield from _each(value, f"{variable}__", (*groups, variable), variables)
        elif inner:
            for key, each in inner.items():
                of = f"{variable}__{key.upper()}"
                yield from _each(each, f"{of}__", (*groups, variable, of), variables)
        else:
            origin, said_by = _said(variable, groups, variables)
            if name not in model.model_fields_set:
                origin, said_by = "default", None
            is_secret, is_set = _is_secret(field), value not in _NOTHING
            yield SettingInForce(variable, None if is_secret else _text(value), is_secret, is_set, origin, said_by)


def _said(variable: str, groups: tuple[str, ...], variables: frozenset[str]) -> tuple[Origin, str | None]:
    if f"{variable}_FILE" in variables:
        return "file", f"{variable}_FILE"
    for each in (variable, *reversed(groups)):
        if each in variables:
            return "environment", each
    return "program", None


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def _text(value: object) -> str | None:
    if value in _NOTHING:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(
            credential_limit_text(each) if isinstance(each, CredentialLimit) else str(each) for each in value
        )
    return _without_password(str(value))


def _without_password(text: str) -> str:
    """An address without who is to be signed in as there; any other text as it is."""
    scheme, found, rest = text.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}" if found and "@" in rest else text

"""Settings, from the environment: what is there, what may not be, and what is refused in which words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource

from ai_api.settings.oidc import Oidc
from ai_api.settings.tree import PREFIX, Settings

SECRET_SETTINGS = ("database_url", "encryption_keys", "ops_token", "smtp__password", "traces__headers")
_OF_CLIENTS = frozenset({"url", "key", "model"})
_OIDC = f"{PREFIX}OIDC"


class SettingsRefused(Exception):
    """The program cannot start with these settings. Each line names a setting, what is wrong and what would be right."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load_settings(environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """The settings of this process. Raises SettingsRefused, naming what is wrong and never a value."""
    env = dict(os.environ if environment is None else environment)
    given: dict[str, object] = dict(overrides)
    variables = frozenset(
        name for name in map(str.upper, env) if name.startswith(PREFIX) and _top(name) not in overrides
    )
    refused: list[str] = []
    for name in SECRET_SETTINGS:
        key = f"{PREFIX}{name.upper()}"
        path = env.pop(f"{key}_FILE", None)
        if path is not None and name not in given and (secret := _in_file(key, path, env, refused)) is not None:
            env[key] = secret
    if (providers := _oidc_in(env, refused)) and "oidc" not in given:
        given["oidc"] = providers
    unknown = sorted(key for key in env if key.startswith(PREFIX) and not _is_known(key))
    refused += [f"{key}: there is no such setting" for key in unknown]
    refused += [
        f"{key}: must be a JSON object, or one variable for each setting in it, such as {key}__{inner.upper()}"
        for name, inner in _groups().items()
        if not _is_object(env.get(key := f"{PREFIX}{name.upper()}", "{}"))
    ]
    if refused:
        raise SettingsRefused(refused)
    source = EnvSettingsSource(Settings)
    # Names and secrets in the groups of `oidc` are free text: 007 is no number there.
    source.env_vars = {key.lower(): value for key, value in env.items() if not key.upper().startswith(_OIDC)}
    try:
        return Settings(**{**source(), **given}).said_by(variables)
    except ValidationError as error:
        raise SettingsRefused([_line(each["loc"], each["msg"]) for each in error.errors(include_input=False)]) from None


def _in_file(key: str, path: str, env: Mapping[str, str], refused: list[str]) -> str | None:
    """The secret `key` out of the file that is named for it; None, and a line in `refused`, where it will not do."""
    if key in env:
        refused.append(f"{key}: given both as a value and as a file; give one")
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        refused.append(f"{key}_FILE: the file cannot be read")
        return None


def _oidc_in(env: Mapping[str, str], refused: list[str]) -> dict[str, object]:
    """The providers of sign-in that the environment names, as it says them; what is wrong is added to `refused`."""
    providers: dict[str, dict[str, object]] = {}
    try:
        whole = json.loads(env.get(_OIDC, "{}"))
    except ValueError:
        whole = None
    if not isinstance(whole, dict) or not all(isinstance(each, dict) for each in whole.values()):
        refused.append(f"{_OIDC}: must be a JSON object of objects, or variables such as {_OIDC}__GOOGLE__CLIENT_ID")
        return {}
    providers.update({name.lower(): dict(each) for name, each in whole.items()})
    for key, value in sorted(env.items()):
        if not key.startswith(f"{_OIDC}__"):
            continue
        name, _, inner = key.removeprefix(f"{_OIDC}__").lower().partition("__")
        provider = providers.setdefault(name, {})
        if inner != "client_secret_file":
            provider[inner] = value
        elif (secret := _in_file(key.removesuffix("_FILE"), value, env, refused)) is not None:
            provider["client_secret"] = secret
    return dict(providers)


def _groups() -> dict[str, str]:
    """The settings that are groups of settings, each with the first one in it."""
    return {
        name: next(iter(field.annotation.model_fields))
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def _top(variable: str) -> str:
    """The setting, or the group of settings, that a variable is about."""
    name = variable.removeprefix(PREFIX).lower().partition("__")[0]
    return name.removesuffix("_file")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _is_known(key: str) -> bool:
    name, *inner = key.removeprefix(PREFIX).lower().split("__")
    if name == "oidc" and len(inner) == 2:
        return inner[1] in Oidc.model_fields or inner[1] == "client_secret_file"
    if inner and name not in _groups():
        return False
    # AI_API_TEST_… belongs to the test suite; the others are what the documentation calls a client's own variables.
    return name in Settings.model_fields or name.startswith("test_") or name in _OF_CLIENTS


def _line(location: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + "__".join(str(part) for part in location).upper() if location else "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"

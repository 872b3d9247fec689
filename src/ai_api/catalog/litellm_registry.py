"""The registry of models and prices that comes with litellm, read as the file it is: litellm itself is not imported.

Nothing of an entry is believed without somebody's review. An entry is found by its provider and its key, both exactly: the same
name with another provider is another model at another price.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ai_api.catalog.rules import TOKENS_MAX, is_capability, is_slug
from ai_api.core.errors import Refusal

SOURCE: Final = "litellm"
_FILE: Final = "model_prices_and_context_window_backup.json"
_EXAMPLE: Final = "sample_spec"
_OPERATION_OF: Final = {"/v1/chat/completions": "chat", "/v1/responses": "responses"}
_CALLABLE_MODES: Final = frozenset({"chat", "responses"})
_ABOUT_MONEY = re.compile(r"cost|pric|multiplier|billing|free_requests")
_PROVIDER_FACTORS: Final = "provider_specific_entry"
"""What multiplies prices by region or speed, among other things that have nothing to do with money."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the registry says of one model. Token counts are None where it says nothing.

    `price_facts` is all that concerns money, in the registry's own words, with numbers as plain decimal strings of USD.
    `left_out` are abilities that cannot be kept, by their names there. `operations` is empty for what cannot be called here.
    """

    provider: str
    key: str
    mode: str | None
    operations: frozenset[str]
    context_tokens: int | None
    output_tokens_max: int | None
    capabilities: Mapping[str, bool] = field(hash=False)
    price_facts: Mapping[str, Any] = field(hash=False)
    left_out: tuple[str, ...]
    withdrawn_on: str | None

    @property
    def slug(self) -> str:
        """The slug the model gets unless told otherwise: the provider and the key, unless the key names it already."""
        first = self.key.partition("/")[0]
        names_itself = first == self.provider or self.provider.startswith((f"{first}-", f"{first}_"))
        return self.key if names_itself and is_slug(self.key) else f"{self.provider}/{self.key}"


class Registry:
    """One version of the registry."""

    def __init__(self, version: str, document: Mapping[str, Any]) -> None:
        """`document` is the registry's JSON, its decimal fractions read as `Decimal`."""
        self.version = version
        self._entries = {
            key: said
            for key, said in document.items()
            if key != _EXAMPLE and isinstance(said, Mapping) and isinstance(said.get("litellm_provider"), str)
        }

    def find(self, provider: str, key: str) -> Entry | None:
        """The entry with exactly this provider and key."""
        said = self._entries.get(key)
        if said is None or said["litellm_provider"] != provider:
            return None
        return _entry(provider, key, said)

    def get(self, provider: str, key: str) -> Entry:
        """The entry with exactly this provider and key. Raises Refusal `registry_entry_not_found`."""
        entry = self.find(provider, key)
        if entry is None:
            other = self._entries.get(key, {}).get("litellm_provider")
            hint = f"There it belongs to {other}." if other else "Give provider and key exactly as they are there."
            message = f"{SOURCE} {self.version} says nothing of {key[:200]!r} of {provider[:100]!r}. {hint}"
            raise Refusal("registry_entry_not_found", "not_found", message, param="key")
        return entry

    def search(self, words: str, *, provider: str | None = None, limit: int) -> Found:
        """The entries whose provider or key holds every one of the words, in whatever case; those that can be called here first.

        With `provider` only its own, by its exact name. At most `limit` of them.
        """
        wanted = words.lower().split()
        found = []
        for key, said in self._entries.items():
            owner = said["litellm_provider"]
            told = f"{owner} {key}".lower()
            if provider in (None, owner) and all(word in told for word in wanted):
                found.append((not _operations(said), owner, key))
        shown = [_entry(owner, key, self._entries[key]) for _, owner, key in sorted(found)[:limit]]
        return Found(self.version, tuple(shown), len(found))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: some of the entries, and how many there are in all."""

    version: str
    entries: tuple[Entry, ...]
    total: int


def registry_version() -> str:
    """Which version of litellm is installed. Raises Refusal `registry_unreadable`."""
    try:
        return version(SOURCE)
    except PackageNotFoundError as error:
        raise _unreadable() from error


def read_registry() -> Registry:
    """The registry of the installed litellm; 3 MB, read anew. Raises Refusal `registry_unreadable`."""
    spec = find_spec(SOURCE)
    try:
        if spec is None or spec.origin is None:
            raise FileNotFoundError(SOURCE)
        text = (Path(spec.origin).parent / _FILE).read_text(encoding="utf-8")
        document = json.loads(text, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise _unreadable() from error
    if not isinstance(document, Mapping):
        raise Refusal("registry_unreadable", "unavailable", f"The registry of models in {SOURCE} is no list of models.")
    return Registry(registry_version(), document)


def _unreadable() -> Refusal:
    message = f"The registry of models cannot be read from {SOURCE}: is the installation whole?"
    return Refusal("registry_unreadable", "unavailable", message)


def _entry(provider: str, key: str, said: Mapping[str, Any]) -> Entry:
    abilities = {
        name.removeprefix("supports_"): has
        for name, has in sorted(said.items())
        if name.startswith("supports_") and isinstance(has, bool)
    }
    mode, withdrawn_on = said.get("mode"), said.get("deprecation_date")
    return Entry(
        provider=provider,
        key=key,
        mode=mode if isinstance(mode, str) else None,
        operations=_operations(said),
        context_tokens=_tokens(said.get("max_input_tokens")),
        output_tokens_max=_tokens(said.get("max_output_tokens")),
        capabilities={name: has for name, has in abilities.items() if is_capability(name)},
        price_facts={name: _plain(value) for name, value in sorted(said.items()) if _is_about_money(name, value)},
        left_out=tuple(f"supports_{name}" for name in abilities if not is_capability(name)),
        withdrawn_on=withdrawn_on if isinstance(withdrawn_on, str) else None,
    )


def _operations(said: Mapping[str, Any]) -> frozenset[str]:
    mode, paths = said.get("mode"), said.get("supported_endpoints")
    if mode not in _CALLABLE_MODES:
        return frozenset()
    listed = paths if isinstance(paths, list) else []
    return frozenset({mode, *(_OPERATION_OF[path] for path in _OPERATION_OF if path in listed)})


def _tokens(count: object) -> int | None:
    return count if type(count) is int and 0 < count <= TOKENS_MAX else None


def _is_about_money(name: str, value: object) -> bool:
    if name == _PROVIDER_FACTORS:
        return isinstance(value, Mapping) and any(isinstance(each, Decimal | int) for each in value.values())
    return value is not None and not name.startswith("supports_") and _ABOUT_MONEY.search(name) is not None


def _plain(value: object) -> Any:
    """A value as JSON keeps it exactly: the same number always as the same text."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, Decimal | int):
        exact = Decimal(value)
        return format(exact.normalize(), "f") if exact.is_finite() else str(exact)
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return str(value)

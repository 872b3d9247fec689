"""Which behaviour answers a request: the prompt's own directive, else the key's, else the model's, else everyone's."""

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.support.upstream.behaviour import PLAIN, PRESETS, BadDirectiveError, Behaviour

MARK = "[[sim"
_DECODER = json.JSONDecoder()


def parse_behaviour(value: Any) -> Behaviour:
    """A behaviour from decoded JSON. Raises BadDirectiveError naming the field that is wrong."""
    try:
        return msgspec.convert(value, Behaviour)
    except msgspec.ValidationError as error:
        raise BadDirectiveError(str(error)) from error


def directive(behaviour: Behaviour | None = None, **fields: Any) -> str:
    """The text to put into a prompt for a behaviour, given whole or by its fields. Raises BadDirectiveError."""
    given = parse_behaviour(fields) if behaviour is None else behaviour
    return f"{MARK} {msgspec.json.encode(given).decode()}]]"


def split_directive(text: str) -> tuple[str, Behaviour | None]:
    """Split a prompt into its words without the directive, and the directive's behaviour (None where there is none).

    The last directive counts. Raises BadDirectiveError for one that cannot be understood.
    """
    start = text.rfind(MARK)
    if start < 0:
        return text, None
    opening = start + len(MARK)
    while text[opening : opening + 1].isspace():
        opening += 1
    try:
        value, end = _DECODER.raw_decode(text, opening)
    except json.JSONDecodeError as error:
        raise BadDirectiveError(f"the directive holds no JSON object: {error}") from error
    rest = text[end:].lstrip()
    if not rest.startswith("]]"):
        raise BadDirectiveError("the directive must end with ]]")
    return text[:start] + rest[2:], parse_behaviour(value)


@dataclass(slots=True)
class _Standing:
    behaviour: Behaviour
    times_left: int | None


@dataclass(slots=True)
class Choices:
    """The standing behaviours. A key `sim-<name>` means the preset of that name unless it was given another."""

    _by_key: dict[str, _Standing] = field(default_factory=dict)
    _by_model: dict[str, _Standing] = field(default_factory=dict)
    _for_all: dict[str, _Standing] = field(default_factory=dict)

    def put(
        self,
        behaviour: Behaviour | None,
        *,
        key: str | None = None,
        model: str | None = None,
        times: int | None = None,
    ) -> None:
        """Set what a key, a model or (neither given) everyone gets, for the next `times` calls or until changed.

        None takes a standing behaviour away. Raises ValueError when both a key and a model are given, or times < 1.
        """
        if key is not None and model is not None:
            raise ValueError("a behaviour stands for a key or for a model, not for both")
        if times is not None and times < 1:
            raise ValueError("times must be at least 1")
        if key is not None:
            table, name = self._by_key, key
        elif model is not None:
            table, name = self._by_model, model
        else:
            table, name = self._for_all, ""
        if behaviour is None:
            table.pop(name, None)
        else:
            table[name] = _Standing(behaviour, times)

    def clear(self) -> None:
        """Forget every standing behaviour."""
        self._by_key.clear()
        self._by_model.clear()
        self._for_all.clear()

    def pick(self, *, key: str, model: str) -> Behaviour:
        """The standing behaviour for a request without a directive; uses one of its times up."""
        if self._by_key and (standing := _use(self._by_key, key)):
            return standing
        if key.startswith("sim-") and (preset := PRESETS.get(key[4:])):
            return preset
        if self._by_model and (standing := _use(self._by_model, model)):
            return standing
        if self._for_all and (standing := _use(self._for_all, "")):
            return standing
        return PLAIN


def _use(table: dict[str, _Standing], name: str) -> Behaviour | None:
    standing = table.get(name)
    if standing is None:
        return None
    if standing.times_left is not None:
        standing.times_left -= 1
        if standing.times_left == 0:
            del table[name]
    return standing.behaviour

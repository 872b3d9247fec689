"""Reading Google's JSON strictly: a member is understood or refused by its name, never dropped.

Google takes a name in both of its spellings (`topK`, `top_k`), null as not given, one object where a list of one is meant,
and base64 in both of its alphabets, padded or not. So does this.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from ai_api.core.errors import Refusal
from ai_api.wire.envelope import bad
from ai_api.wire.gemini_names import camel
from ai_api.wire.strict import NAME_CHARS_SHOWN, filled

LEAVE_IT_OUT: Final = "Leave it out."
"""What to do with most of what cannot be asked."""

_base64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_TO_STANDARD: Final = str.maketrans("-_", "+/")


def unsupported(param: str, advice: str = LEAVE_IT_OUT) -> Refusal:
    """The refusal of something that only Google's own models can be asked."""
    return Refusal(
        "unsupported_parameter",
        "invalid",
        f"{param} cannot be asked of this model, whose provider is not called in Gemini's dialect. {advice}",
        param=param,
    )


def members(
    value: object, path: str, known: Collection[str], advice: Mapping[str, str] | str = LEAVE_IT_OUT
) -> dict[str, Any]:
    """An object's members by their names in camel case; null ones count as not given.

    `path` is empty for the body itself; `advice` says what to do instead of a member that is not known, by its name or for
    all. Raises Refusal for another shape, an unknown member, and one that is given in both spellings.
    """
    if not isinstance(value, Mapping):
        raise bad(f"{path} must be an object.", path)
    found: dict[str, Any] = {}
    for spelled, member in value.items():
        if member is None:
            continue
        name = camel(spelled)
        place = within(path, spelled)
        if name not in known:
            raise unsupported(place, advice if isinstance(advice, str) else advice.get(name, LEAVE_IT_OUT))
        if name in found:
            raise bad(f"{place} is given in both of its spellings. Give one of them.", place)
        found[name] = member
    return found


def within(path: str, name: str) -> str:
    """The path of a member."""
    shown = name[:NAME_CHARS_SHOWN] or '""'
    return f"{path}.{shown}" if path else shown


def either(value: Mapping[str, Any], name: str) -> Any:
    """A member by its name in camel case, in whichever spelling it is given; None where it is not."""
    found = value.get(name)
    if found is not None:
        return found
    return next((member for spelled, member in value.items() if member is not None and camel(spelled) == name), None)


def refuse_both(given: Mapping[str, Any], path: str, first: str, second: str) -> None:
    """Raises Refusal where two members are given that mean the same."""
    if first in given and second in given:
        raise bad(f"{path}.{first} and {path}.{second} are both given. Give one of them.", f"{path}.{first}")


def many(value: object, path: str) -> list[tuple[Any, str]]:
    """The items of a list that is not empty, each with its path. Raises Refusal."""
    if isinstance(value, dict):
        return [(value, path)]
    if not isinstance(value, list) or not value:
        raise bad(f"{path} must be a list that is not empty.", path)
    return [(item, f"{path}[{number}]") for number, item in enumerate(value)]


def word(value: object, path: str) -> str:
    """A value of one of Google's enumerations, in capitals. Raises Refusal."""
    return filled(value, path).upper()


def number(value: object, path: str) -> int | float:
    """A number. Raises Refusal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad(f"{path} must be a number.", path)
    return value


def whole(value: object, path: str, *, least: int) -> int:
    """A whole number of 32 bits, from `least` on. Raises Refusal."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
        raise bad(f"{path} must be a whole number from {least} on.", path)
    return value


def base64_text(value: object, path: str) -> str:
    """Bytes in base64's ordinary alphabet, padded. Raises Refusal."""
    # google-genai for Python writes the alphabet of URLs, and no data URL is read in that one.
    given = filled(value, path).translate(_TO_STANDARD)
    if _base64.fullmatch(given) is None:
        raise bad(f"{path} must be base64.", path)
    bare = given.rstrip("=")
    if len(bare) % 4 == 1 or (len(bare) != len(given) and len(given) % 4):
        raise bad(f"{path} must be base64.", path)
    return bare + "=" * (-len(bare) % 4)

"""Where a browser is sent when it is signed in: a page of ours, and never another site. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from ai_api.core.errors import Refusal

HOME: Final = "/app/"
NEXT_CHARACTERS_MAX: Final = 2_000

_QUERY_OR_FRAGMENT = re.compile(r"[?#]")


def check_next(given: str | None) -> str:
    """The path of this gateway that is asked for, as it is; the portal's first page where none is. Raises Refusal `bad_next`.

    Refused is what any browser could take for another site: what does not begin with one slash, has a backslash, a space, a
    control or an invisible character, an empty segment, or one that goes up.
    """
    if given is None:
        return HOME
    path = _QUERY_OR_FRAGMENT.split(given, maxsplit=1)[0]
    # Some servers and scripts read an escape as what it stands for before they look at the path.
    if len(given) > NEXT_CHARACTERS_MAX or not (_is_plain(given) and _is_local(path) and _is_local(unquote(path))):
        message = "After signing in, a browser is sent to a page of this gateway alone: a path such as /app/usage."
        raise Refusal("bad_next", "invalid", message, param="next")
    return given


def _is_plain(text: str) -> bool:
    return text.isprintable() and " " not in text and "\\" not in text


def _is_local(path: str) -> bool:
    segments = path.split("/")
    return (
        len(segments) > 1
        and segments[0] == ""
        and _is_plain(path.replace(" ", ""))
        and not ({"", ".", ".."} & {segment.strip() for segment in segments[1:-1]})
        and segments[-1] not in {".", ".."}
    )

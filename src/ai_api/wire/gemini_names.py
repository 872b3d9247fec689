"""The two spellings of every field of Google's APIs: `maxOutputTokens`, and `max_output_tokens` as their definitions have it."""

from __future__ import annotations

import re

_JOINT = re.compile(r"(?<=.)_([a-z0-9])")


def camel(name: str) -> str:
    """A field's name as JSON usually spells it."""
    return _JOINT.sub(lambda found: found[1].upper(), name) if "_" in name else name

"""The name of a model in what a provider sends: the caller sees the one it asked for."""

from __future__ import annotations

import re

from ai_api.wire.json_body import decode, encode

# Never found inside a string, where its quotes would be escaped.
_MODEL_MEMBER = re.compile(rb'"model"\s*:\s*("(?:[^"\\]|\\.)*")')


def _spells(literal: bytes, name: str) -> bool:
    try:
        return bool(decode(literal) == name)
    except ValueError:
        return False


class ModelName:
    """Puts the name the caller used in the place of the provider's, without touching another byte."""

    __slots__ = ("_found", "_replacement", "_shown")

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._found: bytes | None = None
        self._replacement = b""

    @property
    def is_known(self) -> bool:
        """Whether the provider's spelling was found."""
        return self._found is not None

    def learn(self, upstream: str | None, sample: bytes) -> None:
        """Finds how the provider spells `"model": "…"`, from the first frame that has it."""
        if self._found is not None or not upstream:
            # Azure opens its streams with a frame of an empty model.
            return
        if upstream == self._shown:
            self._found = b""
            return
        for match in _MODEL_MEMBER.finditer(sample):
            if _spells(match[1], upstream):
                self._found = match[0]
                self._replacement = b'"model":' + encode(self._shown)
                return

    def relearn(self, upstream: str | None, sample: bytes) -> None:
        """Finds how this frame spells it, where that is not how the one before did."""
        if upstream and not (self._found and self._found in sample):
            self._found = None
            self.learn(upstream, sample)

    def apply(self, frames: bytes, limit: int = -1) -> bytes:
        """The frames with the name replaced, in at most `limit` places."""
        return frames.replace(self._found, self._replacement, limit) if self._found else frames
